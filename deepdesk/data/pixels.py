"""Every kind of pixel that Pillow knows, as eight-bit RGB."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from deepdesk.core.errors import BadSampleError

ORIENTATION = 0x0112  # EXIF 2.32, table 4
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_EIGHT_OF_SIXTEEN = ((np.arange(65536) + 128) // 257).astype(np.uint8)
_FRAMED = frozenset({"GIF", "PNG", "WEBP", "TIFF"})


def stretched(pixels_HWC: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a picture in a size (width, height), uint8, (height, width, 3), whatever its shape.

    Args:
        pixels_HWC: uint8, (H, W, 3).
        size: Of the result, px.
    """
    picture = Image.fromarray(np.ascontiguousarray(pixels_HWC))
    return np.asarray(picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=3.0))


def to_rgb(image: Image.Image) -> tuple[Image.Image, str]:
    """Return a loaded picture in mode RGB and what had to be done to it, "" for nothing.

    Transparent pixels come to lie on white; 16 bits a channel are scaled from
    0..65535 to 0..255, floating point from its own range.

    Raises:
        BadSampleError: Its kind of pixels is not read.
    """
    notes = [_frame_note(image)]
    if image.has_transparency_data:
        image, note = _on_white(image)
    else:
        image, note = _CONVERSIONS.get(image.mode, _unsupported)(image)
    return image, ", ".join(filter(None, [*notes, note]))


def turned(image: Image.Image, orientation: int) -> tuple[Image.Image, str]:
    """Return a picture as its EXIF orientation 1 to 8 says, and a note of it."""
    if orientation not in _TURNS:
        return image, ""
    return image.transpose(_TURNS[orientation]), "turned as its EXIF data say"


def _frame_note(image: Image.Image) -> str:
    if image.format not in _FRAMED or not getattr(image, "is_animated", False):
        return ""
    # Counting the frames of a GIF or TIFF means walking through all of the file.
    frames = image.__dict__.get("n_frames")
    return f"first of {frames} frames" if frames else "first of several frames"


def _on_white(image: Image.Image) -> tuple[Image.Image, str]:
    image = image.convert("RGBA")
    if image.getchannel("A").getextrema() == (255, 255):
        return image.convert("RGB"), ""
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white, "transparent parts on white"


def _convert(image: Image.Image) -> tuple[Image.Image, str]:
    return image.convert("RGB"), ""


def _same(image: Image.Image) -> tuple[Image.Image, str]:
    return image, ""


def _cmyk(image: Image.Image) -> tuple[Image.Image, str]:
    return image.convert("RGB"), "from the printing colours CMYK"


def _integers(image: Image.Image) -> tuple[Image.Image, str]:
    values = np.asarray(image)
    low, high = int(values.min()), int(values.max())
    if image.mode == "I" and low >= 0 and high <= 255:
        return _grey(values.astype(np.uint8)), ""
    if low < 0 or high > 65535:
        return _stretched(values.astype(np.float32))
    return _grey(_EIGHT_OF_SIXTEEN[values]), "16 bits reduced to 8"


def _floats(image: Image.Image) -> tuple[Image.Image, str]:
    return _stretched(np.nan_to_num(np.asarray(image)))


def _stretched(values: NDArray[np.float32]) -> tuple[Image.Image, str]:
    # Differences of the largest numbers would overflow.
    values = np.clip(values, -1e30, 1e30)
    low, high = float(values.min()), float(values.max())
    values -= np.float32(low)
    values *= np.float32(255.0 / (high - low) if high > low else 0.0)
    return _grey(np.rint(values, out=values).astype(np.uint8)), f"scaled from {low:g}..{high:g}"


def _grey(values: NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(values).convert("RGB")


def _unsupported(image: Image.Image) -> tuple[Image.Image, str]:
    raise BadSampleError(
        "unsupported",
        f"Its kind of pixels ({image.mode}) is not read.",
        "Save it as an RGB picture.",
    )


_CONVERSIONS: dict[str, Callable[[Image.Image], tuple[Image.Image, str]]] = {
    "RGB": _same,
    "CMYK": _cmyk,
    "F": _floats,
    **dict.fromkeys(("1", "L", "P", "RGBX", "YCbCr", "HSV"), _convert),
    **dict.fromkeys(("RGBA", "RGBa", "LA", "La", "PA"), _on_white),
    **dict.fromkeys(("I", "I;16", "I;16B", "I;16L", "I;16N"), _integers),
}
