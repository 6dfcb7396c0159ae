"""Drawings as arrays: painted pixels to runs and back, and every shape as boxes or pixels.

Runs are those of COCO: column by column, off and on in turn, each length written in characters of
5 bits and a sign to go on, from the third on as the difference to the one before the last.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.drawing import Box, Drawing, Point, Polygon, Region, Shape
from deepdesk.core.errors import ConfigError
from deepdesk.data.polygon_pixels import pixels_inside

# More than any picture that is read has: a drawing from outside may claim 10 billion.
MOST_PAINTED_PX = 200_000_000


def counts_of(is_on_HW: NDArray[np.bool_]) -> str:
    """Return the runs of a mask, bool, (H, W), as COCO writes them in compressed form."""
    flat = is_on_HW.ravel(order="F")
    edges = np.flatnonzero(np.diff(flat)) + 1
    ends = np.concatenate([[0], edges, [flat.size]])
    runs = np.diff(ends).tolist()
    if flat.size and flat[0]:
        runs.insert(0, 0)
    return counts_from_runs(runs)


def counts_from_runs(runs: list[int]) -> str:
    """Return lengths of runs, off and on in turn, in COCO's compressed form."""
    return "".join(_coded(run, at, runs) for at, run in enumerate(runs))


def runs_in(counts: str) -> list[int]:
    """Return the lengths of runs, off and on in turn, that COCO's compressed form holds.

    Raises:
        ConfigError: They are damaged.
    """
    runs: list[int] = []
    value, shift = 0, 0
    for character in counts:
        code = ord(character) - 48
        value |= (code & 0x1F) << shift
        shift += 5
        if code & 0x20:
            if shift > 60:
                raise ConfigError("shapes", "Painted pixels are damaged.", "Paint them again.")
            continue
        if code & 0x10:
            value -= 1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
        value, shift = 0, 0
    return runs


def runs_over(counts: str, width_px: int, height_px: int) -> list[int]:
    """Return the lengths of runs over a picture of the given size, none of them below 0.

    Raises:
        ConfigError: They are of another picture, or damaged.
    """
    runs = runs_in(counts)
    if sum(runs) != width_px * height_px or min(runs, default=0) < 0:
        raise ConfigError(
            "shapes", "Painted pixels are of a picture of another size.", "Paint them again."
        )
    return runs


def check_size(width_px: int, height_px: int) -> None:
    """Check that a picture has no more pixels than can be painted one by one.

    Raises:
        ConfigError: It has more than any picture that is read.
    """
    pixels = width_px * height_px
    if pixels > MOST_PAINTED_PX:
        raise ConfigError(
            "shapes",
            f"A drawing of {pixels / 1e6:,.0f} million pixels is larger than any picture.",
            "Draw or import it again.",
        )


def is_on(counts: str, width_px: int, height_px: int) -> NDArray[np.bool_]:
    """Return the mask that runs stand for, bool, (H, W).

    Raises:
        ConfigError: They are of another picture, or damaged.
    """
    runs = runs_over(counts, width_px, height_px)
    check_size(width_px, height_px)
    values = np.arange(len(runs)) % 2 == 1
    flat = np.repeat(values, runs)
    return np.asarray(flat.reshape((height_px, width_px), order="F"))


def box_of(shape: Shape, drawing: Drawing) -> tuple[float, float, float, float] | None:
    """Return (left, top, right, bottom) around a shape, inside the picture, px.

    None where nothing of it lies in the picture, and for points.
    """
    left, top, right, bottom = _around(shape, drawing)
    left, right = max(0.0, left), min(float(drawing.width_px), right)
    top, bottom = max(0.0, top), min(float(drawing.height_px), bottom)
    return (left, top, right, bottom) if left < right and top < bottom else None


def pixels_of(shape: Shape, drawing: Drawing) -> NDArray[np.bool_]:
    """Return which pixels a shape covers, bool, (H, W); a point covers none.

    Raises:
        ConfigError: The picture is larger than any that is read, or painted pixels are damaged.
    """
    check_size(drawing.width_px, drawing.height_px)
    return _covered(shape, drawing)


