"""What a choice offers: every way with what it measured or why not, Automatic, measuring again."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from deepdesk.core.events import Candidate, Choice
from deepdesk.core.settings import settings_of
from deepdesk.engine.settings import TrainingConfig
from deepdesk.ui.tabs.training.choice_row import gain_text

_MOST_CHARACTERS = 72
_OPEN: dict[type[Any], Any] = {str: "auto", int: 0}


class ChoiceMenu(QMenu):
    """The menu of one choice, made anew each time.

    Signals:
        pinned: (setting, value) that a person chose.
        measure_asked: The key of the setting.
    """

    pinned = Signal(object)
    measure_asked = Signal(object)

    def __init__(self, choice: Choice, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(choice.what)
        self.setToolTipsVisible(True)
        self._group = QActionGroup(self)
        self._key = choice.key
        setting = next((s for s in settings_of(TrainingConfig) if s.key == choice.key), None)
        open_value = _OPEN[setting.kind] if setting is not None else "auto"
        self._offer("Automatic", open_value, is_on=choice.how != "pinned")
        self.addSeparator()
        named = setting.knob.choices if setting is not None else ()
        weighed = choice.candidates or tuple(
            Candidate(value=value, words=words) for value, words in named if value != open_value
        )
        for way in weighed:
            is_on = choice.how == "pinned" and way.words == choice.chosen
            taken = ", taken" if way.words == choice.chosen else ""
            action = self._offer(f"{way_text(way)}{taken}", way.value, is_on=is_on)
            action.setEnabled(way.is_possible)
            action.setToolTip(way.why)
        if choice.candidates:
            self.addSeparator()
            again = self.addAction("Measure again")
            again.setToolTip("Forgets what was measured; the next run measures before it begins")
            again.triggered.connect(lambda _on=False: self.measure_asked.emit(self._key))

    def _offer(self, words: str, value: Any, *, is_on: bool) -> Any:
        action = self.addAction(words)
        action.setCheckable(True)
        action.setChecked(is_on)
        self._group.addAction(action)
        action.triggered.connect(lambda _on=False: self.pinned.emit((self._key, value)))
        return action


def way_text(way: Candidate) -> str:
    """Return a way with its factor, or with why it was not measured or cannot be taken."""
    aside = gain_text(way.gain) or way.why
    words = f"{way.words}   {aside}" if aside else way.words
    return words if len(words) <= _MOST_CHARACTERS else f"{words[:_MOST_CHARACTERS]}..."
