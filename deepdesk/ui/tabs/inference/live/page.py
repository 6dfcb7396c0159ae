"""The page of the microphone: device and button, what is heard now, and what was heard."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from deepdesk.core.errors import DeepDeskError
from deepdesk.ui.sound_input import InputDevice
from deepdesk.ui.spectrogram_view import RollingSpectrogram
from deepdesk.ui.tabs.inference.live.board import Board
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.widgets.banner import Banner
from deepdesk.ui.widgets.bar import Bar
from deepdesk.ui.widgets.buttons import PrimaryButton
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.painting import antialiased, fill_round

SHOWN_S = 10.0
SPECTROGRAM_PX = 190
LEVEL_PX = 72
USUAL = "The system's microphone"
READY = "Press Space, or Start, and make a sound"


class LivePage(QWidget):
    """Widgets only; what they do is wired in `Listening`.

    Args:
        board: For what the task gives.

    Signals:
        toggled: None, when listening is to begin or to end.
        device_chosen: Key of a microphone, "" for the usual one.
        hidden: None, when the page went out of sight.
    """

    toggled = Signal(object)
    device_chosen = Signal(object)
    hidden = Signal(object)

    def __init__(self, board: Board) -> None:
        super().__init__()
        self.board = board
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Microphone. Space starts and stops")
        self.button = PrimaryButton("Start", lambda: self.toggled.emit(None))
        self.devices = QComboBox()
        self.devices.setAccessibleName("Microphone")
        self.devices.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.devices.setMinimumContentsLength(22)
        self.devices.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.level = _LevelBar(role="good", name="Level")
        self.level.setFixedWidth(metrics.scaled(LEVEL_PX))
        self.latency = Label(kind="hint")
        self.latency.setToolTip(
            "From the moment when the sound reached this computer to the moment when the answer was"
            " painted: the median and the longest of the last ten seconds."
        )
        self.problem = Banner(tone="bad")
        self.note = Banner(tone="warn")
        self.spectrogram = RollingSpectrogram(SHOWN_S, has_lane=True)
        self.spectrogram.setFixedHeight(metrics.scaled(SPECTROGRAM_PX))
        self._wanted = ""
        self.show_devices([])
        self._arrange()
        self.devices.activated.connect(self._choose)
        self.show_state("idle")

    def show_devices(self, devices: Sequence[InputDevice]) -> None:
        """Offer these microphones; the one that is wanted stays chosen, also while it is away."""
        self.devices.clear()
        self.devices.addItem(USUAL, "")
        for device in devices:
            self.devices.addItem(device.name, device.key)
        if self._wanted and self.devices.findData(self._wanted) < 0:
            name = self._wanted.rpartition("/")[2]
            self.devices.addItem(f"{name} (not connected)", self._wanted)
        self.devices.setCurrentIndex(max(0, self.devices.findData(self._wanted)))

    def want_device(self, key: str) -> None:
        """Choose a microphone by its key, without telling."""
        self._wanted = key
        self.devices.setCurrentIndex(max(0, self.devices.findData(key)))

    @property
    def device(self) -> str:
        """Key of the microphone that is wanted, "" for the usual one."""
        return self._wanted

    def show_state(self, state: str) -> None:
        """Show "idle", "opening" or "listening"."""
        words, icon = _BUTTONS[state]
        self.button.setText(words)
        self.button.setAccessibleName(words)
        self.button.set_icon(icon)
        self.devices.setEnabled(state == "idle")
        if state != "listening":
            self.level.set_share(0.0)

    def show_problem(self, error: DeepDeskError) -> None:
        """Say why nothing is heard; what was heard stays."""
        self.problem.say(error.message, error.hint)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.toggled.emit(None)
            return
        super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.hidden.emit(None)

    def _choose(self, at: int) -> None:
        self._wanted = str(self.devices.itemData(at) or "")
        self.device_chosen.emit(self._wanted)

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(metrics.M)
        row.addWidget(self.button)
        row.addWidget(self.devices)
        row.addWidget(self.level)
        row.addStretch(1)
        row.addWidget(self.latency)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.S)
        column.addLayout(row)
        column.addWidget(self.problem)
        column.addWidget(self.note)
        column.addWidget(self.board.line)
        column.addWidget(self.spectrogram)
        column.addWidget(self.board, 1)


class _LevelBar(Bar):
    """A bar whose track is seen on the ground of the page."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        rect = QRectF(self.rect())
        radius = rect.height() / 2
        fill_round(painter, rect, colour("line"), radius)
        rect.setWidth(rect.width() * self.share)
        fill_round(painter, rect, colour("good"), radius)


_BUTTONS = {
    "idle": ("Start", "microphone"),
    "opening": ("Stop", "stop"),
    "listening": ("Stop", "stop"),
}