def painted(
    drawing: Drawing, values: Mapping[str, int], below_HW: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return a value for every pixel, int64, (H, W): what the uppermost shape there has.

    Args:
        drawing: Of the size of `below_HW`.
        values: Class name to value; shapes of other classes leave what is there.
        below_HW: Where no shape lies, int64, (H, W).
    """
    painted_HW = below_HW.copy()
    for shape in drawing.shapes:
        if shape.label in values:
            painted_HW[_covered(shape, drawing)] = values[shape.label]
    return painted_HW


@singledispatch
def _around(shape: object, drawing: Drawing) -> tuple[float, float, float, float]:  # noqa: ARG001
    raise TypeError(f"{type(shape).__name__} has no box")


@_around.register
def _(shape: Box, drawing: Drawing) -> tuple[float, float, float, float]:
    del drawing
    return shape.left, shape.top, shape.right, shape.bottom


@_around.register
def _(shape: Polygon, drawing: Drawing) -> tuple[float, float, float, float]:
    del drawing
    across = [x for ring in shape.rings for x, _y in ring]
    down = [y for ring in shape.rings for _x, y in ring]
    return min(across), min(down), max(across), max(down)


@_around.register
def _(shape: Point, drawing: Drawing) -> tuple[float, float, float, float]:
    del drawing
    return shape.x, shape.y, shape.x, shape.y


@_around.register
def _(shape: Region, drawing: Drawing) -> tuple[float, float, float, float]:
    height = drawing.height_px
    runs = runs_over(shape.counts, drawing.width_px, height)
    ends = np.cumsum(np.asarray(runs, dtype=np.int64))
    starts, stops = ends[0:-1:2], ends[1::2]
    is_some = stops > starts
    starts, lasts = starts[is_some], stops[is_some] - 1
    if not len(starts):
        return 0.0, 0.0, 0.0, 0.0
    # Runs go down the columns: one that goes on in the next reaches from edge to edge.
    is_whole = starts // height != lasts // height
    top = np.where(is_whole, 0, starts % height).min()
    bottom = np.where(is_whole, height - 1, lasts % height).max() + 1
    return float(starts[0] // height), float(top), float(lasts[-1] // height + 1), float(bottom)


@singledispatch
def _covered(shape: object, drawing: Drawing) -> NDArray[np.bool_]:  # noqa: ARG001
    raise TypeError(f"{type(shape).__name__} covers nothing")


@_covered.register
def _(shape: Box, drawing: Drawing) -> NDArray[np.bool_]:
    # A pixel is covered where its middle is.
    across = np.arange(drawing.width_px) + 0.5
    down = np.arange(drawing.height_px) + 0.5
    is_across = (across >= shape.left) & (across < shape.right)
    is_down = (down >= shape.top) & (down < shape.bottom)
    return np.asarray(is_down[:, None] & is_across[None, :])


@_covered.register
def _(shape: Polygon, drawing: Drawing) -> NDArray[np.bool_]:
    covered = np.zeros((drawing.height_px, drawing.width_px), dtype=bool)
    for ring in shape.rings:
        covered |= pixels_inside(ring, drawing.width_px, drawing.height_px)
    return covered


@_covered.register
def _(shape: Point, drawing: Drawing) -> NDArray[np.bool_]:
    del shape
    return np.zeros((drawing.height_px, drawing.width_px), dtype=bool)


@_covered.register
def _(shape: Region, drawing: Drawing) -> NDArray[np.bool_]:
    return is_on(shape.counts, drawing.width_px, drawing.height_px)


def _coded(run: int, at: int, runs: list[int]) -> str:
    value = run - (runs[at - 2] if at > 2 else 0)
    characters = []
    while True:
        low = value & 0x1F
        value >>= 5
        goes_on = value != (-1 if low & 0x10 else 0)
        characters.append(chr(48 + (low | (0x20 if goes_on else 0))))
        if not goes_on:
            return "".join(characters)
