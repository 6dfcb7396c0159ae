"""One sitting before the microphone: takes begin, end, and are kept, discarded or done again."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from deepdesk.core.errors import DeepDeskError, DeviceError
from deepdesk.project.habits import Habits
from deepdesk.project.recordings import LEAST_S, About, Unkept
from deepdesk.ui.sound_input import ONLY_ZEROS
from deepdesk.ui.tabs.dataset.recording.listening import Take
from deepdesk.ui.tabs.dataset.recording.recorder import Recorder
from deepdesk.ui.tabs.dataset.recording.shelf import Shelf
from deepdesk.ui.tabs.dataset.recording.subjects import BACKGROUND, ROOM_S, Subject
from deepdesk.ui.tabs.dataset.recording.takes_row import TakesRow

USUAL_PIECE_S = 1.0
QUIETEST = 0.01


class Sitting(QObject):
    """What is under way, without how it looks.

    Signals:
        changed: None, when something else can be done.
        take_changed: The `Take` to decide about, None for none.
        began: `About` of a take, when it or its countdown begins.
        trimmed: `Take` that is to be kept as it trims itself.
        left_behind: `Take` that ended when nobody was there any more; it lies on the disk.
        failed: `DeepDeskError`.
    """

    changed = Signal(object)
    take_changed = Signal(object)
    began = Signal(object)
    trimmed = Signal(object)
    left_behind = Signal(object)
    failed = Signal(object)

    def __init__(
        self, recorder: Recorder, shelf: Shelf, subject: Subject, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._recorder = recorder
        self._shelf = shelf
        self._subject = subject
        self._waiting: list[Unkept] = []
        self._is_old = False
        self.is_room = False  # what is recorded is the noise of the room
        self.row = TakesRow(self, recorder)
        self.take: Take | None = None
        self.is_keeping = False
        self.is_left = False
        self.habits = Habits()
        self.piece_s = USUAL_PIECE_S
        recorder.took.connect(self._took)
        shelf.kept.connect(self._kept)
        shelf.not_kept.connect(lambda pair: self._not_kept(*pair))
        shelf.opened.connect(self._show_old)

    @property
    def is_busy(self) -> bool:
        """Whether a take, or the countdown to it, is under way."""
        return self._recorder.is_counting or self._recorder.is_recording

    def why_not(self) -> str:
        """Return why nothing can be recorded now, "" when it can."""
        return self._subject.why_not() if self._recorder.is_open else "The microphone is not open."

    def why_not_kept(self) -> str:
        """Return what the take still lacks before it can be kept, "" for nothing."""
        return "" if self.take is None else self._subject.why_not_kept(self.take.about)

    def toggle(self) -> None:
        """Begin a take, or end the one under way and with it the row."""
        was_keeping, self.row.goes = self.row.is_under_way, False
        if self.is_busy:
            self._recorder.end()
        elif was_keeping:
            self.changed.emit(None)
        elif self.take is None and not self.why_not():
            self._begin(self._subject.about())

    def record_room(self) -> None:
        """Record the noise of the room, to be cut into pieces."""
        if not self._recorder.is_open:
            self.failed.emit(DeviceError("The microphone is not open.", "Connect it first."))
        elif self.take is None and not self.is_busy:
            self._begin(About(label=BACKGROUND, piece_s=self.piece_s))

    def keep(self, samples_T: NDArray[np.float32]) -> None:
        """Keep what is left of the take after trimming, float32, (T,)."""
        take = self.take
        if take is None or self.is_keeping or self.why_not_kept():
            return
        about = self._subject.finished(take.about)
        if not (self._is_old and about.speaker):
            about = dataclasses.replace(about, speaker=self.habits.speaker)
        self.is_keeping = True
        self.changed.emit(None)
        self._shelf.keep(take, about, samples_T)

    def discard(self) -> None:
        """Delete the take."""
        if self.take is not None and not self.is_keeping:
            self._shelf.discard(self.take.path)
            self._drop()
            self._offer_next()

    def again(self) -> None:
        """Delete the take and record it anew."""
        if self.take is None or self.is_keeping or self._waiting:
            return
        about = self.take.about
        self.discard()
        if not self.why_not():
            self._begin(about)

    def decide(self, unkept: Sequence[Unkept]) -> None:
        """Show takes that nobody decided about, one after the other."""
        self._waiting = list(unkept)
        if self.take is None:
            self._offer_next()

    def leave(self) -> bool:
        """Call off the countdown, or leave everything as it lies on the disk.

        Returns:
            Whether there is nothing more to call off.
        """
        if self._recorder.is_counting:
            self._recorder.call_off()
            return False
        self._waiting = []
        if self.take is not None and self.take.path is not None and not self.is_keeping:
            self._drop()
        return True

    def _begin(self, about: About) -> None:
        self.is_room = about.piece_s > 0.0
        self.row.goes = self.habits.in_a_row and not self.is_room
        self.began.emit(about)
        self._recorder.begin(
            dataclasses.replace(about, speaker=self.habits.speaker),
            length_s=ROOM_S if about.piece_s else self.habits.length_s,
            counts_down=self.habits.counts_down,
        )
        self.changed.emit(None)

    def _took(self, take: Take) -> None:
        problem = take.problem
        if take.length_s < LEAST_S:
            self._shelf.discard(take.path)
        elif self.is_left and take.path is not None:
            self.left_behind.emit(take)
        else:
            self._show(take)
            if problem is None and not take.loudest:
                problem = ONLY_ZEROS
        self.changed.emit(None)
        if problem is not None:
            self.failed.emit(problem)
        elif self.take is take and self._goes_on(take):
            self.trimmed.emit(take)

    def _goes_on(self, take: Take) -> bool:
        """Whether a take is kept at once; one that is next to nothing never is."""
        return self.row.goes and self._recorder.is_open and take.loudest >= QUIETEST

    def _show(self, take: Take) -> None:
        self.take = take
        self.take_changed.emit(take)
        self.changed.emit(None)

    def _show_old(self, take: Take) -> None:
        """Show a take of an earlier time, for which its own speaker counts."""
        if self.take is None and not self._recorder.is_recording:
            self._is_old = True
            self._show(take)

    def _drop(self) -> None:
        self.take = None
        self.is_keeping = self._is_old = False
        self.take_changed.emit(None)
        self.changed.emit(None)

    def _kept(self, take: Take) -> None:
        if take is not self.take:
            return
        is_old = self._is_old
        self._drop()
        if not take.about.piece_s and not is_old:
            self._subject.go_on()
        self._offer_next()
        if self.row.goes and not (self._waiting or is_old or self.why_not()):
            self._begin(self._subject.about())

    def _not_kept(self, take: Take, error: DeepDeskError) -> None:
        if take is self.take:
            self.is_keeping = False
            self.changed.emit(None)
        self.failed.emit(error)

    def _offer_next(self) -> None:
        if self._waiting:
            self._shelf.open(self._waiting.pop(0))
