"""The outlines of painted pixels, along the edges of the pixels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ring = tuple[tuple[float, float], ...]
_Place = tuple[int, int]
_Step = tuple[_Place, int]
# Steps right, down, left, up; what is painted lies to the right of each.
_STEPS: tuple[_Place, ...] = ((1, 0), (0, 1), (-1, 0), (0, -1))


def outlines(is_on_HW: NDArray[np.bool_]) -> tuple[list[Ring], int]:
    """Return the outer outlines of painted pixels, bool, (H, W), and the number of holes.

    Pixels that touch at a corner alone are parts of their own. Corners are px from the upper left
    corner of the picture; painting an outline again gives its part with the holes filled.
    """
    steps = _edges(is_on_HW)
    used: set[_Step] = set()
    rings, holes = [], 0
    for place, directions in steps.items():
        for direction in directions:
            if (place, direction) not in used:
                ring = _followed(steps, (place, direction), used)
                if area_of(ring) > 0:
                    rings.append(tuple((float(x), float(y)) for x, y in ring))
                else:
                    holes += 1
    return rings, holes


def _edges(is_on_HW: NDArray[np.bool_]) -> dict[_Place, list[int]]:
    """Return the steps along the borders of painted pixels: place (x, y) to directions."""
    padded = np.pad(is_on_HW, 1)
    inside = padded[1:-1, 1:-1]
    borders = (
        (inside & ~padded[:-2, 1:-1], 0, (0, 0)),  # above: to the right
        (inside & ~padded[1:-1, 2:], 1, (1, 0)),  # on the right: down
        (inside & ~padded[2:, 1:-1], 2, (1, 1)),  # below: to the left
        (inside & ~padded[1:-1, :-2], 3, (0, 1)),  # on the left: up
    )
    steps: dict[_Place, list[int]] = {}
    for is_border, direction, (right, down) in borders:
        rows, columns = np.nonzero(is_border)
        for x, y in zip((columns + right).tolist(), (rows + down).tolist(), strict=True):
            steps.setdefault((x, y), []).append(direction)
    return steps


def _followed(steps: dict[_Place, list[int]], start: _Step, used: set[_Step]) -> list[_Place]:
    """Return the corners of the closed way that begins with a step."""
    corners = []
    step = start
    while step not in used:
        used.add(step)
        (x, y), direction = step
        place = (x + _STEPS[direction][0], y + _STEPS[direction][1])
        # Turning right where two ways part keeps to the same part.
        turns = ((direction + 1) % 4, direction, (direction + 3) % 4)
        following = next(turn for turn in turns if turn in steps[place])
        if following != direction:
            corners.append(place)
        step = (place, following)
    return corners


def area_of(ring: Sequence[tuple[float, float]]) -> float:
    """Return the area in an outline, px²; below 0 where its corners go anticlockwise."""
    pairs = zip(ring, (*ring[1:], *ring[:1]), strict=True)
    return sum(x * down - across * y for (x, y), (across, down) in pairs) / 2
