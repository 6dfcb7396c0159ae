"""Editors of one value each: a text, a number, a choice, on or off.

Every editor has `value`, `set_value` and the signal `edited`; what cannot be read as a value makes
`value` raise `ConfigError` with the words for the row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLineEdit

from deepdesk.core.errors import ConfigError
from deepdesk.core.settings import Knob, Setting, parse, value_text
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.widgets.labels import restyle
from deepdesk.ui.widgets.painting import draw_text
from deepdesk.ui.widgets.switch import Switch

_WALK = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
# Steps of a value that is thought of in orders of magnitude.
_LADDER = (1.0, 2.0, 5.0, 10.0)


def number_text(value: float) -> str:
    """Return the shortest text of a number: 1e-5, 0.001, 20, 60,000."""
    if isinstance(value, int):
        return f"{value:,}"
    if value.is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    mantissa, _, exponent = repr(value).partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa


def plain_number(text: str) -> str:
    """Return `text` without what groups thousands: comma, underscore or a space."""
    return "".join(letter for letter in text if letter not in ",_' \u00a0\u202f")


class TextEditor(QLineEdit):
    """A line of text that stands for a value; the unit is written at its right end.

    Signals:
        edited: The text, at every key.
    """

    edited = Signal(object)

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self._setting = setting
        self._unit = setting.knob.unit
        self.setAccessibleName(setting.knob.label)
        self.setPlaceholderText(setting.knob.empty)
        self.textEdited.connect(self.edited.emit)
        if self._unit:
            width = self.fontMetrics().horizontalAdvance(self._unit)
            self.setTextMargins(0, 0, width + metrics.S, 0)

    def value(self) -> Any:
        """Return the value that is written.

        Raises:
            ConfigError: It is not a legal one.
        """
        return parse(self._setting, self.text())

    def set_value(self, value: Any) -> None:
        """Write a value, without a signal."""
        self.setText(str(value))

    def set_wrong(self, is_wrong: bool) -> None:
        """Wear a red border, or take it off."""
        if bool(self.property("wrong")) != is_wrong:
            self.setProperty("wrong", is_wrong)
            restyle(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._unit and self.text() != self._setting.knob.zero:
            room = self.rect().toRectF().adjusted(0, 0, -11, 0)
            right = Qt.AlignmentFlag.AlignRight
            draw_text(QPainter(self), room, self._unit, font(metrics.SMALL), colour("muted"), right)


class ListEditor(TextEditor):
    """Several values, divided by commas."""

    def value(self) -> Any:
        parts = parse(self._setting, self.text())
        example = self._setting.default
        kind = type(example[0]) if example else str
        try:
            return tuple(kind(part) for part in parts)
        except ValueError:
            label = self._setting.knob.label
            hint = "Write numbers, divided by commas."
            raise ConfigError(self._setting.key, f"{label} is not understood.", hint) from None

    def set_value(self, value: Any) -> None:
        self.setText(", ".join(str(part) for part in value))


class NumberEditor(TextEditor):
    """A number; the arrow keys step it, by its size where it is thought of in magnitudes.

    A 0 that means something of its own is written as its word.
    """

    def value(self) -> Any:
        text = self.text()
        is_word = text.strip().casefold() == self._setting.knob.zero.casefold()
        return parse(self._setting, text if is_word else plain_number(text))

    def set_value(self, value: Any) -> None:
        self.setText(value_text(self._setting, value) or number_text(value))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = _WALK.get(Qt.Key(event.key()), 0)
        if not way:
            super().keyPressEvent(event)
            return
        try:
            value = self.value()
        except ConfigError:
            return
        stepped = stepped_value(value, way, self._setting.knob)
        self.set_value(self._setting.kind(stepped))
        self.edited.emit(self.text())


def stepped_value(value: float, way: int, knob: Knob) -> float:
    """Return the next value up (`way` 1) or down (-1), within the bounds."""
    is_whole = isinstance(value, int)
    if knob.scale == "log" and value > 0:
        stepped = _ladder_step(value, way)
    else:
        stepped = value + way * (1 if is_whole else _linear_step(value, knob))
    if is_whole:
        stepped = round(stepped)
        stepped = value + way if stepped == value else stepped
    low = stepped if knob.low is None else knob.low
    high = stepped if knob.high is None else knob.high
    return float(f"{min(max(stepped, low), high):.12g}")


def _ladder_step(value: float, way: int) -> float:
    exponent = int(f"{value:e}".partition("e")[2])
    mantissa = float(f"{value / 10.0**exponent:.12g}")
    if way > 0:
        return next((rung for rung in _LADDER if rung > mantissa), 20.0) * 10.0**exponent
    below = [rung for rung in _LADDER if rung < mantissa]
    return (below[-1] if below else 0.5) * 10.0**exponent


def _linear_step(value: float, knob: Knob) -> float:
    if knob.low is not None and knob.high is not None:
        return float(f"{(knob.high - knob.low) / 20:.1g}")
    return float(f"{abs(value) / 10:.1g}") or 0.1


class ChoiceEditor(QComboBox):
    """One of a few values, by its words.

    Signals:
        edited: The value that a person chose.
    """

    edited = Signal(object)

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self._values = [value for value, _words in setting.knob.choices]
        self.addItems([words for _value, words in setting.knob.choices])
        self.setAccessibleName(setting.knob.label)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        # Scrolling past it must not bring the focus here either.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.activated.connect(lambda at: self.edited.emit(self._values[at]))

    def value(self) -> Any:
        """Return the value that is chosen."""
        return self._values[max(0, self.currentIndex())]

    def set_value(self, value: Any) -> None:
        """Choose a value, without a signal; an unknown one chooses the first."""
        self.setCurrentIndex(self._values.index(value) if value in self._values else 0)

    def set_wrong(self, is_wrong: bool) -> None:
        """Wear a red border, or take it off."""
        if bool(self.property("wrong")) != is_wrong:
            self.setProperty("wrong", is_wrong)
            restyle(self)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Scrolling a form must not change what lies under the pointer.
        event.ignore()


class SwitchEditor(Switch):
    """On or off.

    Signals:
        edited: Whether it is on.
    """

    edited = Signal(object)

    def __init__(self, setting: Setting) -> None:
        super().__init__(name=setting.knob.label)
        self.clicked.connect(lambda _checked=False: self.edited.emit(self.isChecked()))

    def value(self) -> bool:
        """Return whether it is on."""
        return self.isChecked()

    def set_value(self, value: bool) -> None:
        """Turn it, without a signal."""
        self.setChecked(value)

    def set_wrong(self, is_wrong: bool) -> None:
        """Do nothing: on and off are always legal."""


Editor = TextEditor | ChoiceEditor | SwitchEditor
EditorFactory = Callable[[Setting], Editor]
