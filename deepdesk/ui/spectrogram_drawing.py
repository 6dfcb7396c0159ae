"""What still and running spectrograms share: colours, room, and the line of the cursor.

Letters in names: R rows of pitch, C columns of time.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, QPen
from PySide6.QtWidgets import QWidget

from deepdesk.data.sound_levels import LEVELS_A_DB, QUIETEST_DB, PitchRows, sound_levels
from deepdesk.ui.theme import colour, metrics, tokens
from deepdesk.ui.theme.ramp import loudness_colours
from deepdesk.ui.time_axis import has_room_for_words

ROWS = 96
RANGE_DB = 60
# What is quieter than this at its loudest is shown as quiet, not as if it were loud.
LEAST_TOP_DB = -50.0


def levels_aside(
    samples_T: NDArray[np.float32], rows: PitchRows, columns: int, range_s: tuple[float, float]
) -> Future[NDArray[np.uint8]]:
    """Return what will hold the levels of a stretch, uint8, (R, C), made in a thread of its own.

    The thread knows nothing of widgets: one may be gone before its picture is made.

    Args:
        samples_T: float32, (T,), -1 to 1.
        rows: Of pitch.
        columns: Of time.
        range_s: Start and end in seconds.
    """
    answer: Future[NDArray[np.uint8]] = Future()

    def make() -> None:
        try:
            answer.set_result(sound_levels(samples_T, rows, columns, *range_s))
        except Exception as error:  # noqa: BLE001 - told in the window's thread
            answer.set_exception(error)

    threading.Thread(target=make, name="deepdesk-spectrogram", daemon=True).start()
    return answer


def coloured(levels_RC: NDArray[np.uint8], loudest: int) -> NDArray[np.uint32]:
    """Return pixels 0xFFRRGGBB, uint32, (R, C), the highest pitch in the first row.

    Args:
        levels_RC: uint8, (R, C), the lowest pitch first, as `PitchRows.levels` gives them.
        loudest: Level that stands out most.
    """
    loudest = max(loudest, round((LEAST_TOP_DB - QUIETEST_DB) * LEVELS_A_DB))
    shares = (np.arange(256) - loudest) / (RANGE_DB * LEVELS_A_DB) + 1.0
    ramp = np.array(loudness_colours(tokens()), dtype=np.uint32)
    table = ramp[(shares.clip(0.0, 1.0) * (len(ramp) - 1)).round().astype(np.int64)]
    return np.ascontiguousarray(table[levels_RC[::-1]])


def image_of_pixels(pixels_RC: NDArray[np.uint32]) -> QImage:
    """Return a picture over the array's own memory, uint32, (R, C), which must outlive it."""
    rows, columns = pixels_RC.shape
    return QImage(pixels_RC.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)


def picture_rect(widget: QWidget) -> QRectF:
    """Return where the picture of `widget` lies: beside the words of its axes, if any."""
    rect = QRectF(widget.rect())
    if not has_room_for_words(widget):
        return rect.adjusted(2, 2, -2, -2)
    below, beside = metrics.scaled(18), metrics.scaled(38)
    return rect.adjusted(beside, metrics.XS, -metrics.S, -below)


def draw_cursor(painter: QPainter, rect: QRectF, x: float) -> None:
    """Draw the line where a sound is heard; its edge keeps it visible on any ground."""
    if not rect.left() - 1 <= x <= rect.right() + 1:
        return
    for role, width in (("surface", 3.5), ("validation", 1.5)):
        painter.setPen(QPen(colour(role), width))
        painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
