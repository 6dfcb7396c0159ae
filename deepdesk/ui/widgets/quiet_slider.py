"""A slider in a column that scrolls."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QSlider


class QuietSlider(QSlider):
    """Lies from left to right, and leaves the wheel to the column around it."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Scrolling the column must not move what lies under the pointer.
        event.ignore()
