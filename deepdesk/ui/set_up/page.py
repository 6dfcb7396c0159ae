"""What every page of the set-up window is: a title, a column that scrolls, buttons below it."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.labels import Label

COLUMN_PX = 640
BAR_PX = 56


class Page(QWidget):
    """A page; put what it shows into `column` and its buttons into the bar with `offer`."""

    def __init__(self, title: str, hint: str = "") -> None:
        super().__init__()
        self.setProperty("kind", "page")
        self.title = Label(title, kind="title", wraps=True)
        self.hint = Label(hint, kind="muted", wraps=True)
        if not hint:
            self.hint.hide()
        self.note = Label(kind="hint", wraps=True)
        self.main: QPushButton | None = None
        self._scroll = QScrollArea()
        self._inside = QWidget()
        self.column = QVBoxLayout(self._inside)
        self._bar = QHBoxLayout()
        self._arrange()

    def say(self, title: str, hint: str = "") -> None:
        """Change the title and the sentence below it."""
        self.title.setText(title)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self.setAccessibleName(title)

    def offer(self, button: QPushButton, *, is_main: bool = False) -> None:
        """Put a button into the bar; Enter presses the main one."""
        self._bar.addWidget(button)
        if is_main:
            self.main = button

    def reveal(self, widget: QWidget) -> None:
        """Scroll so far that a widget of the column is seen, once it has its size."""
        QTimer.singleShot(0, widget, lambda: self._scroll.ensureWidgetVisible(widget, 0, 0))

    def finish(self) -> None:
        """Close the column; what is added later would stand below its end."""
        self.column.addStretch(1)

    def _arrange(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._inside.setMaximumWidth(metrics.scaled(COLUMN_PX))
        self._inside.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.column.setContentsMargins(0, metrics.S, 0, metrics.L)
        self.column.setSpacing(metrics.M)
        head = QVBoxLayout()
        head.setSpacing(metrics.XS)
        head.addWidget(self.title)
        head.addWidget(self.hint)
        self.column.addLayout(head)
        around = QWidget()
        around.setProperty("kind", "page")
        row = QHBoxLayout(around)
        row.setContentsMargins(metrics.XL, 0, metrics.XL, 0)
        row.addStretch(1)
        row.addWidget(self._inside, 100)
        row.addStretch(1)
        self._scroll.setWidget(around)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer.addWidget(self._scroll, 1)
        outer.addWidget(self._foot())

    def _foot(self) -> QWidget:
        foot = QFrame()
        foot.setProperty("kind", "footer")
        foot.setMinimumHeight(metrics.scaled(BAR_PX))
        row = QHBoxLayout(foot)
        row.setContentsMargins(metrics.XL, metrics.S, metrics.XL, metrics.S)
        row.setSpacing(metrics.M)
        row.addWidget(self.note, 1)
        self._bar.setSpacing(metrics.S)
        row.addLayout(self._bar)
        return foot
