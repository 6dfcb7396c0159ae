"""Recording, as a page in the middle of the Dataset tab."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from deepdesk.core.errors import DeepDeskError, DeviceError
from deepdesk.core.learnt import learnt_from
from deepdesk.project.habits import Habits
from deepdesk.project.recordings import About
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.dataset.overview import Overview
from deepdesk.ui.tabs.dataset.recording.buttons_row import ButtonsRow
from deepdesk.ui.tabs.dataset.recording.habits_row import HabitsRow
from deepdesk.ui.tabs.dataset.recording.listening import Take
from deepdesk.ui.tabs.dataset.recording.recorder import Recorder
from deepdesk.ui.tabs.dataset.recording.shelf import Shelf
from deepdesk.ui.tabs.dataset.recording.sitting import Sitting
from deepdesk.ui.tabs.dataset.recording.stage import Stage
from deepdesk.ui.tabs.dataset.recording.subjects import SUBJECTS, SentenceSubject, Subject
from deepdesk.ui.theme.metrics import L, M
from deepdesk.ui.widgets.banner import Banner
from deepdesk.ui.widgets.buttons import SmallButton
from deepdesk.ui.widgets.card import Card
from deepdesk.ui.widgets.escape import KeepsEscape
from deepdesk.ui.widgets.labels import Label

# Speech needs no more; other sounds are kept as the device gives them.
RATES_HZ = {"text": 16_000, "class": 0}
PIECES_S = (0.5, 10.0)


class RecordPage(QWidget):
    """What to record, what is heard, and what becomes of it.

    Signals:
        left: None, when a person is done.
    """

    left = Signal(object)

    def __init__(self, desk: Desk, shelf: Shelf) -> None:
        super().__init__()
        learns = learnt_from(desk.spec.gives)
        self._shelf = shelf
        self.recorder = Recorder(desk.project.path, RATES_HZ.get(learns, 0), self)
        self.subject: Subject = SUBJECTS.get(learns, SUBJECTS["class"])()
        self.sitting = Sitting(self.recorder, shelf, self.subject, self)
        self.banner = Banner(tone="warn")
        self._lacks_device = False
        self.stage = Stage()
        self.buttons = ButtonsRow()
        self.row = HabitsRow(desk.spec.reader().origin_noun)
        self.done = SmallButton("Done", self.leave, tip="Back to the samples (Esc)")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._arrange()
        self._connect_sitting()
        self._connect_controls()
        shelf.ask_habits()
        if isinstance(self.subject, SentenceSubject):
            shelf.sentences_known.connect(self.subject.show_sentences)
            shelf.ask_sentences()
        self._refresh()

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.addWidget(Label("Record", kind="title"), 1)
        head.addWidget(self.done)
        card = Card()
        card.body.setSpacing(M)
        card.add(self.subject)
        card.add(self.stage, 1)
        card.add(self.buttons)
        settings = Card()
        settings.add(self.row)
        column = QVBoxLayout(self)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        column.addLayout(head)
        column.addWidget(self.banner)
        column.addWidget(card, 1)
        column.addWidget(settings)

    def _connect_sitting(self) -> None:
        recorder, sitting = self.recorder, self.sitting
        recorder.heard.connect(self.stage.hear)
        recorder.counted.connect(self._count)
        recorder.listening.connect(self._listening)
        recorder.devices_found.connect(self.row.show_devices)
        sitting.changed.connect(lambda _none: self._refresh())
        sitting.began.connect(self._began)
        sitting.take_changed.connect(self._show_take)
        sitting.trimmed.connect(lambda _take: self.keep())
        self._shelf.habits_known.connect(self._begin)
        for source in (recorder, sitting, self._shelf, self.stage.trim):
            source.failed.connect(self._say)

    def _connect_controls(self) -> None:
        subject, row = self.subject, self.row
        subject.changed.connect(lambda _none: self._refresh())
        subject.chosen.connect(lambda _none: self.setFocus())
        subject.room_asked.connect(lambda _none: self.sitting.record_room())
        subject.kept_asked.connect(self._shelf.keep_sentences)
        subject.file_asked.connect(self._shelf.take_sentences)
        row.changed.connect(self._keep_habits)
        row.microphone_chosen.connect(self.recorder.open)
        row.look_asked.connect(lambda _none: self._look())
        self.stage.trim.playing.connect(self.buttons.show_playing)
        self.buttons.acted.connect(lambda act: _ACTS[act](self))
        KeepsEscape(self, lambda: True)

    def keep(self) -> None:
        """Keep what lies between the handles."""
        self.stage.trim.stop()
        self.sitting.keep(self.stage.trim.kept_T)

    def leave(self) -> None:
        """Call off what is under way, or go back to the samples; takes stay on the disk."""
        if self.sitting.leave():
            self.left.emit(None)

    def show_overview(self, overview: Overview) -> None:
        """Take classes and the usual length of samples."""
        self.subject.show_classes([row.name for row in overview.classes])
        size = overview.typical_size
        if len(size) == 2 and size[1] > 0:
            low, high = PIECES_S
            self.sitting.piece_s = float(min(high, max(low, round(size[0] / size[1], 1))))

    def close_work(self) -> None:
        """End everything; a take under way stays on the disk."""
        self.recorder.close()
        self.stage.trim.stop()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.sitting.is_left = False
        self.setFocus()
        self.recorder.open(self.sitting.habits.microphone, looks_first=True)

    def hideEvent(self, event: QHideEvent) -> None:
        # Another tab hides what this lies in; only the way back to the samples hides itself.
        self.sitting.is_left = self.isHidden()
        self.recorder.close()
        super().hideEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        act = _KEYS.get(Qt.Key(event.key()))
        if act is None or event.isAutoRepeat():
            super().keyPressEvent(event)
            return
        _ACTS[act](self)

    def _begin(self, habits: Habits) -> None:
        is_other = habits.microphone != self.sitting.habits.microphone
        self.sitting.habits = habits
        self.row.show_habits(habits)
        if is_other and self.isVisible():
            self.recorder.open(habits.microphone, looks_first=True)

    def _keep_habits(self, habits: Habits) -> None:
        self.sitting.habits = habits
        self._shelf.keep_habits(habits)

    def _look(self) -> None:
        self.banner.hide()
        self.recorder.open(self.sitting.habits.microphone, looks_first=True)

    def _began(self, about: About) -> None:
        self.banner.hide()
        # A room may be as quiet as it is.
        self.stage.show_running(judges=not about.piece_s)
        self.setFocus()

    def _count(self, left: int) -> None:
        self.stage.show_count(left)
        self._refresh()

    def _listening(self, is_open: bool) -> None:
        if not is_open:
            self.stage.rest()
        elif self._lacks_device:
            # It listens now: nobody has to connect anything any more.
            self._lacks_device = False
            self.banner.hide()
        self._refresh()

    def _show_take(self, take: Take | None) -> None:
        if take is None:
            self.stage.show_running()
            if self.recorder.is_open:
                self.banner.hide()  # what was said of a take goes with it
        else:
            self.stage.show_take(take)
        self.subject.show_take(None if take is None else take.about)

    def _say(self, error: DeepDeskError) -> None:
        take = self.sitting.take
        is_device = isinstance(error, DeviceError) and not self.recorder.is_open
        self._lacks_device = is_device and not (take and take.problem)
        rest = " What was recorded until then is here." if take and take.problem else ""
        self.banner.say(
            error.message,
            f"{error.hint}{rest}",
            remedy="Look again" if is_device else "",
            act=self._look,
        )

    def _refresh(self) -> None:
        sitting = self.sitting
        self.buttons.offer(self.recorder, sitting)
        self.row.setEnabled(not (sitting.is_busy or sitting.row.is_under_way))
        self.subject.lock(is_locked=sitting.is_busy or sitting.is_keeping)


def _space(page: RecordPage) -> None:
    if page.sitting.take is None:
        page.sitting.row.go_on()
    elif not page.sitting.row.is_under_way:
        page.stage.trim.toggle()


_ACTS: dict[str, Callable[[RecordPage], None]] = {
    "record": lambda page: page.sitting.toggle(),
    "next": lambda page: page.sitting.row.go_on(),
    "listen": lambda page: page.stage.trim.toggle(),
    "keep": RecordPage.keep,
    "again": lambda page: page.sitting.again(),
    "discard": lambda page: page.sitting.discard(),
    "space": _space,
    "leave": RecordPage.leave,
}
_KEYS = {
    Qt.Key.Key_Space: "space",
    Qt.Key.Key_Return: "keep",
    Qt.Key.Key_Enter: "keep",
    Qt.Key.Key_Delete: "discard",
    Qt.Key.Key_Backspace: "discard",
    Qt.Key.Key_A: "again",
    Qt.Key.Key_Escape: "leave",
}
