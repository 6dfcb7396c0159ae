"""Several blocks and connections selected, with the pointer and with keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication

from deepdesk.nn.graph import Edge
from deepdesk.ui.tabs.architecture.canvas import Canvas
from deepdesk.ui.tabs.architecture.selection import along_flow, only
from deepdesk.ui.tabs.architecture.shown import shown_of
from tests.ui.architecture_drawings import drawing, long_graph, skip_graph
from tests.ui.architecture_pointer import (
    MIDDLE,
    click,
    drag,
    draw_all,
    heard,
    hold,
    on_card,
    on_link,
    on_nothing,
)

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALL = ("picture", "stem", "middle", "add", "pool", "classes")


@pytest.fixture
def canvas(qtbot):
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(736, 610)
    canvas.show()
    canvas.show_drawing(drawing(skip_graph(stride=1)))
    return canvas


def test_ctrl_click_adds_a_block_and_takes_it_away_again(canvas):
    click(canvas, on_card(canvas, "stem"))
    click(canvas, on_card(canvas, "pool"), CTRL)
    both = canvas.selection
    click(canvas, on_card(canvas, "pool"), CTRL)

    assert both == ("stem", "pool")
    assert canvas.selection == ("stem",)
    assert canvas.selected == "stem"


def test_shift_click_selects_along_the_flow(canvas):
    click(canvas, on_card(canvas, "middle"))
    click(canvas, on_card(canvas, "pool"), SHIFT)

    assert canvas.selection == ("middle", "add", "pool")
    assert canvas.selected == "pool"


def test_a_range_of_two_blocks_takes_all_ways_between_them():
    shown = shown_of(drawing(skip_graph(stride=1)))

    assert along_flow(shown, "stem", "add") == {"stem", "middle", "add"}
    assert along_flow(shown, "add", "stem") == {"stem", "middle", "add"}


def test_a_rubber_band_selects_what_it_touches(canvas):
    start = on_nothing(canvas)
    drag(canvas, start, on_card(canvas, "middle"))

    assert canvas.selection == ("picture", "stem", "middle")


def test_a_rubber_band_with_ctrl_adds(canvas, qtbot):
    click(canvas, on_card(canvas, "classes"))
    start, end = on_nothing(canvas), on_card(canvas, "picture")
    qtbot.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, CTRL, pos=start)
    qtbot.mouseMove(canvas.viewport(), end)
    qtbot.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, CTRL, pos=end)

    assert canvas.selection == ("picture", "classes")
    assert canvas.selected == "classes"


def test_escape_gives_up_a_rubber_band(canvas, qtbot):
    click(canvas, on_card(canvas, "pool"))
    hold(canvas, on_nothing(canvas), on_card(canvas, "middle"))
    during = canvas.selection
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)

    assert len(during) == 3
    assert canvas.selection == ("pool",)
    assert canvas.gesture is None


def test_a_click_on_the_ground_selects_nothing(canvas):
    click(canvas, on_card(canvas, "pool"))
    told = heard(canvas.chosen)
    click(canvas, on_nothing(canvas))

    assert canvas.selection == ()
    assert told == [""]


@pytest.mark.parametrize("keys", [Qt.Key.Key_A])
def test_ctrl_a_selects_all_and_escape_less_and_less(canvas, qtbot, keys):
    canvas.select("middle")
    qtbot.keyClick(canvas, keys, CTRL)
    everything = canvas.selection
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    one = canvas.selection
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)

    assert everything == ALL
    assert one == ("middle",)
    assert canvas.selection == ()


def test_shift_and_arrows_extend_and_take_back(canvas, qtbot):
    canvas.select("stem")
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(canvas, key, SHIFT)
    further = canvas.selection
    qtbot.keyClick(canvas, Qt.Key.Key_Up, SHIFT)

    assert further == ("stem", "middle", "add")
    assert canvas.selection == ("stem", "middle")


def test_a_click_within_8_pixels_selects_a_connection(canvas):
    at = on_link(canvas, "middle", "add")
    click(canvas, at + QPoint(5, 0))
    near = canvas.selected_edges
    click(canvas, at + QPoint(40, 0))

    assert near == (Edge("middle", "add", 0),)
    assert canvas.selected_edges == ()


def test_delete_asks_for_blocks_and_connections_and_else_for_nothing(canvas, qtbot):
    told = heard(canvas.delete_asked)
    click(canvas, on_nothing(canvas))
    qtbot.keyClick(canvas, Qt.Key.Key_Delete)
    click(canvas, on_link(canvas, "stem", "add"))
    qtbot.keyClick(canvas, Qt.Key.Key_Delete)

    assert told == [None]
    assert canvas.selected_edges == (Edge("stem", "add", 1),)


def test_middle_and_space_drags_pan(canvas, qtbot):
    before = canvas.mapToScene(QPoint(0, 0))
    drag(canvas, on_nothing(canvas), on_nothing(canvas) + QPoint(30, 20), MIDDLE)
    middle = canvas.mapToScene(QPoint(0, 0))
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    drag(canvas, on_card(canvas, "stem"), on_card(canvas, "stem") + QPoint(-30, 0))
    qtbot.keyRelease(canvas, Qt.Key.Key_Space)

    assert middle != before
    assert canvas.mapToScene(QPoint(0, 0)) != middle
    assert canvas.selection == ()


def test_a_letter_enter_and_tab_ask_for_a_command_line(canvas, qtbot):
    canvas.select("stem")
    told = []
    canvas.insert_asked.connect(lambda at: told.append((canvas.typed, at)))
    qtbot.keyClicks(canvas, "c")
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    qtbot.keyClick(canvas, Qt.Key.Key_Tab)

    below = canvas.viewport().mapToGlobal(canvas.mapFromScene(canvas.picture.output_of("stem")))
    assert told == [("c", below), ("", below), ("", below)]


def test_keys_that_are_for_the_window_are_left_to_it(canvas, qtbot):
    canvas.select("stem")
    told = heard(canvas.insert_asked)
    qtbot.keyClick(canvas, Qt.Key.Key_C, CTRL)

    assert told == []


def test_the_menu_is_asked_for_what_is_below_the_pointer(canvas):
    told = heard(canvas.menu_asked)
    for at in (on_card(canvas, "pool"), on_link(canvas, "picture", "stem")):
        spot = canvas.viewport().mapToGlobal(at)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, spot)
        QApplication.sendEvent(canvas.viewport(), event)

    assert [(nodes, edge) for _at, nodes, edge in told] == [
        (("pool",), None),
        ((), Edge("picture", "stem", 0)),
    ]


def test_the_menu_key_asks_beside_the_focus(canvas):
    canvas.select("add")
    told = heard(canvas.menu_asked)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(), QPoint())
    QApplication.sendEvent(canvas, event)

    assert told[0][0] == canvas.viewport().mapToGlobal(canvas.hot_spot())
    assert told[0][1:] == (("add",), None)


def test_what_is_selected_stays_selected_after_an_edit(canvas):
    canvas.take(only("stem").toggled("pool"))
    item = canvas.picture.cards["pool"]
    canvas.show_drawing(drawing(skip_graph(stride=2)))

    assert canvas.selection == ("stem", "pool")
    assert canvas.picture.cards["pool"] is item


def test_an_edit_of_a_setting_draws_only_the_cards_that_it_changes(canvas):
    draw_all(canvas)
    graph = skip_graph(stride=1)
    canvas.show_drawing(drawing(graph.with_node(graph.node("stem").with_settings(channels=63))))
    stale = {key for key, item in canvas.picture.cards.items() if item.sprite.is_stale}

    assert not stale & {"picture", "middle"}
    assert {"stem", "add"} <= stale


def test_selecting_draws_no_card_anew(canvas):
    draw_all(canvas)
    sprites = {key: item.sprite for key, item in canvas.picture.cards.items()}
    canvas.take(canvas.chosen_now.with_cards(ALL))
    canvas.grab()

    assert {key: item.sprite for key, item in canvas.picture.cards.items()} == sprites


def test_readers_hear_how_many_are_selected(canvas):
    canvas.take(only("stem").toggled("pool"))

    assert canvas.accessibleDescription().startswith("2 selected.")


def test_arrows_follow_the_flow_into_the_next_column(canvas, qtbot):
    canvas.show_drawing(drawing(long_graph(40)))
    canvas.select("picture")
    walked = heard(canvas.chosen)
    for _ in range(39):
        qtbot.keyClick(canvas, Qt.Key.Key_Down)

    assert walked == [card.id for card in canvas.picture.shown.cards][1:]
