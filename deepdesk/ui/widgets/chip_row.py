"""Chips in a row of which one is on, or any number."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent

from deepdesk.ui.widgets.chip import Chip
from deepdesk.ui.widgets.flow_row import FlowRow

_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


class ChipRow(FlowRow):
    """Named chips; arrows walk over them.

    Signals:
        chosen: The key of the chip that a person switched on, or in a row of several the set of
            keys that are on.
    """

    chosen = Signal(object)

    def __init__(
        self, options: Iterable[tuple[str, str]] = (), *, exclusive: bool = True, name: str = ""
    ) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._exclusive = exclusive
        self._chips: dict[str, Chip] = {}
        for key, text in options:
            self.add_chip(key, text)

    def add_chip(self, key: str, text: str, *, tone: str = "muted", tip: str = "") -> Chip:
        """Put a chip at the end; the first one of an exclusive row is on."""
        chip = Chip(text, tone=tone, tip=tip)
        self._chips[key] = chip
        self.add(chip)
        chip.clicked.connect(lambda _checked=False: self._clicked(key))
        if self._exclusive and len(self._chips) == 1:
            chip.setChecked(True)
        return chip

    def forget(self) -> None:
        """Take all chips away."""
        self.clear()
        self._chips.clear()

    def chip(self, key: str) -> Chip:
        """Return the chip of `key`."""
        return self._chips[key]

    def set_text(self, key: str, text: str) -> None:
        """Change the words of a chip."""
        self._chips[key].set_text(text)

    def value(self) -> str:
        """Return the key of the first chip that is on, or ""."""
        return next((key for key, chip in self._chips.items() if chip.isChecked()), "")

    def values(self) -> set[str]:
        """Return the keys of all chips that are on."""
        return {key for key, chip in self._chips.items() if chip.isChecked()}

    def choose(self, *keys: str) -> None:
        """Switch exactly these on, without a signal."""
        for key, chip in self._chips.items():
            chip.setChecked(key in keys)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()), 0)
        chips = [chip for chip in self._chips.values() if chip.isVisible()]
        at = next((i for i, chip in enumerate(chips) if chip.hasFocus()), -1)
        if not step or at < 0:
            super().keyPressEvent(event)
            return
        chips[(at + step) % len(chips)].setFocus(Qt.FocusReason.TabFocusReason)

    def _clicked(self, key: str) -> None:
        if self._exclusive:
            self.choose(key)
        self.chosen.emit(key if self._exclusive else self.values())
