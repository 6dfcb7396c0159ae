"""Where the cards of a network go: layers from top to bottom, folded into columns when long.

A layer is as deep as the longest way to it from an input (Sugiyama et al., 1981, step one), and
within a layer blocks stand in the order of what feeds them, so that few connections cross, and
below what feeds them, so that the lanes of branches are straight. The blocks of a group are laid
out by themselves and then take part as one large block.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Links = Sequence[tuple[str, str]]
MOST_ROWS = 14
_WIDE = 1.6  # width over height of a folded drawing
_COARSE = 4  # rows of a column are a multiple of it, so that one more block changes nothing
_SLACK = 5  # rows that a column may grow by before blocks move to the next
_FULL = 0.7  # of a column from which on it may end where it ended before
HEAD_ROWS, FOOT_ROWS = 0.62, 0.44  # room above and below the blocks of a group, in rows


@dataclass(frozen=True, slots=True)
class Place:
    """Of one card: its centre in steps of a card to the right, its row, and its column."""

    x: float
    row: float
    column: int


@dataclass(frozen=True, slots=True)
class Layout:
    """All places.

    Attributes:
        rows: Of the highest column.
        width: How many steps of a card wide everything is.
        starts: Ids that stand at the top of a column other than the first.
    """

    places: Mapping[str, Place]
    rows: float
    width: float
    starts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Box:
    """What takes room as one: a block alone, or a whole group."""

    inner: Layout | None = None
    width: float = 1.0
    rows: float = 1.0


@dataclass(slots=True)
class _Column:
    layers: list[list[str]] = field(default_factory=list)
    rows: float = 0.0


def layers_of(ids: Sequence[str], links: Links) -> list[list[str]]:
    """Return the ids by depth; `ids` has each block after all that feed it."""
    sources = sources_of(links)
    depth: dict[str, int] = {}
    for node_id in ids:
        feeding = [depth[source] for source in sources.get(node_id, ()) if source in depth]
        depth[node_id] = 1 + max(feeding, default=-1)
    layers: list[list[str]] = [[] for _ in range(1 + max(depth.values(), default=-1))]
    for node_id in ids:
        layers[depth[node_id]].append(node_id)
    return layers


def sources_of(links: Links) -> dict[str, list[str]]:
    """Return the ids that feed each id."""
    found: dict[str, list[str]] = {}
    for source, target in links:
        found.setdefault(target, []).append(source)
    return found


def in_flow_order(ids: Sequence[str], links: Links) -> list[str]:
    """Return the ids, each after those that feed it; a circle is cut where `ids` comes to it."""
    feeding = sources_of(links)
    known = set(ids)
    done: dict[str, None] = {}
    for first in ids:
        waiting = [first]
        seen: set[str] = set()
        while waiting:
            node_id = waiting[-1]
            before = [
                source
                for source in feeding.get(node_id, ())
                if source in known and source not in done and source not in seen
            ]
            if node_id in done or (node_id in seen and not before):
                done.setdefault(waiting.pop())
                continue
            seen.add(node_id)
            waiting += reversed(before)
    return list(done)


def rows_for(layers: float, *, step_ratio: float) -> int:
    """Return how many layers stand in one column.

    Args:
        step_ratio: Height of a row over the width of a column.
    """
    if layers <= MOST_ROWS:
        return max(1, math.ceil(layers))
    columns = max(1, round(math.sqrt(_WIDE * layers * step_ratio)))
    rows = math.ceil(layers / columns / _COARSE) * _COARSE if columns > 1 else layers
    return max(MOST_ROWS, math.ceil(rows))


def laid_out(
    ids: Sequence[str],
    links: Links,
    *,
    step_ratio: float = 0.24,
    groups: Sequence[Sequence[str]] = (),
    before: Layout | None = None,
) -> Layout:
    """Return a place for every id.

    Args:
        groups: Ids that are to stand together, each in one group at most.
        before: What was seen until now; its columns stay where they began as far as they can.
    """
    boxes: dict[str, _Box] = {}
    owner: dict[str, str] = {}
    for members in groups:
        inside = set(members)
        within = [link for link in links if link[0] in inside and link[1] in inside]
        inner = laid_out([i for i in ids if i in inside], within, step_ratio=step_ratio)
        if inner.places:
            head = next(iter(inner.places))
            owner |= dict.fromkeys(inner.places, head)
            boxes[head] = _Box(inner, inner.width, inner.rows + HEAD_ROWS + FOOT_ROWS)
    if owner:
        between = (
            (owner.get(source, source), owner.get(target, target)) for source, target in links
        )
        links = list(dict.fromkeys(pair for pair in between if pair[0] != pair[1]))
        ids = in_flow_order(list(dict.fromkeys(owner.get(i, i) for i in ids)), links)
    sources = sources_of(links)
    layers = _untangled(layers_of(ids, links), sources)
    return _placed(_folded(layers, boxes, step_ratio, before), boxes, sources)


def _folded(
    layers: list[list[str]], boxes: Mapping[str, _Box], step_ratio: float, before: Layout | None
) -> list[_Column]:
    """Break the layers into columns."""
    heights = [_rows_of(layer, boxes) for layer in layers]
    most = rows_for(sum(heights), step_ratio=step_ratio)
    starts = before.starts if before is not None and sum(heights) > MOST_ROWS else frozenset()
    limit = most + (_SLACK if starts else 0)
    columns: list[_Column] = []
    for layer, height in zip(layers, heights, strict=True):
        last = columns[-1] if columns else None
        is_break = last is None or last.rows + height > limit + 1e-6
        if last is not None and not starts.isdisjoint(layer):
            is_break = is_break or last.rows >= most * _FULL
        if is_break or last is None:
            last = _Column()
            columns.append(last)
        last.layers.append(layer)
        last.rows += height
    return columns


def _placed(
    columns: list[_Column], boxes: Mapping[str, _Box], sources: Mapping[str, list[str]]
) -> Layout:
    places: dict[str, Place] = {}
    starts: set[str] = set()
    across = _across(columns, boxes, sources)
    left, number = 0.0, 0
    for position, column in enumerate(columns):
        spans = [
            (across[node_id], _width(node_id, boxes) / 2)
            for layer in column.layers
            for node_id in layer
        ]
        edge = min(x - half for x, half in spans)
        shift = left - edge - 0.5
        top, further = 0.0, 0
        if position:
            starts |= set(column.layers[0])
        for layer in column.layers:
            rows = _rows_of(layer, boxes)
            for node_id in layer:
                box = boxes.get(node_id, _Box())
                x, at = across[node_id] + shift, top + (rows - box.rows) / 2
                if box.inner is None:
                    places[node_id] = Place(x, at, number)
                    continue
                begin = x - (box.width - 1) / 2
                for inner_id, p in box.inner.places.items():
                    further = max(further, p.column)
                    row = at + HEAD_ROWS + p.row
                    places[inner_id] = Place(begin + p.x, row, number + p.column)
            top += rows
        left += max(x + half for x, half in spans) - edge
        number += 1 + further
    rows = max((column.rows for column in columns), default=1)
    return Layout(places=places, rows=rows, width=left, starts=frozenset(starts))


def _across(
    columns: list[_Column], boxes: Mapping[str, _Box], sources: Mapping[str, list[str]]
) -> dict[str, float]:
    """Return how far right each block stands: below the middle of what feeds it, if there is room.

    Blocks that want the same place are spread around it.
    """
    found: dict[str, float] = {}
    for column in columns:
        for layer in column.layers:
            wanted = [
                _mean([found[source] for source in sources.get(node_id, ()) if source in found])
                for node_id in layer
            ]
            widths = [_width(node_id, boxes) for node_id in layer]
            found |= dict(zip(layer, spread(wanted, widths), strict=True))
    return found


def spread(wanted: Sequence[float], widths: Sequence[float]) -> list[float]:
    """Return centres as near to the wanted ones as fits, in the same order.

    Least squares under the constraint that neighbours do not overlap: what is left after the
    widths are taken off is an isotonic regression (pool adjacent violators; Barlow et al., 1972).
    """
    before = [0.0]
    for one, other in itertools.pairwise(widths):
        before.append(before[-1] + (one + other) / 2)
    pools: list[tuple[float, int]] = []  # (mean, how many)
    for want, taken in zip(wanted, before, strict=False):
        mean, count = want - taken, 1
        while pools and pools[-1][0] >= mean:
            other, members = pools.pop()
            mean = (mean * count + other * members) / (count + members)
            count += members
        pools.append((mean, count))
    free = [mean for mean, count in pools for _ in range(count)]
    return [value + taken for value, taken in zip(free, before, strict=False)]


def _rows_of(layer: Sequence[str], boxes: Mapping[str, _Box]) -> float:
    return max(boxes[node_id].rows if node_id in boxes else 1.0 for node_id in layer)


def _width(node_id: str, boxes: Mapping[str, _Box]) -> float:
    return boxes[node_id].width if node_id in boxes else 1.0


def _untangled(layers: list[list[str]], sources: Mapping[str, list[str]]) -> list[list[str]]:
    """Order each layer by the mean place of what feeds it."""
    place: dict[str, float] = {}
    ordered: list[list[str]] = []
    for layer in layers:
        if len(layer) > 1:
            wanted = {
                node_id: _mean(
                    [place[source] for source in sources.get(node_id, ()) if source in place]
                )
                for node_id in layer
            }
            layer = sorted(layer, key=lambda node_id: wanted[node_id])  # noqa: PLW2901
        ordered.append(layer)
        middle = (len(layer) - 1) / 2
        place |= {node_id: slot - middle for slot, node_id in enumerate(layer)}
    return ordered


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def neighbour(places: Mapping[str, Place], node_id: str, way: tuple[int, int]) -> str:
    """Return the nearest id to the right (1, 0), left (-1, 0), below (0, 1) or above (0, -1).

    Up and down go on in the next column; where there is nothing, `node_id` comes back.
    """
    if node_id not in places:
        return next(iter(places), "")
    here = places[node_id]
    if way[1]:
        return _along(places, node_id, way[1])
    aside = {
        other: place
        for other, place in places.items()
        if other != node_id and (place.x - here.x) * way[0] > 0.25
    }
    if not aside:
        return node_id
    return min(aside, key=lambda other: _apart(here, aside[other]))


def _apart(here: Place, there: Place) -> tuple[float, float]:
    return (abs(there.row - here.row) * 0.5 + abs(there.x - here.x), abs(there.row - here.row))


def _along(places: Mapping[str, Place], node_id: str, way: int) -> str:
    here = places[node_id]
    depth = (here.column, here.row)
    on = {i: (p.column, p.row) for i, p in places.items()}
    beyond = [i for i, at in on.items() if (at > depth if way > 0 else at < depth)]
    if not beyond:
        return node_id
    depths = [on[i] for i in beyond]
    nearest = min(depths) if way > 0 else max(depths)
    row = [i for i in beyond if on[i] == nearest]
    return min(row, key=lambda i: abs(places[i].x - here.x))
