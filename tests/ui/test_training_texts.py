"""The Training tab where answers are texts: mistakes, worst first, and eight that grow."""

from __future__ import annotations

import dataclasses
import json
import math

import pytest
from PySide6.QtCore import Qt

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import EpochEnded, Result
from deepdesk.core.payloads import Image
from deepdesk.core.work import StopToken
from deepdesk.ui.tabs.training import TrainingTab, outlook, setup_control
from deepdesk.ui.tabs.training.learning_rows import LearningRows
from deepdesk.ui.tabs.training.mistakes import Mistakes, mistakes_work, worst
from deepdesk.ui.tabs.training.mistakes_card import MistakesCard
from deepdesk.ui.tabs.training.row_list import RowList
from deepdesk.ui.tabs.training.sample_dialog import SampleDialog
from deepdesk.ui.tabs.training.works import Answered, kept_answers
from tests.ui.run_events import started
from tests.ui.text_stage import spoken_project
from tests.ui.training_stage import PATIENCE_MS, tell

COLUMNS = {
    "ids": [1, 2, 3, 4],
    "truth": ["one two", "three", "four five six", "seven"],
    "answer": ["one too", "three", "for", "eleven"],
    "score": [0.5, 0.9, 0.4, 0.3],
    "right": [False, True, False, False],
    "error": [0.5, 0.0, 1.0, None],
}


@pytest.fixture
def project(tmp_path, desk, monkeypatch):
    def networks(_spec, _config, _facts):
        return lambda emit, _stop: emit(Result(value=("Tiny",)))

    monkeypatch.setattr(setup_control, "networks_work", networks)
    monkeypatch.setattr(outlook, "outlook_of", lambda *_asked, **_how: lambda _emit, _stop: None)
    project = spoken_project(tmp_path)
    desk.show_project(project)
    return project


@pytest.fixture
def tab(qtbot, desk, project):
    tab = TrainingTab(desk)
    tab.resize(1280, 720)
    qtbot.addWidget(tab)
    tab.show()
    rest(qtbot, desk)
    return tab


def rest(qtbot, desk):
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)


def finished_run(project, columns=COLUMNS, config=None):
    folder = project.runs.new("quick", config or {})
    folder.update(status="finished", epochs=4, epochs_done=4)
    (folder.path / "evaluation.json").write_text(json.dumps({"epoch": 4, "predictions": columns}))
    return folder


def epoch(number, answer):
    rows = [
        {"id": 1, "truth": "one two", "answer": answer, "score": 0.5, "is_right": False},
        {"id": 2, "truth": "three", "answer": "three", "score": None, "is_right": True},
    ]
    return EpochEnded(
        epoch=number,
        step=10 * number,
        train={},
        validation={"loss": 1.0},
        is_best=True,
        details={"examples": rows},
    )


def shown(tab):
    return [(row.shown.truth, row.shown.answer) for row in tab.middle.errs.list.rows]


def open_dialog(tab):
    return next(d for d in tab.window().findChildren(SampleDialog) if d.isVisible())


def test_mistakes_are_listed_worst_first(qtbot, desk, project, tab):
    finished_run(project)
    desk.runs_changed.emit("001-quick")
    rest(qtbot, desk)

    assert isinstance(tab.middle.errs, MistakesCard)
    assert shown(tab) == [("four five six", "for"), ("one two", "one too"), ("seven", "eleven")]
    assert tab.middle.errs.note.text() == "worst first, 3 of 4 are not right"
    first = tab.middle.errs.list.rows[0]
    assert first.figure.text() == "100\u202f%"
    assert first.accessibleName().startswith("wrong. Truth: four five six. Answer: for.")
    assert tab.middle.errs.list.rows[2].figure.text() == ""


