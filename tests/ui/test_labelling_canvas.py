"""The canvas for labels: what is kept and pushed along looks as if it were painted anew."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication

from deepdesk.core.drawing import Box, Drawing, Point, Polygon
from deepdesk.data.brush import Stroke
from deepdesk.data.patches import region_from
from deepdesk.data.picture_levels import levels_of
from deepdesk.ui.jobs import Job
from deepdesk.ui.tabs.dataset.labelling.canvas import Canvas
from deepdesk.ui.tabs.dataset.labelling.canvas_keys import CanvasKeys
from deepdesk.ui.tabs.dataset.labelling.filling import Filling
from deepdesk.ui.tabs.dataset.labelling.viewpoint import (
    MOST_ZOOM,
    Viewpoint,
    fitted,
    least_zoom,
)

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
WIDTH, HEIGHT = 900, 700


def drawing():
    empty = Drawing(width_px=WIDTH, height_px=HEIGHT)
    stroke = Stroke(empty, 40)
    stroke.go_to((500, 100))
    stroke.go_to((700, 300))
    shapes = (
        Box(label="a", left=50, top=60, right=300, bottom=200),
        Polygon(label="b", rings=(((400.0, 400.0), (800.0, 420.0), (600.0, 650.0)),)),
        region_from("c", stroke.patch, empty),
        Point(label="a", x=100, y=500),
    )
    return Drawing(width_px=WIDTH, height_px=HEIGHT, shapes=shapes)


@pytest.fixture
def canvas(qtbot, qapp):
    filling = Filling(lambda work, _event, _ended: Job(work, "test").start())
    made = Canvas(filling)
    CanvasKeys(made)
    qtbot.addWidget(made)
    made.resize(420, 320)
    made.is_locked, made.label, made.shows_cross = False, "a", False
    made.scene.levels = levels_of(
        np.random.default_rng(5).integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    )
    made.scene.positions = {"a": 0, "b": 1, "c": 2}
    made.show_drawing(drawing())
    made.show()
    made.show_all()
    return made


def looks(canvas):
    """Return the canvas as an array, after it came to rest."""
    canvas.ground.settle(canvas.view, canvas.rect())
    return seen(canvas)


def seen(canvas):
    image = canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def anew(canvas):
    canvas.ground.forget()
    return looks(canvas)


def test_classes_that_share_a_colour_are_told_apart_by_stripes(canvas):
    plain = looks(canvas)
    canvas.scene.positions = {"a": 10, "b": 11, "c": 12}
    striped = anew(canvas)
    at = canvas.view.to_canvas((600, 200))
    painted = tuple(slice(round(side) - 6, round(side) + 6) for side in reversed(at))
    side = round(canvas.view.to_canvas((50, 60))[1])

    lighter = (striped - plain).sum(axis=2)[painted] > 60
    assert 0.2 < lighter.mean() < 0.5
    assert (np.abs(striped - plain)[side - 2 : side + 2] > 60).any()


@pytest.mark.parametrize("zoom", [0.31, 1.0, 2.7, 9.0])
@pytest.mark.parametrize("first", [0, 10])
def test_pushed_along_it_looks_like_painted_anew(canvas, zoom, first):
    canvas.scene.positions = {"a": first, "b": first + 1, "c": first + 2}
    canvas.ground.forget()
    canvas.zoom_to(zoom)
    looks(canvas)
    for by in ((-130, -70), (-90, 40), (260, 190), (-300, -260), (37, 11)):
        canvas.push(*by)
        pushed = seen(canvas)

    # Smooth edges of shapes may differ by a shade where strips meet.
    away = np.abs(pushed - anew(canvas))
    assert (away > 40).mean() < 0.001


def test_a_dragged_shape_leaves_nothing_behind(qtbot, canvas):
    looks(canvas)
    start = QPoint(*(round(side) for side in canvas.view.to_canvas((175, 130))))
    qtbot.mousePress(canvas, LEFT, pos=start)
    for step in range(1, 12):
        qtbot.mouseMove(canvas, start + QPoint(9 * step, 5 * step))
        seen(canvas)
    qtbot.mouseRelease(canvas, LEFT, pos=start + QPoint(99, 55))
    canvas.select(frozenset())

    assert (np.abs(looks(canvas) - anew(canvas)) > 40).mean() < 0.001


def test_what_is_under_the_pointer_stays_there_while_zooming(canvas):
    at = QPointF(130, 90)
    before = canvas.view.to_picture(at.x(), at.y())
    for _ in range(6):
        event = QWheelEvent(
            at,
            canvas.mapToGlobal(at),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(canvas, event)
    after = canvas.view.to_picture(at.x(), at.y())

    assert canvas.view.zoom > 2 * fitted((420, 320), (WIDTH, HEIGHT)).zoom
    assert np.hypot(after[0] - before[0], after[1] - before[1]) < 4


def test_pixels_are_hard_when_they_are_enlarged(canvas):
    canvas.ground.shows_shapes = False
    canvas.view = Viewpoint(zoom=16.0, left=-16 * 300, top=-16 * 300)
    colours = looks(canvas)

    pixels = canvas.scene.levels.levels[0]
    for x, y in ((2, 3), (7, 9), (20, 15)):
        block = colours[y * 16 + 4 : y * 16 + 12, x * 16 + 4 : x * 16 + 12]
        assert (block == pixels[300 + y, 300 + x]).all()


@pytest.mark.parametrize("button", [LEFT, MIDDLE])
def test_space_or_the_middle_button_push_the_picture(qtbot, canvas, button):
    canvas.setFocus()
    if button == LEFT:
        qtbot.keyPress(canvas, Qt.Key.Key_Space)
    before = canvas.view
    qtbot.mousePress(canvas, button, pos=QPoint(200, 150))
    qtbot.mouseMove(canvas, QPoint(230, 170))
    qtbot.mouseRelease(canvas, button, pos=QPoint(230, 170))

    assert (canvas.view.left - before.left, canvas.view.top - before.top) == (30, 20)
    assert canvas.scene.selected == frozenset()


def test_zoom_has_ends_and_the_picture_never_gets_lost(canvas):
    for _ in range(60):
        canvas.zoom_by(2)
    assert canvas.view.zoom == MOST_ZOOM
    for _ in range(60):
        canvas.zoom_by(0.5)
    assert canvas.view.zoom == least_zoom((420, 320), (WIDTH, HEIGHT))
    canvas.push(99_999, -99_999)

    left, top = canvas.view.to_canvas((0, 0))
    assert left < 420
    assert canvas.view.to_canvas((0, HEIGHT))[1] > 0
    assert top < 320


def test_hidden_shapes_are_neither_seen_nor_hit(canvas):
    shown = looks(canvas)
    canvas.scene.hidden = frozenset(range(4))

    assert (anew(canvas) != shown).any()
    assert canvas.scene.shape_at((175, 60), 4) == -1


def test_the_smallest_shape_under_the_pointer_is_meant(canvas):
    inner = Box(label="b", left=100, top=100, right=140, bottom=140)
    canvas.show_drawing(
        Drawing(width_px=WIDTH, height_px=HEIGHT, shapes=(inner, *drawing().shapes))
    )

    assert canvas.scene.shape_at((120, 120), 2) == 0
    assert canvas.scene.shape_at((60, 120), 2) == 1
    assert canvas.scene.shape_at((600, 500), 2) == 2
    assert canvas.scene.shape_at((600, 200), 2) == 3
    assert canvas.scene.shape_at((102, 501), 5) == 4
    assert canvas.scene.shape_at((880, 20), 2) == -1
