"""A text of several lines that a person writes: taken by Enter or by leaving, Esc takes it back."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.escape import KeepsEscape
from deepdesk.ui.widgets.labels import restyle

HIGHEST_PX = 180
_LINES = 2
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class TextField(QPlainTextEdit):
    """Grows with its text; Shift and Enter begin another line.

    Signals:
        committed: The text, when it was changed and is meant.
    """

    committed = Signal(object)

    def __init__(self, name: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setPlaceholderText(hint)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("Enter saves, Shift and Enter begin another line, Esc takes it back.")
        self._meant = ""
        KeepsEscape(self, lambda: self.is_changed)
        self.textChanged.connect(self._fit)

    @property
    def is_changed(self) -> bool:
        """Whether something was written that is not saved."""
        return self.toPlainText().strip() != self._meant

    def show_text(self, text: str) -> None:
        """Show what is saved."""
        self._meant = text
        self.set_wrong(False)
        if self.toPlainText() != text:
            self.setPlainText(text)

    def set_wrong(self, is_wrong: bool) -> None:
        """Mark the text as one that cannot be saved."""
        if bool(self.property("wrong")) != is_wrong:
            self.setProperty("wrong", is_wrong)
            restyle(self)

    def commit(self) -> None:
        """Say that the text is meant, if it is another one."""
        if self.is_changed and not self.isReadOnly():
            text = self._meant = self.toPlainText().strip()
            self.committed.emit(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        with_shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in _ENTER and not with_shift:
            self.commit()
        elif event.key() == Qt.Key.Key_Escape and self.is_changed:
            self.show_text(self._meant)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        # A menu over the field only borrows the keyboard.
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.commit()

    def sizeHint(self) -> QSize:
        return QSize(160, self._height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _height(self) -> int:
        lines = max(_LINES, int(self.document().size().height()))
        around = 2 * (self.document().documentMargin() + self.frameWidth()) + metrics.S
        return min(
            metrics.scaled(HIGHEST_PX), round(lines * self.fontMetrics().lineSpacing() + around)
        )

    def _fit(self) -> None:
        self.setFixedHeight(self._height())
