"""Parts of the right column: the name of a block, and buttons that mend it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import SmallButton
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.plain_tip import plain_tip

LONGEST = 60


class RemedyButtons(QWidget):
    """One button for each thing that would help.

    Signals:
        asked: Number of the remedy that a person wants.
    """

    asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.buttons: list[SmallButton] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(metrics.XS)
        self.hide()

    def show_titles(self, titles: Sequence[str]) -> None:
        """Offer these remedies."""
        if [button.accessibleName() for button in self.buttons] != list(titles):
            for button in self.buttons:
                self._column.removeWidget(button)
                button.hide()
                button.deleteLater()
            self.buttons = [self._button(number, title) for number, title in enumerate(titles)]
        self.setVisible(bool(titles))
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        """Cut titles at their end; the tooltip has them whole."""
        for button in self.buttons:
            room = max(40, self.width() - 2 * metrics.M)
            title = button.accessibleName()
            cut = button.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, room)
            button.setText(cut.replace("&", "&&"))

    def _button(self, number: int, title: str) -> SmallButton:
        button = SmallButton(title.replace("&", "&&"), tip=plain_tip(title))
        button.setAccessibleName(title)
        button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        button.clicked.connect(lambda _on=False: self.asked.emit(number))
        self._column.addWidget(button)
        return button


class NameRow(QWidget):
    """The person's own name for something.

    Signals:
        named: (id, its new name), when a person has written one.
    """

    named = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._id = self._before = ""
        self.line = QLineEdit()
        self.line.setAccessibleName("Name")
        self.line.setMaxLength(LONGEST)
        self.line.editingFinished.connect(self.flush)
        self.line.installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.XS)
        column.addWidget(Label("Name", kind="small"))
        column.addWidget(self.line)

    def show_name(self, some_id: str, name: str, usual: str) -> None:
        """Show a name; what is just being written stays.

        Args:
            usual: What stands there while there is no name.
        """
        is_other = some_id != self._id
        if is_other:
            self.flush()
        if is_other or name != self._before:
            self.line.setText(name)
        self._id, self._before = some_id, name
        self.line.setPlaceholderText(usual)

    def flush(self) -> None:
        """Tell what was written."""
        written = self.line.text().strip()
        if self._id and written != self._before:
            self._before = written
            self.named.emit((self._id, written))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Escape takes back what is written here, instead of stopping a training.
        is_key = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if is_key and self.line.text() != self._before:
            if event.type() == QEvent.Type.KeyPress:
                self.line.setText(self._before)
            event.accept()
            return True
        return super().eventFilter(watched, event)
