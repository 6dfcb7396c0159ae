"""What can be done now: record and stop, or listen, keep, again and discard."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from deepdesk.ui.tabs.dataset.recording.recorder import Recorder
from deepdesk.ui.theme.metrics import S
from deepdesk.ui.widgets.buttons import PlainButton, PrimaryButton
from deepdesk.ui.widgets.labels import Label


class ButtonsRow(QWidget):
    """One row; only what makes sense is shown.

    Signals:
        acted: "record", "listen", "keep", "again" or "discard".
    """

    acted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.record = PrimaryButton("Record", lambda: self.acted.emit("record"))
        self.record.set_icon("microphone")
        self.keep = PrimaryButton("Keep", lambda: self.acted.emit("keep"), tip="Enter")
        self.listen = PlainButton("Listen", lambda: self.acted.emit("listen"), tip="Space")
        self.listen.set_icon("play")
        self.again = PlainButton("Again", lambda: self.acted.emit("again"), tip="A")
        self.discard = PlainButton("Discard", lambda: self.acted.emit("discard"), tip="Delete")
        self.why = Label("", kind="hint")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S)
        row.addWidget(self.record)
        for button in (self.keep, self.listen, self.again, self.discard):
            row.addWidget(button)
        row.addWidget(self.why, 1)

    def offer(
        self,
        recorder: Recorder,
        *,
        has_take: bool,
        is_keeping: bool,
        why_not: str,
        why_not_kept: str,
    ) -> None:
        """Show what can be done, and why something cannot."""
        is_busy = recorder.is_counting or recorder.is_recording
        self.record.setVisible(not has_take)
        self.record.setText(_words(recorder))
        self.record.set_icon("stop" if is_busy else "microphone")
        self.record.setEnabled(is_busy or not why_not)
        for button in (self.keep, self.listen, self.again, self.discard):
            button.setVisible(has_take)
            button.setEnabled(not is_keeping)
        self.keep.setEnabled(not is_keeping and not why_not_kept)
        keys = (
            "Enter keeps, Space listens, Delete discards" if has_take else "Space begins and ends"
        )
        said = why_not_kept if has_take else "" if is_busy else why_not
        self.why.setText(said or keys)

    def show_playing(self, is_playing: bool) -> None:
        """Turn Listen into Stop, or back."""
        self.listen.setText("Stop" if is_playing else "Listen")
        self.listen.set_icon("stop" if is_playing else "play")


def _words(recorder: Recorder) -> str:
    if recorder.is_recording:
        return "Stop"
    return "Call off" if recorder.is_counting else "Record"
