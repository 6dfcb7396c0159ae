"""The curves of a run for other programs: CSV and TensorBoard files in its folder `logs`.

Both are made from the run's own log, which a resumed run cuts back to its checkpoint. Whenever a
run begins, goes on, or goes back, they are written anew from that log, so that no point is in
them twice and none that was taken back stays. In between each point is added as it is told.
"""

from __future__ import annotations

import csv
import importlib
import io
import math
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import (
    EpochEnded,
    Result,
    Retreated,
    RunEnded,
    RunStarted,
    Said,
    Stepped,
)
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.project.runs import RunFolder
from deepdesk.project.safe_write import write_bytes

FOLDER = "logs"
CSV_FILE = "metrics.csv"
HEADS = ("step", "epoch", "seconds", "split", "name", "value")
KINDS: Mapping[str, tuple[str, ...]] = {
    "off": (),
    "csv": ("csv",),
    "tensorboard": ("tensorboard",),
    "both": ("csv", "tensorboard"),
}


@dataclass(frozen=True, slots=True)
class Point:
    """One value of one curve.

    Attributes:
        split: "train", "validation" or "machine" for speed and memory.
    """

    step: int
    epoch: float
    seconds: float
    split: str
    name: str
    value: float

    @property
    def cells(self) -> tuple[object, ...]:
        """The row of the table."""
        return (self.step, self.epoch, self.seconds, self.split, self.name, self.value)


class LogFile(Protocol):
    """A file that points are added to."""

    def add(self, points: Iterable[Point]) -> None:
        """Add points, and let others see them.

        Raises:
            OSError: They cannot be written.
        """
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


def points_of(line: Mapping[str, Any]) -> Iterator[Point]:
    """Yield the points that one line of a run's log, or one event, holds."""
    try:
        step, epoch = int(line["step"]), float(line["epoch"])
        seconds = float(line.get("seconds") or 0.0)
        parts: tuple[tuple[str, Mapping[str, Any]], ...]
        if "validation" in line:
            parts = (("validation", line["validation"]),)
        else:
            # Speed and memory are 0 where they are not known.
            machine = {k: line.get(k) or None for k in ("samples_per_second", "memory_bytes")}
            parts = (("train", line["values"]), ("machine", machine))
        for split, values in parts:
            for name, value in values.items():
                if isinstance(value, int | float) and math.isfinite(value):
                    yield Point(step, epoch, seconds, split, str(name), float(value))
    except (KeyError, TypeError, ValueError, AttributeError):
        return


def began_s(run: RunFolder) -> float:
    """Return when a run began in seconds since 1970, 0.0 where that cannot be read."""
    try:
        return datetime.fromisoformat(run.info().created).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0


