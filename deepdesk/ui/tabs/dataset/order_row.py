"""The switch that cuts the split in the order of import instead of by chance."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from deepdesk.ui.tabs.dataset.overview import Overview
from deepdesk.ui.theme.metrics import S
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.switch import Switch

_WORDS = "Cut in order"
_TIP = (
    "The last samples are for test, those before them for validation, in the order in which they"
    " came. For pictures that follow each other as those of a film do: neighbours are nearly the"
    " same, and drawn by chance they would be on both sides: results look better than they are."
)


class OrderRow(QWidget):
    """Offered where samples often follow each other.

    Signals:
        turned: Whether it is on, after a person turned it.
    """

    turned = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._is_of_use = False
        self._is_offered = False
        self.switch = Switch()
        self.switch.setAccessibleName(_WORDS)
        self.switch.setToolTip(_TIP)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S)
        row.addWidget(Label(_WORDS), 1)
        row.addWidget(self.switch)
        self.switch.clicked.connect(lambda _checked=False: self.turned.emit(self.is_on))
        self.hide()

    @property
    def is_on(self) -> bool:
        """Whether the next split is cut in order."""
        return self._is_offered and self.switch.isChecked()

    def offer(self, *, comes_in_order: bool) -> None:
        """Say whether samples of this task often follow each other."""
        self._is_of_use = comes_in_order

    def show_overview(self, overview: Overview) -> None:
        """Offer it where something is free to be drawn; it is on where the split is so already."""
        self._is_offered = self._is_of_use and sum(overview.fixed.values()) < overview.total
        self.setVisible(self._is_offered)
        self.switch.setChecked(overview.is_in_order)
