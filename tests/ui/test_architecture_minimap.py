"""The network small in a corner."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from deepdesk.ui.tabs.architecture.canvas import Canvas
from deepdesk.ui.theme import apply
from tests.ui.architecture_drawings import drawing, long_graph, skip_graph


@pytest.fixture
def canvas(qtbot):
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(900, 610)
    canvas.show()
    return canvas


def test_it_is_there_while_something_is_out_of_sight(canvas):
    canvas.show_drawing(drawing(long_graph()))
    begins = canvas.minimap.isVisible()
    canvas.show_all()

    assert begins
    assert not canvas.minimap.isVisible()


def test_a_network_that_fits_needs_none(canvas):
    canvas.show_drawing(drawing(skip_graph(stride=1)))

    assert not canvas.minimap.isVisible()


def test_a_click_brings_that_part_to_the_middle(canvas, qtbot):
    canvas.show_drawing(drawing(long_graph()))
    at = QPoint(120, 70)
    wanted = canvas.minimap.point_at(at.toPointF())
    qtbot.mouseClick(canvas.minimap, Qt.MouseButton.LeftButton, pos=at)
    middle = canvas.mapToScene(canvas.viewport().rect().center())

    assert (middle - wanted).manhattanLength() < 4 / canvas.zoom()
    assert (canvas.minimap.frame().center() - at.toPointF()).manhattanLength() < 2


def test_a_drag_moves_the_view_along(canvas, qtbot):
    canvas.show_drawing(drawing(long_graph()))
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(canvas.minimap, left, pos=QPoint(60, 60))
    before = canvas.sight()
    qtbot.mouseMove(canvas.minimap, QPoint(110, 60))
    qtbot.mouseRelease(canvas.minimap, left, pos=QPoint(110, 60))

    assert canvas.sight().left() > before.left()


def test_it_stays_in_its_corner(canvas):
    canvas.show_drawing(drawing(long_graph()))
    canvas.resize(1000, 500)
    place = canvas.minimap.geometry()

    assert canvas.rect().contains(place)
    assert place.center().x() > 800
    assert place.center().y() > 400


def test_a_narrow_window_is_not_covered(canvas):
    canvas.show_drawing(drawing(long_graph()))
    canvas.resize(380, 500)

    assert not canvas.minimap.isVisible()


def test_it_wears_both_looks(canvas, qapp):
    canvas.show_drawing(drawing(long_graph()))
    seen = []
    for mode in ("light", "dark"):
        apply(qapp, mode)
        pixel = canvas.minimap.grab().toImage().pixelColor(92, 4)
        seen.append(pixel.lightness())

    assert seen[0] > 200 > 80 > seen[1]
