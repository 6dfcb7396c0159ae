"""Shows what was chosen for the run in front, and lets a person pin it or measure again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject

from deepdesk.core.events import Choices, EpochEnded, RunStarted
from deepdesk.core.settings import settings_of, value_text
from deepdesk.engine.settings import TrainingConfig
from deepdesk.ui.metric_words import SPEED
from deepdesk.ui.tabs.training.history import RunHistory
from deepdesk.ui.tabs.training.works import forgetting_work

if TYPE_CHECKING:
    from deepdesk.ui.tabs.training.tab import TrainingTab

_LEAST_POINTS = 5


class MachineChoices(QObject):
    """Lets the list of choices follow the run in front, and the form follow the list."""

    def __init__(self, tab: TrainingTab) -> None:
        super().__init__(tab)
        self._watch, self._viewer, self._front = tab.watch, tab.viewer, tab.front
        self._setup = tab.setup
        self._list = tab.setup.choices
        self._watch.told.connect(self._take)
        self._viewer.shown.connect(self._show)
        self._list.pinned.connect(self._pin)
        self._list.measure_asked.connect(self._measure_again)

    def _take(self, event: Any) -> None:
        if isinstance(event, RunStarted | EpochEnded):
            self._show()

    def _show(self, _none: object = None) -> None:
        """Show the choices of the run in front; none while its folder is being read."""
        if not self._viewer.run:
            return
        live = self._front.is_live
        known = self._watch.choices if live else None
        self._list.show_choices(known or self._viewer.choices())
        history = self._watch.history if live else self._viewer.history()
        self._list.show_pace(pace_of(history))

    def _pin(self, pair: tuple[str, Any]) -> None:
        """Write a value into the form, as if it had been chosen there."""
        key, value = pair
        setting = next(s for s in settings_of(TrainingConfig) if s.key == key)
        row = self._setup.training.row(key)
        row.set_value(value)
        row.edited.emit(key)
        words = value_text(setting, value) or str(value)
        self._list.say(f"{setting.knob.label} of the next run: {words}.")

    def _measure_again(self, choices: Choices) -> None:
        self._viewer.start(forgetting_work(choices.device, choices.place), _ignore)
        self._list.say("Measured again when the next run begins.")


def pace_of(history: RunHistory | None) -> float:
    """Return the usual samples per second of a run, 0.0 before there are enough points.

    The median leaves out points in which the validation split was measured as well.
    """
    points = history.train.get(SPEED) if history is not None else None
    if points is None or len(points) < _LEAST_POINTS:
        return 0.0
    return float(np.nanmedian(points.y))


def _ignore(_event: object) -> None:
    """Nothing is told."""
