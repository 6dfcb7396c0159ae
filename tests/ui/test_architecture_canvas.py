"""The drawing on its ground: what is seen, and what keys, wheel and mouse do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from deepdesk.nn.block import shape_text
from deepdesk.nn.editing import inserted_after, inserted_on, new_node
from deepdesk.nn.graph import Edge
from deepdesk.ui.tabs.architecture import glide
from deepdesk.ui.tabs.architecture.bubble import BubbleItem
from deepdesk.ui.tabs.architecture.canvas import CALM_ZOOM, Canvas
from deepdesk.ui.tabs.architecture.picture import png_of, svg_of
from deepdesk.ui.theme import apply, metrics
from tests.ui.architecture_drawings import branched_graph, drawing, long_graph, skip_graph


@pytest.fixture
def canvas(qtbot):
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(736, 610)
    canvas.show()
    return canvas


def turn_wheel(canvas, steps):
    turn(canvas, QPoint(), QPoint(0, 120 * steps))


def in_sight(canvas, node_id):
    item = canvas.picture.cards[node_id]
    return canvas.viewport().rect().contains(canvas.mapFromScene(item.centre))


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


def test_another_network_begins_where_it_begins_though_a_block_has_the_same_id(canvas):
    canvas.show_drawing(drawing())
    canvas.select("classes")

    canvas.show_drawing(drawing(long_graph()))

    assert canvas.selection == ()
    assert in_sight(canvas, "picture")


def test_another_name_alone_leaves_everything_where_it_is(canvas):
    canvas.show_drawing(drawing())
    canvas.select("stem")
    canvas.zoom_by(1.5)
    zoom = canvas.zoom()

    canvas.show_drawing(drawing(replace(canvas.picture.drawing.graph, name="Mine")))

    assert canvas.selection == ("stem",)
    assert canvas.zoom() == zoom


def test_the_card_that_is_clicked_is_chosen(canvas, qtbot):
    canvas.show_drawing(drawing())
    centre = canvas.mapFromScene(canvas.picture.cards["stem"].centre)

    with qtbot.waitSignal(canvas.chosen) as told:
        qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=centre)

    assert told.args == ["stem"]
    assert canvas.picture.cards["stem"].is_chosen


def test_a_drag_pans_and_chooses_nothing(canvas, qtbot):
    canvas.show_drawing(drawing())
    start = canvas.mapFromScene(canvas.picture.cards["stem"].centre)
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
        bubbles[0].y()
        < canvas.picture.cards["add"].centre.y()
        < bubbles[0].sceneBoundingRect().bottom()
    )


def test_only_the_shortcut_is_dashed(canvas):
    canvas.show_drawing(drawing(skip_graph(stride=1)))
    routes = canvas.picture.links.routes.values()

    assert sorted(route.skips for route in routes) == [False] * 5 + [True]


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


def test_cards_glide_to_their_new_places(canvas, qtbot, monkeypatch):
    monkeypatch.setattr(glide, "wants_calm", lambda: False)
    monkeypatch.setattr(metrics, "FADE_MS", 30)
    canvas.show_drawing(drawing(skip_graph(stride=1)))
    before = canvas.picture.centre("pool").y()
    canvas.show_drawing(drawing(longer()))
    start = canvas.picture.centre("pool").y()
    end = before + canvas.picture.step_y
    room = canvas.picture.contents()
    canvas.show_drawing(drawing(longer()))
    qtbot.waitUntil(lambda: canvas.picture.centre("pool").y() == pytest.approx(end))

    assert start == pytest.approx(before)
    assert room == canvas.picture.contents()
    assert all(room.contains(item.area) for item in canvas.picture.cards.values())
    ends = {link.target: r.end.y() for link, r in canvas.picture.links.routes.items()}
    assert ends["pool"] == pytest.approx(end - canvas.picture.cards["pool"].rect.height() / 2)


def test_nothing_glides_where_the_system_wants_no_motion(canvas, monkeypatch):
    monkeypatch.setattr(glide, "wants_calm", lambda: True)
    canvas.show_drawing(drawing(skip_graph(stride=1)))
    before = canvas.picture.centre("pool").y()
    canvas.show_drawing(drawing(longer()))

    assert canvas.picture.centre("pool").y() == pytest.approx(before + canvas.picture.step_y)


def longer():
    graph = skip_graph(stride=1)
    return inserted_on(graph, new_node(graph, "dropout"), Edge("add", "pool"))


def test_tidy_forgets_what_edits_left(canvas, monkeypatch):
    monkeypatch.setattr(glide, "wants_calm", lambda: True)
    canvas.show_drawing(drawing(long_graph(60)))
    for count in range(61, 65):
        canvas.show_drawing(drawing(long_graph(count)))
    edited = canvas.picture.layout
    canvas.tidy()
    fresh = Canvas()
    fresh.show_drawing(drawing(long_graph(64)))

    assert canvas.picture.layout.places == fresh.picture.layout.places
    assert edited.starts <= set(edited.places)
    fresh.deleteLater()


def test_two_fingers_and_shift_scroll(canvas):
    canvas.show_drawing(drawing(long_graph(60)))
    zoom, before = canvas.zoom(), canvas.sight()
    turn(canvas, QPoint(-30, -40), QPoint(-30, -40))
    fingers = canvas.sight()
    turn(canvas, QPoint(), QPoint(0, -120), Qt.KeyboardModifier.ShiftModifier)
    aside = canvas.sight()

    assert canvas.zoom() == zoom
    assert (fingers.left() > before.left(), fingers.top() > before.top()) == (True, True)
    assert (aside.left() > fingers.left(), aside.top()) == (True, fingers.top())


def turn(canvas, pixels, degrees, keys=Qt.KeyboardModifier.NoModifier):
    centre = QPointF(canvas.viewport().rect().center())
    event = QWheelEvent(
        centre,
        canvas.viewport().mapToGlobal(centre),
        pixels,
        degrees,
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas.viewport(), event)


def test_an_edit_keeps_what_is_looked_at_in_sight(canvas):
    canvas.show_drawing(drawing(long_graph(60)))
    canvas.select("c50")
    zoom = canvas.zoom()
    graph = long_graph(60)
    canvas.show_drawing(drawing(inserted_after(graph, new_node(graph, "dropout"), "c50")))

    assert canvas.zoom() == zoom
    assert in_sight(canvas, "c50")


def test_shapes_are_written_beside_connections_once(canvas):
    canvas.show_drawing(drawing(skip_graph(stride=1)))
    texts = [link.text for link in canvas.picture.links.routes]

    assert texts.count(shape_text((64, 32, 32))) == 4
    assert shape_text((3, 32, 32)) in texts


def test_no_connection_crosses_a_card(canvas):
    canvas.show_drawing(drawing(branched_graph(60)))
    areas = [item.area.adjusted(1, 1, -1, -1) for item in canvas.picture.cards.values()]
    paths = [route.path for route in canvas.picture.links.routes.values()]

    for path in paths:
        points = [path.pointAtPercent(step / 40) for step in range(41)]
        assert not any(area.contains(point) for area in areas for point in points)


def test_pixels_of_far_cards_are_given_up_when_near(canvas):
    canvas.show_drawing(drawing(long_graph(60)))
    canvas.zoom_by(4)
    canvas.look_at(canvas.picture.centre("picture"))
    canvas.picture.hurry(is_hurried=False)
    canvas.grab()
    had = canvas.picture.cards["picture"].sprite
    canvas.look_at(canvas.picture.centre("classes"))
    # A frame gives up pixels only when it had time for its own.
    for _ in range(100):
        canvas.grab()
        if canvas.picture.cards["picture"].sprite is None:
            break

    assert had is not None
    assert canvas.picture.cards["picture"].sprite is None
