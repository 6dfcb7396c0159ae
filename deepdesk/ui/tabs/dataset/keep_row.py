"""The switch that keeps all samples of one speaker on one side of the split."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from deepdesk.ui.tabs.dataset.overview import Overview
from deepdesk.ui.theme.metrics import S
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.switch import Switch


class KeepRow(QWidget):
    """Offered where it is known who or what samples come from.

    Signals:
        turned: Whether it is on, after a person turned it.
    """

    turned = Signal(object)

    def __init__(self, noun: tuple[str, str] = ("source", "sources")) -> None:
        super().__init__()
        self._chosen: bool | None = None
        self.switch = Switch()
        self.words = Label("")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S)
        row.addWidget(self.words, 1)
        row.addWidget(self.switch)
        self.name_origins(noun)
        self.switch.clicked.connect(self._turn)
        self.hide()

    @property
    def kept(self) -> str:
        """What is kept together, "" for nothing."""
        return self._noun[1] if self.switch.isChecked() and self._is_offered else ""

    def name_origins(self, noun: tuple[str, str]) -> None:
        """Say what samples come from, one and several: ("speaker", "speakers")."""
        self._noun = noun
        self._is_offered = False
        text = f"Keep {noun[1]} together"
        self.words.setText(text)
        self.switch.setAccessibleName(text)
        self.switch.setToolTip(
            f"All samples of one {noun[0]} come to the same side, so that the test tells how well"
            f" the network does with {noun[1]} it has never met."
        )

    def show_overview(self, overview: Overview) -> None:
        """Offer it where there are several; what a person chose holds.

        Until then it is on where that makes sense and the split has not parted most of them.
        """
        is_free = sum(overview.fixed.values()) < overview.total
        self._is_offered = len(overview.origins) > 1 and is_free
        self.setVisible(self._is_offered)
        holds = 2 * overview.origins_across <= len(overview.origins)
        is_usual = overview.keeps_origins and holds
        self.switch.setChecked(is_usual if self._chosen is None else self._chosen)

    def turn_on(self) -> None:
        """Switch it on as a person would, without a signal."""
        self._chosen = True
        self.switch.setChecked(True)

    def _turn(self) -> None:
        self._chosen = self.switch.isChecked()
        self.turned.emit(self._chosen)
