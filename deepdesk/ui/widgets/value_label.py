"""A small label beside the pointer that tells values, within the area that it belongs to."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

_GAP_PX = 12


class ValueLabel(QFrame):
    """Hidden until something is shown; the mouse goes through it."""

    def __init__(self, area: QWidget) -> None:
        super().__init__(area)
        self._area = area
        self.setProperty("kind", "raised")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._text = QLabel(self)
        self._text.setProperty("kind", "small")
        self._text.setTextFormat(Qt.TextFormat.RichText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 5, 8, 5)
        layout.addWidget(self._text)
        self.hide()

    @property
    def words(self) -> str:
        """What is shown, with its markup."""
        return self._text.text()

    def show_markup(self, markup: str, at: QPoint) -> None:
        """Show words with markup beside a place in the area's pixels; values are escaped before."""
        self._text.setText(markup)
        self.adjustSize()
        area = self._area.rect()
        left = at.x() + _GAP_PX
        if left + self.width() > area.right():
            left = at.x() - _GAP_PX - self.width()
        top = min(max(0, at.y() - self.height() // 2), area.bottom() - self.height())
        self.move(max(0, left), max(0, top))
        self.show()
        self.raise_()
