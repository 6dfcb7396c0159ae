"""Reading every new sample to its end in the background: what is bad, and what is twice there."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Generator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from deepdesk.core.errors import BadSampleError
from deepdesk.core.events import Result
from deepdesk.core.priority import lower_this_thread
from deepdesk.core.task import Facts, Reader
from deepdesk.core.work import EventSink, StoppedError, StopToken, Work
from deepdesk.data.likeness import Likeness
from deepdesk.data.pace import Pace
from deepdesk.data.project_index import writable_index
from deepdesk.data.twins import Group, Prints, exact_twins, near_pairs, near_twins
from deepdesk.project.index import SampleIndex

THREADS = 2
MAX_LISTED = 1000
_ROWS_AT_ONCE = 4096
_FILES_PER_TURN = 16
_RECORD_EVERY_S = 1.0
_LOOK_EVERY_S = 0.1
_GRACE_S = 0.5

Row = tuple[int, Path]
Outcome = tuple[int, Facts | BadSampleError]
Lot = list[tuple[Row, Facts | BadSampleError]]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """What reading the contents found.

    Attributes:
        checked: Samples read this time.
        bad: Of those, how many cannot be used, by the code of the reason.
        rejected: (file, reason) of those, at most `MAX_LISTED`.
        twin_groups: Groups of twins in the whole project.
        twins_across_splits: Samples that have a twin in another split and should move.
        noun: Several samples in words.
        seconds: It took.
    """

    checked: int
    bad: dict[str, int]
    rejected: tuple[tuple[str, str], ...]
    twin_groups: int
    twins_across_splits: int
    noun: str = "samples"
    seconds: float = 0.0

    @property
    def sentence(self) -> str:
        """The report in one sentence."""
        bad = sum(self.bad.values())
        return f"Checked {self.checked:,} {self.noun} in {self.seconds:.1f} s, {bad:,} unusable"


def verify_work(project_path: Path, reader_of: Callable[[], Reader]) -> Work:
    """Return work that reads samples not read yet; its `Result` is a `VerifyReport`.

    Two threads of lowered priority read, so that training and the window keep
    their speed. A stop is obeyed within a second, and the next time goes on.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        reader = reader_of()
        start_s = time.monotonic()
        with writable_index(project_path) as index:
            tally = _Tally()
            _check_new(index, _Crew(reader, stop), tally, Pace(_checking(reader), emit, stop))
            groups = _twins(index, reader, emit, stop)
            emit(
                Result(
                    value=VerifyReport(
                        checked=tally.checked,
                        bad=dict(tally.bad),
                        rejected=tuple(tally.rejected),
                        twin_groups=len(groups),
                        twins_across_splits=index.twins_across_splits(),
                        noun=reader.noun[1],
                        seconds=time.monotonic() - start_s,
                    )
                )
            )

    return work


def _checking(reader: Reader) -> str:
    return f"Checking {reader.noun[1]}"


class _Tally:
    """Counts outcomes and keeps the first bad ones."""

    def __init__(self) -> None:
        self.checked = 0
        self.bad: Counter[str] = Counter()
        self.rejected: list[tuple[str, str]] = []

    def add(self, path: Path, facts: Facts | BadSampleError) -> None:
        self.checked += 1
        if isinstance(facts, BadSampleError):
            self.bad[facts.code] += 1
            if len(self.rejected) < MAX_LISTED:
                self.rejected.append((printable(path), facts.message))


def printable(path: Path) -> str:
    """Return a path as text that can be written anywhere."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def facts_or_reason(reader: Reader, path: Path) -> Facts | BadSampleError:
    """Read a sample to its end and return its facts, or why it cannot be used."""
    if not _is_text(path):
        return BadSampleError("name", "Its name is not valid text.", "Rename the file.")
    try:
        return reader.facts(path)
    except BadSampleError as error:
        # The traceback would keep the decoded picture alive.
        return error.with_traceback(None)


def _is_text(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


class _Crew:
    """A few threads that read samples in small lots."""

    def __init__(self, reader: Reader, stop: StopToken) -> None:
        self._reader = reader
        self._stop = stop

    def outcomes(self, rows: list[Row]) -> Generator[Lot, None, None]:
        """Yield lots as they are done; an empty list now and then while waiting.

        Closing the generator leaves within the time of one sample.
        """
        pool = ThreadPoolExecutor(THREADS, "deepdesk-check", initializer=lower_this_thread)
        starts = range(0, len(rows), _FILES_PER_TURN)
        waiting = {pool.submit(self._read, rows[at : at + _FILES_PER_TURN]) for at in starts}
        try:
            while waiting:
                done, waiting = wait(waiting, _LOOK_EVERY_S, FIRST_COMPLETED)
                yield [outcome for lot in done for outcome in lot.result()]
        finally:
            _leave(pool, waiting)

    def _read(self, rows: list[Row]) -> Lot:
        outcomes: Lot = []
        for row in rows:
            if self._stop.is_stopping:
                break
            outcomes.append((row, facts_or_reason(self._reader, row[1])))
        return outcomes


def _leave(
    pool: ThreadPoolExecutor,
    waiting: set[Future[Lot]],
) -> None:
    pool.shutdown(wait=not waiting, cancel_futures=True)
    # A picture of 100 million pixels takes longer; its thread ends on its own.
    wait([future for future in waiting if not future.cancelled()], timeout=_GRACE_S)


def _check_new(index: SampleIndex, crew: _Crew, tally: _Tally, pace: Pace) -> None:
    total = index.unchecked_count()
    while rows := index.unchecked(_ROWS_AT_ONCE):
        found: list[Outcome] = []
        next_s = time.monotonic() + _RECORD_EVERY_S
        outcomes = crew.outcomes(rows)
        try:
            for lot in outcomes:
                for (number, path), facts in lot:
                    tally.add(path, facts)
                    found.append((number, facts))
                pace.tell(tally.checked, max(total, tally.checked))
                if time.monotonic() >= next_s:
                    index.record_facts(found)
                    found = []
                    next_s = time.monotonic() + _RECORD_EVERY_S
        except StoppedError:
            outcomes.close()
            index.record_facts(found)
            raise
        index.record_facts(found)


def _twins(index: SampleIndex, reader: Reader, emit: EventSink, stop: StopToken) -> list[Group]:
    pace = Pace("Looking for twins", emit, stop)
    pace.tell(0)
    prints = Prints.of_rows(index.prints())
    groups: list[Group] = [("exact", group) for group in exact_twins(prints)]
    likeness = Likeness(reader, lambda number: _path_of(index, number))
    pairs = near_pairs(prints, stop)
    groups += [("near", group) for group in near_twins(pairs, likeness.is_alike, stop)]
    if groups != index.twins():
        index.set_twins(groups)
    return groups


def _path_of(index: SampleIndex, number: int) -> Path:
    samples = index.samples([number])
    if not samples:
        raise BadSampleError("missing", "The sample was removed meanwhile.")
    return samples[0].path
