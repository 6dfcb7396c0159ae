"""A sound in detail: wave above spectrogram, to zoom into and to select a stretch of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from deepdesk.ui.spectrogram_drawing import draw_cursor
from deepdesk.ui.spectrogram_view import SpectrogramView
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.time_axis import TimeAxis
from deepdesk.ui.widgets.painting import FOCUS_PX, antialiased, draw_focus, fill_round

LEAST_S = 0.02
_DRAG_PX = 4
_WAVE_SHARE = 0.34
_ZOOM = 1.25
_STEP_SHARE = 0.2
_WHEEL_STEP = 120


class SoundStage(QWidget):
    """Shows a stretch of a sound. The wheel zooms, dragging selects, a click listens from there.

    Args:
        samples_T: float32, (T,), -1 to 1.
        rate_hz: Samples a second.
        name: For screen readers.

    Signals:
        chosen: The second that was clicked.
        changed: None, when the stretch that is shown or selected is another.
    """

    chosen = Signal(float)
    changed = Signal(object)

    def __init__(self, samples_T: NDArray[np.float32], rate_hz: int, name: str) -> None:
        super().__init__()
        self._samples_T = samples_T
        self._rate_hz = rate_hz
        self.length_s = len(samples_T) / rate_hz
        self.selection: tuple[float, float] | None = None
        self.heard_s: float | None = None
        self._pressed_x: float | None = None
        self._is_dragging = False
        self._peaks_key: tuple[float, float, int] | None = None
        self._wave = QPolygonF()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.picture = SpectrogramView(samples_T, rate_hz, f"Spectrogram of {name}")
        self.picture.setParent(self)
        self.picture.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    @property
    def axis(self) -> TimeAxis:
        """Where seconds lie in the wave, and below it in the picture."""
        beside = self.picture.axis
        left = self.picture.x() + beside.rect.left()
        wave = QRectF(left, metrics.S, beside.rect.width(), self.picture.y() - 2 * metrics.S)
        return TimeAxis(wave, beside.start_s, beside.end_s)

    def set_range(self, start_s: float, end_s: float) -> None:
        """Show a stretch, moved into the sound and no shorter than can be seen."""
        length_s = min(self.length_s, max(LEAST_S, end_s - start_s))
        start_s = min(max(0.0, start_s), self.length_s - length_s)
        self.picture.set_range(start_s, start_s + length_s)
        self.changed.emit(None)
        self.update()

    def show_all(self) -> None:
        """Show the whole sound."""
        self.set_range(0.0, self.length_s)

    def zoom(self, factor: float, around_s: float | None = None) -> None:
        """Show `factor` times as little around a second, or around the middle."""
        start_s, end_s = self.picture.start_s, self.picture.end_s
        middle = (start_s + end_s) / 2 if around_s is None else around_s
        length_s = max(LEAST_S, (end_s - start_s) / factor)
        share = (middle - start_s) / max(1e-9, end_s - start_s)
        self.set_range(middle - share * length_s, middle + (1 - share) * length_s)

    def move_by(self, share: float) -> None:
        """Show what lies before or after, by a share of what is shown."""
        far_s = share * (self.picture.end_s - self.picture.start_s)
        self.set_range(self.picture.start_s + far_s, self.picture.end_s + far_s)

    def select(self, start_s: float, end_s: float) -> None:
        """Select a stretch; none if it is empty."""
        low, high = sorted((start_s, end_s))
        self.selection = (low, high) if high > low else None
        self.picture.set_selection(self.selection)
        self.changed.emit(None)
        self.update()

    def set_cursor(self, second: float | None) -> None:
        """Draw the line where it is heard, or none; what is heard stays in sight."""
        self.heard_s = second
        if second is not None and not self.picture.start_s <= second <= self.picture.end_s:
            self.set_range(second, second + self.picture.end_s - self.picture.start_s)
        self.picture.set_cursor(second)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(860, 400)

    def minimumSizeHint(self) -> QSize:
        return QSize(320, 200)

    def resizeEvent(self, event: QResizeEvent) -> None:
        wave_px = round(_WAVE_SHARE * self.height())
        ring = round(FOCUS_PX) + 1  # around both, where the keyboard is here
        self.picture.setGeometry(
            ring, wave_px, self.width() - 2 * ring, self.height() - wave_px - ring
        )
        super().resizeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        fill_round(painter, QRectF(self.rect()), colour("raised"), metrics.RADIUS_CONTROL)
        axis = self.axis
        if self.selection is not None:
            left, right = (axis.x_of(second) for second in self.selection)
            block = QRectF(left, axis.rect.top(), right - left, axis.rect.height())
            painter.fillRect(block.intersected(axis.rect), colour("accent", 0.18))
        painter.setPen(QPen(colour("accent"), 1))
        painter.drawPolyline(self._wave_in(axis))
        if self.heard_s is not None:
            draw_cursor(painter, axis.rect, axis.x_of(self.heard_s))
        if self.hasFocus():
            draw_focus(painter, QRectF(self.rect()))

    def _wave_in(self, axis: TimeAxis) -> QPolygonF:
        """Return the outline of what is shown: down and up again in every column of pixels."""
        columns = max(1, round(axis.rect.width()))
        key = (axis.start_s, axis.end_s, columns)
        if key != self._peaks_key:
            self._peaks_key = key
            self._wave = self._outline(axis, columns)
        return self._wave

    def _outline(self, axis: TimeAxis, columns: int) -> QPolygonF:
        first = max(0, int(axis.start_s * self._rate_hz))
        part = self._samples_T[first : max(first + 1, int(axis.end_s * self._rate_hz))]
        if not len(part):
            return QPolygonF()
        starts = np.unique(np.linspace(0, len(part), columns, endpoint=False).astype(np.int64))
        lows, highs = np.minimum.reduceat(part, starts), np.maximum.reduceat(part, starts)
        middle, half = axis.rect.center().y(), axis.rect.height() / 2
        step = axis.rect.width() / len(starts)
        points = []
        for at, (low, high) in enumerate(zip(lows.tolist(), highs.tolist(), strict=True)):
            x = axis.rect.left() + (at + 0.5) * step
            points += [QPointF(x, middle - high * half), QPointF(x, middle - low * half)]
        return QPolygonF(points)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed_x, self._is_dragging = event.position().x(), False
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_x is None:
            return
        x = event.position().x()
        self._is_dragging = self._is_dragging or abs(x - self._pressed_x) > _DRAG_PX
        if self._is_dragging:
            self.select(self.axis.second_at(self._pressed_x), self.axis.second_at(x))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed_x is not None and not self._is_dragging:
            self.select(0.0, 0.0)
            self.chosen.emit(self.axis.second_at(event.position().x()))
        self._pressed_x = None
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._pressed_x = None
        self.show_all()
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        is_aside = abs(turned.x()) > abs(turned.y())
        if is_aside or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            far = turned.x() if is_aside else turned.y()
            self.move_by(-_STEP_SHARE * far / _WHEEL_STEP)
        else:
            second = self.axis.second_at(event.position().x())
            self.zoom(_ZOOM ** (turned.y() / _WHEEL_STEP), second)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        acts = {
            Qt.Key.Key_Plus: lambda: self.zoom(_ZOOM),
            Qt.Key.Key_Equal: lambda: self.zoom(_ZOOM),
            Qt.Key.Key_Minus: lambda: self.zoom(1 / _ZOOM),
            Qt.Key.Key_Left: lambda: self.move_by(-_STEP_SHARE),
            Qt.Key.Key_Right: lambda: self.move_by(_STEP_SHARE),
            Qt.Key.Key_Home: self.show_all,
        }
        act = acts.get(Qt.Key(event.key()))
        if act is None:
            super().keyPressEvent(event)
        else:
            act()
