"""Groups on the canvas: one card when closed, a tinted ground when open."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from deepdesk.core.errors import GraphError
from deepdesk.nn.graph import Edge, Group
from deepdesk.ui.tabs.architecture.canvas import Canvas
from deepdesk.ui.tabs.architecture.shown import shown_of
from tests.ui.architecture_drawings import drawing, grouped_graph, long_graph, skip_graph
from tests.ui.architecture_pointer import click, drag, heard, on_card, on_output

INSIDE = ("c1", "c2", "c3", "c4")


@pytest.fixture
def canvas(qtbot):
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(736, 800)
    canvas.show()
    return canvas


def test_a_closed_group_is_one_card_with_the_costs_of_its_blocks(canvas):
    made = drawing(grouped_graph(is_open=False))
    canvas.show_drawing(made)
    card = canvas.picture.cards["stage"].card

    assert not set(INSIDE) & canvas.picture.cards.keys()
    assert (card.title, card.line) == ("First stage", "4 blocks")
    assert card.cost.flops == sum(made.card(node).cost.flops for node in INSIDE)
    assert card.out_shape == made.card("c4").out_shape


def test_connections_of_a_closed_group_lead_to_its_card():
    pairs = shown_of(drawing(grouped_graph(is_open=False))).pairs()

    assert ("c0", "stage") in pairs
    assert ("stage", "c5") in pairs
    assert not any(set(pair) & set(INSIDE) for pair in pairs)


def test_a_group_with_a_faulty_block_says_so(canvas):
    made = drawing(grouped_graph(is_open=False))
    problem = GraphError("It does not fit.", "Change it.", node="c2")
    faulty = (replace(c, problem=problem) if c.id == "c2" else c for c in made.cards)
    canvas.show_drawing(replace(made, cards=tuple(faulty)))

    assert canvas.picture.cards["stage"].card.problem is problem
    assert canvas.picture.bubbles[0].node_id == "c2"


def test_a_group_card_stands_for_all_of_its_blocks(canvas):
    canvas.show_drawing(drawing(grouped_graph(is_open=False)))
    click(canvas, on_card(canvas, "stage"))

    assert canvas.selected == "stage"
    assert canvas.selection == INSIDE
    assert canvas.selected_groups == ("stage",)


def test_a_block_of_a_closed_group_is_found_on_its_card(canvas):
    canvas.show_drawing(drawing(grouped_graph(is_open=False)))
    canvas.select("c3")

    assert canvas.selected == "stage"


@pytest.mark.parametrize("by", ["pointer", "key"])
def test_a_closed_group_asks_to_be_opened(canvas, qtbot, by):
    canvas.show_drawing(drawing(grouped_graph(is_open=False)))
    told = heard(canvas.group_toggled)
    if by == "pointer":
        at = on_card(canvas, "stage")
        qtbot.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)
    else:
        canvas.select("stage")
        qtbot.keyClick(canvas, Qt.Key.Key_Return)

    assert told == [("stage", True)]


@pytest.mark.parametrize("by", ["pointer", "key"])
def test_an_open_group_asks_to_be_closed(canvas, qtbot, by):
    canvas.show_drawing(drawing(grouped_graph(is_open=True)))
    told = heard(canvas.group_toggled)
    if by == "pointer":
        at = canvas.mapFromScene(canvas.picture.areas[0].tab.center())
        qtbot.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)
    else:
        canvas.select("c2")
        qtbot.keyClick(canvas, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    assert told == [("stage", False)]


def test_the_ground_of_an_open_group_holds_its_blocks_and_no_others(canvas):
    canvas.show_drawing(drawing(grouped_graph(is_open=True)))
    area = canvas.picture.areas[0].area
    within = {key for key, item in canvas.picture.cards.items() if area.intersects(item.area)}

    assert within == set(INSIDE)
    assert all(area.contains(canvas.picture.cards[key].area) for key in INSIDE)


def test_a_click_on_the_name_selects_the_group(canvas):
    canvas.show_drawing(drawing(grouped_graph(is_open=True)))
    click(canvas, canvas.mapFromScene(canvas.picture.areas[0].tab.center()))

    assert canvas.selection == INSIDE


def test_a_connection_to_a_closed_group_goes_to_its_first_block(canvas):
    canvas.show_drawing(drawing(grouped_graph(is_open=False)))
    told = heard(canvas.connect_asked)
    drag(canvas, on_output(canvas, "picture"), on_card(canvas, "stage"))
    drag(canvas, on_output(canvas, "stage"), on_card(canvas, "c7"))

    assert told == [("picture", "c1", None), ("c4", "c7", None)]


def test_several_connections_between_two_cards_are_drawn_as_one():
    graph = skip_graph(stride=1)
    graph = replace(graph, groups=(Group("g", "Pair", ("stem", "middle")),))
    links = shown_of(drawing(graph)).links
    into_add = next(link for link in links if link.target == "add")

    assert set(into_add.edges) == {Edge("middle", "add", 0), Edge("stem", "add", 1)}


def test_a_group_with_blocks_between_that_are_not_in_it_is_still_drawn(canvas):
    graph = long_graph(12)
    graph = replace(graph, groups=(Group("g", "Torn", ("c1", "c4")),))
    canvas.show_drawing(drawing(graph))
    places = canvas.picture.layout.places

    assert len(places) == 11
    assert len({(place.x, place.row) for place in places.values()}) == 11


def test_blocks_that_are_not_there_are_no_part_of_a_group():
    graph = replace(long_graph(12), groups=(Group("g", "Old", ("gone", "c1")),))

    assert shown_of(drawing(graph)).members == {"g": ("c1",)}
