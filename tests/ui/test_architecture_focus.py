"""The ring around the chosen block: it is there as long as the canvas has the keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QWidget

from deepdesk.ui.tabs.architecture.canvas import Canvas
from tests.ui.architecture_drawings import drawing, skip_graph


class Paints(QObject):
    """Writes down what part of a widget was painted."""

    def __init__(self, widget):
        super().__init__(widget)
        self.areas = []
        widget.installEventFilter(self)

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            self.areas.append(event.region().boundingRect())
        return super().eventFilter(watched, event)


@pytest.mark.parametrize("comes", [True, False])
def test_the_whole_canvas_is_painted_when_the_keyboard_comes_and_goes(qtbot, comes):
    window, canvas, line = QWidget(), Canvas(), QLineEdit()
    row = QHBoxLayout(window)
    row.addWidget(canvas)
    row.addWidget(line)
    qtbot.addWidget(window)
    window.resize(700, 500)
    canvas.show_drawing(drawing(skip_graph(stride=1)))
    canvas.select("pool")
    window.show()
    qtbot.waitActive(window)
    first, then = (line, canvas) if comes else (canvas, line)
    first.setFocus()
    qtbot.waitUntil(lambda: not canvas.viewport().grab().isNull() and first.hasFocus())
    QApplication.processEvents()
    paints = Paints(canvas.viewport())

    then.setFocus()

    qtbot.waitUntil(lambda: canvas.viewport().rect() in paints.areas, timeout=500)
