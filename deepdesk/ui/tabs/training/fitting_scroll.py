"""A scrolling area that takes no more height than it has contents."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget


class FittingScroll(QScrollArea):
    """As high as its contents where there is room, scrolling where there is not."""

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        self._inside = inside
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        inside.installEventFilter(self)

    def sizeHint(self) -> QSize:
        return QSize(100, self._inside.sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(100, 120)

    def eventFilter(self, watched: Any, event: Any) -> bool:
        """Follow the contents when a fold opens."""
        if event.type() == event.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