def test_a_click_opens_the_sample_with_its_sound_and_both_texts(qtbot, desk, project, tab):
    finished_run(project)
    desk.runs_changed.emit("001-quick")
    rest(qtbot, desk)

    qtbot.mouseClick(tab.middle.errs.list.rows[1], Qt.MouseButton.LeftButton)
    dialog = open_dialog(tab)
    rest(qtbot, desk)

    assert (dialog.texts.truth, dialog.texts.answer) == ("one two", "one too")
    assert dialog.name.text() == "0.wav"
    assert dialog.view is not None
    assert "50\u202f% away from right" in dialog.words.text()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_a_sample_that_is_gone_is_a_sentence(qtbot, desk, project, tab):
    finished_run(project)
    with project.index() as index:
        index.remove([1])
    desk.runs_changed.emit("001-quick")
    rest(qtbot, desk)

    qtbot.keyClick(tab.middle.errs.list.rows[1], Qt.Key.Key_Return)
    dialog = open_dialog(tab)
    rest(qtbot, desk)

    assert "no longer in the project" in dialog.words.text()
    dialog.reject()


def test_transcripts_grow_in_rows_that_stay(qtbot, desk, project, tab):
    folder = project.runs.new("quick", {})
    folder.update(status="running", epochs=4)
    desk.store.update(phase="running", run=folder.path.name)
    tell(desk, started(folder.path.name), epoch(1, ""))
    learning = tab.middle.learning
    assert isinstance(learning, LearningRows)
    first = learning.list.rows[0]
    assert first.texts.answer == ""

    tell(desk, epoch(2, "one"), epoch(3, "one too"))

    assert learning.list.rows[0] is first
    assert first.texts.answer == "one too"
    assert [row.shown.is_right for row in learning.list.rows] == [False, True]
    rest(qtbot, desk)
    desk.store.update(phase="idle")


def test_pictures_come_to_their_rows(qtbot, desk):
    import numpy as np

    card = LearningRows(("sound", "sounds"))
    qtbot.addWidget(card)
    card.show()
    assert card.show_examples(epoch(1, "one").details["examples"]) == [1, 2]
    assert card.show_examples(epoch(2, "two").details["examples"]) == []

    card.show_picture(2, Image(pixels_HWC=np.zeros((8, 8, 3), dtype=np.uint8)))

    assert card.list.rows[1].picture._pixels is not None
    assert card.show_examples([]) == []
    assert card.list.currentWidget() is card.list.page


def test_the_worst_of_each_epoch_are_shown_while_a_run_goes_on(qtbot, desk, project, tab):
    folder = project.runs.new("quick", {})
    folder.update(status="running", epochs=4)
    desk.store.update(phase="running", run=folder.path.name)
    rows = [
        {"id": 3, "truth": "four", "answer": "for", "score": 0.1, "is_right": False, "error": 0.9},
        {"id": 1, "truth": "one", "answer": "on", "score": 0.1, "is_right": False, "error": 0.3},
    ]
    ended = epoch(1, "one")
    told = dataclasses.replace(ended, details={**ended.details, "worst": rows})

    tell(desk, started(folder.path.name), told)
    rest(qtbot, desk)

    assert shown(tab) == [("four", "for"), ("one", "on")]
    assert tab.middle.errs.note.text() == "worst of the last epoch"
    desk.store.update(phase="idle")


def test_the_mistakes_of_the_best_epoch_are_read_when_a_run_is_over(qtbot, desk, project, tab):
    folder = finished_run(project, {**COLUMNS, "right": [True] * 4, "error": [0.0] * 4})
    desk.runs_changed.emit("001-quick")
    rest(qtbot, desk)
    assert tab.middle.errs.note.text() == "All 4 are right."
    kept = {"epoch": 5, "predictions": COLUMNS}
    (folder.path / "evaluation.json").write_text(json.dumps(kept))

    desk.runs_changed.emit("001-quick")
    rest(qtbot, desk)

    assert len(tab.middle.errs.list.rows) == 3


