"""A run takes what was chosen before; what is damaged is measured again."""

import json
from dataclasses import replace

import pytest
from torch import nn

from deepdesk.core.events import Candidate, Choice, Choices, Limit, Progress
from deepdesk.core.work import StopToken
from deepdesk.engine.compute import Compute
from deepdesk.engine.plan import USUAL_WAYS
from deepdesk.engine.settings import TrainingConfig
from deepdesk.engine.tuning import kept, settle
from deepdesk.engine.tuning.choosing import Subject
from deepdesk.engine.tuning.knee import scaled_rate
from deepdesk.engine.tuning.settle import compute_of, is_settled, settled, usual_batch
from deepdesk.nn.graph import Graph
from tests.unit.engine.toy import ToyTask, clouds
from tests.unit.engine.tuning.test_choosing import CONTRACT, plan

VALUES = {"precision": "bfloat16", "threads": 2, "batch_size": 32, **USUAL_WAYS}
ROW = Choice(
    what="Precision",
    key="precision",
    chosen="bfloat16",
    gain=1.9,
    how="measured",
    candidates=(Candidate(value="bfloat16", words="bfloat16", gain=1.9),),
)


@pytest.fixture
def subject():
    """Return something to train whose graph is empty."""
    return Subject(
        task=ToyTask(),
        graph=Graph(name="toy", nodes=(), edges=()),
        contract=CONTRACT,
        model=nn.Linear(2, 2),
        data=clouds(),
        start_batch=8,
    )


LIMIT = Limit(floors=(("arithmetic", 0.5),), batch=8, lever="None.")


@pytest.fixture
def measured(monkeypatch, tmp_path):
    """Return the plans that were measured; what is kept lies in a folder of the test's own."""
    asked = []

    class Paper:
        def __init__(self, plan, _subject, _stop, *, emit):
            del emit
            asked.append(plan)

        def found(self):
            return dict(VALUES), (ROW,)

    monkeypatch.setenv("DEEPDESK_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(settle, "Tuning", Paper)
    return asked


def test_the_second_run_takes_the_same_without_measuring(subject, measured, tmp_path):
    first, second = [], []

    one = settled(plan(batch_size=0), subject, tmp_path, first.append, StopToken())
    other = settled(plan(batch_size=0), subject, tmp_path, second.append, StopToken())

    assert one == other
    assert len(measured) == 1
    assert [type(e) for e in first] == [Progress, Choices]
    assert [type(e) for e in second] == [Choices]
    assert [e.rows[0].how for e in (first[-1], second[-1])] == ["measured", "kept"]


def test_the_plan_holds_everything_that_decides_the_bits(subject, measured, tmp_path):
    found = settled(plan(batch_size=0), subject, tmp_path, [].append, StopToken())

    assert is_settled(found)
    assert (found.precision, found.threads, found.ways) == ("bfloat16", 2, USUAL_WAYS)
    assert (found.training.batch_size, found.training.learning_rate) == (32, 0.8)
    assert compute_of(found) == Compute(
        device=compute_of(found).device, precision="bfloat16", threads=2
    )


def test_a_pinned_batch_keeps_its_learning_rate(subject, measured, tmp_path):
    found = settled(plan(batch_size=8), subject, tmp_path, [].append, StopToken())

    assert (found.training.batch_size, found.training.learning_rate) == (8, 0.2)


def test_a_run_that_goes_on_is_told_what_was_chosen_and_measures_nothing(
    subject, measured, tmp_path
):
    found = settled(plan(), subject, tmp_path, [].append, StopToken())
    told = []

    again = settled(found, subject, tmp_path, told.append, StopToken())

    assert again == found
    assert len(measured) == 1
    assert told[0].rows[0] == ROW


@pytest.mark.parametrize(
    "change",
    [
        {"precision": "float32"},
        {"optimizer": "adamw"},
        {"batch_size": 16},
        {"layout": "contiguous"},
    ],
)
def test_other_settings_are_measured_anew(subject, measured, tmp_path, change):
    for settings in ({}, change):
        settled(plan(**settings), subject, tmp_path, [].append, StopToken())

    assert len(measured) == 2


def test_what_is_forgotten_is_measured_again(subject, measured, tmp_path):
    told = []
    settled(plan(), subject, tmp_path, told.append, StopToken())

    kept.forget("cpu", told[-1].place)
    settled(plan(), subject, tmp_path, [].append, StopToken())

    assert len(measured) == 2


@pytest.mark.parametrize(
    "damage",
    [
        {"values": {**VALUES, "precision": "int4"}},
        {"values": {**VALUES, "threads": 0}},
        {"values": {**VALUES, "batch_size": -1}},
        {"values": {"precision": "float32"}},
        {"values": {**VALUES, "layout": "auto"}},
        {"values": None},
        {"rows": [{"what": 1}]},
        {"rows": "none"},
    ],
)
def test_what_is_kept_and_damaged_is_measured_again(subject, measured, tmp_path, damage):
    told = []
    settled(plan(), subject, tmp_path, told.append, StopToken())
    place = told[-1].place
    kept.remember("cpu", place, {**kept.recall("cpu", place), **damage})

    settled(plan(), subject, tmp_path, [].append, StopToken())

    assert len(measured) == 2


def test_choices_come_back_from_the_folder_of_a_run_as_they_were(tmp_path):
    limit = Limit(floors=(("arithmetic", 0.5), ("memory", 0.25)), batch=128, lever="None.")
    choices = Choices(rows=(ROW, Choice(what="Data", chosen="mapped")), place="ab", limit=limit)

    kept.keep_choices(tmp_path, choices)

    assert kept.kept_choices(tmp_path) == choices


@pytest.mark.parametrize(
    "damage",
    [
        {"rows": [[]]},
        {"rows": [{}] * 99},
        {"place": 3},
        {"limit": {"floors": [], "batch": 1, "lever": ""}},
        {"limit": {"floors": [["x", float("inf")]], "batch": 1, "lever": ""}},
        {"limit": {"floors": [["x", 1.0]], "batch": 0, "lever": ""}},
    ],
)
def test_a_damaged_file_of_a_run_counts_as_none(tmp_path, damage):
    plain = kept.choices_to_json(Choices(rows=(ROW,)))
    (tmp_path / kept.FILE).write_text(json.dumps({**plain, **damage}), encoding="utf-8")

    assert kept.kept_choices(tmp_path) is None


@pytest.mark.parametrize(("optimizer", "rate"), [("sgd", 0.1 * 4), ("adamw", 0.1 * 2)])
def test_the_rate_grows_with_the_batch_by_the_rule_of_the_optimiser(optimizer, rate):
    training = TrainingConfig(optimizer=optimizer, learning_rate=0.1)

    assert scaled_rate(training, 64, 256) == pytest.approx(rate)


def test_automatic_begins_with_what_the_dial_says():
    training = replace(TrainingConfig(), batch_size=0)

    assert usual_batch(training, {"batch_size": 64}) == 64
    assert usual_batch(training, {}) == 128


def test_several_workers_have_no_limit_because_it_would_be_that_of_one(
    subject, measured, tmp_path, monkeypatch
):
    asked = []
    monkeypatch.setattr(settle, "load", lambda device: asked.append(device) or object())
    monkeypatch.setattr(settle, "limit_of", lambda *_given: LIMIT)
    told = []

    settled(plan(workers=3), subject, tmp_path, told.append, StopToken())
    settled(plan(workers=1), subject, tmp_path, told.append, StopToken())

    limits = [event.limit for event in told if isinstance(event, Choices)]
    assert limits == [None, LIMIT]
