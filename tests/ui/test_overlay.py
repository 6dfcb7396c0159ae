"""Boxes and masks as they are painted over a picture, near and far, and where the pointer is."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest

from deepdesk.core.answer_filter import AnswerFilter
from deepdesk.core.payloads import Boxes, Mask
from deepdesk.ui.overlay import OverlayView, PaintStyle, box_rect, drawn_picture, paint_answer
from deepdesk.ui.overlay.mask_picture import mask_picture
from deepdesk.ui.overlay.zone import ZoneLook
from deepdesk.ui.overlay.zoom import MOST, Zoom
from deepdesk.ui.theme import apply, tokens

GREY = 0xFF808080
BOX = ((20.0, 30.0, 60.0, 70.0), "cat", 0.9)
BOXES = Boxes(boxes=(BOX, ((5.0, 5.0, 95.0, 95.0), "dog", 0.6)), classes=("cat", "dog"))
MANY = tuple(f"class {at}" for at in range(12))
QUARTERS = np.array([[0, 1], [10, -1]], dtype=np.int64).repeat(20, 0).repeat(20, 1)
MASK = Mask(classes_HW=QUARTERS, classes=MANY)
NO_WORDS = PaintStyle(has_words=False)


def grey(width=100, height=100):
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(GREY)
    return image


def painted(answer, kept=AnswerFilter(), style=NO_WORDS, image=None):  # noqa: B008 - frozen
    made = grey() if image is None else image
    painter = QPainter(made)
    paint_answer(painter, QRectF(made.rect()), answer, kept, style)
    painter.end()
    return made


def differing(image):
    """Return the rectangle (left, top, right, bottom) of pixels that are no longer grey."""
    width, height = image.width(), image.height()
    places = [(x, y) for x in range(width) for y in range(height) if image.pixel(x, y) != GREY]
    across, down = [x for x, _y in places], [y for _x, y in places]
    return (min(across), min(down), max(across), max(down)) if places else None


def ink(position):
    return QColor(tokens().class_colour(position)).rgb()


@pytest.fixture
def view(qtbot):
    made = OverlayView(grey(200, 100), name="picture")
    qtbot.addWidget(made)
    made.resize(400, 400)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_a_box_is_painted_where_it_is_in_the_colour_of_its_class():
    made = painted(Boxes(boxes=(BOX,), classes=("cat", "dog")))

    assert QColor(made.pixel(20, 50)).rgb() == ink(0)
    left, top, right, bottom = differing(made)
    # Half of a line of 2 px and its halo lies on either side.
    assert (left, top, right, bottom) == pytest.approx((20, 30, 60, 70), abs=3)
    assert made.pixel(40, 50) == GREY


def test_what_does_not_count_is_not_painted():
    assert differing(painted(BOXES, AnswerFilter(thresholds={"cat": 0.95, "dog": 0.7}))) is None
    assert differing(painted(BOXES, AnswerFilter(hidden=frozenset({"cat", "dog"})))) is None
    assert differing(painted(None)) is None


def test_boxes_are_scaled_from_the_picture_that_they_are_of():
    large = Boxes(boxes=(BOX,), size=(200, 400))
    rect = QRectF(10, 10, 100, 100)

    assert box_rect(BOX, large, rect, QSize(1, 1)) == QRectF(20, 17.5, 20, 10)
    assert box_rect(BOX, Boxes(boxes=(BOX,)), rect, QSize(50, 50)) == QRectF(50, 70, 80, 80)


def test_the_truth_is_dashed_and_a_late_class_is_striped():
    along = range(25, 55)
    solid, dashed = (
        painted(Boxes(boxes=(BOX,))),
        painted(Boxes(boxes=(BOX,)), style=PaintStyle(is_truth=True, has_words=False)),
    )
    eleventh = Boxes(boxes=((BOX[0], MANY[10], 0.9),), classes=MANY)
    striped = painted(eleventh)

    assert len({solid.pixel(x, 30) for x in along}) == 1
    assert len({dashed.pixel(x, 30) for x in along}) > 1
    assert len({striped.pixel(x, 30) for x in along}) > 1


def test_words_are_left_out_where_there_is_no_room_and_never_cover_each_other():
    boxes = tuple(((300.0 + at, 100.0 + at, 380.0, 180.0), "cat", 0.9) for at in range(30))
    small, large = grey(100, 100), grey(600, 400)
    style = PaintStyle(picture=QSize(600, 400))
    few = painted(Boxes(boxes=boxes[:1]), style=style, image=large.copy())

    assert differing(painted(Boxes(boxes=(BOX,)), style=PaintStyle(), image=small)) == (
        differing(painted(Boxes(boxes=(BOX,))))
    )
    # The name stands above the box.
    assert differing(few)[1] < 100 - 10


def test_a_mask_is_painted_in_class_colours_and_nothing_where_there_is_no_class():
    made = mask_picture(MASK, AnswerFilter())

    assert QColor(made.pixelColor(5, 5)).rgb() == ink(0)
    assert QColor(made.pixelColor(30, 5)).rgb() == ink(1)
    assert made.pixelColor(30, 30).alpha() == 0
    stripes = {made.pixelColor(x, 30).rgb() for x in range(20)}
    assert ink(10) in stripes
    assert len(stripes) == 2


def test_hidden_classes_are_seen_through_and_others_step_back_before_one():
    hidden = mask_picture(MASK, AnswerFilter(hidden=frozenset({MANY[0]})))
    near = mask_picture(MASK, AnswerFilter(), near_name=MANY[1])

    assert hidden.pixelColor(5, 5).alpha() == 0
    assert near.pixelColor(30, 5).alpha() == 255
    assert near.pixelColor(5, 5).alpha() < 128


def test_the_outline_of_a_mask_is_where_classes_meet():
    outline = mask_picture(MASK, AnswerFilter(), is_outline=True)

    assert outline.pixelColor(19, 5).alpha() == 255
    assert outline.pixelColor(5, 5).alpha() == 0


def test_opacity_blends_the_mask_with_its_picture():
    made = painted(MASK, AnswerFilter(opacity=0.5))
    colour = QColor(made.pixel(10, 10))
    pure = QColor(tokens().class_colour(0))

    assert colour.blue() == pytest.approx((pure.blue() + 0x80) / 2, abs=2)


def test_a_narrow_kind_of_integers_is_painted_as_a_wide_one():
    narrow = Mask(classes_HW=np.where(QUARTERS < 0, 255, QUARTERS).astype(np.uint8), classes=MANY)

    assert mask_picture(narrow, AnswerFilter()) == mask_picture(MASK, AnswerFilter())


def test_of_very_many_classes_those_that_are_hidden_are_seen_through():
    names = tuple(map(str, range(300)))
    many = Mask(classes_HW=np.array([[21, 281, -1, 400]]), classes=names)

    shown = mask_picture(many, AnswerFilter())
    hidden = mask_picture(many, AnswerFilter(hidden=frozenset({"281"})))

    assert [shown.pixelColor(x, 0).alpha() for x in range(4)] == [255, 255, 0, 0]
    assert QColor(shown.pixelColor(0, 0)).rgb() == ink(1)
    assert [hidden.pixelColor(x, 0).alpha() for x in range(4)] == [255, 0, 0, 0]


def test_a_picture_for_a_file_keeps_its_size():
    image = grey(2400, 1200)
    made = drawn_picture(image, Boxes(boxes=(((100.0, 200.0, 900.0, 900.0), "cat", 0.9),)))

    assert made.size() == image.size()
    assert QColor(made.pixel(100, 600)).rgb() == ink(0)
    assert image.pixel(100, 600) == GREY


def test_a_picture_lies_in_the_middle_and_zooms_around_the_pointer(view):
    assert view.picture_rect() == QRectF(0, 100, 400, 200)

    at = QPointF(100, 150)
    view.zoom_by(4.0, at)
    rect = view.picture_rect()

    assert rect.width() == pytest.approx(1600)
    # What lay a quarter across and down still lies under the pointer.
    assert (at.x() - rect.left()) / rect.width() == pytest.approx(0.25)
    assert (at.y() - rect.top()) / rect.height() == pytest.approx(0.25)


def test_zooming_ends_at_the_whole_picture_and_at_single_pixels():
    zoom = Zoom()
    picture, room = QSize(100, 100), QSize(200, 200)
    zoom.nearer(0.1, QPointF(0, 0), picture, room)
    assert zoom.times == 1.0
    zoom.nearer(1e9, QPointF(100, 100), picture, room)
    assert zoom.times == MOST
    zoom.move(QPointF(1e9, 1e9), picture, room)
    assert zoom.rect(picture, room).topLeft() == QPointF(0, 0)
    zoom.reset()
    assert zoom.rect(picture, room) == QRectF(0, 0, 200, 200)


def test_keys_zoom_towards_the_box_that_stands_out(view):
    view.show_answer(Boxes(boxes=(((20.0, 20.0, 40.0, 40.0), "cat", 0.9),)))
    view.show_near(0)
    before = view.picture_rect()
    QTest.keyClick(view, Qt.Key.Key_Plus)

    assert view.picture_rect().width() > before.width()
    QTest.keyClick(view, Qt.Key.Key_0)
    assert view.picture_rect() == before


def test_dragging_moves_a_picture_that_is_larger_than_its_view(view):
    view.zoom_by(4.0, QPointF(200, 200))
    before = view.picture_rect()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPointF(200, 200).toPoint())
    QTest.mouseMove(view, QPointF(230, 210).toPoint())
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPointF(230, 210).toPoint())

    moved = view.picture_rect().topLeft() - before.topLeft()
    assert (moved.x(), moved.y()) == pytest.approx((30, 10))


def test_the_smaller_of_two_boxes_is_met_under_the_pointer(view, qtbot):
    inner, outer = ((80.0, 40.0, 120.0, 60.0), "cat", 0.6), ((10.0, 5.0, 190.0, 95.0), "dog", 0.9)
    view.show_answer(Boxes(boxes=(outer, inner)))

    with qtbot.waitSignal(view.near_changed) as told:
        QTest.mouseMove(view, QPointF(200, 200).toPoint())

    assert told.args == [1]


def test_a_screen_reader_is_told_what_counts(view):
    view.show_answer(BOXES)
    assert view.accessibleName() == "picture: 1 cat, 1 dog"

    view.set_filter(AnswerFilter(hidden=frozenset({"dog"})))
    assert view.accessibleName() == "picture: 1 cat"


def test_a_film_shows_picture_and_answer_in_one_go(view):
    view.show_frame(grey(50, 50), BOXES)
    view.show_frame(grey(50, 50), None)

    assert view.layers.answer is None
    assert view.picture_rect().width() == 400


def test_another_mask_is_painted_anew_and_the_same_one_once(view):
    view.show_answer(MASK)
    view.grab()
    first = view.layers._mask_picture(MASK)
    assert view.layers._mask_picture(MASK) is first

    view.set_filter(AnswerFilter(opacity=0.9))
    assert view.layers._mask_picture(MASK) is first
    view.set_filter(AnswerFilter(hidden=frozenset({MANY[0]})))
    assert view.layers._mask_picture(MASK) is not first


def test_a_zone_is_painted_and_red_in_an_alarm(view):
    corners = ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75))
    middle = QPointF(200, 200).toPoint()
    free = view.grab().toImage()
    view.show_zone(ZoneLook(corners=corners))
    calm = view.grab().toImage()
    view.show_zone(ZoneLook(corners=corners, words="Obstacle in the zone: 1 cat"))
    alarm = view.grab().toImage()

    assert calm.pixel(middle) != free.pixel(middle)
    assert alarm.pixelColor(middle).red() > calm.pixelColor(middle).red()
    view.show_zone(None)
    assert view.grab().toImage() == free


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_state_is_drawn_light_and_dark(view, qapp, mode):
    apply(qapp, mode)
    view.show_answer(BOXES)
    view.show_truth(BOXES)
    view.show_near(0, "cat")

    assert not view.grab().isNull()
