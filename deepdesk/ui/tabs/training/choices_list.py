"""What the engine picked for this machine, what each pick gained, and a way to pin another."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from deepdesk.core.events import Choices
from deepdesk.ui.tabs.training.choice_menu import ChoiceMenu
from deepdesk.ui.tabs.training.choice_row import HEIGHT_PX, ChoiceLine, LimitLine
from deepdesk.ui.tabs.training.fitting_scroll import FittingScroll
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.card import Divider
from deepdesk.ui.widgets.labels import Label, SectionLabel

_LEAST_LINES, _WANTED_LINES = 3, 5


class _Scroll(FittingScroll):
    """Three lines at least, so that a low window shows them whole; more where there is room.

    It asks for few, so that the settings above it have theirs first.
    """

    def __init__(self, inside: QWidget) -> None:
        super().__init__(inside)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        whole = super().sizeHint()
        return QSize(whole.width(), min(whole.height(), metrics.scaled(_WANTED_LINES * HEIGHT_PX)))

    def minimumSizeHint(self) -> QSize:
        return QSize(100, metrics.scaled(_LEAST_LINES * HEIGHT_PX))


class ChoicesList(QWidget):
    """Hidden until the engine has told its choices.

    Signals:
        pinned: (setting, value) that a person wants from the next run on.
        measure_asked: The `Choices` that are to be measured again.
    """

    pinned = Signal(object)
    measure_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[ChoiceLine] = []
        self.limit = LimitLine()
        self.hint = Label(kind="hint", wraps=True)
        self._choices: Choices | None = None
        self._pace = 0.0
        inside = QWidget()
        inside.setProperty("kind", "scrolled")
        self._rows = QVBoxLayout(inside)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, metrics.XS, 0, 0)
        column.setSpacing(metrics.S)
        column.addWidget(Divider())
        column.addWidget(SectionLabel("Chosen for this machine"))
        self._scroll = _Scroll(inside)
        column.addWidget(self._scroll, 1)
        column.addWidget(self.limit)
        column.addWidget(self.hint)
        column.addStretch(0)
        self.limit.hide()
        self.hint.hide()
        self.hide()

    def show_choices(self, choices: Choices | None) -> None:
        """Show one line per choice; nothing for None."""
        if choices == self._choices:
            return
        self._choices = choices
        self.say("")
        for line in self.lines:
            self._rows.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.lines = [ChoiceLine(row) for row in choices.rows] if choices else []
        for line in self.lines:
            line.opened.connect(self._open)
            self._rows.addWidget(line)
        self._scroll.setMaximumHeight(metrics.scaled(HEIGHT_PX) * len(self.lines))
        self.setVisible(bool(self.lines))
        self.show_pace(self._pace)

    def show_pace(self, samples_per_second: float) -> None:
        """Show how much of what is possible here a run reaches; 0.0 is not known."""
        self._pace = samples_per_second
        limit = self._choices.limit if self._choices is not None else None
        self.limit.show_share(limit, samples_per_second)

    def say(self, text: str) -> None:
        """Say what the next run will do otherwise, below the list; "" for nothing."""
        self.hint.setText(text)
        self.hint.setVisible(bool(text))

    def _open(self, line: ChoiceLine) -> None:
        """Offer every way of a choice below its line."""
        menu = ChoiceMenu(line.choice, line)
        menu.pinned.connect(self.pinned)
        menu.measure_asked.connect(self._ask_again)
        menu.popup(line.mapToGlobal(QPoint(0, line.height())))

    def _ask_again(self, _key: object) -> None:
        if self._choices is not None:
            self.measure_asked.emit(self._choices)
