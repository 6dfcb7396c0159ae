"""Where cards go, without a window."""

from __future__ import annotations

import itertools

import pytest

from deepdesk.ui.tabs.architecture.layout import (
    MOST_ROWS,
    laid_out,
    layers_of,
    neighbour,
    rows_for,
)


def chain(count):
    ids = [f"b{number}" for number in range(count)]
    return ids, list(itertools.pairwise(ids))


def longest_ways(ids, links):
    """Depth by trying every way, the slow second method."""

    def depth(node_id):
        return max((1 + depth(s) for s, t in links if t == node_id), default=0)

    return {node_id: depth(node_id) for node_id in ids}


DIAMOND = (["a", "b", "c", "d"], [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")])
SKIP = (["a", "b", "c", "d"], [("a", "b"), ("b", "c"), ("c", "d"), ("a", "d")])


@pytest.mark.parametrize("graph", [DIAMOND, SKIP, chain(7)], ids=["diamond", "skip", "chain"])
def test_a_layer_is_as_deep_as_the_longest_way_to_it(graph):
    layers = layers_of(*graph)

    found = {node_id: depth for depth, layer in enumerate(layers) for node_id in layer}
    assert found == longest_ways(*graph)


def test_a_chain_is_one_straight_column():
    places = laid_out(*chain(8)).places

    assert {place.x for place in places.values()} == {0.0}
    assert [place.row for place in places.values()] == list(range(8))


def test_branches_stand_side_by_side_around_the_middle():
    places = laid_out(*DIAMOND).places

    assert places["b"].row == places["c"].row
    assert places["b"].x + places["c"].x == 2 * places["a"].x
    assert places["a"].x == places["d"].x


def test_branches_do_not_cross():
    ids = ["a", "left", "right", "left2", "right2", "z"]
    links = [("a", "left"), ("a", "right"), ("right", "right2"), ("left", "left2")]
    links += [("left2", "z"), ("right2", "z")]

    places = laid_out(["a", "left", "right", "right2", "left2", "z"], links).places

    assert set(places) == set(ids)
    assert (places["left"].x < places["right"].x) == (places["left2"].x < places["right2"].x)


@pytest.mark.parametrize("count", [1, MOST_ROWS, 15, 60, 300, 2000])
def test_no_two_cards_share_a_place(count):
    layout = laid_out(*chain(count))

    assert len({(p.x, p.row) for p in layout.places.values()}) == count


def test_a_long_network_is_folded_to_about_the_shape_of_a_screen():
    layout = laid_out(*chain(300), step_ratio=0.24)

    width, height = layout.width, layout.rows * 0.24
    assert 1.2 < width / height < 2.1


def test_a_short_network_is_never_folded():
    assert rows_for(MOST_ROWS, step_ratio=0.24) == MOST_ROWS


def test_nothing_has_no_places():
    assert laid_out([], []).places == {}
    assert neighbour({}, "", (0, 1)) == ""


@pytest.mark.parametrize("count", [5, 40])
def test_down_and_up_walk_over_every_card(count):
    places = laid_out(*chain(count)).places
    walked = ["b0"]
    for _ in range(count - 1):
        walked.append(neighbour(places, walked[-1], (0, 1)))

    assert walked == list(places)
    assert neighbour(places, walked[-1], (0, 1)) == walked[-1]
    assert neighbour(places, walked[-1], (0, -1)) == walked[-2]


def test_left_and_right_go_to_the_card_beside():
    places = laid_out(*DIAMOND).places
    left, right = sorted(("b", "c"), key=lambda node_id: places[node_id].x)

    assert neighbour(places, left, (1, 0)) == right
    assert neighbour(places, right, (-1, 0)) == left
    assert neighbour(places, right, (1, 0)) == right