class CsvLog:
    """Rows of RFC 4180, one a point.

    Raises:
        OSError: The file cannot be written.
    """

    def __init__(self, folder: Path, _began_s: float = 0.0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / CSV_FILE
        self._file = self.path.open("w", encoding="utf-8", newline="")
        self._rows = csv.writer(self._file)
        self._rows.writerow(HEADS)

    def add(self, points: Iterable[Point]) -> None:
        """Add points, and let others see them."""
        self._rows.writerows(point.cells for point in points)
        self._file.flush()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class TensorBoardLog:
    """Scalars as TensorBoard reads them, "train/loss" for instance; x is the step.

    Args:
        folder: Whose folder `tensorboard` is made anew.
        began_s: When the run began, in seconds since 1970, for the clock beside the points.

    Raises:
        OSError: The file cannot be written.
    """

    def __init__(self, folder: Path, began_s: float = 0.0) -> None:
        board = folder / "tensorboard"
        if board.exists():
            shutil.rmtree(board)
        board.mkdir(parents=True)
        writing = importlib.import_module("tensorboardX.event_file_writer")
        self._event = importlib.import_module("tensorboardX.proto.event_pb2").Event
        self._writer = writing.EventsWriter(str(board / "events"))
        self.path = board
        self._began_s = began_s

    def add(self, points: Iterable[Point]) -> None:
        """Add points, and let others see them."""
        for point in points:
            event = self._event(step=point.step, wall_time=self._began_s + point.seconds)
            event.summary.value.add(tag=f"{point.split}/{point.name}", simple_value=point.value)
            self._writer.write_event(event)
        self._writer.flush()

    def close(self) -> None:
        """Let go of the file."""
        self._writer.close()


_FILES: dict[str, Callable[[Path, float], LogFile]] = {"csv": CsvLog, "tensorboard": TensorBoardLog}


class RunLogs:
    """Writes what a run tells to its logs, and hands everything on.

    A log that cannot be written is said once and left alone: it never ends a run.

    Args:
        run: Whose folder they lie in.
        setting: A key of `KINDS`.
        emit: Who else listens.
    """

    def __init__(self, run: RunFolder, setting: str, emit: EventSink) -> None:
        self._run = run
        self._kinds = KINDS.get(setting, ())
        self._emit = emit
        self._files: list[LogFile] = []
        self._step = 0
        self._is_stale = True

    def __call__(self, event: Any) -> None:
        """Take an event in and hand it on."""
        self._emit(event)
        if self._kinds:
            try:
                self._take(event)
            except (OSError, DeepDeskError, ImportError) as error:
                self._give_up(error)

    def _take(self, event: Any) -> None:
        if isinstance(event, RunStarted | Retreated):
            self._is_stale = True
        elif isinstance(event, Stepped | EpochEnded):
            if self._is_stale or event.step < self._step:
                self._begin()  # the event itself is in the run's log already
            else:
                self._add(points_of({k: getattr(event, k) for k in event.__slots__}))
            self._step = event.step
        elif isinstance(event, RunEnded):
            self._close()

    def _begin(self) -> None:
        """Write both anew from the run's log, which has every point that was told."""
        self._close()
        self._is_stale = False
        folder = self._run.path / FOLDER
        lines = self._run.metrics.read()
        for kind in self._kinds:
            self._files.append(_FILES[kind](folder, began_s(self._run)))
        self._add(point for line in lines for point in points_of(line))

    def _add(self, points: Iterable[Point]) -> None:
        kept = list(points)
        for file in self._files:
            file.add(kept)

    def _close(self) -> None:
        files, self._files = self._files, []
        for file in files:
            file.close()

    def _give_up(self, error: Exception) -> None:
        self._kinds = ()
        files, self._files = self._files, []
        for file in files:
            try:
                file.close()
            except OSError:
                continue
        text = f"The logs for other programs could not be written: {error} Training goes on."
        self._emit(Said(text=text, level="warning"))


def export_work(run: RunFolder, kind: str, folder: Path) -> Work:
    """Return work that writes the curves of a run into a folder; its `Result` is the path.

    Args:
        run: Running or over.
        kind: "csv" or "tensorboard".
        folder: Made where it is not there.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        lines = run.metrics.read()
        stop.check()
        points = [point for line in lines for point in points_of(line)]
        if not points:
            raise DeepDeskError(
                f"Run {run.path.name} has no curves yet.", "Let it make a few steps first."
            )
        try:
            emit(Result(value=_EXPORTS[kind](points, folder, began_s(run))))
        except OSError as error:
            raise DeepDeskError(
                f"The curves could not be written to {folder}: {error.strerror or error}.",
                "Choose a folder that can be written and has room.",
            ) from error

    return work


def _export_csv(points: list[Point], folder: Path, _began_s: float) -> Path:
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(HEADS)
    rows.writerows(point.cells for point in points)
    folder.mkdir(parents=True, exist_ok=True)
    write_bytes(folder / CSV_FILE, text.getvalue().encode())
    return folder / CSV_FILE


def _export_tensorboard(points: list[Point], folder: Path, began_s: float) -> Path:
    log = TensorBoardLog(folder, began_s)
    try:
        log.add(points)
    finally:
        log.close()
    return log.path


_EXPORTS: dict[str, Callable[[list[Point], Path, float], Path]] = {
    "csv": _export_csv,
    "tensorboard": _export_tensorboard,
}
