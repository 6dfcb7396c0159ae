"""The size of a picture from its header alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL.Image import Image

from deepdesk.data.picture_files import DECODER_ERRORS, opened
from deepdesk.data.pixels import ORIENTATION

_TURNED = frozenset({5, 6, 7, 8})
_WITH_EXIF = frozenset({"JPEG", "MPO", "WEBP", "PNG"})  # Pillow turns TIFFs itself


@dataclass(frozen=True, slots=True)
class ShownSize:
    """How large a picture is.

    Attributes:
        width_px: As it is shown.
        height_px: As it is shown.
        orientation: By which the stored picture is turned, EXIF 1 to 8.
    """

    width_px: int
    height_px: int
    orientation: int

    @property
    def is_turned(self) -> bool:
        """Whether width and height are stored the other way round."""
        return self.orientation in _TURNED


def shown_size(path: Path) -> ShownSize:
    """Return the size of a picture as it is shown.

    Raises:
        BadSampleError: It is no picture that can be used.
    """
    with opened(path) as image:
        orientation = _orientation(image)
        width, height = image.size
    if orientation in _TURNED:
        width, height = height, width
    return ShownSize(width, height, orientation)


def _orientation(image: Image) -> int:
    # Asking a PNG without such data would decode all of it.
    if image.format not in _WITH_EXIF or "exif" not in image.info:
        return 1
    try:
        found = int(image.getexif().get(ORIENTATION, 1))
    except DECODER_ERRORS:
        return 1
    return found if 1 <= found <= 8 else 1
