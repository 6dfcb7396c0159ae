"""Pictures in a grid, numbers as bars, and the strip of samples to choose from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QImage, QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolTip, QWidget

from deepdesk.insight.report import SampleSeen
from deepdesk.ui.payload_views import image_of
from deepdesk.ui.theme import colour, metrics, text_colour
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.widgets.painting import (
    antialiased,
    draw_focus,
    draw_text,
    fill_round,
    outline_round,
)
from deepdesk.ui.widgets.rows import ChoiceRow

TILE_PX, CAPTION_PX, GAP_PX = 68, 15, 6
BARS_PX = 150
SAMPLE_PX = 56
_MOST_NAMES = 16


def grey_image(pixels_HW: NDArray[np.uint8]) -> QImage:
    """Return a grey picture that owns its pixels, from uint8 (H, W)."""
    packed = np.ascontiguousarray(pixels_HW)
    height, width = packed.shape
    shared = QImage(packed.data, width, height, width, QImage.Format.Format_Grayscale8)
    return shared.copy()


class PictureGrid(QWidget):
    """Small pictures with a caption each, as many in a row as there is room for."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.images: tuple[QImage, ...] = ()
        self.captions: tuple[str, ...] = ()
        self._tile = QSize(TILE_PX, TILE_PX)
        self.setAccessibleName(name)

    def show_images(
        self,
        images: Sequence[QImage],
        captions: Sequence[str] = (),
        *,
        tile: QSize | None = None,
    ) -> None:
        """Show pictures; each is drawn as large as fits into `tile`."""
        self.images, self.captions = tuple(images), tuple(captions)
        self._tile = tile or QSize(metrics.scaled(TILE_PX), metrics.scaled(TILE_PX))
        self._fit()
        self.update()

    def tile_rect(self, place: int) -> QRectF:
        """Return where a picture lies, its caption below not counted."""
        across = self._across()
        width, height = self._tile.width(), self._tile.height()
        step_y = height + self._caption_px() + GAP_PX
        return QRectF(
            (place % across) * (width + GAP_PX), (place // across) * step_y, width, height
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        words, ink = font(metrics.TICK), colour("muted")
        for place, image in enumerate(self.images):
            rect = self.tile_rect(place)
            if not rect.adjusted(0, 0, 0, CAPTION_PX).intersects(QRectF(event.rect())):
                continue
            is_small = image.width() <= rect.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not is_small)
            _draw_clipped(painter, rect, image, 4)
            if place < len(self.captions):
                spot = QRectF(rect.left(), rect.bottom(), rect.width(), self._caption_px())
                middle = Qt.AlignmentFlag.AlignHCenter
                draw_text(painter, spot, self.captions[place], words, ink, middle)

    def _across(self) -> int:
        return max(1, (self.width() + GAP_PX) // (self._tile.width() + GAP_PX))

    def _caption_px(self) -> int:
        return metrics.scaled(CAPTION_PX) if self.captions else 0

    def _fit(self) -> None:
        rows = -(-len(self.images) // self._across())
        self.setFixedHeight(rows * (self._tile.height() + self._caption_px() + GAP_PX))


def _draw_clipped(painter: QPainter, rect: QRectF, image: QImage, radius: float) -> None:
    """Draw a picture into a rounded rectangle, in its own proportions."""
    size = image.size().scaled(rect.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
    left, top = (rect.width() - size.width()) / 2, (rect.height() - size.height()) / 2
    place = QRectF(rect.left() + left, rect.top() + top, size.width(), size.height())
    clip = QPainterPath()
    clip.addRoundedRect(place, radius, radius)
    painter.save()
    painter.setClipPath(clip)
    painter.drawImage(place, image)
    painter.restore()


class NumberBars(QWidget):
    """Numbers as bars up and down from zero; few of them with their names."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: NDArray[np.float32] = np.empty(0, np.float32)
        self.names: tuple[str, ...] = ()
        self.setFixedHeight(metrics.scaled(BARS_PX))
        self.setAccessibleName("What the block answers")

    def show_numbers(self, numbers: NDArray[np.float32], names: Sequence[str] = ()) -> None:
        """Show numbers, (C,); `names` are written below where there are few."""
        self.numbers = numbers
        self.names = tuple(names) if len(names) == len(numbers) else ()
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and len(self.numbers):
            place = int(event.pos().x() * len(self.numbers) / max(1, self.width()))
            place = min(max(place, 0), len(self.numbers) - 1)
            name = self.names[place] if self.names else f"Number {place + 1}"
            QToolTip.showText(event.globalPos(), f"{name}: {self.numbers[place]:.4g}", self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not len(self.numbers):
            return
        painter = antialiased(QPainter(self))
        has_names = 0 < len(self.names) <= _MOST_NAMES
        room = QRectF(self.rect()).adjusted(0, 2, 0, -metrics.scaled(18) if has_names else -2)
        clean = np.nan_to_num(self.numbers.astype(np.float64), posinf=0.0, neginf=0.0)
        high, low = max(0.0, float(clean.max())), min(0.0, float(clean.min()))
        scale = room.height() / max(high - low, 1e-30)
        zero = room.top() + high * scale
        step = room.width() / len(clean)
        width = max(1.0, step * 0.72)
        largest = int(clean.argmax())
        for place, value in enumerate(clean.tolist()):
            left = room.left() + place * step + (step - width) / 2
            tall = QRectF(left, zero, width, -value * scale).normalized()
            role = "accent" if place == largest else "faint"
            fill_round(painter, tall, colour(role), min(2.0, width / 3))
        painter.setPen(colour("line"))
        painter.drawLine(QPointF(room.left(), zero), QPointF(room.right(), zero))
        if has_names:
            self._draw_names(painter, room, step)

    def _draw_names(self, painter: QPainter, room: QRectF, step: float) -> None:
        for place, name in enumerate(self.names):
            spot = QRectF(room.left() + place * step, room.bottom() + 2, step, metrics.scaled(16))
            middle = Qt.AlignmentFlag.AlignHCenter
            draw_text(painter, spot, name, font(metrics.TICK), colour("muted"), middle)


class SampleTile(ChoiceRow):
    """One sample: its picture, or its truth in words."""

    def __init__(self, sample: SampleSeen) -> None:
        super().__init__()
        self.sample = sample
        self._image = None if sample.picture is None else image_of(sample.picture)
        self.setFixedSize(metrics.scaled(SAMPLE_PX), self.row_height())
        right = "right" if sample.is_right else "wrong"
        words = f"{sample.truth}, answered {sample.answer}, {right}" if sample.truth else "Sample"
        self.setAccessibleName(words)
        self.setToolTip(words)

    def row_height(self) -> int:
        return metrics.scaled(SAMPLE_PX) + metrics.scaled(CAPTION_PX)

    def sizeHint(self) -> QSize:
        return QSize(metrics.scaled(SAMPLE_PX), self.row_height())

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        side = metrics.scaled(SAMPLE_PX)
        square = QRectF(0, 0, side, side)
        inner = square.adjusted(3, 3, -3, -3)
        if self._image is None:
            fill_round(painter, inner, colour("raised"), 4)
        else:
            _draw_clipped(painter, inner, self._image, 4)
        if self.isChecked():
            draw_focus(painter, square)
        else:
            has_focus = self.hasFocus() and not self.isDown()
            role = "accent" if has_focus else "line"
            outline_round(painter, square, colour(role), metrics.RADIUS_CONTROL)
        ink = text_colour("muted" if self.sample.is_right else "bad")
        spot = QRectF(0, side, side, rect.height() - side)
        text = self.sample.answer or self.sample.truth or f"{self.sample.sample}"
        draw_text(painter, spot, text, font(metrics.TICK), ink, Qt.AlignmentFlag.AlignHCenter)


class SampleStrip(QWidget):
    """The samples to choose from.

    Signals:
        picked: Number of the sample that a person chose.
    """

    picked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.tiles: list[SampleTile] = []
        self._buttons = QButtonGroup(self)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(GAP_PX)
        self._row.addStretch(1)

    def show_samples(self, samples: Sequence[SampleSeen], chosen: int) -> None:
        """Show samples with one of them chosen."""
        for tile in self.tiles:
            self._buttons.removeButton(tile)
            self._row.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        self.tiles = [SampleTile(sample) for sample in samples]
        for place, tile in enumerate(self.tiles):
            self._buttons.addButton(tile)
            self._row.insertWidget(place, tile)
            tile.setChecked(tile.sample.sample == chosen)
            number = tile.sample.sample
            tile.clicked.connect(lambda _on=False, number=number: self.picked.emit(number))
