"""Label Studio: a JSON list of tasks in percent, and the setting of the labelling page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

from deepdesk.core.drawing import Box, Drawing, Point, Polygon, Region
from deepdesk.data.label_export.writing import CROWDS, Item, Losses, Place, without_mask
from deepdesk.data.label_export.yolo import PARTS
from deepdesk.data.label_formats.brush_runs import packed
from deepdesk.data.painted import is_on

TITLE = "Label Studio"
_TOOLS = ("RectangleLabels", "PolygonLabels", "BrushLabels", "KeyPointLabels")
_Result = tuple[str, dict[str, Any]]


class StudioWriter:
    """Writes `images/`, `tasks.json` and `labeling_config.xml`.

    Args:
        place: Where to.
        classes: Names in order.
        losses: Takes what cannot be said.
    """

    def __init__(self, place: Place, classes: Sequence[str], losses: Losses) -> None:
        self._place = place
        self._classes = dict.fromkeys(classes)
        self._losses = losses
        self._tasks: list[dict[str, Any]] = []

    def add(self, item: Item) -> int:
        """Write one picture and return the number of its labels.

        Raises:
            BadSampleError: Its mask cannot be read.
            OSError: The picture cannot be copied.
        """
        drawing = without_mask(item, self._losses)
        path = self._place.picture(item, "images")
        results: list[dict[str, Any]] = []
        for shape in drawing.shapes:
            self._classes.setdefault(shape.label)
            self._losses.add(CROWDS, int(shape.is_crowd))
            parts = list(_KINDS[type(shape)](shape, drawing))
            self._losses.add(PARTS, len(parts) if len(parts) > 1 else 0)
            results += [
                _result(f"{len(results) + n}", kind, shape.label, value, drawing)
                for n, (kind, value) in enumerate(parts)
            ]
        number = len(self._tasks) + 1
        data = {"image": f"/data/local-files/?d={path}", "split": item.split}
        task = {"id": number, "data": data, "annotations": [{"id": number, "result": results}]}
        self._tasks.append(task)
        return len(drawing.shapes)

    def finish(self) -> None:
        """Write the tasks and the setting."""
        self._place.json("tasks.json", self._tasks)
        labels = "".join(f"    <Label value={quoteattr(name)}/>\n" for name in self._classes)
        tools = "".join(
            f'  <{tool} name="{tool}" toName="image">\n{labels}  </{tool}>\n' for tool in _TOOLS
        )
        setting = f'<View>\n  <Image name="image" value="$image"/>\n{tools}</View>\n'
        self._place.text("labeling_config.xml", setting)


def _result(
    number: str, kind: str, label: str, value: dict[str, Any], drawing: Drawing
) -> dict[str, Any]:
    tool = next(tool for tool in _TOOLS if tool.lower() == kind)
    return {
        "id": number,
        "type": kind,
        "from_name": tool,
        "to_name": "image",
        "original_width": drawing.width_px,
        "original_height": drawing.height_px,
        "image_rotation": 0,
        "value": {**value, kind: [label]},
    }


def _box(box: Box, drawing: Drawing) -> Iterator[_Result]:
    across, down = 100 / drawing.width_px, 100 / drawing.height_px
    yield (
        "rectanglelabels",
        {
            "x": box.left * across,
            "y": box.top * down,
            "width": (box.right - box.left) * across,
            "height": (box.bottom - box.top) * down,
            "rotation": 0,
        },
    )


def _polygon(shape: Polygon, drawing: Drawing) -> Iterator[_Result]:
    across, down = 100 / drawing.width_px, 100 / drawing.height_px
    for ring in shape.rings:
        points = [[x * across, y * down] for x, y in ring]
        yield "polygonlabels", {"points": points, "closed": True}


def _point(point: Point, drawing: Drawing) -> Iterator[_Result]:
    x, y = point.x * 100 / drawing.width_px, point.y * 100 / drawing.height_px
    yield "keypointlabels", {"x": x, "y": y, "width": 0.5}


def _region(region: Region, drawing: Drawing) -> Iterator[_Result]:
    on = is_on(region.counts, drawing.width_px, drawing.height_px)
    yield "brushlabels", {"format": "rle", "rle": packed(on)}


_KINDS: dict[type[Any], Callable[[Any, Drawing], Iterator[_Result]]] = {
    Box: _box,
    Polygon: _polygon,
    Point: _point,
    Region: _region,
}
