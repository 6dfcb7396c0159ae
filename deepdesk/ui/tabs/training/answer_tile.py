"""One sample with the network's answer: green with a tick where right, red with a cross."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from deepdesk.core.answer_filter import Drawn
from deepdesk.core.payloads import Image
from deepdesk.ui.overlay import PaintStyle, paint_answer
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.widgets.painting import antialiased, draw_focus, draw_text, fill_round

_RADIUS_PX = 7.0
_FRAME_PX = 2.0
_LINE_PX = 18
_BADGE_PX = 15.0
# How answers are drawn on pictures of the size of a stamp.
SMALL = PaintStyle(has_words=False, line_px=1.0)
SMALL_TRUTH = PaintStyle(has_words=False, line_px=1.0, is_truth=True)
_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class AnswerTile(QWidget):
    """Shows a small picture, the answer, how sure it is, and the truth where it is wrong.

    Signals:
        opened: None, by a click, Enter or the space bar.
    """

    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._picture: QPixmap | None = None
        self._drawn: Drawn | None = None
        self._drawn_truth: Drawn | None = None
        self.answer = self.truth = self._under = ""
        self.score = math.nan
        self.is_right: bool | None = None

    def show_picture(self, picture: Image | None) -> None:
        """Show the sample itself."""
        self._picture = None if picture is None else pixmap_of(picture)
        self.update()

    def show_answer(
        self, answer: str, truth: str, score: float, *, is_right: bool, under: str = ""
    ) -> None:
        """Show what the network said; `under` is a last line, the file's name for instance."""
        self.answer, self.truth, self.score = answer, truth, score
        self.is_right, self._under = is_right, under
        verdict = "right" if is_right else f"wrong, it is {truth}"
        sure = "" if math.isnan(score) else f", {score:.0%} sure"
        words = f"{answer}{sure}: {verdict}"
        self.setAccessibleName(words)
        self.setToolTip(f"{under}\n{words}" if under else words)
        self.update()

    def show_drawn(self, drawn: Drawn | None, truth: Drawn | None) -> None:
        """Draw an answer over the picture, and the truth dashed; None for nothing."""
        self._drawn, self._drawn_truth = drawn, truth
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(92, 74 + metrics.scaled(_LINE_PX) * self._lines())

    def minimumSizeHint(self) -> QSize:
        return QSize(56, 40 + metrics.scaled(_LINE_PX) * self._lines())

    def height_for(self, width: int) -> int:
        """Return the height at which the picture is square."""
        return width + metrics.XS + metrics.scaled(_LINE_PX) * self._lines()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        is_here = self.rect().contains(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and is_here:
            self.opened.emit(None)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _KEYS:
            self.opened.emit(None)
            return
        super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw picture, frame, badge and words."""
        painter = antialiased(QPainter(self))
        line = metrics.scaled(_LINE_PX)
        room = self.height() - line * self._lines() - metrics.XS
        # Square at most, so that words stay near what they speak of.
        height = min(room, self.width())
        frame = QRectF(0, 0, self.width(), height).adjusted(1, 1, -1, -1)
        self._paint_picture(painter, frame)
        if self.hasFocus():
            draw_focus(painter, frame)
        if self.is_right is None:
            return
        role = "good" if self.is_right else "bad"
        painter.setPen(QPen(colour(role), _FRAME_PX))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, _RADIUS_PX, _RADIUS_PX)
        paint_badge(painter, frame, role)
        self._paint_words(painter, QRectF(2, frame.bottom() + 3, self.width() - 4, line), line)

    def _lines(self) -> int:
        return 3 if self._under else 2

    def _paint_picture(self, painter: QPainter, frame: QRectF) -> None:
        clip = QPainterPath()
        clip.addRoundedRect(frame, _RADIUS_PX, _RADIUS_PX)
        if self._picture is None:
            fill_round(painter, frame, colour("raised"), _RADIUS_PX)
            return
        painter.save()
        painter.setClipPath(clip)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = self._picture.size().toSizeF()
        sides = (frame.width() / size.width(), frame.height() / size.height())
        is_drawn = self._drawn is not None or self._drawn_truth is not None
        # What is drawn near the edge must be seen; other pictures fill their tile.
        scale = min(sides) if is_drawn else max(sides)
        shown = QRectF(0, 0, size.width() * scale, size.height() * scale)
        shown.moveCenter(frame.center())
        painter.drawPixmap(shown, self._picture, QRectF(QPointF(0, 0), size))
        paint_answer(painter, shown, self._drawn, style=SMALL)
        paint_answer(painter, shown, self._drawn_truth, style=SMALL_TRUTH)
        painter.restore()

    def _paint_words(self, painter: QPainter, room: QRectF, line: int) -> None:
        small = font(metrics.SMALL)
        right = Qt.AlignmentFlag.AlignRight
        figure = "" if math.isnan(self.score) else f"{100 * self.score:.0f}"
        width = draw_text(painter, room, figure, small, colour("muted"), right)
        words = room.adjusted(0, 0, -width - 4, 0)
        draw_text(painter, words, self.answer, small, colour("text"))
        room.translate(0, line - 3)
        if not self.is_right:
            draw_text(painter, room, f"is {self.truth}", small, colour("bad_text"))
        if self._under:
            room.translate(0, 0 if self.is_right else line - 3)
            draw_text(painter, room, self._under, font(metrics.TINY), colour("muted"))


def pixmap_of(picture: Image) -> QPixmap:
    """Return a picture for painting."""
    pixels = picture.pixels_HWC
    height, width, _channels = pixels.shape
    data = pixels.tobytes()
    image = QImage(data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return QPixmap.fromImage(image)


def paint_badge(painter: QPainter, frame: QRectF, role: str) -> None:
    """Paint a tick or a cross into the corner, for who cannot tell green from red."""
    spot = QRectF(0, 0, _BADGE_PX, _BADGE_PX)
    spot.moveTopRight(frame.topRight() + QPointF(-4, 4))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(role))
    painter.drawEllipse(spot)
    pen = QPen(colour("surface"), 1.6)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    x, y = spot.center().x(), spot.center().y()
    strokes = {
        "good": ((-3, 0.3), (-0.8, 2.5), (3.2, -2.2)),
        "bad": ((-2.4, -2.4), (2.4, 2.4)),
    }
    painter.drawPolyline([QPointF(x + dx, y + dy) for dx, dy in strokes[role]])
    if role == "bad":
        painter.drawPolyline([QPointF(x - 2.4, y + 2.4), QPointF(x + 2.4, y - 2.4)])
