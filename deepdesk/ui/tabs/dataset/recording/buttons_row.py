"""What can be done now: record and stop, or listen, keep, again and discard."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from deepdesk.ui.tabs.dataset.recording.recorder import Recorder
from deepdesk.ui.tabs.dataset.recording.sitting import Sitting
from deepdesk.ui.tabs.dataset.recording.subjects import ROOM_S
from deepdesk.ui.theme.metrics import S
from deepdesk.ui.widgets.buttons import PlainButton, PrimaryButton
from deepdesk.ui.widgets.labels import Label

ROOM = f"Background noise: leave the room as it is for {ROOM_S:g} s"
_WORDS = {False: "Record", True: "Stop"}


class ButtonsRow(QWidget):
    """One row; only what makes sense is shown.

    Signals:
        acted: "record", "next", "listen", "keep", "again" or "discard".
    """

    acted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.record = PrimaryButton("Record", lambda: self.acted.emit("record"))
        self.record.set_icon("microphone")
        self.next = PlainButton("Next take", lambda: self.acted.emit("next"), tip="Space")
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
        row.addWidget(self.next)
        for button in (self.keep, self.listen, self.again, self.discard):
            row.addWidget(button)
        row.addWidget(self.why, 1)

    def offer(self, recorder: Recorder, sitting: Sitting) -> None:
        """Show what can be done, and why something cannot."""
        is_busy = recorder.is_counting or recorder.is_recording or sitting.row.is_under_way
        # A take of a row is kept at once: Stop stays where it is.
        has_take = sitting.take is not None and not sitting.row.is_under_way
        why_not, why_not_kept = sitting.why_not(), sitting.why_not_kept()
        self.record.setVisible(not has_take)
        self.record.setText("Call off" if recorder.is_counting else _WORDS[is_busy])
        self.record.set_icon("stop" if is_busy else "microphone")
        self.record.setEnabled(is_busy or not why_not)
        self.next.setVisible(sitting.row.has_next)
        for button in (self.keep, self.listen, self.again, self.discard):
            button.setVisible(has_take)
            button.setEnabled(not sitting.is_keeping)
        self.keep.setEnabled(not sitting.is_keeping and not why_not_kept)
        said = why_not_kept if has_take else "" if is_busy else why_not
        is_room = is_busy and sitting.is_room
        self.why.setText(said or (ROOM if is_room else _keys(sitting, has_take=has_take)))

    def show_playing(self, is_playing: bool) -> None:
        """Turn Listen into Stop, or back."""
        self.listen.setText("Stop" if is_playing else "Listen")
        self.listen.set_icon("stop" if is_playing else "play")


def _keys(sitting: Sitting, *, has_take: bool) -> str:
    if has_take:
        return "Enter keeps, Space listens, Delete discards"
    if sitting.row.has_next:
        return "Space begins the next take, Stop ends the row"
    if sitting.row.is_under_way:
        return "Take follows take until you press Stop"
    return "Space begins and ends"
