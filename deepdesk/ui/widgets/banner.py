"""What went wrong: one sentence, one remedy, the details folded."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout

from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.widgets.buttons import IconButton, LinkButton, SmallButton
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.painting import antialiased, fill_round, outline_round
from deepdesk.ui.widgets.states import IconPicture

DETAILS_HEIGHT_PX = 140
_ICONS = {"bad": "warning", "warn": "warning", "good": "check", "accent": "info"}


class Banner(QFrame):
    """A strip across an area; hidden until it has something to say.

    Signals:
        remedy_asked: None, when the remedy was clicked.
        closed: None, when a person closed it.
    """

    remedy_asked = Signal(object)
    closed = Signal(object)

    def __init__(self, *, tone: str = "bad", can_close: bool = True) -> None:
        super().__init__()
        self._tone = tone
        self._act: Callable[[], object] | None = None
        self._icon = IconPicture(_ICONS[tone], tone, 18)
        self.sentence = Label(kind="strong", wraps=True)
        self.hint = Label(kind="hint", wraps=True)
        self.remedy = LinkButton("", self._ask)
        self.more = LinkButton("Details", self._toggle)
        self.copy = SmallButton("Copy the report", self._copy)
        self.close_button = IconButton("cross", "Close", self._close)
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        self.details.setMaximumHeight(DETAILS_HEIGHT_PX)
        self.details.setAccessibleName("Details")
        self._arrange()
        self.close_button.setVisible(can_close)
        self._fold()
        self.hide()

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(metrics.M, metrics.S, metrics.S, metrics.S)
        row.setSpacing(metrics.S)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(self.sentence)
        column.addWidget(self.hint)
        column.addWidget(self.details)
        column.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignLeft)
        row.addLayout(column, 1)
        for button in (self.remedy, self.more, self.close_button):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)

    def say(
        self,
        sentence: str,
        hint: str = "",
        *,
        remedy: str = "",
        act: Callable[[], object] | None = None,
        details: str = "",
    ) -> None:
        """Show a sentence; `remedy` is the link that calls `act`, `details` stay folded."""
        self._act = act
        self._write(sentence, hint, remedy, details)
        self.show()

    def _write(self, sentence: str, hint: str, remedy: str, details: str) -> None:
        self.sentence.setText(sentence)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self.remedy.setText(remedy)
        self.remedy.setAccessibleName(remedy)
        self.remedy.setVisible(bool(remedy))
        self.details.setPlainText(details)
        self.more.setVisible(bool(details))
        self._fold()
        self.setAccessibleName(f"{sentence} {hint}".strip())

    def set_tone(self, tone: str) -> None:
        """Colour it as bad, warn, good or accent."""
        self._tone = tone
        self._icon.set_icon(_ICONS[tone], tone)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        rect = QRectF(self.rect())
        fill_round(painter, rect, colour("surface"), metrics.RADIUS_CARD)
        fill_round(painter, rect, colour(self._tone, 0.07), metrics.RADIUS_CARD)
        outline_round(painter, rect, colour(self._tone, 0.45), metrics.RADIUS_CARD)

    def _fold(self) -> None:
        self.details.hide()
        self.copy.hide()
        self.more.setText("Details")

    def _toggle(self) -> None:
        is_open = self.details.isHidden()
        self.details.setVisible(is_open)
        self.copy.setVisible(is_open)
        self.more.setText("Hide details" if is_open else "Details")

    def _copy(self) -> None:
        words = [self.sentence.text(), self.hint.text(), self.details.toPlainText()]
        QGuiApplication.clipboard().setText("\n".join(word for word in words if word))

    def _ask(self) -> None:
        self.remedy_asked.emit(None)
        if self._act is not None:
            self._act()

    def _close(self) -> None:
        self.hide()
        self.closed.emit(None)


class ErrorState(Banner):
    """The same in the middle of an area that has nothing else to show; it cannot be closed."""

    def __init__(self, sentence: str = "", hint: str = "", *, remedy: str = "") -> None:
        super().__init__(tone="bad", can_close=False)
        if sentence:
            self._write(sentence, hint, remedy, "")
            # Not show(): without a parent yet it would come up as a window of its own.
            self.setAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide, False)
