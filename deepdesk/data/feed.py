"""Decoding in the background, in the order in which rows are needed.

A few threads of lowered priority take lots of samples: first what somebody waits for,
then what the run said it will need, then the rest. A row that was decoded before is
checked once in each process, when it is needed for the first time: stamp of the file
and sum of the bytes. From then on a row costs nothing. A sample that cannot be read is
left out of every batch; because a batch waits for the last of its rows, that is the
same whatever the threads do.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.errors import BadSampleError, DeepDeskError, StorageError
from deepdesk.core.events import Progress, Said
from deepdesk.core.priority import lower_this_thread
from deepdesk.core.work import EventSink, StoppedError, StopToken
from deepdesk.data.cache import DecodedCache, stamp_of
from deepdesk.data.feed_news import News, Rhythm
from deepdesk.data.feed_record import LEFT_OUT, RunRecord
from deepdesk.data.reading import Reading

Positions = NDArray[np.int64]
PathsOf = Callable[[Positions], Sequence[Path]]

_PENDING, _READY, _OUT = range(3)
# Small, so that several threads share the first batch; large enough to cost little itself.
_LOT = 16
_LOOK_EVERY_S = 0.1
_COMMIT_EVERY_S = 2.0
# A picture of 80 million pixels takes longer; its thread ends on its own.
_GRACE_S = 2.0


def _of_file(position: int, path: Path) -> int:
    del position
    return stamp_of(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where samples come from, for the threads that decode.

    Attributes:
        opened: Gives, in the thread that asks, a function from positions to files.
        decode: Position and file to one array per field, or `BadSampleError`.
        lost: What to raise when these samples turned out unreadable, int64, (M,); None to
            go on without them.
        note: Told once of unreadable samples, by position, in the thread of the loop.
        stamp: Position and file to a number that changes with what is decoded.
    """

    opened: Callable[[], AbstractContextManager[PathsOf]]
    decode: Callable[[int, Path], Mapping[str, NDArray[Any]]]
    lost: Callable[[Positions], DeepDeskError | None]
    note: Callable[[Mapping[int, BadSampleError]], None]
    stamp: Callable[[int, Path], int] = _of_file


