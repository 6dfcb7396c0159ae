"""Microphone, speaker and how takes follow each other: what is the same for many takes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from deepdesk.project.habits import Habits
from deepdesk.ui.sound_input import InputDevice
from deepdesk.ui.theme.metrics import M, S
from deepdesk.ui.widgets.buttons import SmallButton
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.plain_tip import plain_tip
from deepdesk.ui.widgets.switch import Switch

SYSTEM = "As the system"
LENGTHS_S = (0.0, 1.0, 2.0, 3.0, 5.0, 10.0)


class HabitsRow(QWidget):
    """Two lines of controls.

    Signals:
        microphone_chosen: Key of the device, "" for the system's.
        look_asked: None, when microphones are to be looked for again.
        changed: The new `Habits`.
    """

    microphone_chosen = Signal(object)
    look_asked = Signal(object)
    changed = Signal(object)

    def __init__(self, origin_noun: tuple[str, str]) -> None:
        super().__init__()
        self._habits = Habits()
        self._devices: tuple[InputDevice, ...] = ()
        self.microphone = QComboBox()
        self.microphone.setAccessibleName("Microphone")
        self.microphone.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.look = SmallButton(
            "Look again", lambda: self.look_asked.emit(None), tip="After plugging one in"
        )
        self.speaker = QLineEdit()
        self.speaker.setAccessibleName(f"Name of the {origin_noun[0]}")
        self.speaker.setPlaceholderText("Name, or a short word for it")
        self.speaker.setMaxLength(100)
        self.counts_down = Switch(name="Count 3, 2, 1 before")
        self.in_a_row = Switch(name="Several takes in a row")
        self.length = QComboBox()
        self.length.setAccessibleName("Ends")
        for length_s in LENGTHS_S:
            self.length.addItem(f"after {length_s:g} s" if length_s else "when I stop it", length_s)
        self._arrange(origin_noun[0].capitalize())
        self._fill()
        self.microphone.activated.connect(lambda _at: self._choose())
        self.speaker.editingFinished.connect(self._tell)
        for switch in (self.counts_down, self.in_a_row):
            switch.toggled.connect(lambda _on: self._tell())
        self.length.activated.connect(lambda _at: self._tell())

    def _arrange(self, speaker: str) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(S)
        grid.setVerticalSpacing(S)
        grid.setColumnStretch(1, 3)
        grid.setColumnStretch(4, 2)
        grid.addWidget(Label("Microphone", kind="muted"), 0, 0)
        grid.addWidget(self.microphone, 0, 1)
        grid.addWidget(self.look, 0, 2)
        grid.addWidget(Label(speaker, kind="muted"), 0, 3)
        grid.addWidget(self.speaker, 0, 4)
        below = QHBoxLayout()
        below.setSpacing(S)
        below.addWidget(self.length)
        below.addSpacing(M)
        for switch, words in (
            (self.counts_down, "Count 3, 2, 1 before"),
            (self.in_a_row, "Several in a row"),
        ):
            below.addWidget(switch)
            below.addWidget(Label(words, kind="muted"))
            below.addSpacing(M)
        below.addStretch(1)
        self.in_a_row.setToolTip(
            "Keeps each take as it is trimmed by itself, and goes on with the next one."
        )
        grid.addWidget(Label("A take ends", kind="muted"), 1, 0)
        grid.addLayout(below, 1, 1, 1, 4)

    @property
    def habits(self) -> Habits:
        """What is chosen now."""
        return Habits(
            microphone=str(self.microphone.currentData() or ""),
            speaker=self.speaker.text().strip(),
            counts_down=self.counts_down.isChecked(),
            in_a_row=self.in_a_row.isChecked(),
            length_s=float(self.length.currentData() or 0.0),
        )

    def show_habits(self, habits: Habits) -> None:
        """Show what was chosen the last time."""
        self._habits = habits
        self.speaker.setText(habits.speaker)
        for switch, is_on in (
            (self.counts_down, habits.counts_down),
            (self.in_a_row, habits.in_a_row),
        ):
            switch.blockSignals(True)
            switch.setChecked(is_on)
            switch.blockSignals(False)
        self.length.setCurrentIndex(max(0, self.length.findData(habits.length_s)))
        self._fill()

    def show_devices(self, devices: Sequence[InputDevice]) -> None:
        """Fill the list of microphones."""
        self._devices = tuple(devices)
        self._fill()

    def _fill(self) -> None:
        wanted = self._habits.microphone
        self.microphone.clear()
        self.microphone.addItem(SYSTEM, "")
        for device in self._devices:
            self.microphone.addItem(device.name, device.key)
        if wanted and self.microphone.findData(wanted) < 0:
            # It stays chosen: whoever unplugs it for a moment does not want another one.
            self.microphone.addItem(f"{wanted.rpartition('/')[2]} (not connected)", wanted)
        self.microphone.setCurrentIndex(max(0, self.microphone.findData(wanted)))
        self.microphone.setToolTip(plain_tip(self.microphone.currentText()))

    def _choose(self) -> None:
        self._tell()
        self.microphone_chosen.emit(self._habits.microphone)

    def _tell(self) -> None:
        if self.habits != self._habits:
            self._habits = self.habits
            self.changed.emit(self._habits)
