"""A payload in a box: a picture fills it, anything else brings its own view."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from deepdesk.core.payloads import Image
from deepdesk.ui.payload_views import image_of, widget_for
from deepdesk.ui.sound_view import SoundView
from deepdesk.ui.theme import colour
from deepdesk.ui.widgets.painting import antialiased

Over = Callable[[QPainter, QRectF], None]


@singledispatch
def picture_of(_payload: object) -> QPixmap | None:
    """Return a payload as one picture, None when it is not one."""
    return None


@picture_of.register
def _(payload: Image) -> QPixmap | None:
    return QPixmap.fromImage(image_of(payload.pixels_HWC))


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
        self._is_payload = False
        self._over: Over | None = None
        self._view: QWidget | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
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
            self._is_payload = True
            return
        self._clear()
        self._view = widget_for(payload)
        self._column.addWidget(self._view)

    def paint_over(self, over: Over | None) -> None:
        """Have something painted over pictures of payloads; None paints nothing.

        Args:
            over: Gets a painter, and where the picture lies.
        """
        self._over = over
        self.update()

    def open_larger(self) -> bool:
        """Show what is here in a window of its own; return whether it has one."""
        if not isinstance(self._view, SoundView):
            return False
        return self._view.open_larger() is not None

    def resizeEvent(self, event: QResizeEvent) -> None:
        # Layouts inside of layouts lose a height that depends on the width.
        self.setFixedHeight(round(self.width() * self._share))
        super().resizeEvent(event)

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
            if self._over is not None and self._is_payload:
                self._over(painter, self._target(self._pixmap))
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
        self._pixmap, self._is_busy, self._is_payload = None, False, False
        if self._view is not None:
            self._view.hide()
            self._view.deleteLater()
            self._view = None
