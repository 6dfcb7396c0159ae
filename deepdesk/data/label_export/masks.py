"""Masks: a PNG for each picture whose values are classes, and a list of their names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from deepdesk.core.drawing import Drawing, Point, names_of
from deepdesk.core.errors import BadSampleError
from deepdesk.data.label_export.writing import (
    CROWDS,
    POINTS_LEFT,
    Item,
    Losses,
    Place,
)
from deepdesk.data.label_formats.class_lists import written
from deepdesk.data.mask_files import NO_CLASS, mask_path, mask_values
from deepdesk.data.painted import painted, pixels_of

TITLE = "Masks (PNG)"
NO_CLASS_DEEP = 65535
COVERED = "Labels that others cover whole are not in the masks"
SHAPES = "Boxes, outlines and regions became pixels"


class MaskWriter:
    """Writes `<split>/images/`, `<split>/masks/` and `labels.txt`.

    A value is the place of its class in the project; 255, or 65,535 where there are more than
    255 classes, is a pixel of none.

    Args:
        place: Where to.
        classes: Names in order.
        losses: Takes what cannot be said.
    """

    def __init__(self, place: Place, classes: Sequence[str], losses: Losses) -> None:
        self._place = place
        self._values = {name: value for value, name in enumerate(classes)}
        self._losses = losses
        self._none = NO_CLASS if len(classes) <= NO_CLASS else NO_CLASS_DEEP

    def add(self, item: Item) -> int:
        """Write one picture and return the number of its labels.

        Raises:
            BadSampleError: Its mask cannot be read.
            OSError: The picture cannot be copied.
        """
        drawing = item.drawing
        for name in names_of(drawing):
            self._values.setdefault(name, len(self._values))
        values_HW = painted(drawing, self._values, self._below(item))
        self._count(drawing, values_HW)
        self._place.picture(item, f"{item.split}/images")
        path = self._place.made(f"{item.split}/masks/{item.stem}.png")
        if self._none == NO_CLASS:
            picture = PIL.Image.fromarray(values_HW.astype(np.uint8)).convert("L")
            indexed = PIL.Image.frombytes("P", picture.size, picture.tobytes())
            indexed.putpalette(_palette())
            indexed.save(path)
        else:
            PIL.Image.fromarray(values_HW.astype(np.uint16)).save(path)
        return len(drawing.shapes) + (drawing.mask is not None)

    def finish(self) -> None:
        """Write the names."""
        names = {value: name for name, value in self._values.items()}
        self._place.text("labels.txt", written(names))

    def _below(self, item: Item) -> NDArray[np.int64]:
        drawing = item.drawing
        size = (drawing.height_px, drawing.width_px)
        below_HW = np.full(size, self._none, dtype=np.int64)
        path = mask_path(item.source, drawing)
        if path is None or drawing.mask is None:
            return below_HW
        given_HW = mask_values(path)
        if given_HW.shape != size:
            raise BadSampleError("mask_size", "The mask has another size than its picture.")
        for value, name in drawing.mask.names:
            below_HW[given_HW == value] = self._values[name]
        return below_HW

    def _count(self, drawing: Drawing, values_HW: NDArray[np.int64]) -> None:
        points = sum(isinstance(shape, Point) for shape in drawing.shapes)
        self._losses.add(POINTS_LEFT, points)
        self._losses.add(SHAPES, len(drawing.shapes) - points)
        self._losses.add(CROWDS, sum(shape.is_crowd for shape in drawing.shapes))
        for shape in drawing.shapes:
            if not isinstance(shape, Point):
                is_here = values_HW[pixels_of(shape, drawing)] == self._values[shape.label]
                self._losses.add(COVERED, int(not is_here.any()))


def _palette() -> list[int]:
    """Return 256 colours that differ, black for none: bits of the number spread over channels."""
    colours = []
    for number in range(256):
        channels = [0, 0, 0]
        for bit in range(8):
            channels[bit % 3] |= (number + 1 >> bit & 1) << 7 - bit // 3
        colours += channels if number < NO_CLASS else [0, 0, 0]
    return colours
