"""Drawings as a class for every pixel, at the size that a network reads.

Letters in names: H height, W width. Classes are indices; `IGNORED` and pixels without a class
count for nothing, neither in training nor when answers are measured.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import singledispatch
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.drawing import (
    MOST_PX,
    Box,
    Drawing,
    Point,
    Polygon,
    Region,
    Shape,
    drawing_of,
    is_drawing,
    names_in,
)
from deepdesk.core.errors import BadSampleError, ConfigError
from deepdesk.data.mask_files import mask_of_target, mask_path, mask_values
from deepdesk.data.painted import pixels_of

BACKGROUND = "background"
IGNORED = 255  # of maps in one byte
IGNORED_WIDE = 32_767  # of maps in two
_MOST_IN_A_BYTE = 255
_AREA_PX = 76_800  # of automatic sizes, as 320 by 240
_STEP_PX = 16
_LEAST_PX, _MOST_PX = 32, 1_024
_COUNTED = 200  # drawings, of which the shares of classes are known well enough
_COUNTED_PX = 60_000_000  # of their masks, about a second
_COUNTED_SIZE = (96, 72)
_FILLED_PX = 1_024  # side of what outlines are filled on
_STRETCH_COUNTS = 4.0  # a tenth of stretch is as bad as half of the area too much


def map_dtype(classes: int) -> tuple[str, int]:
    """Return the NumPy dtype name of maps of so many classes, and their value for no class."""
    return ("uint8", IGNORED) if classes <= _MOST_IN_A_BYTE else ("int16", IGNORED_WIDE)


def network_size(typical_size: tuple[int, ...], *, width_px: int) -> tuple[int, int]:
    """Return (width, height) of what the network sees, multiples of 16 px from 32 to 1,024.

    Args:
        typical_size: (width, height) of the files, () for unknown.
        width_px: Wanted width, 0 for automatic: about as many pixels as 320 by 240 has, and not
            many more than the files, in the proportions that come nearest to theirs.
    """
    width, height = typical_size if len(typical_size) == 2 else (256, 192)
    proportion = max(1, width) / max(1, height)
    if width_px:
        return _rounded(width_px), _rounded(width_px / proportion)
    area = min(float(_AREA_PX), max(1.0, float(width) * height))
    wanted = math.sqrt(area * proportion)
    middle = _rounded(wanted)
    choices = [
        (_rounded(across), _rounded(across / proportion))
        for across in range(middle - 2 * _STEP_PX, middle + 3 * _STEP_PX, _STEP_PX)
        if across >= _LEAST_PX
    ]

    def badness(size: tuple[int, int]) -> float:
        stretch = abs(math.log(size[0] / size[1] / proportion))
        return _STRETCH_COUNTS * stretch + abs(math.log(size[0] * size[1] / area))

    return min(choices, key=badness)


def smaller_size(size: tuple[int, int], detail: float) -> tuple[int, int]:
    """Return (width, height) with a share of the detail, multiples of 16 px where it is below 1."""
    if detail >= 1.0:
        return size
    width, height = (
        min(side, max(_LEAST_PX, _STEP_PX * round(side * detail / _STEP_PX))) for side in size
    )
    return width, height


def survey(
    targets: Iterable[Any], *, unpainted: str, ignored: str = "", counts_shares: bool = False
) -> dict[str, Any]:
    """Return what a network depends on beside the names of classes, JSON-ready.

    Args:
        targets: Of the training samples, the paths of their masks absolute.
        unpainted: "background" where pixels without a shape are a class, or "ignored".
        ignored: As in `network_classes`.
        counts_shares: Whether the shares of classes are wanted, for which masks are read.

    Returns:
        "background": whether there is a class for pixels on which nothing is drawn. Pictures with
        a file of classes have no such pixels. "shares": if wanted, class name to its share of the
        pixels of up to 200 samples. "size": median [width, height] of pictures in px, where there
        are any.
    """
    has_files = has_shapes = False
    some, every = [], 1
    for place, target in enumerate(targets):
        if not is_drawing(target) or not _has_legal_size(target):
            continue  # training says what is wrong with it
        has_file = target.get("mask") is not None
        has_files |= has_file
        has_shapes |= not has_file and bool(target.get("shapes"))
        if place % every == 0:
            some.append(target)
        if len(some) > 2 * _COUNTED:
            some, every = some[::2], 2 * every
    is_drawn = has_shapes or not has_files
    learned: dict[str, Any] = {"background": unpainted == "background" and is_drawn}
    if some:
        learned["size"] = np.median([one["size"] for one in some], 0).astype(int).tolist()
    if counts_shares:
        learned["shares"] = _shares(some[:: -(-len(some) // _COUNTED) or 1], learned, ignored)
    return learned


def _has_legal_size(target: Mapping[str, Any]) -> bool:
    size = target["size"]
    return (
        isinstance(size, list)
        and len(size) == 2
        and all(isinstance(side, int) and 0 < side <= MOST_PX for side in size)
    )


def _shares(targets: list[Any], learned: Mapping[str, Any], ignored: str) -> dict[str, float]:
    """Return class name to its share of the known pixels of some drawings, those that are there."""
    pixels, counts = 0, Counter[str]()
    for target in targets:
        try:
            classes = network_classes(names_in(target), learned, ignored=ignored)
            map_HW = class_map(Path("/"), target, classes, _COUNTED_SIZE)
        except (BadSampleError, ConfigError):
            continue  # training says what is wrong with it
        found = np.bincount(map_HW[map_HW < len(classes)], minlength=len(classes)).tolist()
        counts.update(dict(zip(classes, found, strict=True)))
        pixels += target["size"][0] * target["size"][1]
        if pixels > _COUNTED_PX:
            break
    total = max(1, counts.total())
    return {name: count / total for name, count in sorted(counts.items()) if count}


def network_classes(
    classes: Sequence[str], learned: Mapping[str, Any], *, ignored: str
) -> tuple[str, ...]:
    """Return the classes of a network: those of the data, and the background where it is one.

    Args:
        classes: Of the data, in the order of their indices.
        learned: What `survey` found.
        ignored: Names that are left out, with commas between; case counts for nothing.
    """
    left_out = {name.strip().casefold() for name in ignored.split(",")}
    kept = tuple(name for name in classes if name.casefold() not in left_out)
    if learned.get("background") and BACKGROUND not in kept and BACKGROUND not in left_out:
        return (*kept, BACKGROUND)
    return kept


def drawn_of(target: Any) -> Drawing | None:
    """Return the drawing of a sample, None where it has none.

    Raises:
        BadSampleError: It is damaged.
    """
    if target is None:
        return None
    try:
        return drawing_of(target)
    except ConfigError as error:
        raise BadSampleError("drawing", error.message, error.hint) from error


def stamp(picture: Path, target: Any) -> int:
    """Return a number below 2**63 that changes with a drawing or with its file of classes."""
    if target is None:
        return 0
    parts = [repr(target)]
    try:
        mask = mask_of_target(picture, target)
        if mask is not None:
            facts = mask.stat()
            parts.append(f"{facts.st_size}:{facts.st_mtime_ns}")
    except (OSError, ValueError, ConfigError):
        parts.append("gone")
    digest = hashlib.blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=8)
    return int.from_bytes(digest.digest(), "big") >> 1


def class_map(
    picture: Path,
    target: Any,
    classes: Sequence[str],
    size: tuple[int, int],
) -> NDArray[Any]:
    """Return the class of every pixel at the size (width, height), (height, width).

    The dtype is that of `map_dtype`. Pixels take the class of the one in their middle, so that no
    class comes in between two others. What no shape covers has the class of the file of classes,
    where there is one, or is the background if that is a class and anything else is drawn.

    Args:
        picture: File of the picture.
        target: Its drawing, or None: then nothing is known of it.
        classes: Names in the order of their indices.
        size: Of the result.

    Raises:
        BadSampleError: The drawing or its file of classes cannot be used.
    """
    dtype, ignored = map_dtype(len(classes))
    width, height = size
    map_HW = np.full((height, width), ignored, dtype=dtype)
    drawing = drawn_of(target)
    if drawing is None:
        return map_HW
    values = {name: index for index, name in enumerate(classes)}
    rows = _middles(height, drawing.height_px)
    columns = _middles(width, drawing.width_px)
    if drawing.mask is not None:
        map_HW = _from_file(picture, drawing, values, ignored)[np.ix_(rows, columns)].astype(dtype)
    elif BACKGROUND in values:
        map_HW.fill(values[BACKGROUND])
    small = replace(drawing, width_px=width, height_px=height, shapes=(), mask=None)
    for shape in drawing.shapes:
        if shape.label in values:
            covered_HW = _covered(shape, drawing, small)
            map_HW[covered_HW] = values[shape.label]
    return map_HW


def _rounded(side: float) -> int:
    return min(_MOST_PX, max(_LEAST_PX, _STEP_PX * round(side / _STEP_PX)))


def _middles(count: int, given: int) -> NDArray[np.int64]:
    """Return for each of `count` pixels the one of `given` in its middle, int64, (count,)."""
    places = ((np.arange(count) + 0.5) * (given / count)).astype(np.int64)
    return np.minimum(places, given - 1)


def _from_file(
    picture: Path, drawing: Drawing, values: Mapping[str, int], ignored: int
) -> NDArray[np.int16]:
    """Return the class of every pixel of the file, int16, (H, W)."""
    mask, path = drawing.mask, mask_path(picture, drawing)
    if mask is None or path is None:
        raise TypeError("a drawing without a file of classes")
    values_HW = _values(path)
    height, width = values_HW.shape
    if (width, height) != (drawing.width_px, drawing.height_px):
        raise BadSampleError(
            "mask_size",
            f"The mask has {width} × {height} pixels, but its picture has "  # noqa: RUF001
            f"{drawing.width_px} × {drawing.height_px}.",  # noqa: RUF001
            "Save the mask in the size of the picture, without scaling it smoothly.",
        )
    table = np.full(65_536, ignored, dtype=np.int16)
    for value, name in mask.names:
        table[value] = values.get(name, ignored)
    return np.asarray(table[values_HW], dtype=np.int16)


def _values(path: Path) -> NDArray[np.int64]:
    """Return the value of every pixel of a file of classes, int64, (H, W)."""
    try:
        return mask_values(path)
    except BadSampleError as error:
        if error.code.startswith("mask"):
            raise
        message = f"The mask {path.name} cannot be used: {error.message}"
        raise BadSampleError(f"mask_{error.code}", message, error.hint) from error


@singledispatch
def _covered(shape: Shape, drawing: Drawing, small: Drawing) -> NDArray[np.bool_]:
    """Return which pixels of the small picture a shape covers, bool, (H, W)."""
    del drawing, small
    raise TypeError(f"{type(shape).__name__} covers nothing")


@_covered.register
def _(shape: Box, drawing: Drawing, small: Drawing) -> NDArray[np.bool_]:
    across, down = small.width_px / drawing.width_px, small.height_px / drawing.height_px
    scaled = replace(
        shape,
        left=shape.left * across,
        right=shape.right * across,
        top=shape.top * down,
        bottom=shape.bottom * down,
    )
    return pixels_of(scaled, small)


@_covered.register
def _(shape: Polygon, drawing: Drawing, small: Drawing) -> NDArray[np.bool_]:
    # Filled areas reach over their edges by up to a pixel, so they are drawn larger and sampled.
    wanted = max(_FILLED_PX, 2 * max(small.width_px, small.height_px))
    scale = min(1.0, wanted / max(drawing.width_px, drawing.height_px))
    width, height = (max(1, round(s * scale)) for s in (drawing.width_px, drawing.height_px))
    across, down = width / drawing.width_px, height / drawing.height_px
    rings = tuple(tuple((x * across, y * down) for x, y in ring) for ring in shape.rings)
    canvas = replace(small, width_px=width, height_px=height)
    covered_HW = pixels_of(replace(shape, rings=rings), canvas)
    rows, columns = _middles(small.height_px, height), _middles(small.width_px, width)
    return np.asarray(covered_HW[np.ix_(rows, columns)])


@_covered.register
def _(shape: Point, drawing: Drawing, small: Drawing) -> NDArray[np.bool_]:
    del drawing
    return pixels_of(shape, small)


@_covered.register
def _(shape: Region, drawing: Drawing, small: Drawing) -> NDArray[np.bool_]:
    try:
        covered_HW = pixels_of(shape, drawing)
    except ConfigError as error:
        raise BadSampleError("drawing", error.message, error.hint) from error
    rows = _middles(small.height_px, drawing.height_px)
    columns = _middles(small.width_px, drawing.width_px)
    return np.asarray(covered_HW[np.ix_(rows, columns)])
