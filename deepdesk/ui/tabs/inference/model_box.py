"""The chooser of the network that answers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from deepdesk.ui.tabs.inference.models import Choice, preferred
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.labels import Label

WIDTH_PX, NARROW_PX = 250, 150
SHORTEST = 28


class ModelBox(QWidget):
    """Every run that can answer; it follows the newest until a person chooses.

    Signals:
        chosen: `Choice` that answers from now on, also when only its weights are newer.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._choices: tuple[Choice, ...] = ()
        self._choice: Choice | None = None
        self._is_by_hand = False
        self.box = QComboBox()
        self.box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.box.setMinimumContentsLength(SHORTEST)
        self.box.setMinimumWidth(metrics.scaled(NARROW_PX))
        self.box.setMaximumWidth(metrics.scaled(WIDTH_PX))
        self.box.setAccessibleName("Model that answers")
        self.box.setToolTip("The run whose weights answer. Runs that still train are here too.")
        self.label = Label("Model", kind="hint")
        self.label.setBuddy(self.box)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(metrics.S)
        row.addWidget(self.label)
        row.addWidget(self.box)
        self.box.activated.connect(self._take_by_hand)

    @property
    def choice(self) -> Choice | None:
        """What answers now, None while nothing can."""
        return self._choice

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """List these; the chosen one stays chosen while it is there."""
        self._choices = tuple(choices)
        with QSignalBlocker(self.box):
            self.box.clear()
            for choice in self._choices:
                self.box.addItem(choice.text)
            self._grey_out()
        self._set(self._kept() or preferred(self._choices))

    def _kept(self) -> Choice | None:
        if not self._is_by_hand or self._choice is None:
            return None
        model = self._choice.model
        return next((one for one in self._choices if one.model.is_of(model) and one.step), None)

    def _grey_out(self) -> None:
        items = self.box.model()
        assert isinstance(items, QStandardItemModel)
        for at, choice in enumerate(self._choices):
            if not choice.step:
                items.item(at).setFlags(Qt.ItemFlag.NoItemFlags)

    def _take_by_hand(self, at: int) -> None:
        self._is_by_hand = True
        self._set(self._choices[at])

    def _set(self, choice: Choice | None) -> None:
        at = self._choices.index(choice) if choice is not None else -1
        with QSignalBlocker(self.box):
            self.box.setCurrentIndex(at)
        if choice != self._choice:
            self._choice = choice
            self.chosen.emit(choice)
