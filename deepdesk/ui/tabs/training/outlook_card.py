"""What the next run will take: time and its end, memory, disk, energy and cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from deepdesk.project.preferences import Preferences
from deepdesk.ui.energy_words import cost_text, energy_text
from deepdesk.ui.plots.figures import value_text
from deepdesk.ui.theme import metrics
from deepdesk.ui.time_words import clock_text, length_text
from deepdesk.ui.widgets.buttons import LinkButton
from deepdesk.ui.widgets.card import Divider
from deepdesk.ui.widgets.elided_label import ElidedLabel
from deepdesk.ui.widgets.labels import Label, SectionLabel

if TYPE_CHECKING:
    from deepdesk.engine.forecast.outlook import Outlook

_ROUGH_TIP = "From the speed of this machine alone; trying the blocks makes it better"
_ENERGY, _STATE = "Energy", "State watts and price"
_TRIED_TIP = "The blocks of this network were timed on this machine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: what, how much, and whether that is too much."""

    name: str
    value: str
    tip: str = ""
    is_too_much: bool = False


class OutlookCard(QWidget):
    """Hidden until something is known.

    Args:
        state_power: Called when the person wants to state watts and price.
    """

    def __init__(self, state_power: Callable[[], None]) -> None:
        super().__init__()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(metrics.M)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self.lines: tuple[Line, ...] = ()
        self.state = LinkButton(_STATE, state_power)
        self.state.setToolTip("For the energy and the cost of a run; kept on this computer")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, metrics.XS, 0, 0)
        column.setSpacing(metrics.S)
        column.addWidget(Divider())
        column.addWidget(SectionLabel("What it will take"))
        column.addLayout(self._grid)
        # In its layout from the start, so that it goes when the card goes.
        self._grid.addWidget(self.state, 0, 1, 1, 2)
        self.hide()

    def show_outlook(self, outlook: Outlook | None, preferences: Preferences) -> None:
        """Show an outlook, or nothing."""
        lines = () if outlook is None else lines_of(outlook, preferences, datetime.now())
        self.setVisible(bool(lines))
        if lines == self.lines:
            return
        self.lines = lines
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None and widget is not self.state:
                widget.hide()
                widget.deleteLater()
        for place, line in enumerate(lines):
            value = ElidedLabel(line.value, kind="small", tone="bad" if line.is_too_much else "")
            value.setToolTip(line.tip or line.value)
            self._grid.addWidget(Label(line.name, kind="small", tone="muted"), place, 0)
            self._grid.addWidget(value, place, 1)
        self._offer_stating(lines)

    def _offer_stating(self, lines: tuple[Line, ...]) -> None:
        """Offer it in the line of the energy: in its place where that is not known."""
        last = len(lines)
        is_known = any(line.name == _ENERGY for line in lines)
        self.state.setText("Change" if is_known else _STATE)
        if is_known:
            self._grid.addWidget(self.state, last - 1, 2)
        else:
            self._grid.addWidget(Label(_ENERGY, kind="small", tone="muted"), last, 0)
            self._grid.addWidget(self.state, last, 1, 1, 2)


def lines_of(outlook: Outlook, preferences: Preferences, now: datetime) -> tuple[Line, ...]:
    """Return the lines of an outlook; what is not known has none."""
    if not outlook.seconds:
        return ()
    about = "about " if outlook.is_rough else ""
    error = outlook.error_share
    off = "" if error is None else f". The last one like it was {error:.0%} off"
    tip = outlook.caveat or (_ROUGH_TIP if outlook.is_rough else _TRIED_TIP) + off
    end = clock_text(now + timedelta(seconds=outlook.seconds), now)
    memory = value_text(float(outlook.peak_bytes), "B")
    disk = value_text(float(outlook.disk_bytes), "B")
    done = " with one worker" if outlook.caveat else f", done {end}"
    room = f" of {value_text(float(outlook.memory_bytes), 'B')}" if outlook.memory_bytes else ""
    free = f"{disk} needed at most, {value_text(float(outlook.free_bytes), 'B')} free"
    if outlook.spare_bytes:
        free += f", of which {value_text(float(outlook.spare_bytes), 'B')} must stay free"
    # A colour alone would not say it to everyone.
    memory_lacks = ", too little" if outlook.lacks_memory else ""
    disk_lacks = ", too little is free" if outlook.lacks_disk else ""
    lines = [
        Line(name="Time", value=f"{about}{length_text(outlook.seconds)}{done}", tip=tip),
        Line(
            name="Memory",
            value=memory + room + memory_lacks,
            tip=outlook.caveat,
            is_too_much=outlook.lacks_memory,
        ),
        Line(name="Disk", value=disk + disk_lacks, tip=free, is_too_much=outlook.lacks_disk),
    ]
    if outlook.joules:
        source = f"{outlook.watts:.0f} W while training, {outlook.watts_from}"
        cost = cost_text(outlook.joules, preferences)
        value = ", ".join(filter(None, (about + energy_text(outlook.joules), cost)))
        lines.append(Line(name=_ENERGY, value=value, tip=source))
    return tuple(lines)
