"""What is drawn on a picture: boxes, outlines, points, painted regions, and a file of classes.

A `Drawing` is the truth of tasks that answer with boxes or masks. As the target of a sample it is
JSON, `{"size": [width, height], "shapes": [...]}`, with "mask" where a file tells the class of
every pixel. Lengths are pixels of the picture as it is shown, from its upper left corner; a pixel
reaches from its number to the next, so that a whole picture is (0, 0, width, height).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

from deepdesk.core.errors import ConfigError

MOST_SHAPES = 20_000
MOST_NUMBERS = 200_000
MOST_PX = 100_000
LONGEST_NAME = 200
_COUNTS = re.compile(r"[0-o]*\Z")  # what pycocotools writes: 6 bits a character, from "0" on


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle, `left` < `right`, `top` < `bottom`, px.

    Attributes:
        label: Name of its class.
        is_crowd: Many things in one: found or not, it counts neither way.
    """

    label: str
    left: float
    top: float
    right: float
    bottom: float
    is_crowd: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Polygon:
    """An outline.

    Attributes:
        label: Name of its class.
        rings: Corners (x, y) in px, at least three a ring; several rings are parts of one thing.
        is_crowd: As of `Box`.
    """

    label: str
    rings: tuple[tuple[tuple[float, float], ...], ...]
    is_crowd: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One place, px."""

    label: str
    x: float
    y: float
    is_crowd: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """Painted pixels.

    Attributes:
        label: Name of its class.
        counts: Lengths of runs, off and on in turn, column by column over the whole picture, as
            COCO writes them in compressed form.
        is_crowd: As of `Box`.
    """

    label: str
    counts: str
    is_crowd: bool = False


Shape = Box | Polygon | Point | Region


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskFile:
    """A picture whose pixel values are classes.

    Attributes:
        path: From the folder of the picture, with "/" between.
        names: Pixel value, 0 to 65,535, to class name; other values count for nothing.
    """

    path: str
    names: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """All that is drawn on one picture; without shapes and mask there is nothing to be seen.

    Attributes:
        width_px: Of the picture.
        height_px: Of the picture.
        shapes: From the lowest to the uppermost.
        mask: Below all shapes.
    """

    width_px: int
    height_px: int
    shapes: tuple[Shape, ...] = ()
    mask: MaskFile | None = None


def is_drawing(target: Any) -> TypeGuard[dict[str, Any]]:
    """Return whether a target looks like a drawing, without checking all of it."""
    return isinstance(target, dict) and "size" in target and "shapes" in target


def drawing_of(target: Any) -> Drawing:
    """Return the drawing that a target holds, checked.

    Raises:
        ConfigError: It is none, or not legal.
    """
    try:
        return _read(target)
    except (TypeError, ValueError, KeyError, IndexError, OverflowError) as error:
        reason = f"What is drawn on this picture cannot be read: {error}."
        raise ConfigError("shapes", reason, "Draw or import it again.") from error


def target_of(drawing: Drawing) -> dict[str, Any]:
    """Return a drawing as a JSON-ready target; `drawing_of` gives it back."""
    shapes = [_WRITERS[type(shape)](shape) for shape in drawing.shapes]
    target: dict[str, Any] = {"size": [drawing.width_px, drawing.height_px], "shapes": shapes}
    if drawing.mask is not None:
        names = [[value, name] for value, name in drawing.mask.names]
        target["mask"] = {"path": drawing.mask.path, "names": names}
    return target


def names_in(target: Any) -> list[str]:
    """Return the class names in a target, as `names_of` does, [] for one that is no drawing."""
    return names_of(drawing_of(target)) if is_drawing(target) else []


def names_of(drawing: Drawing) -> list[str]:
    """Return the class names in a drawing, each once.

    Names of the mask come in the order of its pixel values, before those of the shapes.
    """
    of_mask = () if drawing.mask is None else (name for _value, name in drawing.mask.names)
    return list(dict.fromkeys((*of_mask, *(shape.label for shape in drawing.shapes))))


def renamed(drawing: Drawing, names: Mapping[str, str | None]) -> Drawing:
    """Return a drawing with other class names; what is renamed to None is taken away.

    Args:
        names: Old name to new; names that are not in it stay.
    """

    def to(name: str) -> str | None:
        return names.get(name, name)

    shapes = tuple(
        replace(shape, label=new) for shape in drawing.shapes if (new := to(shape.label))
    )
    mask = drawing.mask
    if mask is not None:
        kept = tuple((value, new) for value, name in mask.names if (new := to(name)))
        mask = replace(mask, names=kept)
    return replace(drawing, shapes=shapes, mask=mask)


def counted(drawings: Iterable[Drawing]) -> dict[str, int]:
    """Return class name to number of shapes."""
    counts: dict[str, int] = {}
    for drawing in drawings:
        for shape in drawing.shapes:
            counts[shape.label] = counts.get(shape.label, 0) + 1
    return counts


def _read(target: Mapping[str, Any]) -> Drawing:
    width, height = (int(side) for side in target["size"])
    if not (0 < width <= MOST_PX and 0 < height <= MOST_PX):
        raise ValueError("a picture of no legal size")
    listed = target["shapes"]
    if not isinstance(listed, list) or len(listed) > MOST_SHAPES:
        raise ValueError("not a list of shapes, or too many")
    mask = target.get("mask")
    return Drawing(
        width_px=width,
        height_px=height,
        shapes=tuple(_shape(one) for one in listed),
        mask=None if mask is None else _mask(mask),
    )


def _shape(one: Mapping[str, Any]) -> Shape:
    kinds = [kind for kind in _READERS if kind in one]
    if len(kinds) != 1:
        raise ValueError("a shape of no known kind")
    read = _READERS[kinds[0]]
    return read(_name(one["label"]), one[kinds[0]], bool(one.get("crowd", False)))


def _box(label: str, sides: Any, is_crowd: bool) -> Box:
    left, top, right, bottom = _numbers(sides)
    if not (left < right and top < bottom):
        raise ValueError("a box without area")
    return Box(label=label, left=left, top=top, right=right, bottom=bottom, is_crowd=is_crowd)


def _polygon(label: str, rings: Any, is_crowd: bool) -> Polygon:
    made = []
    for ring in rings:
        flat = _numbers(ring)
        if len(flat) < 6 or len(flat) % 2:
            raise ValueError("an outline of fewer than three corners")
        made.append(tuple(zip(flat[::2], flat[1::2], strict=True)))
    if not made:
        raise ValueError("an outline without corners")
    return Polygon(label=label, rings=tuple(made), is_crowd=is_crowd)


def _point(label: str, place: Any, is_crowd: bool) -> Point:
    x, y = _numbers(place)
    return Point(label=label, x=x, y=y, is_crowd=is_crowd)


def _region(label: str, counts: Any, is_crowd: bool) -> Region:
    if not isinstance(counts, str) or not _COUNTS.match(counts):
        raise ValueError("painted pixels that are none")
    return Region(label=label, counts=counts, is_crowd=is_crowd)


def _mask(one: Mapping[str, Any]) -> MaskFile:
    names = tuple((int(value), _name(name)) for value, name in one["names"])
    values = [value for value, _name in names]
    if len(set(values)) != len(values) or not all(0 <= value < 65536 for value in values):
        raise ValueError("pixel values of no class")
    path = one["path"]
    if not isinstance(path, str) or not path or "\0" in path:
        raise ValueError("a mask without a file")
    return MaskFile(path=path, names=names)


def _name(given: Any) -> str:
    if not isinstance(given, str) or not given.strip() or len(given) > LONGEST_NAME:
        raise ValueError("a class without a name")
    return given


def _numbers(given: Any) -> list[float]:
    if not isinstance(given, Sequence) or isinstance(given, str) or len(given) > MOST_NUMBERS:
        raise ValueError("no list of numbers")
    made = [float(number) for number in given]
    if not all(math.isfinite(number) and abs(number) <= 2 * MOST_PX for number in made):
        raise ValueError("a place outside every picture")
    return made


_Read = Callable[[str, Any, bool], Shape]
_READERS: dict[str, _Read] = {
    "box": _box,
    "polygon": _polygon,
    "point": _point,
    "rle": _region,
}


def _written(shape: Shape, kind: str, value: Any) -> dict[str, Any]:
    crowd = {"crowd": True} if shape.is_crowd else {}
    return {"label": shape.label, kind: value, **crowd}


_WRITERS: dict[type[Any], Callable[[Any], dict[str, Any]]] = {
    Box: lambda box: _written(box, "box", [box.left, box.top, box.right, box.bottom]),
    Polygon: lambda shape: _written(
        shape, "polygon", [[side for corner in ring for side in corner] for ring in shape.rings]
    ),
    Point: lambda point: _written(point, "point", [point.x, point.y]),
    Region: lambda region: _written(region, "rle", region.counts),
}
