"""What the Training tab reads and says, without the tab itself."""

from __future__ import annotations

import json
from datetime import datetime

import numpy as np
import pytest

from deepdesk.core.events import Result
from deepdesk.core.task import Found
from deepdesk.core.work import StopToken, run
from deepdesk.project.folder import Project
from deepdesk.tasks import all_tasks
from deepdesk.ui.metric_words import metric_words
from deepdesk.ui.tabs.training.history import RunHistory, history_of
from deepdesk.ui.tabs.training.progress_card import phase_words, run_words
from deepdesk.ui.tabs.training.works import Answered, cell_work, kept_answers
from deepdesk.ui.time_words import left_text, length_text
from tests.ui.run_events import epoch_ended, keep_run, log_lines, started, stepped

NOUN = ("picture", "pictures")


@pytest.fixture
def pets(tmp_path):
    """Return a project with four samples."""
    with Project.create(tmp_path / "Pets", name="Pets", task="image_classification") as project:
        with project.index() as index:
            found = [Found(path=tmp_path / f"{n}.png", label="cat", split="train") for n in "abcd"]
            index.add(found, source=str(tmp_path))
        yield project


def test_a_cell_opens_its_samples_surest_first(pets):
    folder = keep_run(pets, "quick")
    with pets.index() as index:
        ids = [int(i) for i in index.ids()[:4]]
    answers = {
        "ids": ids,
        "truth": ["cat", "cat", "dog", "cat"],
        "answer": ["dog", "dog", "dog", "cat"],
        "score": [0.6, 0.9, 0.8, 0.7],
    }
    (folder.path / "evaluation.json").write_text(json.dumps({"predictions": answers}))
    spec = all_tasks()["image_classification"]
    events = []

    run(
        cell_work(pets, spec, "001-quick", ("cat", "dog"), side_px=32),
        events.append,
        StopToken(),
    )

    shown = [e.value for e in events if isinstance(e, Result) and isinstance(e.value, Answered)]
    assert events[0].value == 2
    assert [row.id for row in shown] == [ids[1], ids[0]]
    assert not any(row.is_right for row in shown)


def test_damaged_answers_are_said_with_a_remedy(pets):
    folder = keep_run(pets, "quick")
    (folder.path / "evaluation.json").write_text('{"predictions": {"ids": [1]}}')

    with pytest.raises(Exception, match="Train again"):
        kept_answers(pets, "001-quick")


def test_a_log_reads_back_as_what_was_told_live():
    live = RunHistory()
    live.started(started())
    for line in log_lines(3):
        event = stepped(line["step"]) if line["kind"] == "step" else epoch_ended(line["epoch"])
        (live.stepped if line["kind"] == "step" else live.epoch_ended)(event)

    read = history_of("001-quick", 4, [{"kind": "torn"}, {}, *log_lines(3)])

    assert read.train.keys() == live.train.keys()
    for name, points in live.train.items():
        assert np.array_equal(points.y, read.train[name].y)
    assert np.array_equal(live.validation["accuracy"].y, read.validation["accuracy"].y)
    assert (read.best_epoch, read.step, read.metrics) == (3, 30, ("accuracy",))
    assert np.array_equal(read.confusion.counts, live.confusion.counts)


def test_time_left_follows_the_measured_pace():
    history = RunHistory()
    history.started(started())
    history.stepped(stepped(1))
    assert np.isnan(history.seconds_left())

    history.stepped(stepped(5))

    assert history.seconds_left() == pytest.approx(35 * 2.0)


def test_lengths_and_clocks_are_plain_words():
    now = datetime(2026, 1, 5, 14, 30)

    assert length_text(62) == "62\N{NO-BREAK SPACE}s"
    assert length_text(7 * 60 + 10) == "7\N{NO-BREAK SPACE}min"
    assert length_text(7300).replace("\N{NO-BREAK SPACE}", " ") == "2 h 2 min"
    assert left_text(120, now).endswith("left, done 14:32")
    assert left_text(86_400, now).endswith("done Tue 14:30")
    assert left_text(float("nan"), now) == ""


def test_metric_names_become_words():
    assert (metric_words("macro_f1").label, metric_words("macro_f1").unit) == ("Macro F1", "%")
    assert metric_words("samples_per_second", NOUN).label == "Pictures per second"
    assert metric_words("own_measure").label == "Own measure"


def test_words_of_each_phase():
    history = RunHistory()
    history.started(started())
    history.stepped(stepped(15))
    now = datetime(2026, 1, 5, 14, 30)

    assert phase_words(history, "paused", NOUN, now).end == "Paused"
    assert phase_words(history, "running", NOUN, now).share == pytest.approx(15 / 40)
    assert run_words("failed", history, {}).role == "bad"


def test_a_measure_keeps_its_capitals_within_a_sentence():
    names = ("accuracy", "macro_f1", "rmse", "f1", "chrf", "map_50")

    assert [metric_words(name).inline for name in names] == [
        "accuracy",
        "macro F1",
        "RMSE",
        "F1",
        "chrF",
        "mAP 50",
    ]
