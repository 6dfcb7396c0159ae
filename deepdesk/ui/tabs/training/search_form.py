"""What a new search is asked: what to vary, how to choose, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from deepdesk.core.errors import ConfigError
from deepdesk.engine.search.space import Offer
from deepdesk.project.searches import MOST_TRIALS, Dimension
from deepdesk.ui.tabs.training.search_row import VaryRow
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import PlainButton
from deepdesk.ui.widgets.editors import plain_number
from deepdesk.ui.widgets.labels import Label, SectionLabel

FIRST = ("learning_rate",)
METHODS = (
    ("bayesian", "Bayesian", "Learns from the trials so far where good values lie."),
    ("random", "Random", "Tries values by chance, without learning."),
    (
        "halving",
        "Successive halving",
        "Tries values by chance and ends early those that fall behind: many short trials.",
    ),
)
_FIELD_PX = 190


@dataclass(frozen=True, slots=True, kw_only=True)
class FormValue:
    """What the form asks for; `hours` 0 is no bound."""

    space: tuple[Dimension, ...]
    method: str
    trials: int
    hours: float


class SearchForm(QWidget):
    """Rows for what is varied, and a few fields.

    Signals:
        start_asked: None.
    """

    start_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, VaryRow] = {}
        self._offers: dict[str, Offer] = {}
        self._blocked = ""
        self.more = QComboBox()
        self.method = QComboBox()
        self.method_words = Label(kind="hint", wraps=True)
        self.trials = QLineEdit("20")
        self.hours = QLineEdit()
        self.wrong = Label(kind="small", tone="bad", wraps=True)
        self.start = PlainButton("Start search", lambda: self.start_asked.emit(None))
        self._list = QVBoxLayout()
        self._list.setSpacing(metrics.M)
        self._dress()
        self._lay_out()
        self._connect()
        self.check()

    def show_offers(self, offers: Sequence[Offer]) -> None:
        """Offer what can be varied; rows whose setting is gone leave."""
        self._offers = {offer.dimension.name: offer for offer in offers}
        for name in [name for name in self.rows if name not in self._offers]:
            self.take_out(name)
        self.more.blockSignals(True)
        self.more.clear()
        for name, offer in self._offers.items():
            block = offer.dimension.node
            words = offer.dimension.label + (f" ({block})" if block else "")
            self.more.addItem(words, name)
        self.more.setCurrentIndex(-1)
        self.more.blockSignals(False)
        if not self.rows:
            for name in FIRST:
                self.vary(name)

    def vary(self, name: str) -> None:
        """Put a setting among those that are varied, and go to it."""
        if name not in self.rows and name in self._offers:
            row = VaryRow(self._offers[name])
            row.removed.connect(self.take_out)
            row.edited.connect(lambda _none: self.check())
            self.rows[name] = row
            self._list.addWidget(row)
        self.check()

    def take_out(self, name: str) -> None:
        """Vary a setting no more."""
        row = self.rows.pop(name)
        self._list.removeWidget(row)
        row.hide()
        row.deleteLater()
        self.check()

    def value(self) -> FormValue:
        """Return what is asked for.

        Raises:
            ConfigError: A field holds no legal value.
        """
        if not self.rows:
            raise ConfigError("space", "Nothing is varied.", "Choose a setting to vary.")
        space = tuple(row.value() for row in self.rows.values())
        return FormValue(
            space=space,
            method=str(self.method.currentData()),
            trials=int(_number(self.trials.text(), "Trials", 1, MOST_TRIALS)),
            hours=_number(self.hours.text() or "0", "Time", 0, 10_000),
        )

    def set_blocked(self, words: str) -> None:
        """Say why no search can begin now, "" where one can."""
        self._blocked = words
        self.check()

    def check(self) -> None:
        """Say what is wrong, and let Start follow."""
        words = self._blocked
        try:
            self.value()
        except ConfigError as error:
            is_said = any(row.wrong.text() for row in self.rows.values())
            words = words or ("" if is_said else str(error))
            self.start.setEnabled(False)
        else:
            self.start.setEnabled(not self._blocked)
        self.wrong.setText(words)
        self.wrong.setVisible(bool(words))

    def _connect(self) -> None:
        self.more.activated.connect(self._add_chosen)
        self.method.currentIndexChanged.connect(self._tell_method)
        for field in (self.trials, self.hours):
            field.textEdited.connect(lambda _text: self.check())
        self._tell_method(0)

    def _add_chosen(self, place: int) -> None:
        name = self.more.itemData(place)
        # The list of completions writes its words into the field after this.
        QTimer.singleShot(0, self, self._empty_field)
        if isinstance(name, str):
            self.vary(name)

    def _empty_field(self) -> None:
        self.more.setCurrentIndex(-1)
        self.more.clearEditText()

    def _tell_method(self, place: int) -> None:
        self.method_words.setText(METHODS[place][2])

    def _dress(self) -> None:
        self.more.setEditable(True)
        self.more.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        completer = self.more.completer()
        if isinstance(completer, QCompleter):
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        field = self.more.lineEdit()
        if field is not None:
            field.setPlaceholderText("Vary another setting or block")
        self.more.setAccessibleName("Vary another setting or block")
        for key, words, _help in METHODS:
            self.method.addItem(words, key)
        self.method.setAccessibleName("Method")
        self.trials.setAccessibleName("Trials")
        self.hours.setAccessibleName("Hours at most")
        self.hours.setPlaceholderText("no bound")
        for widget in (self.method, self.trials, self.hours):
            widget.setFixedWidth(metrics.scaled(_FIELD_PX))

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(metrics.L)
        grid.setVerticalSpacing(metrics.XS)
        fields = (("Method", self.method), ("Trials", self.trials), ("Hours at most", self.hours))
        for place, (words, widget) in enumerate(fields):
            grid.addWidget(Label(words, kind="small"), 0, place)
            grid.addWidget(widget, 1, place)
        grid.setColumnStretch(len(fields), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.M)
        column.addWidget(SectionLabel("Vary"))
        column.addLayout(self._list)
        column.addWidget(self.more)
        column.addSpacing(metrics.S)
        column.addLayout(grid)
        column.addWidget(self.method_words)
        column.addWidget(self.wrong)
        column.addWidget(self.start, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)


def _number(text: str, label: str, low: float, high: float) -> float:
    try:
        value = float(plain_number(text))
    except ValueError:
        raise ConfigError(label, f"{label} is no number.", "Write one.") from None
    if not low <= value <= high:
        raise ConfigError(label, f"{label} is {text}.", f"Allowed is {low:g} to {high:g}.")
    return value