class Feed:
    """Makes rows ready in the background and lets others wait for them.

    Args:
        cache: Where the rows lie.
        samples: Sample number of each position, int64, (N,).
        source: Where they come from.
        emit: Told how decoding goes while the loop waits, and what was left out.
        record: What the run began with, None outside of a run.
        workers: (threads while somebody waits, threads otherwise).
    """

    def __init__(
        self,
        cache: DecodedCache,
        samples: NDArray[np.int64],
        source: Source,
        *,
        emit: EventSink,
        record: RunRecord | None = None,
        workers: tuple[int, int] = (1, 1),
    ) -> None:
        self.cache = cache
        self.samples = samples
        self._source = source
        self._emit = emit
        self._record = record
        self._most, self._quiet = workers
        self._states = np.zeros(len(samples), dtype=np.uint8)
        self._claimed = np.zeros(len(samples), dtype=bool)
        self._changed = threading.Condition()
        self._asked: deque[Positions] = deque()
        self._order: Iterator[Positions] = iter(())
        self._waiting = 0
        self._is_resting = False
        self._busy = 0
        self._is_closed = False
        self._failure: BaseException | None = None
        self._threads: list[threading.Thread] = []
        self._commit = Rhythm(_COMMIT_EVERY_S)
        self._tell = Rhythm(_LOOK_EVERY_S)
        self._news = News()
        self._reading = Reading()
        if record is not None:
            self._states[record.left_out] = _OUT
            self._claimed[record.left_out] = True
        self._pending = int((self._states == _PENDING).sum())
        self._out = len(samples) - self._pending

    def start(self, order: Iterable[Positions] = ()) -> None:
        """Start the threads; `order` is what will be needed first, arrays of positions, (M,)."""
        self._order = self._lots(order)
        for number in range(min(self._most, -(-self._pending // _LOT))):
            name = f"deepdesk-decode-{number}"
            thread = threading.Thread(target=self._work, args=(number,), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    @property
    def is_complete(self) -> bool:
        """Whether every sample is ready or left out."""
        return not self._pending

    def is_known(self, positions: Positions) -> bool:
        """Return whether each of these, int64, (N,), is ready or left out."""
        return not self._pending or bool(self._states[positions].all())

    def wait(
        self, positions: Positions, stop: StopToken, *, look: Callable[[], None] | None = None
    ) -> NDArray[np.bool_]:
        """Wait until all of these, int64, (N,), are known; return which can be used, bool, (N,).

        Args:
            positions: What is needed now; it is decoded before everything else.
            stop: Looked at ten times a second.
            look: Called as often instead of telling how decoding goes.

        Raises:
            StoppedError: Somebody asked for the end.
            DeepDeskError: Too few samples can be read, or the disk is gone.
        """
        if stop.is_stopping:
            raise StoppedError
        if not self.is_known(positions) or self._failure is not None:
            with self._changed:
                self._waiting += 1
                self._ask(positions)
                self._changed.notify_all()
            try:
                while not self.is_known(positions):
                    self._pause(positions)
                    # A pause is the loop's affair: here it would keep the loop from saving.
                    if stop.is_stopping:
                        raise StoppedError
                    (look or self.tell_progress)()
            finally:
                with self._changed:
                    self._waiting -= 1
        if self._failure is not None:
            raise self._failure
        return np.asarray(self._states[positions] == _READY)

    def tell_progress(self) -> None:
        """Say how decoding goes, at most ten times a second."""
        self.tell()
        if self._tell.is_due():
            total = len(self.samples)
            self._emit(Progress(what="Decoding", done=total - self._pending, total=total))

    def tell(self) -> None:
        """Say what could not be read since the last call; for the thread of the loop."""
        is_last, is_full = self.is_complete or self._is_closed, bool(self.cache.spilled)
        found = self._news.sentences(is_last=is_last, is_full=is_full)
        for said in (*found, *self._reading.slow_ones()):
            self._emit(Said(text=said, level="warning"))
        if bad := self._news.taken():
            self._source.note(bad)

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Decode nothing inside but what somebody waits for, so that speed can be measured."""
        with self._changed:
            self._is_resting = True
            self._changed.wait_for(lambda: not self._busy, _GRACE_S)
        try:
            yield
        finally:
            with self._changed:
                self._is_resting = False
                self._changed.notify_all()

    def close(self) -> None:
        """Stop decoding and keep what was decoded. May be called twice."""
        with self._changed:
            was_closed, self._is_closed = self._is_closed, True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(_GRACE_S)
        if not was_closed:
            self.tell()
            with suppress(StorageError):
                self.cache.commit()
            self.cache.close()

    def _ask(self, positions: Positions) -> None:
        """Put what nobody has begun with to the front."""
        open_ones = positions[~self._claimed[positions]]
        self._claimed[open_ones] = True
        size = max(1, min(_LOT, -(-len(open_ones) // max(1, self._most))))
        self._asked.extend(open_ones[at : at + size] for at in range(0, len(open_ones), size))

    def _pause(self, positions: Positions) -> None:
        with self._changed:
            if self._failure is not None:
                raise self._failure
            if not self.is_known(positions):
                if self._is_closed:
                    raise RuntimeError("the feed was closed while somebody waited")
                self._changed.wait(_LOOK_EVERY_S)

    def _lots(self, order: Iterable[Positions]) -> Iterator[Positions]:
        """Yield lots of what nobody has begun with, marked as begun; called under the lock."""
        for wanted in order:
            for at in range(0, len(wanted), _LOT):
                lot = wanted[at : at + _LOT]
                lot = lot[~self._claimed[lot]]
                if len(lot):
                    self._claimed[lot] = True
                    yield lot
        rest = np.flatnonzero(~self._claimed)
        if len(rest):
            yield from self._lots([rest])

    def _next_lot(self, number: int) -> Positions | None:
        """Return what to do next, None at the end; threads that shall not work now wait here."""
        with self._changed:
            self._busy -= 1
            self._changed.notify_all()
            while not self._is_closed and self._failure is None:
                lot = self._lot(number)
                if lot is not None:
                    self._busy += 1
                    return lot
                if not self._pending:
                    break
                self._changed.wait()
        return None

    def _lot(self, number: int) -> Positions | None:
        if self._asked:
            return self._asked.popleft()
        may_go_on = number < self._quiet or self._waiting
        return next(self._order, None) if may_go_on and not self._is_resting else None

    def _work(self, number: int) -> None:
        # The others only work while the loop waits for them: in its place, and as important.
        if number < self._quiet:
            lower_this_thread()
        with self._changed:
            self._busy += 1
        try:
            with self._source.opened() as paths_of:
                while (lot := self._next_lot(number)) is not None:
                    self._do(lot, paths_of(lot))
            self.cache.commit()
        except Exception as error:  # noqa: BLE001 - raised again in the thread that waits
            with self._changed:
                self._busy -= 1
                self._failure = self._failure or error.with_traceback(None)
                self._changed.notify_all()

    def _do(self, lot: Positions, paths: Sequence[Path]) -> None:
        """Make a lot known: each of its samples is ready or left out afterwards."""
        sums: dict[int, int] = {}
        bad: dict[int, BadSampleError] = {}
        for position, path in zip(lot.tolist(), paths, strict=True):
            if self._is_closed:
                return
            outcome = self._row(position, path)
            if isinstance(outcome, BadSampleError):
                bad[position] = outcome
            else:
                sums[position] = outcome
        if bad:
            self._leave_out(bad)
        if self._record is not None:
            self._remember(sums)
        with self._changed:
            self._states[list(sums)] = _READY
            self._states[list(bad)] = _OUT
            self._out += len(bad)
            self._pending -= len(lot)
            if self._waiting or not self._pending:
                self._changed.notify_all()
        if self._commit.is_due():
            self.cache.commit()

    def _row(self, position: int, path: Path) -> int | BadSampleError:
        """Make sure that a row is there and whole; return its sum, or why there is none."""
        row, stamp = int(self.samples[position]), self._source.stamp(position, path)
        if held := self.cache.held(row, stamp):
            return held
        try:
            with self._reading.of(path):
                decoded = self._source.decode(position, path)
        except BadSampleError as error:
            # The traceback would keep the decoded picture alive.
            return error.with_traceback(None)
        return self.cache.put(row, stamp, decoded)

    def _leave_out(self, bad: Mapping[int, BadSampleError]) -> None:
        places = np.fromiter(bad, dtype=np.int64, count=len(bad))
        with self._changed:
            problem = self._source.lost(places)
        if problem is not None:
            raise problem
        if self._record is not None:
            self._record.keep(dict.fromkeys(bad, LEFT_OUT), must=True)
        self._news.add(bad)

    def _remember(self, sums: Mapping[int, int]) -> None:
        assert self._record is not None
        known = self._record.values
        new = {place: total for place, total in sums.items() if known[place] != total}
        self._news.count_changed(sum(bool(known[place]) for place in new))
        self._record.keep(new)
