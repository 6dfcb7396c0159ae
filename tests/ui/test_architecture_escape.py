"""Escape belongs to who has something to take back; the window's own Escape stops a training."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from deepdesk.ui.tabs.architecture.canvas import Canvas
from deepdesk.ui.tabs.architecture.palette import Palette
from deepdesk.ui.tabs.architecture.toolbar import Toolbar
from tests.ui.architecture_drawings import drawing, skip_graph

NONE = Qt.KeyboardModifier.NoModifier


def keeps_escape(widget):
    event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, NONE)
    event.ignore()
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


@pytest.mark.parametrize("kind", [Toolbar, Palette])
def test_a_search_keeps_escape_while_something_is_written(qtbot, kind):
    whole = kind()
    qtbot.addWidget(whole)
    assert not keeps_escape(whole.search)

    QTest.keyClicks(whole.search, "pool")
    assert keeps_escape(whole.search)

    QTest.keyClick(whole.search, Qt.Key.Key_Escape)
    assert whole.search.text() == ""
    assert not keeps_escape(whole.search)


def test_the_canvas_keeps_escape_while_something_is_selected(qtbot):
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.show_drawing(drawing(skip_graph(stride=1)))
    assert not keeps_escape(canvas)

    canvas.select("pool")
    assert keeps_escape(canvas)

    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.selection == ()
    assert not keeps_escape(canvas)
