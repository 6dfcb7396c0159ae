"""Cutting long recordings in the Dataset tab, as a person does it."""

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt

from deepdesk.core.task import Found
from deepdesk.data.sounds import sound_facts
from deepdesk.project.folder import Project
from deepdesk.ui.tabs.dataset.cut_dialog import spans_text
from deepdesk.ui.tabs.dataset.health import findings
from deepdesk.ui.tabs.dataset.overview import Overview
from tests.ui.dataset_stage import open_tab, settle

__all__ = ["open_tab"]
RATE_HZ = 1_000


@pytest.fixture
def lectures(tmp_path):
    """Return a project with two recordings of 70 s that pause every 7 s, and a short one."""
    folder = tmp_path / "sounds"
    folder.mkdir()
    times_s = np.arange(70 * RATE_HZ) / RATE_HZ
    samples = np.where(times_s % 7 < 6.5, 0.4 * np.sin(2 * np.pi * 100 * times_s), 0.0)
    names = {"a.wav": samples, "b.wav": 0.5 * samples, "c.wav": samples[:5_000]}
    project = Project.create(tmp_path / "p", name="Talks", task="audio_classification")
    for name, values in names.items():
        soundfile.write(folder / name, values, RATE_HZ)
    with project.index() as index:
        index.add([Found(path=folder / name, label="talk") for name in names], source=str(folder))
        index.record_facts([(n, sound_facts(path)) for n, path in index.unchecked(9)])
    yield project
    project.close()


def finding_of(overview, truth=""):
    found = findings(overview, ("sound", "sounds"), truth=truth)
    return next(line for line in found if "minute" in line.text)


def test_long_recordings_are_a_finding_with_its_remedy():
    counts = {(None, "train"): 9}

    assert finding_of(Overview(counts=counts, num_long=3)).text.startswith("3 recordings last")
    assert finding_of(Overview(counts=counts, num_long=1)).act == "cut_long"
    said = finding_of(Overview(counts=counts, num_long=1), truth="transcript")
    assert "a transcript cannot be cut" in said.text
    assert not said.act


def opened_dialog(qtbot, open_tab, project):
    tab = open_tab(project)
    assert tab.workspace.overview.num_long == 2
    tab.workspace._act("cut_long")
    qtbot.waitUntil(lambda: tab.workspace.cutting.dialog is not None)
    dialog = tab.workspace.cutting.dialog
    qtbot.waitUntil(lambda: bool(dialog.view.spans))
    return tab, dialog


def type_into(qtbot, editor, text):
    editor.setFocus()
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Tab)


def test_cuts_are_drawn_and_move_with_the_settings(qtbot, open_tab, lectures):
    _tab, dialog = opened_dialog(qtbot, open_tab, lectures)
    first = dialog.view.spans

    type_into(qtbot, dialog.form.row("piece_s").editor, "7")
    qtbot.waitUntil(lambda: dialog.view.spans not in (first, ()))

    ends = [end_s % 7 for _, end_s in dialog.view.spans]
    assert all(end_s > 6.4 or end_s < 0.1 for end_s in ends)
    assert dialog.words.text().startswith(f"{len(dialog.view.spans)} pieces")
    assert dialog.grab().width() > 0
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_enter_in_a_field_does_not_cut(qtbot, open_tab, lectures):
    _tab, dialog = opened_dialog(qtbot, open_tab, lectures)
    editor = dialog.form.row("piece_s").editor
    editor.setFocus()

    qtbot.keyClick(editor, Qt.Key.Key_Return)

    assert not dialog.is_under_way
    dialog.reject()


def test_settings_that_do_not_go_together_are_said_and_nothing_is_cut(qtbot, open_tab, lectures):
    _tab, dialog = opened_dialog(qtbot, open_tab, lectures)

    type_into(qtbot, dialog.form.row("overlap_s").editor, "4")
    dialog.primary.click()

    assert not dialog.is_under_way
    assert dialog.isVisible()
    dialog.reject()


def test_cut_replaces_the_recordings_and_undo_brings_them_back(qtbot, desk, open_tab, lectures):
    tab, dialog = opened_dialog(qtbot, open_tab, lectures)

    dialog.primary.click()
    qtbot.waitUntil(lambda: tab.workspace.cutting.dialog is None, timeout=20_000)
    qtbot.waitUntil(lambda: tab.workspace.overview.total > 20, timeout=20_000)
    settle(qtbot, tab)

    assert tab.workspace.overview.num_long == 0
    assert (
        len(list((lectures.path / "pieces").glob("*/*.flac"))) == tab.workspace.overview.total - 1
    )
    desk.undo.undo()
    qtbot.waitUntil(lambda: tab.workspace.overview.total == 3, timeout=20_000)
    assert tab.workspace.overview.num_long == 2


def test_stopping_keeps_the_recordings_that_are_not_cut_whole(
    qtbot, open_tab, lectures, monkeypatch
):
    tab, dialog = opened_dialog(qtbot, open_tab, lectures)
    stopped = []
    monkeypatch.setattr(
        "deepdesk.data.cutting_work.write_bytes",
        lambda path, data: stopped or tab.workspace.cutting._job.stop() or stopped.append(path),
    )

    dialog.primary.click()
    assert dialog.other.text() == "Stop"
    qtbot.waitUntil(lambda: tab.workspace.cutting.dialog is None, timeout=20_000)
    settle(qtbot, tab)

    assert stopped
    assert tab.workspace.overview.total == 3


def test_pieces_are_told_in_words():
    assert spans_text(()) == "No piece of it would be long enough."
    assert spans_text(((0.0, 4.0),)).startswith("1 piece of")
    assert spans_text(((0.0, 4.0), (4.0, 8.0))).count("4") == 1
