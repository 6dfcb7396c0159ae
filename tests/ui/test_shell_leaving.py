"""Closing, stopping and changing projects during a run."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from deepdesk.core.errors import DatasetError
from deepdesk.core.events import RunStarted
from deepdesk.ui.dialogs import AskDialog

PATIENCE_MS = 10_000
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_the_title_counts_a_run_up(window, training):
    assert window.windowTitle() == "43\N{THIN SPACE}% · Pets"


def test_closing_during_a_run_asks_and_can_be_called_off(qtbot, window, training):
    assert not window.close()
    dialog = window.leaving.dialog
    assert dialog.isVisible()

    qtbot.mouseClick(dialog.other, Qt.MouseButton.LeftButton)

    assert window.isVisible()
    assert window.desk.store.session.phase == "running"


def test_closing_during_a_run_stops_keeps_and_leaves(qtbot, window, training):
    window.close()

    with qtbot.waitSignal(window.closing, timeout=PATIENCE_MS):
        qtbot.mouseClick(window.leaving.dialog.primary, Qt.MouseButton.LeftButton)
        assert window.desk.store.session.phase == "stopping"

    qtbot.waitUntil(lambda: not window.isVisible(), timeout=PATIENCE_MS)
    assert window.desk.store.session.phase == "idle"


def test_a_job_that_will_not_end_does_not_keep_the_window_open(qtbot, window, training):
    window.leaving.leave()
    window.leaving._give_up()

    assert not window.isVisible()


def test_escape_asks_before_it_stops_a_run(qtbot, window, training):
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    dialog = window.findChild(AskDialog)

    with qtbot.waitSignal(window.desk.training.ended, timeout=PATIENCE_MS):
        qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)

    assert window.isVisible()


def test_another_project_is_not_opened_over_a_run(window, training, make_project):
    window.projects.open(make_project("Planes"))

    assert window.windowTitle().endswith("Pets")
    window.show_tab("training")
    assert "under way" in window.tabs.banner.sentence.text()


def test_a_new_run_takes_the_banner_of_the_last_one_away(qtbot, window, opened):
    window.show_tab("training")
    window.desk.banner(DatasetError("Too few pictures.", "Add more."), "training")
    assert window.tabs.banner.isVisible()

    window.desk.run_event.emit(
        RunStarted(run="002-quick", device="cpu", epochs=4, steps_per_epoch=3, samples=12)
    )

    assert not window.tabs.banner.isVisible()
