"""YOLO: shares of the width and height, boxes and outlines; painted regions become outlines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deepdesk.core.drawing import Box, Drawing, Point, Polygon, Region
from deepdesk.data.label_export.outlines import Ring, area_of, outlines
from deepdesk.data.label_export.writing import (
    CROWDS,
    POINTS_LEFT,
    Item,
    Losses,
    Place,
    without_mask,
)
from deepdesk.data.label_formats.class_lists import json_names
from deepdesk.data.painted import is_on

TITLE = "YOLO"
REGIONS_TO_OUTLINES = "Painted regions became outlines"
HOLES = "Holes in painted regions were filled"
PARTS = "Things of several parts became a label for each part; parts"


class YoloWriter:
    """Writes `images/<split>/`, `labels/<split>/` and `data.yaml`.

    Args:
        place: Where to.
        classes: Names in order.
        losses: Takes what cannot be said.
    """

    def __init__(self, place: Place, classes: Sequence[str], losses: Losses) -> None:
        self._place = place
        self._numbers = {name: number for number, name in enumerate(classes)}
        self._losses = losses
        self._lists: dict[str, list[str]] = {}

    def add(self, item: Item) -> int:
        """Write one picture and return the number of its labels.

        Raises:
            BadSampleError: Its mask cannot be read.
            OSError: The picture cannot be copied.
        """
        drawing = without_mask(item, self._losses)
        split = item.short_split
        path = self._place.picture(item, f"images/{split}")
        lines = [line for line, _area in self._in_order(item, drawing)]
        self._place.text(f"labels/{split}/{item.stem}.txt", "".join(f"{n}\n" for n in lines))
        self._lists.setdefault(split, []).append(path)
        return len(lines)

    def finish(self) -> None:
        """Write data.yaml, and lists of the pictures where they were not copied."""
        lines = ["path: ."]
        for split, paths in self._lists.items():
            if self._place.is_copying:
                lines.append(f"{split}: images/{split}")
            else:
                lines.append(f"{split}: {split}.txt")
                self._place.text(f"{split}.txt", "".join(f"{path}\n" for path in paths))
        lines.append(f"nc: {len(self._numbers)}")
        # A list of JSON texts is YAML as well, whatever signs are in the names.
        lines.append(f"names: {json_names(self._numbers)}")
        self._place.text("data.yaml", "\n".join(lines) + "\n")

    def _in_order(self, item: Item, drawing: Drawing) -> list[tuple[str, float]]:
        """Return lines and their areas; of a mask the large ones first.

        What lies in a hole of another class then comes after it, and above it.
        """
        lines = list(self._lines(drawing))
        if item.drawing.mask is None or item.drawing.shapes:
            return lines
        return sorted(lines, key=lambda pair: pair[1], reverse=True)

    def _lines(self, drawing: Drawing) -> Iterator[tuple[str, float]]:
        for shape in drawing.shapes:
            number = self._numbers.setdefault(shape.label, len(self._numbers))
            if isinstance(shape, Point):
                self._losses.add(POINTS_LEFT)
                continue
            self._losses.add(CROWDS, int(shape.is_crowd))
            if isinstance(shape, Box):
                shares = _shares(shape, drawing)
                yield _written(number, shares), shares[2] * shares[3]
                continue
            for ring in self._rings(shape, drawing):
                places = [side for corner in ring for side in corner]
                width, height = drawing.width_px, drawing.height_px
                sizes = (width, height) * len(ring)
                shares = [p / s for p, s in zip(places, sizes, strict=True)]
                yield _written(number, shares), abs(area_of(ring))

    def _rings(self, shape: Polygon | Region, drawing: Drawing) -> Sequence[Ring]:
        if isinstance(shape, Polygon):
            rings: Sequence[Ring] = shape.rings
        else:
            on = is_on(shape.counts, drawing.width_px, drawing.height_px)
            rings, holes = outlines(on)
            self._losses.add(REGIONS_TO_OUTLINES)
            self._losses.add(HOLES, holes)
        self._losses.add(PARTS, len(rings) if len(rings) > 1 else 0)
        return rings


def _shares(box: Box, drawing: Drawing) -> list[float]:
    width, height = drawing.width_px, drawing.height_px
    return [
        (box.left + box.right) / 2 / width,
        (box.top + box.bottom) / 2 / height,
        (box.right - box.left) / width,
        (box.bottom - box.top) / height,
    ]


def _written(number: int, shares: Sequence[float]) -> str:
    return " ".join([str(number), *(f"{share:.10g}" for share in shares)])
