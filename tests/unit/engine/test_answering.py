"""Other settings of the answers of a trained run: what may change, and what it changes."""

from types import SimpleNamespace

import pytest

from deepdesk.core.errors import ConfigError, DeepDeskError
from deepdesk.core.task import DataFacts
from deepdesk.engine.answering import (
    ANSWERING_FILE,
    answering_plan,
    keep_answering,
    kept_answering,
)
from deepdesk.engine.plan import RunPlan
from deepdesk.engine.settings import TrainingConfig
from deepdesk.tasks import task_of

SPEECH = task_of("speech_to_text")
LEARNED = {"units": [" ", "a", "b"], "merges": [], "words": [], "frequent": ["ab"]}


def plan():
    return RunPlan(
        task=SPEECH.key,
        dial="quick",
        training=TrainingConfig(),
        config=SPEECH.config(beam_width=8),
        architecture="",
        graph={},
        facts=DataFacts(classes=(), typical_size=(8_000, 8_000), learned=LEARNED),
        device="cpu",
        precision="float32",
        threads=1,
    )


def of_training():
    return ["ab", "b a", None]


def test_a_list_of_words_comes_of_the_targets_of_training_and_units_stay():
    trained = plan()

    changed = answering_plan(trained, SPEECH, {"word_list": "only"}, of_training)

    assert changed.config.word_list == "only"
    assert changed.config.beam_width == 8
    assert sorted(changed.facts.learned["words"]) == ["a", "ab", "b"]
    assert {**changed.facts.learned, "words": []} == LEARNED
    assert trained == plan()


def test_words_of_a_person_come_before_those_of_training():
    changes = {"word_list": "only", "words": "ba, ab"}
    changed = answering_plan(plan(), SPEECH, changes, of_training)

    assert changed.facts.learned["words"] == ["ba", "ab"]


def test_without_changes_nothing_is_read():
    trained = plan()
    assert answering_plan(trained, SPEECH, {}, lambda: pytest.fail("targets were read")) is trained


@pytest.mark.parametrize(
    "changes", [{"letters": "keep"}, {"decoding": "best"}, {"beam_width": 1}, {"nothing": 1}]
)
def test_only_legal_settings_of_answers_are_kept(tmp_path, changes):
    with pytest.raises(ConfigError):
        keep_answering(tmp_path, SPEECH, changes)
    assert not (tmp_path / ANSWERING_FILE).exists()


def test_what_is_kept_is_found_again(tmp_path):
    assert kept_answering(tmp_path, SPEECH) == {}

    keep_answering(tmp_path, SPEECH, {"decoding": "beam", "beam_width": 32})

    assert kept_answering(tmp_path, SPEECH) == {"decoding": "beam", "beam_width": 32}


def test_a_damaged_file_is_refused(tmp_path):
    keep_answering(tmp_path, SPEECH, {"decoding": "beam"})
    path = tmp_path / ANSWERING_FILE
    path.write_bytes(path.read_bytes().replace(b"beam", b"bean"))

    with pytest.raises(DeepDeskError):
        kept_answering(tmp_path, SPEECH)


def test_a_task_without_such_settings_has_nothing_to_change(tmp_path):
    pictures = task_of("image_classification")
    assert kept_answering(tmp_path, pictures) == {}
    with pytest.raises(ConfigError):
        answering_plan(SimpleNamespace(), pictures, {"decoding": "beam"}, of_training)
