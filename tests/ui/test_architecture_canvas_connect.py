"""Connections drawn by hand, blocks dropped, and remedies chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from deepdesk.core.errors import GraphError
from deepdesk.nn.editing import connected
from deepdesk.nn.graph import Edge
from deepdesk.ui.tabs.architecture import hand
from deepdesk.ui.tabs.architecture.canvas import Canvas
from deepdesk.ui.tabs.architecture.connecting import CIRCLE, refusals
from deepdesk.ui.tabs.architecture.dropping import BLOCK_MIME
from tests.ui.architecture_drawings import drawing, long_graph, skip_graph
from tests.ui.architecture_pointer import (
    click,
    drag,
    heard,
    hold,
    on_card,
    on_link,
    on_nothing,
    on_output,
)

CTRL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def canvas(qtbot):
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(736, 610)
    canvas.show()
    canvas.show_drawing(drawing(skip_graph(stride=1)))
    return canvas


def test_a_drag_from_an_output_asks_for_a_connection(canvas):
    told = heard(canvas.connect_asked)
    drag(canvas, on_output(canvas, "picture"), on_card(canvas, "add"))

    assert told == [("picture", "add", None)]
    assert not any(item.is_dimmed for item in canvas.picture.cards.values())


def test_a_drag_to_an_input_in_use_names_it(canvas):
    told = heard(canvas.connect_asked)
    ports = canvas.picture.inputs_of("add")
    used = next(port for port in ports if port.number == 0)
    drag(canvas, on_output(canvas, "picture"), canvas.mapFromScene(used.at))

    assert told == [("picture", "add", 0)]


def test_what_would_make_a_circle_is_dimmed_and_says_why(canvas):
    told = heard(canvas.connect_asked)
    hold(canvas, on_output(canvas, "add"), on_card(canvas, "stem"))
    dimmed = {key for key, item in canvas.picture.cards.items() if item.is_dimmed}
    reason = canvas.gesture.refused["stem"]
    canvas.grab()
    drag(canvas, on_output(canvas, "add"), on_card(canvas, "stem"))

    assert {"picture", "stem", "middle"} <= dimmed
    assert reason == CIRCLE
    assert told == []


@pytest.mark.parametrize("node", ["picture", "stem", "middle", "add", "pool", "classes"])
def test_only_what_editing_refuses_is_refused(node):
    graph = skip_graph(stride=1)
    refused = refusals(graph, node)

    for other in graph.nodes:
        try:
            connected(graph, node, other.id)
        except GraphError:
            assert other.id in refused
        else:
            assert other.id not in refused


def test_a_curve_that_ends_on_the_ground_asks_for_a_new_block(canvas):
    told = heard(canvas.insert_asked)
    end = on_nothing(canvas)
    drag(canvas, on_output(canvas, "pool"), end)

    assert told == [canvas.viewport().mapToGlobal(end)]
    assert canvas.selected == "pool"


def test_a_click_on_an_output_only_selects(canvas):
    told = heard(canvas.connect_asked)
    click(canvas, on_output(canvas, "pool"))

    assert canvas.selection == ("pool",)
    assert told == []


def test_the_end_of_a_connection_moves_to_another_block(canvas):
    told = heard(canvas.reroute_asked)
    ports = canvas.picture.inputs_of("add")
    shortcut = canvas.mapFromScene(next(port.at for port in ports if port.number == 1))
    canvas.select("add")
    drag(canvas, shortcut, on_card(canvas, "pool"))

    assert told == [(Edge("stem", "add", 1), "stem", "pool", None)]


def test_the_beginning_of_a_selected_connection_moves_too(canvas):
    told = heard(canvas.reroute_asked)
    click(canvas, on_link(canvas, "pool", "classes"))
    drag(canvas, on_output(canvas, "pool"), on_card(canvas, "stem"))

    assert told == [(Edge("pool", "classes", 0), "stem", "classes", 0)]


def test_keys_connect(canvas, qtbot):
    told = heard(canvas.connect_asked)
    canvas.select("picture")
    qtbot.keyClick(canvas, Qt.Key.Key_Down, CTRL)
    first = canvas.gesture.aim
    qtbot.keyClick(canvas, Qt.Key.Key_Down)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)

    # "stem" is connected already.
    assert first == "middle"
    assert told == [("picture", "add", None)]
    assert canvas.gesture is None


def test_escape_gives_a_connection_up(canvas, qtbot):
    told = heard(canvas.connect_asked)
    canvas.select("picture")
    qtbot.keyClick(canvas, Qt.Key.Key_Down, CTRL)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)

    assert canvas.gesture is None
    assert told == []
    assert not any(item.is_dimmed for item in canvas.picture.cards.values())


def carry(canvas, at, data=b"dropout", *, lets_go=True):
    """Drag something of the palette over the canvas; return whether it was welcome."""
    mime = QMimeData()
    mime.setData(BLOCK_MIME, data)
    keys = (Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(at, *keys)
    QApplication.sendEvent(canvas.viewport(), enter)
    # Qt sends the rest only to what has welcomed the drag.
    if enter.isAccepted():
        QApplication.sendEvent(canvas.viewport(), QDragMoveEvent(at, *keys))
    if enter.isAccepted() and lets_go:
        QApplication.sendEvent(canvas.viewport(), QDropEvent(QPointF(at), *keys))
    return enter.isAccepted()


def test_a_block_is_dropped_on_a_connection_a_card_or_the_ground(canvas):
    told = heard(canvas.drop_asked)
    for at in (on_link(canvas, "middle", "add"), on_card(canvas, "pool"), on_nothing(canvas)):
        assert carry(canvas, at)

    assert told == [
        ("dropout", Edge("middle", "add", 0)),
        ("dropout", "pool"),
        ("dropout", None),
    ]


def test_where_a_block_would_go_is_marked(canvas):
    before = canvas.grab().toImage()
    carry(canvas, on_link(canvas, "middle", "add"), lets_go=False)

    assert canvas.gesture.link.edges == (Edge("middle", "add", 0),)
    assert canvas.grab().toImage() != before


@pytest.mark.parametrize("data", [b"", b"no_such_block", b"\xff\xfe", b"x" * 10_000])
def test_what_is_no_block_is_not_taken(canvas, data):
    told = heard(canvas.drop_asked)

    assert not carry(canvas, on_card(canvas, "pool"), data)
    assert told == []


def mended(titles=("Add a projection", "Set the stride to 1")):
    """Return a drawing with a fault and what helps."""
    made = drawing(skip_graph())
    cards = (replace(c, remedies=titles) if c.problem else c for c in made.cards)
    return replace(made, cards=tuple(cards))


def test_a_click_on_a_remedy_asks_for_it(canvas):
    canvas.show_drawing(mended())
    told = heard(canvas.remedy_asked)
    at = canvas.mapFromScene(canvas.picture.bubbles[0].remedy_place(1).center())
    click(canvas, at)

    assert told == [("add", 1)]


def test_keys_reach_a_remedy(canvas, qtbot):
    canvas.show_drawing(mended())
    told = heard(canvas.remedy_asked)
    canvas.select("add")
    for key in (Qt.Key.Key_F4, Qt.Key.Key_Down, Qt.Key.Key_Return):
        qtbot.keyClick(canvas, key)

    assert told == [("add", 1)]
    assert "Set the stride to 1" in canvas.accessibleDescription()


def test_of_many_faults_only_one_is_told_beside_its_block(canvas):
    made = drawing(long_graph(12))
    problem = GraphError("It does not fit.", "Change it.")
    canvas.show_drawing(replace(made, cards=tuple(replace(c, problem=problem) for c in made.cards)))
    canvas.select("c5")

    assert [bubble.node_id for bubble in canvas.picture.bubbles] == ["c5"]


def test_an_edit_of_blocks_gives_a_gesture_up_and_one_of_figures_does_not(canvas):
    hold(canvas, on_output(canvas, "picture"), on_card(canvas, "add"))
    canvas.show_drawing(drawing(skip_graph(stride=1)))
    lasts = canvas.gesture
    canvas.show_drawing(drawing(long_graph(5)))

    assert lasts is not None
    assert canvas.gesture is None


def test_a_curve_held_at_the_edge_scrolls_the_network(canvas, qtbot, monkeypatch):
    monkeypatch.setattr(hand, "WAIT_MS", 0)
    canvas.show_drawing(drawing(long_graph(40)))
    canvas.select("picture")
    before = canvas.sight()
    start = on_output(canvas, "picture")
    hold(canvas, start, QPoint(canvas.viewport().width() - 2, start.y()))
    qtbot.waitUntil(lambda: canvas.sight().left() > before.left() + 30)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)

    assert canvas.gesture is None


def test_a_bubble_stays_while_it_tells_the_same(canvas, qtbot):
    canvas.show_drawing(mended())
    canvas.select("add")
    qtbot.keyClick(canvas, Qt.Key.Key_F4)
    bubble = canvas.picture.bubbles[0]
    canvas.show_drawing(mended())

    assert canvas.picture.bubbles[0] is bubble
    assert bubble.at == 0
