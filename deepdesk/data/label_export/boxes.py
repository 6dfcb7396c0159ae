"""Formats of nothing but boxes: Pascal VOC and a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from deepdesk.core.drawing import Box, Drawing, Point, Polygon, Region
from deepdesk.data.label_export.writing import (
    CROWDS,
    MASKS_LEFT,
    OUTLINES_TO_BOXES,
    POINTS_LEFT,
    REGIONS_TO_BOXES,
    SHORT_SPLITS,
    Item,
    Losses,
    Place,
)
from deepdesk.data.painted import box_of

VOC_TITLE, TABLE_TITLE = "Pascal VOC", "Table (CSV)"
ROUNDED = "Boxes were rounded to whole pixels"
NOTHING_LEFT = "Labels without an area were left out"
_BECAME = {Polygon: OUTLINES_TO_BOXES, Region: REGIONS_TO_BOXES}


class VocWriter:
    """Writes `JPEGImages/`, `Annotations/` and `ImageSets/Main/`.

    Args:
        place: Where to.
        classes: Names in order; each picture names its own.
        losses: Takes what cannot be said.
    """

    def __init__(self, place: Place, classes: Sequence[str], losses: Losses) -> None:
        del classes
        self._place = place
        self._losses = losses
        self._lists: dict[str, list[str]] = {name: [] for name in SHORT_SPLITS.values()}

    def add(self, item: Item) -> int | None:
        """Write one picture and return the number of its labels, None where it was left out.

        Raises:
            OSError: The picture cannot be copied.
        """
        drawing = item.drawing
        if drawing.mask is not None:
            self._losses.add(MASKS_LEFT)
            if not drawing.shapes:
                return None
        written = self._place.picture(item, "JPEGImages")
        boxes = list(boxes_of(drawing, self._losses))
        objects = "".join(_object(box, self._losses) for box in boxes)
        self._place.text(f"Annotations/{item.stem}.xml", _annotation(item, written, objects))
        self._lists[item.short_split].append(item.stem)
        return len(boxes)

    def finish(self) -> None:
        """Write the lists of the splits."""
        lists = {**self._lists, "trainval": self._lists["train"] + self._lists["val"]}
        for name, stems in lists.items():
            self._place.text(f"ImageSets/Main/{name}.txt", "".join(f"{s}\n" for s in stems))


class BoxTableWriter:
    """Writes `images/` and `boxes.csv`.

    Args:
        place: Where to.
        classes: Names in order; each row names its own.
        losses: Takes what cannot be said.
    """

    def __init__(self, place: Place, classes: Sequence[str], losses: Losses) -> None:
        del classes
        self._place = place
        self._losses = losses
        self._text = io.StringIO()
        self._rows = csv.writer(self._text)
        self._has_rows = False
        self._rows.writerow(["path", "label", "left", "top", "right", "bottom", "split"])

    def add(self, item: Item) -> int | None:
        """Write one picture and return the number of its labels, None where it was left out.

        Raises:
            OSError: The picture cannot be copied.
        """
        if item.drawing.mask is not None:
            self._losses.add(MASKS_LEFT)
            if not item.drawing.shapes:
                return None
        path = self._place.picture(item, "images")
        self._has_rows = True
        boxes = list(boxes_of(item.drawing, self._losses))
        self._losses.add(CROWDS, sum(box.is_crowd for box in boxes))
        for box in boxes:
            sides = [f"{side:.10g}" for side in (box.left, box.top, box.right, box.bottom)]
            self._rows.writerow([path, box.label, *sides, item.split])
        if not boxes:
            self._rows.writerow([path, "", "", "", "", "", item.split])
        return len(boxes)

    def finish(self) -> None:
        """Write the table, where there is anything to write."""
        if self._has_rows:
            self._place.text("boxes.csv", self._text.getvalue())


def boxes_of(drawing: Drawing, losses: Losses) -> Iterator[Box]:
    """Yield boxes around all shapes but points, and count what that loses."""
    for shape in drawing.shapes:
        if isinstance(shape, Point):
            losses.add(POINTS_LEFT)
            continue
        if isinstance(shape, Box):
            yield shape
            continue
        sides = box_of(shape, drawing)
        if sides is None:
            losses.add(NOTHING_LEFT)
            continue
        losses.add(_BECAME[type(shape)])
        left, top, right, bottom = sides
        yield Box(
            label=shape.label,
            left=left,
            top=top,
            right=right,
            bottom=bottom,
            is_crowd=shape.is_crowd,
        )


def _object(box: Box, losses: Losses) -> str:
    sides = (box.left, box.top, box.right, box.bottom)
    losses.add(ROUNDED, int(any(side != round(side) for side in sides)))
    # Counted from 1, both ends in the box; no box is narrower than a pixel.
    left, top = round(box.left) + 1, round(box.top) + 1
    right, bottom = max(left, round(box.right)), max(top, round(box.bottom))
    return (
        "  <object>\n"
        f"    <name>{escape(box.label)}</name>\n"
        "    <pose>Unspecified</pose>\n"
        "    <truncated>0</truncated>\n"
        f"    <difficult>{int(box.is_crowd)}</difficult>\n"
        f"    <bndbox><xmin>{left}</xmin><ymin>{top}</ymin>"
        f"<xmax>{right}</xmax><ymax>{bottom}</ymax></bndbox>\n"
        "  </object>\n"
    )


def _annotation(item: Item, written: str, objects: str) -> str:
    drawing = item.drawing
    return (
        "<annotation>\n"
        "  <folder>JPEGImages</folder>\n"
        f"  <filename>{escape(item.name)}</filename>\n"
        f"  <path>{escape(written)}</path>\n"
        f"  <size><width>{drawing.width_px}</width><height>{drawing.height_px}</height>"
        "<depth>3</depth></size>\n"
        "  <segmented>0</segmented>\n"
        f"{objects}"
        "</annotation>\n"
    )
