"""From the frames of QtMultimedia to plain bytes and back."""

from __future__ import annotations

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtMultimedia import QVideoFrame

RGB = QImage.Format.Format_RGB888


def pixels_of(
    frame: QVideoFrame, *, mirrored: bool = False, side_px: int = 0, least_px: int = 0
) -> NDArray[np.uint8] | None:
    """Return a copy of a frame, turned as it is meant to be seen: uint8, (H, W, 3), sRGB.

    None where it cannot be converted. With `side_px` no side is longer than that. With `least_px`
    it is made smaller by a whole number, but its longer side not shorter than that: a mean of
    squares of pixels is much quicker than any other size.
    """
    image = frame.toImage()
    if image.isNull():
        return None
    if side_px and max(image.width(), image.height()) > side_px:
        keep, smooth = (
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        image = image.scaled(side_px, side_px, keep, smooth)
    image = image.convertToFormat(RGB)
    width, height, stride = image.width(), image.height(), image.bytesPerLine()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(height, stride)
    pixels_HWC = rows[:, : 3 * width].reshape(height, width, 3)
    factor = max(width, height) // least_px if least_px else 1
    if factor > 1:
        pixels_HWC = np.array(PIL.Image.fromarray(pixels_HWC).reduce(factor))
    return pixels_HWC[:, ::-1].copy() if mirrored else pixels_HWC.copy()


def frame_of(pixels_HWC: NDArray[np.uint8], start_us: int, end_us: int) -> QVideoFrame:
    """Return a frame that owns its pixels, from uint8, (H, W, 3), sRGB."""
    height, width, _channels = pixels_HWC.shape
    shared = QImage(np.ascontiguousarray(pixels_HWC).data, width, height, 3 * width, RGB)
    frame = QVideoFrame(shared.convertToFormat(QImage.Format.Format_RGBX8888))
    frame.setStartTime(start_us)
    frame.setEndTime(end_us)
    return frame
