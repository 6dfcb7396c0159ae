"""A picture that keeps its proportions, with round corners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from deepdesk.ui.theme import colour, metrics, tokens
from deepdesk.ui.theme.fonts import SEMIBOLD, font
from deepdesk.ui.widgets.painting import antialiased, draw_text, fill_round

SMALLEST_PX = 64
# A picture of few pixels is enlarged with hard edges up to this size, so that they are seen.
FEW_PIXELS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A rectangle on a picture, in its pixels, with words and the position of its class."""

    left: float
    top: float
    right: float
    bottom: float
    words: str
    position: int


class PictureView(QWidget):
    """Shows a picture as large as there is room."""

    def __init__(self, image: QImage | None = None, *, name: str = "") -> None:
        super().__init__()
        self._image = QImage()
        self._frames: tuple[Frame, ...] = ()
        policy = QSizePolicy.Policy.Expanding
        self.setSizePolicy(policy, policy)
        self.setMinimumSize(SMALLEST_PX, SMALLEST_PX)
        self.set_image(image if image is not None else QImage(), name=name)

    def set_image(self, image: QImage, *, name: str = "") -> None:
        """Show another picture; `name` is what a screen reader says."""
        self._image = image
        self.setAccessibleName(name or "Picture")
        self.updateGeometry()
        self.update()

    def set_frames(self, frames: Sequence[Frame]) -> None:
        """Draw rectangles over the picture."""
        self._frames = tuple(frames)
        self.update()

    def sizeHint(self) -> QSize:
        return self._image.size().expandedTo(QSize(SMALLEST_PX, SMALLEST_PX))

    def picture_rect(self) -> QRectF:
        """Return where the picture lies in this widget."""
        size = QSizeF(self._image.size()).scaled(
            QSizeF(self.size()), Qt.AspectRatioMode.KeepAspectRatio
        )
        left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
        return QRectF(left, top, size.width(), size.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._image.isNull():
            return
        painter = antialiased(QPainter(self))
        is_tiny = max(self._image.width(), self._image.height()) <= FEW_PIXELS
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not is_tiny)
        rect = self.picture_rect()
        clip = QPainterPath()
        clip.addRoundedRect(rect, metrics.RADIUS_CARD, metrics.RADIUS_CARD)
        painter.save()
        painter.setClipPath(clip)
        painter.drawImage(rect, self._image)
        painter.restore()
        for frame in self._frames:
            self._draw_frame(painter, rect, frame)

    def _draw_frame(self, painter: QPainter, rect: QRectF, frame: Frame) -> None:
        zoom = rect.width() / max(1, self._image.width())
        box = QRectF(frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top)
        placed = QRectF(
            rect.left() + box.left() * zoom,
            rect.top() + box.top() * zoom,
            box.width() * zoom,
            box.height() * zoom,
        )
        ink = colour(tokens().class_colour(frame.position))
        painter.setPen(QPen(ink, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(placed, 3, 3)
        words = font(metrics.TINY, SEMIBOLD)
        painter.setFont(words)
        width = painter.fontMetrics().horizontalAdvance(frame.words) + 10
        tag = QRectF(placed.left(), placed.top() - metrics.scaled(16), width, metrics.scaled(16))
        if tag.top() < rect.top():
            tag.moveTop(placed.top())
        fill_round(painter, tag, colour("surface", 0.9), 3)
        draw_text(painter, tag.adjusted(5, 0, -5, 0), frame.words, words, colour("text"))
