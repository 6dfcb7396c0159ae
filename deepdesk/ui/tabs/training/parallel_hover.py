"""The small label beside the pointer that tells a trial's values."""

from __future__ import annotations

import html

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

_GAP_PX = 12


class TrialLabel(QFrame):
    """Stays within the plot that it belongs to."""

    def __init__(self, plot: QWidget) -> None:
        super().__init__(plot)
        self._plot = plot
        self.setProperty("kind", "raised")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.text = QLabel(self)
        self.text.setProperty("kind", "small")
        self.text.setTextFormat(Qt.TextFormat.RichText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 5, 8, 5)
        layout.addWidget(self.text)
        self.hide()

    def show_words(self, title: str, words: str, at: QPoint) -> None:
        """Show a title over lines of words, beside a place in the plot's pixels."""
        lines = html.escape(words).replace("\n", "<br>")
        self.text.setText(f"<b>{html.escape(title)}</b><br>{lines}")
        self.adjustSize()
        area = self._plot.rect()
        left = at.x() + _GAP_PX
        if left + self.width() > area.right():
            left = at.x() - _GAP_PX - self.width()
        top = min(max(0, at.y() - self.height() // 2), area.bottom() - self.height())
        self.move(max(0, left), max(0, top))
        self.show()
        self.raise_()
