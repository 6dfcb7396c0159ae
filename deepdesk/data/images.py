"""Pictures as arrays: reading, facts and the reader of every task that takes pictures.

Letters in names: H height, W width, C the three channels R, G, B.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from deepdesk.core import payloads
from deepdesk.core.task import Facts, Found, Remark
from deepdesk.data.picture_files import (
    BIG_PIXELS,
    DECODER_ERRORS,
    IMAGE_SUFFIXES,
    SUFFIX_FORMATS,
    Source,
    opened,
)
from deepdesk.data.pixels import ORIENTATION, to_rgb, turned
from deepdesk.data.sources import discover

__all__ = ["IMAGE_SUFFIXES", "ImageReader", "image_facts", "read_image"]

# 9 columns give 8 differences in each of 8 rows: 64 bits (difference hash, N. Krawetz, 2013).
_HASH_SIZE = (9, 8)
# Of a large picture: copying so many takes a few milliseconds, during which no other thread runs.
_BAND_ROWS = 256


def read_image(source: Source, *, max_side_px: int | None = None) -> NDArray[np.uint8]:
    """Return the first frame of a picture, uint8, (H, W, 3), sRGB 0 to 255.

    It is turned as its EXIF orientation says, and lies on white where it is
    transparent. Safe to call from any thread.

    Args:
        source: Path, or the bytes of a file.
        max_side_px: Shrink so that neither side is longer; JPEGs are then
            decoded at a fraction of their size, about three times as fast.

    Raises:
        BadSampleError: The file cannot be used, with the reason.
    """
    with opened(source) as image:
        picture, _ = _decoded(image, max_side_px)
        return _pixels(picture)


def image_facts(path: Path) -> Facts:
    """Read a picture to its end and return what is to be known of it.

    The digest is SHA-256 over size and decoded RGB pixels, so that a copy in
    another lossless format is a twin too. The fingerprint is a 64-bit
    difference hash as a signed number.

    Raises:
        BadSampleError: The file cannot be used, with the reason.
    """
    with opened(path) as image:
        file_format = image.format or ""
        picture, note = _decoded(image, None)
    width, height = picture.size
    digest = hashlib.sha256(f"{width}x{height}:".encode())
    digest.update(picture.tobytes())
    return Facts(
        size=(width, height),
        detail=f"{width} x {height}",
        digest=digest.hexdigest(),
        fingerprint=difference_hash(picture),
        note=", ".join(filter(None, [note, _name_note(path, file_format)])),
    )


def difference_hash(picture: Image.Image) -> int:
    """Return 64 bits that say where brightness grows to the right, as a signed number."""
    grey = picture.convert("L").resize(_HASH_SIZE, Image.Resampling.BOX)
    values = np.asarray(grey)
    bits = np.packbits(values[:, 1:] > values[:, :-1])
    return int.from_bytes(bits.tobytes(), "big", signed=True)


class ImageReader:
    """The light half of a task that takes pictures; safe to call from any thread."""

    noun = ("picture", "pictures")
    origin_noun = ("source", "sources")
    comes_in_order = False
    suffixes = IMAGE_SUFFIXES

    def discover(self, source: Path) -> Iterator[Found | Remark]:
        """Yield the pictures of a folder, a table or a single file.

        Raises:
            DatasetError: The layout does not fit, with what would.
        """
        return discover(source, self.suffixes)

    def facts(self, path: Path) -> Facts:
        """Read a picture to its end.

        Raises:
            BadSampleError: It cannot be used, with the reason.
        """
        return image_facts(path)

    def payload(self, path: Path) -> payloads.Image:
        """Return the whole picture, uint8, (H, W, 3).

        Raises:
            BadSampleError: It cannot be used, with the reason.
        """
        return payloads.Image(pixels_HWC=read_image(path), name=path.name)

    def thumbnail(self, path: Path, side_px: int) -> payloads.Image:
        """Return the picture with neither side longer than `side_px`, uint8, (H, W, 3).

        Raises:
            BadSampleError: It cannot be used, with the reason.
        """
        return payloads.Image(pixels_HWC=read_image(path, max_side_px=side_px), name=path.name)


def _pixels(picture: Image.Image) -> NDArray[np.uint8]:
    """Return the pixels of a picture, (H, W, 3), in bands, so that no thread waits for all."""
    width, height = picture.size
    if width * height <= BIG_PIXELS:
        return np.array(picture)
    pixels_HWC = np.empty((height, width, 3), dtype=np.uint8)
    for top in range(0, height, _BAND_ROWS):
        bottom = min(height, top + _BAND_ROWS)
        pixels_HWC[top:bottom] = np.asarray(picture.crop((0, top, width, bottom)))
    return pixels_HWC


def _decoded(image: Image.Image, max_side_px: int | None) -> tuple[Image.Image, str]:
    if max_side_px is not None:
        image.draft(None, _shrunk(image.size, max_side_px))
    image.load()
    orientation = _orientation(image)
    picture, note = to_rgb(image)
    if max_side_px is not None and max(picture.size) > max_side_px:
        picture.thumbnail((max_side_px, max_side_px), Image.Resampling.BICUBIC, reducing_gap=2.0)
    picture, turn = turned(picture, orientation)
    return picture, ", ".join(filter(None, [note, turn]))


def _shrunk(size: tuple[int, int], max_side_px: int) -> tuple[int, int]:
    scale = min(1.0, max_side_px / max(size))
    return max(1, math.ceil(size[0] * scale)), max(1, math.ceil(size[1] * scale))


def _orientation(image: Image.Image) -> int:
    # Pillow turns TIFFs itself while loading, and broken EXIF data are no reason to refuse.
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except DECODER_ERRORS:
        return 1


def _name_note(path: Path, file_format: str) -> str:
    expected = SUFFIX_FORMATS.get(path.suffix.lower(), "")
    found = {"MPO": "JPEG"}.get(file_format, file_format)
    return f"really a {found} file" if expected and found != expected else ""
