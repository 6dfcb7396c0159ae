"""The command palette."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from deepdesk.ui import theme
from deepdesk.ui.widgets.command_palette import CommandPalette, likeness


@pytest.fixture(autouse=True)
def plain_look(qapp):
    theme.apply(qapp, "light")


def test_command_palette_finds_by_a_few_letters_and_runs(qtbot):
    window = QWidget()
    window.resize(900, 600)
    qtbot.addWidget(window)
    done = []
    names = ["Open a project...", "Train", "Undo", "Stop and keep"]
    actions = [QAction(name, window) for name in names]
    actions[1].setShortcut(QKeySequence("Ctrl+T"))
    actions[2].setEnabled(False)
    actions[3].triggered.connect(lambda: done.append("stopped"))
    palette = CommandPalette(window, lambda: actions)
    window.show()
    palette.open_over()
    assert palette.found() == ["Open a project...", "Train", "Stop and keep"]

    qtbot.keyClicks(palette.search, "stke")
    assert palette.found() == ["Stop and keep"]
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)

    assert done == ["stopped"]
    assert not palette.isVisible()
    window.hide()


@pytest.mark.parametrize("way", ["escape", "press"])
def test_command_palette_is_left_without_doing_anything(qtbot, way):
    window = QWidget()
    window.resize(900, 600)
    qtbot.addWidget(window)
    palette = CommandPalette(window, lambda: [QAction("Train", window)])
    window.show()
    palette.open_over()
    leave = {
        "escape": lambda: qtbot.keyClick(palette.search, Qt.Key.Key_Escape),
        "press": lambda: qtbot.mouseClick(window, Qt.MouseButton.LeftButton, pos=QPoint(3, 3)),
    }

    leave[way]()

    assert palette.isHidden()
    window.hide()


def test_command_palette_says_when_nothing_fits(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    palette = CommandPalette(window, list)

    palette.open_over()
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)

    assert palette.found() == []
    assert not palette.nothing.isHidden()
    palette.leave()


def test_start_of_a_word_is_the_better_likeness():
    assert likeness("tr", "Train") > likeness("tr", "Extra") > likeness("tr", "Tidy rows")
    assert likeness("xyz", "Train") is None