def test_files_of_earlier_versions_and_damaged_ones(project):
    folder = finished_run(project, {k: COLUMNS[k] for k in ("ids", "truth", "answer", "score")})

    rows = kept_answers(project, folder.path.name)

    assert [row.is_right for row in rows] == [False, True, False, False]
    assert all(math.isnan(row.error) for row in rows)
    for wrong in ({"error": [0.1]}, {"error": ["far", 1, 2, 3]}, {"right": 5}):
        kept = {"predictions": {**COLUMNS, **wrong}}
        (folder.path / "evaluation.json").write_text(json.dumps(kept))
        with pytest.raises(DeepDeskError, match="cannot be read"):
            kept_answers(project, folder.path.name)


def test_of_two_mistakes_as_far_off_the_surer_comes_first():
    def row(number, error, score, *, is_right=False):
        return Answered(
            id=number, name="", truth="", answer="", score=score, is_right=is_right, error=error
        )

    rows = [
        row(1, math.nan, 0.9),
        row(2, 0.5, 0.1),
        row(3, 0.5, 0.8),
        row(4, 2.0, math.nan),
        row(5, 9.0, 0.9, is_right=True),
    ]

    assert [found.id for found in worst(rows)] == [4, 3, 2, 1]


def test_many_mistakes_come_a_few_at_a_time(qtbot):
    card = MistakesCard()
    qtbot.addWidget(card)
    card.show()
    rows = [
        Answered(id=at, name="", truth="one", answer=str(at), score=0.5, is_right=False)
        for at in range(30)
    ]

    card.show_mistakes(Mistakes(run="001-quick", count=90, wrong=50, rows=tuple(rows)))

    assert len(card.list.rows) == 8
    qtbot.waitUntil(lambda: len(card.list.rows) == 30)
    assert [row.shown.id for row in card.list.rows] == list(range(30))
    card.show_mistakes(Mistakes(run="001-quick", count=90, wrong=1, rows=tuple(rows[:1])))
    assert len(card.list.rows) == 1


def test_texts_are_read_whole_where_the_card_is_narrow(qtbot):
    rows = RowList("Nothing yet.", with_pictures=False)
    qtbot.addWidget(rows)
    told = {"truth": "the kitchen window", "answer": "a kitten windo"}
    rows.show_rows([Answered(id=1, name="a", score=0.5, is_right=False, error=0.4, **told)])
    rows.resize(600, 300)
    rows.show()
    qtbot.waitExposed(rows)
    row = rows.rows[0]
    assert row.figure.isVisible()

    rows.resize(160, 300)
    qtbot.waitUntil(lambda: row.width() <= 160)

    assert row.texts.geometry().right() <= rows.width()
    assert not row.figure.isVisible()
    rows.resize(600, 300)
    assert row.figure.isVisible()
    assert row.picture.isVisible()


def test_letters_that_training_never_had_are_told_with_the_remedy(qtbot, desk, project):
    units = [" ", *"abcdefghijklmnopqrstu"]
    finished_run(project, config={"facts": {"learned": {"units": units}}})
    tab = TrainingTab(desk)
    qtbot.addWidget(tab)
    tab.show()
    rest(qtbot, desk)

    card = tab.middle.errs
    assert card.warning.isVisible()
    assert card.warning.text() == (
        "It cannot write v w x because no text of training has that. Add samples with it, or draw"
        " the split anew."
    )
    card.show_mistakes(Mistakes(run="", count=4))
    assert not card.warning.isVisible()


def test_where_all_are_right_those_that_could_be_better_are_listed(project):
    columns = {**COLUMNS, "right": [True] * 4, "error": [0.3, 0.0, 0.1, None]}
    folder = finished_run(project, columns)
    told = []
    mistakes_work(project, folder.path.name)(told.append, StopToken())
    (found,) = (event.value for event in told)
    assert [row.id for row in found.rows] == [1, 3]
    assert found.wrong == 0
    assert found.words == "all 4 count as right, the least good first"
