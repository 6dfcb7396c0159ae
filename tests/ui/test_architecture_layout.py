"""Where cards go, without a window."""

from __future__ import annotations

import itertools
import time

import pytest

from deepdesk.ui.tabs.architecture.layout import (
    MOST_ROWS,
    in_flow_order,
    laid_out,
    layers_of,
    neighbour,
    rows_for,
    spread,
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


def grouped(first, last, count=20):
    ids, links = chain(count)
    return ids, links, [ids[first:last]]


def test_the_blocks_of_a_group_stand_together():
    ids, links = ["a", "b", "x", "y", "z"], [("a", "b"), ("a", "x"), ("x", "y"), ("b", "z")]
    links += [("y", "z")]
    places = laid_out(ids, links, groups=[["x", "y"]]).places
    rows = [places["x"].row, places["y"].row]

    assert places["x"].x == places["y"].x != places["b"].x
    assert rows[1] - rows[0] == 1
    assert places["a"].row < rows[0]
    assert places["z"].row > rows[1]


def test_a_group_has_room_for_its_name():
    ids, links, groups = grouped(3, 6, count=9)
    places = laid_out(ids, links, groups=groups).places

    assert places["b3"].row - places["b2"].row > 1.5
    assert places["b6"].row - places["b5"].row > 1.3
    assert places["b5"].row - places["b4"].row == 1


def test_a_circle_through_a_group_is_laid_out_all_the_same():
    ids, links = chain(6)
    places = laid_out(ids, links, groups=[["b1", "b4"]]).places

    assert len({(place.x, place.row) for place in places.values()}) == 6


def test_flow_order_puts_each_after_what_feeds_it():
    ids, links = chain(50)

    assert in_flow_order(ids[::-1], links) == ids
    assert sorted(in_flow_order(["a", "b", "c"], [("a", "b"), ("b", "c"), ("c", "a")])) == [
        "a",
        "b",
        "c",
    ]


def test_one_block_more_moves_only_its_column():
    ids, links = chain(100)
    before = laid_out(ids, links)
    more = [*ids[:30], "new", *ids[30:]]
    after = laid_out(more, list(itertools.pairwise(more)), before=before)
    column = after.places["new"].column

    others = [i for i in ids if before.places[i].column != column]
    assert len(others) > 60
    assert all(after.places[i] == before.places[i] for i in others)


def test_many_blocks_more_get_columns_of_their_own():
    ids, links = chain(100)
    before = laid_out(ids, links)
    more = [*ids[:30], *(f"new{n}" for n in range(60)), *ids[30:]]
    after = laid_out(more, list(itertools.pairwise(more)), before=before)

    assert after.rows <= laid_out(more, list(itertools.pairwise(more))).rows + 5


def test_300_blocks_are_laid_out_in_15_milliseconds():
    ids, links = chain(300)
    links += [(ids[n], ids[n + 3]) for n in range(0, 290, 5)]
    groups = [ids[n : n + 6] for n in range(10, 280, 20)]
    times = []
    for _ in range(5):
        start = time.perf_counter()
        laid_out(ids, links, groups=groups)
        times.append(time.perf_counter() - start)

    assert min(times) < 0.015


def test_branches_of_unequal_length_keep_their_lanes():
    ids = ["a", "b", "c", "d", "e", "f", "z"]
    links = [("a", "b"), ("a", "c"), ("a", "d"), ("c", "e"), ("e", "f")]
    links += [("b", "z"), ("f", "z"), ("d", "z")]
    places = laid_out(ids, links).places

    assert places["c"].x == places["e"].x == places["f"].x
    assert places["z"].x == pytest.approx(places["a"].x)


@pytest.mark.parametrize(
    ("wanted", "widths"),
    [([0, 0, 0], [1, 1, 1]), ([2, 0, 1], [1, 3, 1]), ([0, 0.2, 5], [2, 1, 1]), ([], [])],
)
def test_spread_is_as_near_as_fits(wanted, widths):
    """No small step that fits comes nearer: the problem is convex."""
    found = spread(wanted, widths)
    gaps = [(a + b) / 2 for a, b in itertools.pairwise(widths)]

    def lost(xs):
        return sum((x - want) ** 2 for x, want in zip(xs, wanted, strict=True))

    assert all(
        b - a >= gap - 1e-9 for (a, b), gap in zip(itertools.pairwise(found), gaps, strict=True)
    )
    for nudge in itertools.product((-0.05, 0, 0.05), repeat=len(found)):
        other = [x + step for x, step in zip(found, nudge, strict=True)]
        if all(
            b - a >= gap - 1e-9 for (a, b), gap in zip(itertools.pairwise(other), gaps, strict=True)
        ):
            assert lost(other) >= lost(found) - 1e-9
