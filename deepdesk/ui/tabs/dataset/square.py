"""A payload in a box: a picture fills it, anything else brings its own view."""

from __future__ import annotations

from functools import singledispatch

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from deepdesk.core.payloads import Image
from deepdesk.ui.theme import colour
from deepdesk.ui.widgets.painting import antialiased


@singledispatch
def picture_of(_payload: object) -> QPixmap | None:
    """Return a payload as one picture, None when it is not one."""
    return None


@picture_of.register
def _(payload: Image) -> QPixmap | None:
    return pixmap_of(payload)


def pixmap_of(image: Image) -> QPixmap:
    """Return a picture for the screen."""
    pixels_HWC = np.ascontiguousarray(image.pixels_HWC)
    height, width, channels = pixels_HWC.shape
    shown = QImage(pixels_HWC.data, width, height, channels * width, QImage.Format.Format_RGB888)
    # The image only borrows the array's memory; the pixmap owns a copy.
    return QPixmap.fromImage(shown)


class Square(QWidget):
    """A box that is empty, waits, or shows a payload.

    Args:
        radius_px: Of its corners.
        share: Height as a share of the width.
        is_whole: Show all of a picture, else its middle, cut to the box.
    """

    def __init__(
        self, radius_px: float = 6.0, share: float = 1.0, *, is_whole: bool = False
    ) -> None:
        super().__init__()
        self._radius_px = radius_px
        self._share = share
        self._is_whole = is_whole
        self._is_busy = False
        self._pixmap: QPixmap | None = None
        self._view: QWidget | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def show_busy(self, is_busy: bool) -> None:
        """Show an empty box; a busy one is a little darker."""
        self._clear()
        self._is_busy = is_busy
        self.update()

    def show_pixmap(self, pixmap: QPixmap) -> None:
        """Show a picture that is at hand already."""
        self._clear()
        self._pixmap = pixmap
        self.update()

    def show_payload(self, payload: object) -> None:
        """Show a payload."""
        pixmap = picture_of(payload)
        if pixmap is not None:
            self.show_pixmap(pixmap)
            return
        from deepdesk.ui.payload_views import widget_for

        self._clear()
        self._view = widget_for(payload)
        self._column.addWidget(self._view)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(width * self._share)

    def sizeHint(self) -> QSize:
        return QSize(60, round(60 * self._share))

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._view is not None:
            return
        painter = antialiased(QPainter(self))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        path = QPainterPath()
        path.addRoundedRect(QRectF(self.rect()), self._radius_px, self._radius_px)
        painter.fillPath(path, colour("line", 0.9 if self._is_busy else 0.4))
        if self._pixmap is not None:
            painter.setClipPath(path)
            painter.drawPixmap(
                self._target(self._pixmap), self._pixmap, QRectF(self._pixmap.rect())
            )
        painter.end()

    def _target(self, pixmap: QPixmap) -> QRectF:
        aspect = (
            Qt.AspectRatioMode.KeepAspectRatio
            if self._is_whole
            else Qt.AspectRatioMode.KeepAspectRatioByExpanding
        )
        size = pixmap.size().scaled(self.size(), aspect)
        left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
        return QRectF(left, top, size.width(), size.height())

    def _clear(self) -> None:
        self._pixmap, self._is_busy = None, False
        if self._view is not None:
            self._view.hide()
            self._view.deleteLater()
            self._view = None
