"""A sound by time and pitch: a still one with a cursor, and one that runs along as sound comes in.

Louder stands out more from the ground, in the light and in the dark.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from deepdesk.data.sound_levels import pitch_rows
from deepdesk.ui.jobs import FRAME_MS
from deepdesk.ui.spectrogram_drawing import (
    ROWS,
    coloured,
    draw_cursor,
    image_of_pixels,
    levels_aside,
    picture_rect,
)
from deepdesk.ui.theme import colour, metrics, tokens
from deepdesk.ui.theme.fonts import MEDIUM, font
from deepdesk.ui.theme.ramp import loudness_colours
from deepdesk.ui.time_axis import TimeAxis, draw_pitches, draw_seconds, has_room_for_words
from deepdesk.ui.widgets.painting import antialiased, draw_text, fill_round

LEAST_PX = 32
MOST_COLUMNS = 1600
_LANE_PX = 20
_LOOK_MS = 8
_Wanted = tuple[object, float, float, int]  # sound, start and end in seconds, columns


class SpectrogramView(QWidget):
    """A whole sound or a stretch of one, drawn to its width in a thread of its own.

    Args:
        samples_T: float32, (T,), -1 to 1.
        rate_hz: Samples a second.
        name: For screen readers.

    Signals:
        clicked: The second that was clicked.
    """

    clicked = Signal(float)

    def __init__(
        self,
        samples_T: NDArray[np.float32] | None = None,
        rate_hz: int = 16_000,
        name: str = "Spectrogram",
    ) -> None:
        super().__init__()
        self.cursor_s: float | None = None
        self.selection: tuple[float, float] | None = None
        self._image = QImage()
        self._worn: tuple[int, ...] = ()
        self._levels_RC = np.zeros((ROWS, 0), dtype=np.uint8)
        self._drawn: _Wanted = (None, 0.0, 0.0, 0)
        self._drawn_range = (0.0, 0.0)
        self._asked: _Wanted = self._drawn
        self._answer: Future[NDArray[np.uint8]] | None = None
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self._take_if_made)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.set_sound(
            samples_T if samples_T is not None else np.zeros(0, np.float32), rate_hz, name
        )

    def set_sound(self, samples_T: NDArray[np.float32], rate_hz: int, name: str = "") -> None:
        """Show another sound, from float32, (T,), -1 to 1, whole."""
        self._samples_T = np.ascontiguousarray(samples_T, dtype=np.float32)
        self.rate_hz = max(1, rate_hz)
        self.length_s = len(samples_T) / self.rate_hz
        self.cursor_s = None
        if name:
            self.setAccessibleName(name)
        self._sound_key = object()
        self._levels_RC = np.zeros((ROWS, 0), dtype=np.uint8)
        self.set_range(0.0, self.length_s)

    def set_range(self, start_s: float, end_s: float) -> None:
        """Show this stretch of the sound."""
        self.start_s, self.end_s = start_s, max(end_s, start_s)
        self._work_if_needed()
        self.update()

    def set_cursor(self, second: float | None) -> None:
        """Draw the line where it is heard, or none."""
        self.cursor_s = second
        self.update()

    def set_selection(self, selection: tuple[float, float] | None) -> None:
        """Mark a stretch, (start, end) in seconds, or none."""
        self.selection = selection
        self.update()

    @property
    def axis(self) -> TimeAxis:
        """Where seconds lie, in pixels of this widget."""
        return TimeAxis(picture_rect(self), self.start_s, self.end_s)

    @property
    def is_drawn(self) -> bool:
        """Whether the picture is that of the present sound, stretch and width."""
        return self._drawn == self._wanted()

    def sizeHint(self) -> QSize:
        return QSize(240, 120)

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST_PX, LEAST_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        self._work_if_needed()
        painter = antialiased(QPainter(self))
        fill_round(painter, QRectF(self.rect()), colour("raised"), metrics.RADIUS_CONTROL)
        rect = picture_rect(self)
        if self._levels_RC.shape[1]:
            self._colour()
            self._draw_picture(painter)
        if has_room_for_words(self):
            draw_seconds(painter, self.axis)
            draw_pitches(painter, rect, pitch_rows(self.rate_hz, ROWS))
        if self.cursor_s is not None:
            draw_cursor(painter, rect, self.axis.x_of(self.cursor_s))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._work_if_needed()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        place = event.position()
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(place.toPoint()):
            self.clicked.emit(self.axis.second_at(place.x()))
        event.accept()

    def _draw_picture(self, painter: QPainter) -> None:
        """Draw the picture where its stretch lies now, also while the next one is made."""
        axis = self.axis
        left, right = (axis.x_of(second) for second in self._drawn_range)
        painter.save()
        painter.setClipRect(axis.rect)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        target = QRectF(left, axis.rect.top(), right - left, axis.rect.height())
        painter.drawImage(target, self._image)
        if self.selection is not None:
            left, right = (axis.x_of(second) for second in self.selection)
            block = QRectF(left, axis.rect.top(), right - left, axis.rect.height())
            painter.fillRect(block, colour("accent", 0.18))
            painter.setPen(QPen(colour("accent"), 1))
            painter.drawLine(block.topLeft(), block.bottomLeft())
            painter.drawLine(block.topRight(), block.bottomRight())
        painter.restore()

    def _wanted(self) -> _Wanted:
        columns = min(MOST_COLUMNS, round(picture_rect(self).width()))
        return (self._sound_key, self.start_s, self.end_s, columns)

    def _work_if_needed(self) -> None:
        wanted = self._wanted()
        columns = wanted[-1]
        is_nothing = columns < 1 or not len(self._samples_T) or self.end_s <= self.start_s
        if wanted == self._drawn or self._answer is not None or not self.isVisible() or is_nothing:
            return
        self._asked = wanted
        rows = pitch_rows(self.rate_hz, ROWS)
        self._answer = levels_aside(self._samples_T, rows, columns, (self.start_s, self.end_s))
        self._look.start()

    def _take_if_made(self) -> None:
        """Take the picture over once it is there; ask again if another one is wanted by now."""
        if self._answer is None or not self._answer.done():
            return
        self._look.stop()
        if self._asked[0] is self._sound_key:
            self._levels_RC = self._answer.result()
            self._drawn_range = self._asked[1], self._asked[2]
            self._image = QImage()
        self._drawn, self._answer = self._asked, None
        self._work_if_needed()
        self.update()

    def _colour(self) -> None:
        colours = loudness_colours(tokens())
        if self._image.isNull() or self._worn is not colours:
            self._worn = colours
            self._pixels = coloured(self._levels_RC, int(self._levels_RC.max()))
            self._image = image_of_pixels(self._pixels)


@dataclass(slots=True)
class _Mark:
    start_s: float
    end_s: float
    label: str
    position: int


class RollingSpectrogram(QWidget):
    """The last seconds of a sound that still comes in, the newest at the right.

    Args:
        seconds: That are kept.
        name: For screen readers.
        has_lane: Whether there is room below for marked stretches.
    """

    def __init__(
        self, seconds: float = 10.0, name: str = "Spectrogram, running", *, has_lane: bool = False
    ) -> None:
        super().__init__()
        self.seconds = seconds
        self._lane_px = metrics.scaled(_LANE_PX) if has_lane else 0
        self._columns = 480
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._frame = QTimer(self)
        self._frame.setSingleShot(True)
        self._frame.setInterval(FRAME_MS)
        self._frame.timeout.connect(self._repaint_if_changed)
        self._has_changed = False
        self.clear()

    def clear(self) -> None:
        """Begin anew, with silence and second 0."""
        self.now_s = 0.0
        self.rate_hz = 0
        self.marks: list[_Mark] = []
        self._kept_T = np.zeros(0, dtype=np.float32)
        self._made = 0  # columns since second 0
        self._levels_RC = np.zeros((ROWS, self._columns), dtype=np.uint8)
        self._pixels = np.zeros((ROWS, self._columns), dtype=np.uint32)
        self._image = image_of_pixels(self._pixels)
        self._worn: tuple[object, ...] = ()
        self._repaint_soon()

    def append(self, samples_T: NDArray[np.float32], rate_hz: int) -> None:
        """Take what came in, float32, (T,), -1 to 1; another rate begins anew."""
        if rate_hz != self.rate_hz:
            self.clear()
            self.rate_hz = rate_hz
            # Half a window of silence before, so that column 0 is centred on second 0.
            self._kept_T = np.zeros(pitch_rows(rate_hz, ROWS).window // 2, dtype=np.float32)
        self.now_s += len(samples_T) / rate_hz
        self._kept_T = np.concatenate([self._kept_T, samples_T])
        self._take_columns()
        self._repaint_soon()

    def mark(self, start_s: float, end_s: float, label: str, position: int = 0) -> None:
        """Show a stretch in the lane, in the colour of the class at `position`.

        Seconds count from the first sample. The same start and label again changes its end.
        """
        for old in self.marks:
            if (old.start_s, old.label) == (start_s, label):
                old.end_s = end_s
                break
        else:
            self.marks.append(_Mark(start_s, end_s, label, position))
        self.marks = [mark for mark in self.marks if mark.end_s >= self.now_s - self.seconds]
        self._repaint_soon()

    @property
    def axis(self) -> TimeAxis:
        """Where seconds lie, in pixels of this widget."""
        return TimeAxis(self._picture(), self.now_s - self.seconds, self.now_s)

    def sizeHint(self) -> QSize:
        return QSize(320, 120 + self._lane_px)

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST_PX, LEAST_PX + self._lane_px)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        fill_round(painter, QRectF(self.rect()), colour("raised"), metrics.RADIUS_CONTROL)
        rect = self._picture()
        if self._made:
            self._colour_all()
            self._draw_ring(painter, rect)
        if has_room_for_words(self):
            draw_seconds(painter, self.axis, from_end=True)
            if self.rate_hz:
                draw_pitches(painter, rect, pitch_rows(self.rate_hz, ROWS))
        if self._lane_px:
            self._draw_lane(painter)

    def _picture(self) -> QRectF:
        return picture_rect(self).adjusted(0, 0, 0, -self._lane_px)

    def _take_columns(self) -> None:
        """Turn windows that are complete into columns; what is left waits for more."""
        rows = pitch_rows(self.rate_hz, ROWS)
        step = self.seconds * self.rate_hz / self._columns
        count = int((len(self._kept_T) - rows.window) // step) + 1
        if len(self._kept_T) < rows.window or count < 1:
            return
        # After a long pause only what is still seen is worth being looked at.
        skipped = max(0, count - self._columns)
        base = self._made * step
        starts = ((self._made + np.arange(skipped, count)) * step).round() - round(base)
        places = starts.astype(np.int64)[:, None] + np.arange(rows.window)
        new_RC = rows.levels(self._kept_T[np.minimum(places, len(self._kept_T) - 1)])
        ring = (self._made + np.arange(skipped, count)) % self._columns
        self._levels_RC[:, ring] = new_RC
        if self._worn:
            self._pixels[:, ring] = coloured(new_RC, int(str(self._worn[1])))
        self._kept_T = self._kept_T[round((self._made + count) * step) - round(base) :]
        self._made += count

    def _colour_all(self) -> None:
        """Colour everything anew where the theme or the loudest of what is seen has changed."""
        loudest = int(self._levels_RC.max())
        # In steps of 6 dB: whatever is said loudest shall not make all flicker.
        wanted = (loudness_colours(tokens()), -(-loudest // 12) * 12)
        if wanted != self._worn:
            self._worn = wanted
            self._pixels[:] = coloured(self._levels_RC, wanted[1])

    def _draw_ring(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the ring in two parts: the older one from the next place on, then the newer."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        at = self._made % self._columns
        older = rect.width() * (self._columns - at) / self._columns
        for left, first, count in ((0.0, at, self._columns - at), (older, 0, at)):
            if count:
                width = rect.width() * count / self._columns
                target = QRectF(rect.left() + left, rect.top(), width, rect.height())
                painter.drawImage(target, self._image, QRectF(first, 0, count, ROWS))

    def _draw_lane(self, painter: QPainter) -> None:
        rect, axis = self._picture(), self.axis
        top = self.height() - self._lane_px - metrics.XS
        painter.setClipRect(QRectF(rect.left(), top, rect.width(), self._lane_px))
        ordered = sorted(self.marks, key=attrgetter("start_s"))
        ends = [axis.x_of(mark.start_s) for mark in ordered[1:]] + [rect.right()]
        for mark, end in zip(ordered, ends, strict=False):
            left, right = axis.x_of(mark.start_s), axis.x_of(mark.end_s)
            block = QRectF(left, top + 2, max(3.0, right - left), self._lane_px - 4)
            fill_round(painter, block, colour(tokens().class_colour(mark.position)), 3)
            room = max(0.0, end - block.right() - 2 * metrics.XS)
            words = QRectF(block.right() + metrics.XS, top, room, self._lane_px)
            draw_text(painter, words, mark.label, font(metrics.TINY, MEDIUM), colour("text"))

    def _repaint_soon(self) -> None:
        self._has_changed = True
        if not self._frame.isActive():
            self._repaint_if_changed()

    def _repaint_if_changed(self) -> None:
        if self._has_changed and self.isVisible():
            self._has_changed = False
            self.update()
            self._frame.start()
