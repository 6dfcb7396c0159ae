"""Mask files: pictures whose pixel values are classes, read as values and not as colours."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from deepdesk.core.drawing import Drawing, drawing_of, is_drawing
from deepdesk.core.errors import BadSampleError
from deepdesk.data.picture_files import Source, opened

NO_CLASS = 255
_WHOLE = frozenset({"I", "I;16", "I;16B", "I;16L", "I;16N"})
_PLAIN = frozenset({"L", "P"})


def mask_path(picture: Path, drawing: Drawing) -> Path | None:
    """Return where the file of classes of a picture lies, None where it has none."""
    if drawing.mask is None:
        return None
    return Path(os.path.normpath(picture.parent / drawing.mask.path))


def mask_of_target(picture: Path, target: Any) -> Path | None:
    """Return where the mask that a target names lies, None where it names none."""
    if not is_drawing(target) or "mask" not in target:
        return None
    return mask_path(picture, drawing_of(target))


def with_mask(target: Any, picture: Path, mask: Path) -> Any:
    """Return a drawing as a target whose mask lies elsewhere, as its picture does."""
    place = os.path.relpath(mask, picture.parent).replace(os.sep, "/")
    return {**target, "mask": {**target["mask"], "path": place}}


def mask_values(path: Source) -> NDArray[np.int64]:
    """Return the value of every pixel of a mask file, int64, (H, W), 0 to 65,535.

    The index of files with a palette, 16 bits as they are, and of colours that are all grey the
    brightness. The file is not turned: it lies on its picture as the picture is shown.

    Raises:
        BadSampleError: It cannot be read, or has real colours.
    """
    with opened(path) as image:
        image.load()
        if image.mode in _PLAIN:
            return np.asarray(image, dtype=np.int64)
        if image.mode == "1":
            return np.asarray(image, dtype=np.int64) * 255
        if image.mode in _WHOLE:
            return _checked(np.asarray(image).astype(np.int64))
        return _grey(mask_colours_of(image))


def mask_colours(path: Path) -> NDArray[np.int64]:
    """Return the colours of a picture as red * 65,536 + green * 256 + blue, int64, (H, W).

    Raises:
        BadSampleError: It cannot be read.
    """
    with opened(path) as image:
        image.load()
        return mask_colours_of(image)


def mask_colours_of(image: PIL.Image.Image) -> NDArray[np.int64]:
    """Return the colours of a loaded picture, int64, (H, W), as `mask_colours` does."""
    pixels_HWC = np.asarray(image.convert("RGB"), dtype=np.int64)
    return (pixels_HWC[..., 0] << 16) | (pixels_HWC[..., 1] << 8) | pixels_HWC[..., 2]


def _grey(colours_HW: NDArray[np.int64]) -> NDArray[np.int64]:
    values_HW = colours_HW & 0xFF
    if np.any(values_HW * 0x010101 != colours_HW):
        raise BadSampleError(
            "mask_colours",
            "The mask has colours in place of numbers of classes.",
            "Import it with a table of colours beside it.",
        )
    return values_HW


def _checked(values_HW: NDArray[np.int64]) -> NDArray[np.int64]:
    if values_HW.size and (values_HW.min() < 0 or values_HW.max() > 65535):
        raise BadSampleError("mask_values", "The mask has values beyond 65,535.", "Save it again.")
    return values_HW
