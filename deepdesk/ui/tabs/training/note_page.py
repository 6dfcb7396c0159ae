"""A quiet sentence in the middle of an area that has nothing to show yet."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.labels import Label


class NotePage(QWidget):
    """Says what will be here."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self._label = Label(words, kind="hint", wraps=True)
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(metrics.XL, metrics.M, metrics.XL, metrics.M)
        column.addWidget(self._label, 1)

    def set_words(self, words: str) -> None:
        """Say something else."""
        self._label.setText(words)
