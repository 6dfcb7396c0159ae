"""A quiet sentence in the middle of an area that has nothing to show yet."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.labels import Label

_WIDEST_PX = 260


class NotePage(QWidget):
    """Says what will be here."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self._label = Label(words, kind="hint", wraps=True)
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._label.setMinimumWidth(120)
        self._label.setMaximumWidth(metrics.scaled(_WIDEST_PX))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addStretch(1)
        column.addWidget(self._label, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    def set_words(self, words: str) -> None:
        """Say something else."""
        self._label.setText(words)
