"""A text to be read, selected and copied, as high as it needs to be up to a limit."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy

from deepdesk.ui.theme import metrics
from deepdesk.ui.theme.fonts import SEMIBOLD, font

# A word or two are an answer to be seen from afar; sentences are to be read.
SHORT_CHARACTERS = 60
LONG_SIZE = 16.0
HIGHEST_PX = 320
_LEAST_PX = 48


class TextView(QPlainTextEdit):
    """Shows a text that may still grow; what is selected stays selected while it does."""

    def __init__(self, text: str = "", *, is_final: bool = True) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setPlaceholderText("Nothing was recognised")
        self.show_text(text, is_final=is_final)

    def show_text(self, text: str, *, is_final: bool = True) -> None:
        """Show a text; one that only goes on is added to, so that the place is kept."""
        before = self.toPlainText()
        if text != before and before and text.startswith(before):
            bar = self.verticalScrollBar()
            follows = bar.value() >= bar.maximum() - 4
            chosen = self.textCursor()
            ends = chosen.anchor(), chosen.position()
            cursor = QTextCursor(self.document())
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(text[len(before) :])
            # What reaches to the end would grow along.
            chosen.setPosition(ends[0])
            chosen.setPosition(ends[1], QTextCursor.MoveMode.KeepAnchor)
            self.setTextCursor(chosen)
            if follows:
                bar.setValue(bar.maximum())
        elif text != before:
            self.setPlainText(text)
        is_short = len(text) <= SHORT_CHARACTERS
        size = metrics.ANSWER if is_short else LONG_SIZE
        self.setFont(font(size, SEMIBOLD) if is_short else font(size))
        self.setAccessibleName("Text" if is_final else "Text, still growing")
        self.setPlaceholderText("Nothing was recognised" if is_final else "Nothing yet")
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(200, metrics.scaled(_LEAST_PX))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        # A plain text counts its height in lines.
        lines = max(1, int(self.document().size().height()))
        around = 2 * (self.document().documentMargin() + self.frameWidth()) + metrics.S
        wanted = round(lines * self.fontMetrics().lineSpacing() + around)
        self.setFixedHeight(min(metrics.scaled(HIGHEST_PX), max(wanted, metrics.scaled(_LEAST_PX))))
