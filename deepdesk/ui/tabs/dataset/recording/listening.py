"""The microphone as work: what is heard, and takes that grow on the disk. No Qt."""

from __future__ import annotations

import contextlib
import logging
import time
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.data.sound_edges import as_16_bits, peaks_of, sound_edges
from deepdesk.project.recordings import About, GrowingTake
from deepdesk.ui.sound_input import opened_microphone

LOGGER = logging.getLogger("deepdesk.sound")
MOST_S = 300.0
FLUSH_S = 1.0
SLICES = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """The microphone is open."""

    rate_hz: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came in, float32, (T,); `taken_s` is the length of the take so far, None in none."""

    samples_T: NDArray[np.float32]
    rate_hz: int
    taken_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """A take that is over.

    Attributes:
        samples_T: float32, (T,).
        rate_hz: Samples a second.
        about: What it is meant to be.
        path: Of the file that grew, None where none could be begun.
        problem: Why it ended before it was to, or why a part may be lost.
        loudest: Largest amplitude, 0 to 1.
        edges_s: Where the sound in it begins and ends.
        peaks: (lowest, highest) of equal stretches.
    """

    samples_T: NDArray[np.float32]
    rate_hz: int
    about: About
    path: Path | None
    problem: DeepDeskError | None = None
    loudest: float = 0.0
    edges_s: tuple[float, float] = (0.0, 0.0)
    peaks: tuple[tuple[float, float], ...] = ()

    @property
    def length_s(self) -> float:
        """Seconds."""
        return len(self.samples_T) / self.rate_hz


def measured(take: Take) -> Take:
    """Return a take with what is to be seen of it; slow for minutes of sound."""
    samples_T = take.samples_T
    return replace(
        take,
        loudest=float(np.abs(samples_T).max(initial=0.0)),
        edges_s=sound_edges(samples_T, take.rate_hz),
        peaks=tuple(peaks_of(samples_T, SLICES)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begin:
    about: About
    length_s: float


class Wishes:
    """What the window asks of the thread that listens; safe to call from any thread."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[_Begin | None] = SimpleQueue()

    def begin(self, about: About, length_s: float = MOST_S) -> None:
        """Begin a take that ends by itself after `length_s`."""
        self._queue.put(_Begin(about=about, length_s=min(MOST_S, length_s)))

    def end(self) -> None:
        """End the take."""
        self._queue.put(None)

    @property
    def are_there(self) -> bool:
        """Whether something was asked."""
        return not self._queue.empty()

    def next(self) -> list[_Begin | None]:
        """Return what was asked since the last time."""
        asked: list[_Begin | None] = []
        while True:
            try:
                asked.append(self._queue.get_nowait())
            except Empty:
                return asked


def listening_work(project: Path, key: str, rate_hz: int, wishes: Wishes) -> Work:
    """Return work that listens until it is stopped, and records when asked to.

    It emits one `Listening`, then `Heard` many times a second and a `Take` at the end of each.

    Args:
        project: Folder in which takes grow.
        key: Of the microphone, "" for the one that the system uses.
        rate_hz: Samples a second that are wanted.
        wishes: When to begin and to end takes.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        microphone = opened_microphone(key or None, rate_hz)
        emit(Listening(rate_hz=microphone.rate_hz))
        ear = _Ear(project, microphone.rate_hz, emit)
        waking = _Waking(stop, wishes)
        try:
            while True:
                with contextlib.suppress(_WishedError):
                    ear.hear(microphone.read(waking))
                for wish in wishes.next():
                    # What was said before the wish and was not read yet belongs before it.
                    behind_s = microphone.waiting_s
                    while behind_s > 0.0:
                        samples_T = microphone.read(stop)
                        behind_s -= len(samples_T) / microphone.rate_hz
                        ear.hear(samples_T)
                    ear.obey(wish)
        except DeepDeskError as error:
            ear.end(error)
            raise
        finally:
            ear.end(None)
            microphone.close()

    return work


class _WishedError(Exception):
    """Raised in the middle of waiting for a microphone that gives nothing just now."""


class _Waking(StopToken):
    """Also wakes up who waits when the window asks for something."""

    def __init__(self, stop: StopToken, wishes: Wishes) -> None:
        super().__init__()
        self._both = stop, wishes

    def check(self) -> float:
        """Raise if there is something else to do than to wait."""
        stop, wishes = self._both
        if wishes.are_there:
            raise _WishedError
        return stop.check()


class _Ear:
    """Writes what is heard into the take under way, if there is one."""

    def __init__(self, project: Path, rate_hz: int, emit: EventSink) -> None:
        self._project = project
        self._rate_hz = rate_hz
        self._emit = emit
        self._begun: _Begin | None = None
        self._blocks: list[NDArray[np.float32]] = []
        self._count = 0
        self._file: GrowingTake | None = None
        self._path: Path | None = None
        self._flushed_s = 0.0
        self._problem: DeepDeskError | None = None

    def obey(self, wish: _Begin | None) -> None:
        """Begin or end a take."""
        if wish is None:
            self.end(None)
        elif self._begun is None:
            self._begun, self._blocks, self._count, self._problem = wish, [], 0, None
            self._flushed_s = time.monotonic()
            try:
                self._file = GrowingTake(self._project, self._rate_hz, wish.about)
                self._path = self._file.path
            except DeepDeskError as error:
                self._fail(error)

    def hear(self, samples_T: NDArray[np.float32]) -> None:
        """Take samples in and tell of them."""
        if self._begun is None:
            self._emit(Heard(samples_T=samples_T, rate_hz=self._rate_hz))
            return
        left = round(self._begun.length_s * self._rate_hz) - self._count
        taken_T = samples_T[:left]
        self._blocks.append(taken_T)
        self._count += len(taken_T)
        self._write(taken_T)
        taken_s = self._count / self._rate_hz
        self._emit(Heard(samples_T=taken_T, rate_hz=self._rate_hz, taken_s=taken_s))
        if self._problem is not None or len(samples_T) >= left:
            self.end(self._problem)

    def end(self, problem: DeepDeskError | None) -> None:
        """End the take, if there is one, and tell of it."""
        if self._begun is None:
            return
        about, self._begun = self._begun.about, None
        if self._file is not None:
            self._file.close()
            self._file = None
        path, self._path = self._path, None
        joined_T = np.concatenate([np.zeros(0, np.float32), *self._blocks])
        self._blocks = []
        take = Take(
            samples_T=joined_T, rate_hz=self._rate_hz, about=about, path=path, problem=problem
        )
        self._emit(measured(take))

    def _write(self, taken_T: NDArray[np.float32]) -> None:
        if self._file is None:
            return
        try:
            self._file.write(as_16_bits(taken_T))
            now_s = time.monotonic()
            if now_s - self._flushed_s >= FLUSH_S:
                self._flushed_s = now_s
                self._file.flush()
        except DeepDeskError as error:
            self._fail(error)

    def _fail(self, error: DeepDeskError) -> None:
        """Keep what is there and end the take: the rest could only be lost."""
        LOGGER.warning("a recording could not be written: %s", error)
        self._problem = error
