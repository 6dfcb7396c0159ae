"""The projects used last, on the welcome page."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from deepdesk.ui.theme import colour, icons, metrics
from deepdesk.ui.theme.fonts import MEDIUM, SEMIBOLD, font
from deepdesk.ui.welcome_facts import RecentRow
from deepdesk.ui.widgets.painting import antialiased, draw_focus, draw_text, fill_round
from deepdesk.ui.widgets.plain_tip import plain_tip

HEIGHT_PX, PICTURE_PX, INSET_PX = 57, 36, 12


def image_of(pixels_HWC: Any) -> QImage:
    """Return a copy of uint8 pixels, (H, W, 3), as an image."""
    height, width = pixels_HWC.shape[:2]
    data = pixels_HWC.tobytes()
    return QImage(data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


class RecentButton(QAbstractButton):
    """A picture, the name, what it is, its best figure and when it was used."""

    def __init__(self, row: RecentRow) -> None:
        super().__init__()
        self.row = row
        self._picture = None if row.picture_HWC is None else image_of(row.picture_HWC)
        self.setText(row.name)
        self.setAccessibleName(", ".join(t for t in (row.name, row.note, row.metric) if t))
        self.setToolTip(plain_tip(str(row.path)))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(metrics.scaled(358), metrics.scaled(HEIGHT_PX))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        rect = QRectF(self.rect())
        if self.underMouse():
            painter.fillRect(rect.adjusted(1, 1, -1, -1), colour("text", 0.03))
        painter.fillRect(QRectF(1, rect.bottom() - 1, rect.width() - 2, 1), colour("line"))
        top = (rect.height() - PICTURE_PX) / 2
        self._draw_picture(painter, QRectF(INSET_PX, top, PICTURE_PX, PICTURE_PX))
        left = INSET_PX + PICTURE_PX + metrics.S
        room = rect.adjusted(left, top - 1, -INSET_PX, -top + 1)
        row, small = self.row, font(metrics.SMALL)
        end, figure = Qt.AlignmentFlag.AlignRight, font(metrics.SMALL, SEMIBOLD)
        upper, lower = _upper(room), _lower(room)
        taken = draw_text(painter, upper, row.metric, figure, colour("text"), end)
        name = upper.adjusted(0, 0, -taken - metrics.S, 0)
        draw_text(painter, name, row.name, font(metrics.BODY, MEDIUM), colour("text"))
        taken = draw_text(painter, lower, row.when, small, colour("muted"), end)
        note = lower.adjusted(0, 0, -taken - metrics.S, 0)
        draw_text(painter, note, row.note, small, colour("muted"))
        if self.hasFocus():
            draw_focus(painter, rect.adjusted(1, 1, -1, -1), 6)

    def _draw_picture(self, painter: QPainter, rect: QRectF) -> None:
        if self._picture is None:
            fill_round(painter, rect, colour("accent_soft"), 6)
            icon = icons.pixmap("folder", "accent", 18, self.devicePixelRatioF())
            painter.drawPixmap(rect.adjusted(9, 9, 0, 0).topLeft(), icon)
            return
        painter.save()
        clip = QPainterPath()
        clip.addRoundedRect(rect, 6, 6)
        painter.setClipPath(clip)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        side = min(self._picture.width(), self._picture.height())
        left = (self._picture.width() - side) / 2
        above = (self._picture.height() - side) / 2
        painter.drawImage(rect, self._picture, QRectF(left, above, side, side))
        painter.restore()


def _upper(rect: QRectF) -> QRectF:
    return rect.adjusted(0, 0, 0, -rect.height() / 2)


def _lower(rect: QRectF) -> QRectF:
    return rect.adjusted(0, rect.height() / 2, 0, 0)
