"""What the engine picked for this machine, and what each pick gained."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from deepdesk.core.events import Choices
from deepdesk.ui.plots.figures import THIN
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.card import Divider
from deepdesk.ui.widgets.elided_label import ElidedLabel
from deepdesk.ui.widgets.labels import Label, SectionLabel


class ChoicesList(QWidget):
    """Hidden until the engine has told its choices."""

    def __init__(self) -> None:
        super().__init__()
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, metrics.XS, 0, 0)
        column.setSpacing(metrics.M)
        column.addWidget(Divider())
        column.addWidget(SectionLabel("Chosen for this machine"))
        column.addLayout(self._rows)
        self.hide()

    def show_choices(self, choices: Choices) -> None:
        """Show one line per choice."""
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for what, choice, gain in choices.rows:
            self._rows.addWidget(_line(what, choice, gain))
        self.setVisible(bool(choices.rows))


def _line(what: str, choice: str, gain: float) -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(metrics.XS)
    row.addWidget(Label(what, kind="small", tone="muted"))
    row.addWidget(ElidedLabel(choice, kind="small"))
    if gain:
        times = Label(
            f"{gain:.1f}{THIN}\N{MULTIPLICATION SIGN}",
            kind="small",
            tone="good" if gain > 1 else "muted",
        )
        times.setToolTip("Measured on this machine, over the plain way")
        row.addWidget(times)
    row.addStretch(1)
    return line
