"""A place to drop files on, with a dashed outline that answers while something is above it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QRectF, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.widgets.painting import antialiased, fill_round


def dropped_paths(mime: QMimeData) -> list[Path]:
    """Return the local files and folders in a drag, without what lies elsewhere."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


class DropArea(QFrame):
    """A dashed, slightly raised area; put widgets into `body`.

    Signals:
        dropped: list[Path] of what was let go here, never empty.
    """

    dropped = Signal(object)

    def __init__(self, *, takes_drops: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(takes_drops)
        self.setAccessibleName("Drop files here")
        self._is_over = False
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(metrics.L, metrics.L, metrics.L, metrics.L)
        self.body.setSpacing(metrics.S)

    @property
    def is_over(self) -> bool:
        """Whether something that can be dropped is above."""
        return self._is_over

    def set_over(self, is_over: bool) -> None:
        """Show the outline as if something were above, for drops the window itself takes."""
        self._is_over = is_over
        self.update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_paths(event.mimeData()):
            event.acceptProposedAction()
            self.set_over(True)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self.set_over(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.set_over(False)
        paths = dropped_paths(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        rect = QRectF(self.rect())
        fill = colour("accent_soft" if self._is_over else "raised")
        fill_round(painter, rect, fill, metrics.RADIUS_CARD)
        pen = QPen(colour("accent" if self._is_over else "faint"), 1.5 if self._is_over else 1.0)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inner = rect.adjusted(0.75, 0.75, -0.75, -0.75)
        painter.drawRoundedRect(inner, metrics.RADIUS_CARD, metrics.RADIUS_CARD)
