"""A drawing as large as a small picture: what lists and grids draw over thumbnails.

Places are shares of the picture's sides, so that they fit it at any size. Painted regions and
files of classes are looked at in a grid of a few thousand places, never pixel by pixel: a region
of a picture of 100 megapixels takes a millisecond. Letters in names: H and W of that grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.drawing import Box, Drawing, Point, Polygon, Region, drawing_of
from deepdesk.core.errors import DeepDeskError
from deepdesk.data.mask_files import mask_path, mask_values
from deepdesk.data.painted import runs_in

Place = tuple[float, float]
# Of more shapes than this the rest would not be told apart in a small picture.
MOST_SHAPES = 400
MOST_CORNERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallDrawing:
    """What is drawn on a picture, in shares of its sides, from 0 to 1.

    Attributes:
        aspect: Width by height of the picture.
        boxes: (class name, left, top, right, bottom), the lowest first.
        outlines: (class name, corners of one ring).
        points: (class name, x, y).
        names: Classes of `areas_HW`.
        areas_HW: Painted pixels, int64, (H, W), indices into `names`, -1 for none; None where
            nothing is painted.
        problem: Why a file of classes is not shown, or "".
    """

    aspect: float
    boxes: tuple[tuple[str, float, float, float, float], ...] = ()
    outlines: tuple[tuple[str, tuple[Place, ...]], ...] = ()
    points: tuple[tuple[str, float, float], ...] = ()
    names: tuple[str, ...] = ()
    areas_HW: NDArray[np.int64] | None = None
    problem: str = ""


def small_drawing(picture: Path, target: Any, side_px: int) -> SmallDrawing | None:
    """Return a target as it is drawn over a small picture, None if it is no legal drawing.

    Reads the file of classes if there is one; safe to call from any thread.

    Args:
        picture: The sample, for the place of its file of classes.
        side_px: Longer side of the grid of `areas_HW`.
    """
    try:
        drawing = drawing_of(target)
    except DeepDeskError:
        return None
    small = _Small(drawing, side_px)
    problem = small.take_mask(picture)
    for shape in drawing.shapes[:MOST_SHAPES]:
        _take(shape, small)
    return SmallDrawing(
        aspect=drawing.width_px / drawing.height_px,
        boxes=tuple(small.boxes),
        outlines=tuple(small.outlines),
        points=tuple(small.points),
        names=tuple(small.names),
        areas_HW=small.areas_HW,
        problem=problem,
    )


class _Small:
    """A small drawing in the making."""

    def __init__(self, drawing: Drawing, side_px: int) -> None:
        self.drawing = drawing
        self.boxes: list[tuple[str, float, float, float, float]] = []
        self.outlines: list[tuple[str, tuple[Place, ...]]] = []
        self.points: list[tuple[str, float, float]] = []
        self.names: dict[str, int] = {}
        self.areas_HW: NDArray[np.int64] | None = None
        scale = min(1.0, side_px / max(drawing.width_px, drawing.height_px))
        self.width = max(1, round(drawing.width_px * scale))
        self.height = max(1, round(drawing.height_px * scale))

    def index(self, name: str) -> int:
        """Return the place of a class in `names`."""
        return self.names.setdefault(name, len(self.names))

    def at(self, x: float, y: float) -> Place:
        """Return a place as shares."""
        return x / self.drawing.width_px, y / self.drawing.height_px

    def middles(self, sides: tuple[int, int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return rows, int64, (H,), and columns, int64, (W,), of a picture to look at.

        Args:
            sides: Height and width of the picture.
        """
        rows = (np.arange(self.height) + 0.5) * sides[0] / self.height
        columns = (np.arange(self.width) + 0.5) * sides[1] / self.width
        return rows.astype(np.int64), columns.astype(np.int64)

    def painted(self) -> NDArray[np.int64]:
        """Return the painted places, to be written into."""
        if self.areas_HW is None:
            self.areas_HW = np.full((self.height, self.width), -1, dtype=np.int64)
        return self.areas_HW

    def take_mask(self, picture: Path) -> str:
        """Look at the file of classes; return why it cannot be shown, or ""."""
        mask = self.drawing.mask
        path = mask_path(picture, self.drawing)
        if mask is None or path is None:
            return ""
        try:
            values_HW = mask_values(path)
        except DeepDeskError as error:
            return error.message
        rows, columns = self.middles((values_HW.shape[0], values_HW.shape[1]))
        seen_HW = values_HW[rows[:, None], columns[None, :]]
        areas_HW = self.painted()
        for value, name in mask.names:
            areas_HW[seen_HW == value] = self.index(name)
        return ""

    def paint(self, region: Region) -> None:
        """Look at painted pixels where the grid lies; damaged ones are not shown."""
        height = self.drawing.height_px
        try:
            ends = np.cumsum(np.array(runs_in(region.counts), dtype=np.int64))
        except (DeepDeskError, OverflowError):
            return
        if not len(ends) or ends[-1] != self.drawing.width_px * height:
            return
        rows, columns = self.middles((height, self.drawing.width_px))
        # Runs go down the columns; every second one is painted.
        places_HW = columns[None, :] * height + rows[:, None]
        is_on_HW = np.searchsorted(ends, places_HW, side="right") % 2 == 1
        self.painted()[is_on_HW] = self.index(region.label)


@singledispatch
def _take(shape: object, small: _Small) -> None:  # noqa: ARG001
    raise TypeError(f"{type(shape).__name__} is not drawn")


@_take.register
def _(shape: Box, small: _Small) -> None:
    corners = (*small.at(shape.left, shape.top), *small.at(shape.right, shape.bottom))
    small.boxes.append((shape.label, *corners))


@_take.register
def _(shape: Polygon, small: _Small) -> None:
    for ring in shape.rings:
        step = -(-len(ring) // MOST_CORNERS)
        small.outlines.append((shape.label, tuple(small.at(x, y) for x, y in ring[::step])))


@_take.register
def _(shape: Point, small: _Small) -> None:
    small.points.append((shape.label, *small.at(shape.x, shape.y)))


@_take.register
def _(shape: Region, small: _Small) -> None:
    small.paint(shape)
