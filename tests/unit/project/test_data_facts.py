"""What tasks know of the data is found out in one way, and only when it is another."""

import dataclasses
import itertools

import pytest

from deepdesk.core.errors import BadSampleError, ConfigError, DatasetError
from deepdesk.core.learnt import learnt_from
from deepdesk.core.payloads import Boxes, LabelScores, Text
from deepdesk.core.task import Facts, Found
from deepdesk.project.data_facts import (
    MAX_LEARNED_BYTES,
    KeptFacts,
    facts_of,
    learned_from_json,
)
from deepdesk.project.index import SampleIndex
from deepdesk.tasks.image_classification import SPEC, Config

SPOKEN = ("one two", "two", "drei", None, 7)


@pytest.fixture
def place(tmp_path):
    """Return the path of an index with five training samples and one for testing."""
    path = tmp_path / "index.sqlite"
    with SampleIndex(path) as index:
        index.add(
            [
                Found(path=tmp_path / f"{n}.wav", target=target, split="train", label="a")
                for n, target in enumerate(SPOKEN)
            ]
            + [Found(path=tmp_path / "t.wav", target="xyz", split="test", label="b")],
            source=str(tmp_path),
        )
        index.record_facts([(n, Facts(size=(8, 4), detail="", digest="")) for n in range(1, 5)])
    return path


def speech(survey):
    return dataclasses.replace(SPEC, gives=Text, survey=survey)


def letters(_config, targets):
    return {"letters": tuple(sorted({letter for text in targets for letter in text}))}


def test_letters_come_from_the_texts_of_training_alone_and_as_json_gives_them_back(place):
    with SampleIndex(place) as index:
        facts = facts_of(index, speech(letters), Config())
    assert facts.classes == ()
    assert facts.typical_size == (8, 4)
    assert facts.learned == {"letters": sorted(set("".join(filter(None, SPOKEN[:3]))))}


def test_a_bad_sample_teaches_nothing(place):
    with SampleIndex(place) as index:
        index.record_facts([(3, BadSampleError("silent", "It is silent."))])
        found = facts_of(index, speech(letters), Config()).learned["letters"]
    assert "d" not in found


def test_a_task_without_a_survey_reads_no_targets(place):
    with SampleIndex(place) as index:
        facts = facts_of(index, SPEC, Config())
    assert (facts.classes, facts.learned) == (("a", "b"), {})


def test_targets_are_read_one_by_one(place):
    def first_alone(_config, targets):
        return {"first": list(itertools.islice(targets, 1))}

    with SampleIndex(place) as index:
        assert facts_of(index, speech(first_alone), Config()).learned == {"first": ["one two"]}
        assert index.count() == 6


def test_a_survey_that_finds_too_much_is_told_in_a_sentence(place):
    def endless(_config, _targets):
        return {"all": "a" * MAX_LEARNED_BYTES}

    with SampleIndex(place) as index, pytest.raises(DatasetError, match="4 MB"):
        facts_of(index, speech(endless), Config())


@pytest.mark.parametrize("saved", [None, [], {1: 2}, {"a": float("nan")}, {"a": {1, 2}}])
def test_a_damaged_vocabulary_is_refused(saved):
    with pytest.raises(ConfigError):
        learned_from_json(saved)


def test_facts_are_kept_until_data_or_settings_change(place):
    calls = []

    def counting(config, targets):
        calls.append(config)
        return letters(config, targets)

    known = KeptFacts(lambda: SampleIndex(place), speech(counting))
    assert known.of(Config()) == known.of(Config())
    assert len(calls) == 1
    known.of(Config(side_px=64))
    assert len(calls) == 2
    with SampleIndex(place) as index:
        index.set_split([1], "test")
    assert "w" in known.of(Config(side_px=64)).learned["letters"]
    assert len(calls) == 3


@pytest.mark.parametrize(
    ("gives", "truth"), [(LabelScores, "class"), (Text, "text"), (Boxes, "drawing")]
)
def test_what_is_learnt_from_follows_from_the_answer(gives, truth):
    assert learnt_from(gives) == truth


def test_rows_of_a_run_have_the_truth_its_task_learns_from(place):
    with SampleIndex(place) as index:
        index.set_class([2], None)
        assert index.training_rows("train", "class")[0].tolist() == [1, 3, 4, 5]
        for truth in ("class", "text", "any"):
            counted = index.usable_counts(truth)
            rows = {split: len(index.training_rows(split, truth)[0]) for split in counted}
            assert counted == rows
            assert counted["train"]
        assert index.training_rows("train", "text")[0].tolist() == [1, 2, 3]
        assert index.training_rows("train")[0].tolist() == [1, 2, 3, 4, 5]
