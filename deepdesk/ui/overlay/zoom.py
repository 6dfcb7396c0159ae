"""Where a picture lies in its view: as large as there is room, or nearer."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt

MOST = 64.0


class Zoom:
    """How near a picture is looked at, and which part of it is in the middle."""

    def __init__(self) -> None:
        self.times = 1.0
        self._middle = QPointF(0.5, 0.5)

    @property
    def is_whole(self) -> bool:
        """Whether all of the picture is seen."""
        return self.times <= 1.0

    def reset(self) -> None:
        """Show all of the picture."""
        self.times, self._middle = 1.0, QPointF(0.5, 0.5)

    def rect(self, picture: QSize, view: QSize) -> QRectF:
        """Return where the picture lies in a view, px of the view."""
        whole = QSizeF(picture).scaled(QSizeF(view), Qt.AspectRatioMode.KeepAspectRatio)
        width, height = whole.width() * self.times, whole.height() * self.times
        left = _placed(self._middle.x(), width, view.width())
        top = _placed(self._middle.y(), height, view.height())
        return QRectF(left, top, width, height)

    def nearer(self, times: float, at: QPointF, picture: QSize, view: QSize) -> None:
        """Look `times` as near; what lies at a place of the view stays there."""
        before = self.rect(picture, view)
        if before.isEmpty():
            return
        share_x = (at.x() - before.left()) / before.width()
        share_y = (at.y() - before.top()) / before.height()
        self.times = min(MOST, max(1.0, self.times * times))
        after = self.rect(picture, view)
        self._middle = QPointF(
            share_x + (view.width() / 2 - at.x()) / after.width(),
            share_y + (view.height() / 2 - at.y()) / after.height(),
        )
        self._settle(picture, view)

    def move(self, by: QPointF, picture: QSize, view: QSize) -> None:
        """Move the picture by some pixels of the view."""
        rect = self.rect(picture, view)
        if rect.isEmpty():
            return
        self._middle -= QPointF(by.x() / rect.width(), by.y() / rect.height())
        self._settle(picture, view)

    def show(self, share: QPointF) -> None:
        """Bring a place of the picture, 0 to 1 across and down, to the middle."""
        self._middle = QPointF(share)

    def _settle(self, picture: QSize, view: QSize) -> None:
        """Let no more than half a view lie beside the picture after the next move."""
        rect = self.rect(picture, view)
        self._middle = QPointF(
            (view.width() / 2 - rect.left()) / rect.width(),
            (view.height() / 2 - rect.top()) / rect.height(),
        )


def _placed(middle: float, length: float, room: float) -> float:
    """Return where a length begins so that it fills the room, or lies in the middle of it."""
    if length <= room:
        return (room - length) / 2
    return min(0.0, max(room - length, room / 2 - middle * length))
