"""The Inference tab where answers are texts: read, copied, confirmed, corrected, saved."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from deepdesk.core import payloads
from deepdesk.project.index import Filter
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.inference.csv_file import cells_of
from deepdesk.ui.tabs.inference.text_dialog import TextDialog
from deepdesk.ui.tabs.inference.words import in_full, in_words
from tests.ui.inference_stage import add_run, ask, made, settle
from tests.ui.text_stage import sound_file, spoken_project

LONG = "seven one two " * 20


class TalkingPredictor:
    parts = ("one", "one two", "one two three")

    def answer(self, given, stop):
        for at, text in enumerate(self.parts):
            is_final = at == len(self.parts) - 1
            answer = payloads.Text(text=text, is_final=is_final)
            yield SimpleNamespace(answer=answer, milliseconds=40.0, is_final=is_final)


@pytest.fixture
def desk(qtbot, tmp_path):
    project = spoken_project(tmp_path)
    desk = Desk()
    desk.notes = []
    desk.said.connect(desk.notes.append)
    desk.show_project(project)
    yield desk
    desk.stop_all()
    desk.close_project()
    qtbot.waitUntil(lambda: not desk.jobs)
    desk.deleteLater()


@pytest.fixture
def tab(qtbot, desk):
    add_run(desk.project)
    return made(qtbot, desk, TalkingPredictor)


def sample_of(desk, path):
    with desk.project.index() as index:
        return next(s for s in index.samples(index.ids(Filter())) if s.path == path)


def dialog_of(tab):
    return next(d for d in tab.window().findChildren(TextDialog) if d.isVisible())


def test_a_text_is_shown_large_and_copied(qtbot, desk, tab, tmp_path):
    panel = tab.workspace.panel
    assert panel.sure.text() == "What is said shows here as text, with the time it took."

    ask(qtbot, desk, tab, sound_file(tmp_path / "new.wav"))

    assert panel.text.isVisible()
    assert panel.text.toPlainText() == "one two three"
    assert panel.text.accessibleName() == "Text"
    assert not panel.answer.isVisible()
    qtbot.mouseClick(panel.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "one two three"
    assert desk.notes[-1].text == "Copied the text"


def test_a_text_that_grows_cannot_be_judged_yet(qtbot, desk, tab, tmp_path):
    ask(qtbot, desk, tab, sound_file(tmp_path / "new.wav"))
    panel = tab.workspace.panel
    entry = panel.entry

    answer = payloads.Text(text="one", is_final=False)
    entry.answered = SimpleNamespace(
        answer=answer, given=None, milliseconds=1.0, is_final=False, problem=None
    )
    panel.show_entry(entry, is_waiting=False)

    assert panel.text.accessibleName() == "Text, still growing"
    assert not panel.right.isVisible()


def test_a_confirmed_text_joins_the_data_as_its_transcript(qtbot, desk, tab, tmp_path):
    path = sound_file(tmp_path / "new.wav")
    ask(qtbot, desk, tab, path)

    qtbot.mouseClick(tab.workspace.panel.right, Qt.MouseButton.LeftButton)
    settle(qtbot, desk)

    sample = sample_of(desk, path)
    assert (sample.target, sample.label) == ("one two three", None)
    assert desk.notes[-1].text == "new.wav joined the data as “one two three”"
    assert tab.workspace.panel.joined.isVisible()
    desk.undo.undo()
    assert desk.index.count() == 6
    desk.undo.redo()
    assert sample_of(desk, path).target == "one two three"


def test_a_corrected_text_joins_with_what_was_written(qtbot, desk, tab, tmp_path):
    path = sound_file(tmp_path / "new.wav")
    ask(qtbot, desk, tab, path)
    assert tab.workspace.panel.wrong.text() == "Correct…"

    qtbot.mouseClick(tab.workspace.panel.wrong, Qt.MouseButton.LeftButton)
    dialog = dialog_of(tab)
    assert not dialog.differences.isVisible()
    dialog.text.setPlainText("one two four")
    assert (dialog.differences.truth, dialog.differences.answer) == (
        "one two four",
        "one two three",
    )
    qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)
    settle(qtbot, desk)

    assert sample_of(desk, path).target == "one two four"


def test_nothing_written_is_not_added(qtbot, desk, tab, tmp_path):
    ask(qtbot, desk, tab, sound_file(tmp_path / "new.wav"))
    qtbot.mouseClick(tab.workspace.panel.wrong, Qt.MouseButton.LeftButton)
    dialog = dialog_of(tab)

    dialog.text.setPlainText("  ")

    assert not dialog.primary.isEnabled()
    assert dialog.problem.text()
    dialog.reject()


def test_a_sound_of_the_data_gets_the_other_text(qtbot, desk, tab, tmp_path):
    path = tmp_path / "clips" / "0.wav"
    ask(qtbot, desk, tab, path)
    tab.judging.join(tab.workspace.panel.entry, "uno due")
    settle(qtbot, desk)

    assert sample_of(desk, path).target == "uno due"
    assert desk.notes[-1].text == "0.wav is “uno due” in the data now"
    desk.undo.undo()
    assert sample_of(desk, path).target == "one two"
    tab.judging.join(tab.workspace.panel.entry, "one two")
    settle(qtbot, desk)
    assert desk.notes[-1].text == "0.wav is in the data as “one two” already"


def test_a_folder_becomes_a_table_with_whole_texts(qtbot, desk, tab, tmp_path, monkeypatch):
    monkeypatch.setattr(TalkingPredictor, "parts", (LONG,))

    ask(qtbot, desk, tab, tmp_path / "clips")

    rows = tab.workspace.table.rows
    assert rows.rowCount() == 6
    assert rows.row(0).answer == LONG.strip()
    assert cells_of(rows.row(0))[1] == LONG.strip()
    assert tab.workspace.table.view.isColumnHidden(2)
    rows.search("seven one")
    assert rows.rowCount() == 6


def test_a_long_text_is_short_in_the_strip_and_whole_in_the_table():
    text = payloads.Text(text=LONG)

    assert len(in_words(text)[0]) == 80
    assert in_full(text) == LONG.strip()
    assert in_full(payloads.LabelScores(scores=(("cat", 0.9),))) == "cat"
