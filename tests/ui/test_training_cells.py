"""The samples of a cell of the matrix, opened one by one."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import Qt

from deepdesk.core.events import Result
from deepdesk.ui.tabs.training.cell_dialog import CellDialog
from deepdesk.ui.tabs.training.sample_dialog import SampleDialog
from deepdesk.ui.tabs.training.works import Answered
from tests.ui.text_stage import spoken_project
from tests.ui.training_stage import PATIENCE_MS

WRONG = Answered(
    id=1, name="0.wav", truth="one", answer="nine", score=0.4, is_right=False, error=math.nan
)


@pytest.fixture
def dialog(qtbot, desk, tmp_path):
    project = spoken_project(tmp_path)
    desk.show_project(project)

    def work(emit, _stop):
        emit(Result(value=1))
        emit(Result(value=WRONG))

    shown = CellDialog(None, "one called nine", desk, work)
    qtbot.addWidget(shown)
    shown.show()
    qtbot.waitUntil(lambda: bool(shown.tiles), timeout=PATIENCE_MS)
    yield shown
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)
    project.close()


def click(qtbot, tile):
    qtbot.mouseClick(tile, Qt.MouseButton.LeftButton)


def press_enter(qtbot, tile):
    qtbot.keyClick(tile, Qt.Key.Key_Return)


@pytest.mark.parametrize("act", [click, press_enter])
def test_a_mistake_opens_to_be_heard_with_what_it_is(qtbot, dialog, act):
    act(qtbot, dialog.tiles[0])

    (opened,) = dialog.findChildren(SampleDialog)
    assert opened.texts.text() == "Answer: nine, 40% sure; it is one"
    qtbot.waitUntil(lambda: opened.view is not None, timeout=PATIENCE_MS)
    assert opened.name.text() == "0.wav"
    opened.reject()
