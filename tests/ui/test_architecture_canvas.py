"""The drawing on its ground: what is seen, and what keys, wheel and mouse do."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from deepdesk.nn.block import shape_text
from deepdesk.ui.tabs.architecture.canvas import CALM_ZOOM, Canvas
from deepdesk.ui.tabs.architecture.items import BubbleItem
from deepdesk.ui.tabs.architecture.links import LinkItem
from deepdesk.ui.tabs.architecture.picture import png_of, svg_of
from deepdesk.ui.theme import apply
from tests.ui.architecture_drawings import drawing, long_graph, skip_graph


@pytest.fixture
def canvas(qtbot):
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(736, 610)
    canvas.show()
    return canvas


def turn_wheel(canvas, steps):
    centre = QPointF(canvas.viewport().rect().center())
    event = QWheelEvent(
        centre,
        canvas.viewport().mapToGlobal(centre),
        QPoint(),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas.viewport(), event)


def in_sight(canvas, node_id):
    item = canvas.picture.cards[node_id]
    return canvas.viewport().rect().contains(canvas.mapFromScene(item.sceneBoundingRect().center()))


def test_a_small_network_is_whole_in_sight_and_not_blown_up(canvas):
    canvas.show_drawing(drawing())

    assert all(in_sight(canvas, key) for key in canvas.picture.cards)
    assert canvas.zoom() == pytest.approx(1.0)


def test_a_network_of_300_blocks_begins_readable(canvas):
    canvas.show_drawing(drawing(long_graph()))

    assert canvas.zoom() > CALM_ZOOM
    assert in_sight(canvas, "picture")


def test_fit_shows_all_300_blocks(canvas):
    canvas.show_drawing(drawing(long_graph()))
    canvas.show_all()

    assert all(in_sight(canvas, key) for key in canvas.picture.cards)


def test_the_card_that_is_clicked_is_chosen(canvas, qtbot):
    canvas.show_drawing(drawing())
    centre = canvas.mapFromScene(canvas.picture.cards["stem"].pos())

    with qtbot.waitSignal(canvas.chosen) as told:
        qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=centre)

    assert told.args == ["stem"]
    assert canvas.picture.cards["stem"].is_chosen


def test_a_drag_pans_and_chooses_nothing(canvas, qtbot):
    canvas.show_drawing(drawing())
    start = canvas.mapFromScene(canvas.picture.cards["stem"].pos())
    before = canvas.mapToScene(QPoint(0, 0))

    with qtbot.assertNotEmitted(canvas.chosen):
        qtbot.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=start)
        qtbot.mouseMove(canvas.viewport(), start + QPoint(40, 30))
        qtbot.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=start + QPoint(40, 30))

    assert canvas.mapToScene(QPoint(0, 0)) != before


def test_arrows_home_and_end_walk_over_the_cards(canvas, qtbot):
    canvas.show_drawing(drawing())
    walked = []
    canvas.chosen.connect(walked.append)
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_End):
        qtbot.keyClick(canvas, key)

    assert walked == ["picture", "stem", "picture", "classes"]


def test_the_wheel_zooms_in_and_out(canvas):
    canvas.show_drawing(drawing())
    before = canvas.zoom()
    turn_wheel(canvas, 1)
    nearer = canvas.zoom()
    turn_wheel(canvas, -1)

    assert nearer > before
    assert canvas.zoom() == pytest.approx(before)


def test_zoom_has_ends(canvas):
    canvas.show_drawing(drawing())
    turn_wheel(canvas, 100)
    nearest = canvas.zoom()
    turn_wheel(canvas, -400)

    assert nearest == pytest.approx(4.0)
    assert canvas.zoom() == pytest.approx(0.08)


def test_the_view_stays_while_only_settings_differ(canvas):
    canvas.show_drawing(drawing(skip_graph(stride=1)))
    turn_wheel(canvas, 2)
    canvas.select("stem")
    before = (canvas.zoom(), canvas.mapToScene(QPoint(5, 5)))
    canvas.show_drawing(drawing(skip_graph(stride=1)))

    assert (canvas.zoom(), canvas.mapToScene(QPoint(5, 5))) == before
    assert canvas.selected == "stem"


def test_a_resized_window_fits_anew_until_a_person_zooms(canvas, qtbot):
    canvas.show_drawing(drawing())
    canvas.resize(736, 400)
    qtbot.waitUntil(lambda: canvas.zoom() < 0.7)
    turn_wheel(canvas, 3)
    zoomed = canvas.zoom()
    canvas.resize(736, 500)
    QApplication.processEvents()

    assert canvas.zoom() == zoomed


def test_overlays_change_what_cards_tell(canvas):
    canvas.show_drawing(drawing())
    texts = {}
    for overlay in ("shapes", "parameters", "operations", "memory"):
        canvas.show_overlay(overlay)
        texts[overlay] = canvas.picture.cards["stage_1"].right

    assert texts["shapes"] == shape_text((64, 16, 16))
    assert texts["parameters"] == "20"
    assert texts["operations"].startswith("200")
    assert texts["memory"].startswith("1.95")


def test_shares_of_an_overlay_add_up_to_the_whole(canvas):
    canvas.show_drawing(drawing())
    canvas.show_overlay("operations")

    assert sum(item.share for item in canvas.picture.cards.values()) == pytest.approx(1.0)
    canvas.show_overlay("shapes")
    assert not any(item.share for item in canvas.picture.cards.values())


def test_a_block_at_fault_says_so_beside_itself(canvas):
    canvas.show_drawing(drawing(skip_graph()))
    bubbles = [item for item in canvas.picture.items() if isinstance(item, BubbleItem)]

    assert len(bubbles) == 1
    assert shape_text((64, 16, 16)) in bubbles[0].message
    assert shape_text((64, 32, 32)) in bubbles[0].message
    assert bubbles[0].hint
    assert (
        bubbles[0].y() < canvas.picture.cards["add"].y() < bubbles[0].sceneBoundingRect().bottom()
    )


def test_only_the_shortcut_is_dashed(canvas):
    canvas.show_drawing(drawing(skip_graph(stride=1)))
    links = [item for item in canvas.picture.items() if isinstance(item, LinkItem)]

    assert sorted(link.skips for link in links) == [False] * 5 + [True]


def test_readers_hear_the_chosen_block(canvas):
    canvas.show_drawing(drawing(skip_graph()))
    canvas.select("add")

    assert "Skip" in canvas.accessibleName()
    assert "Add takes equal shapes" in canvas.accessibleName()


def test_saved_pictures_can_be_read_again(canvas):
    canvas.show_drawing(drawing())
    canvas.select("stem")
    image = QImage.fromData(png_of(canvas.picture)())
    size = QSvgRenderer(svg_of(canvas.picture)()).viewBox().size()

    assert abs(image.width() - 2 * size.width()) <= 2
    assert image.height() > image.width() > 300
    assert canvas.picture.cards["stem"].is_chosen


def test_a_larger_text_size_makes_larger_cards(canvas, qapp):
    apply(qapp, "light")
    canvas.show_drawing(drawing())
    before = canvas.picture.step_y
    try:
        apply(qapp, "light", text_scale=1.5)
        assert canvas.picture.step_y > before
    finally:
        apply(qapp, "light")
