"""Above what a camera sees: start and stop, which one, and left and right exchanged."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from deepdesk.ui.theme import metrics
from deepdesk.ui.video.camera import CameraDevice
from deepdesk.ui.widgets.buttons import PrimaryButton
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.switch import Switch

USUAL = "The system's camera"


class CameraBar(QWidget):
    """Widgets only.

    Signals:
        toggled: None, to start or to stop.
        device_chosen: Key of a camera, "" for the usual one.
        mirror_changed: bool.
    """

    toggled = Signal(object)
    device_chosen = Signal(object)
    mirror_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.button = PrimaryButton("Start", lambda: self.toggled.emit(None), tip="Space")
        self.devices = QComboBox()
        self.devices.setAccessibleName("Camera")
        self.devices.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.devices.setMinimumContentsLength(22)
        self.devices.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.mirror = Switch(name="Mirror")
        tip = "Left and right change places, on screen and for the network."
        self.mirror.setToolTip(tip)
        words = Label("Mirror", kind="small")
        words.setToolTip(tip)
        self._wanted = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(metrics.M)
        for widget in (self.button, self.devices, self.mirror, words):
            row.addWidget(widget)
        row.addStretch(1)
        self.devices.activated.connect(self._choose)
        self.mirror.toggled.connect(self.mirror_changed.emit)
        self.show_devices([])
        self.show_state(is_running=False)

    @property
    def device(self) -> str:
        """Key of the camera that is wanted, "" for the usual one."""
        return self._wanted

    def want_device(self, key: str) -> None:
        """Take this camera, also before it is known which there are."""
        self._wanted = key

    def show_mirror(self, *, is_mirrored: bool) -> None:
        """Show whether left and right change places; nobody is told."""
        with QSignalBlocker(self.mirror):
            self.mirror.setChecked(is_mirrored)

    def show_devices(self, devices: Sequence[CameraDevice]) -> None:
        """Offer these cameras; the one that is wanted stays chosen, also while it is away."""
        self.devices.clear()
        self.devices.addItem(USUAL, "")
        for device in devices:
            self.devices.addItem(device.name, device.key)
        if self._wanted and self.devices.findData(self._wanted) < 0:
            self.devices.addItem("Not connected", self._wanted)
        self.devices.setCurrentIndex(max(0, self.devices.findData(self._wanted)))

    def show_state(self, *, is_running: bool) -> None:
        """Show whether the camera is open."""
        words, icon = ("Stop", "stop") if is_running else ("Start", "camera")
        self.button.setText(words)
        self.button.setAccessibleName(words)
        self.button.set_icon(icon)
        self.devices.setEnabled(not is_running)

    def _choose(self, at: int) -> None:
        self._wanted = str(self.devices.itemData(at) or "")
        self.device_chosen.emit(self._wanted)
