"""Where the cards of a network go: layers from top to bottom, folded into columns when long.

A layer is as deep as the longest way to it from an input (Sugiyama et al., 1981, step one), and
within a layer blocks stand in the order of what feeds them, so that few connections cross.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Links = Sequence[tuple[str, str]]
MOST_ROWS = 14
_WIDE = 1.6  # width over height of a folded drawing


@dataclass(frozen=True, slots=True)
class Place:
    """Of one card: its centre in steps of a card to the right, its row, and its column."""

    x: float
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Layout:
    """All places, the gutters between columns, and how many steps wide everything is."""

    places: Mapping[str, Place]
    rows: int
    width: float


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


def rows_for(layers: int, *, step_ratio: float) -> int:
    """Return how many layers stand in one column.

    Args:
        step_ratio: Height of a row over the width of a column.
    """
    if layers <= MOST_ROWS:
        return max(1, layers)
    columns = max(1, round(math.sqrt(_WIDE * layers * step_ratio)))
    return max(MOST_ROWS, math.ceil(layers / columns))


def laid_out(ids: Sequence[str], links: Links, *, step_ratio: float = 0.24) -> Layout:
    """Return a place for every id."""
    layers = _untangled(layers_of(ids, links), sources_of(links))
    rows = rows_for(len(layers), step_ratio=step_ratio)
    places: dict[str, Place] = {}
    left = 0.0
    for column, start in enumerate(range(0, len(layers), rows)):
        part = layers[start : start + rows]
        width = max(len(layer) for layer in part)
        middle = left + (width - 1) / 2
        for row, layer in enumerate(part):
            for slot, node_id in enumerate(layer):
                x = middle + slot - (len(layer) - 1) / 2
                places[node_id] = Place(x, row, column)
        left += width
    return Layout(places=places, rows=rows, width=left)


def _untangled(layers: list[list[str]], sources: Mapping[str, list[str]]) -> list[list[str]]:
    """Order each layer by the mean place of what feeds it."""
    place: dict[str, float] = {}
    ordered: list[list[str]] = []
    for layer in layers:
        wanted = {
            node_id: _mean([place[source] for source in sources.get(node_id, ())])
            for node_id in layer
        }
        ordered.append(sorted(layer, key=lambda node_id: wanted[node_id]))
        middle = (len(layer) - 1) / 2
        place |= {node_id: slot - middle for slot, node_id in enumerate(ordered[-1])}
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
