"""What a run has told so far, live or read back from its log. No Qt."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from deepdesk.core.events import EpochEnded, Retreated, RunStarted, Stepped
from deepdesk.ui.metric_words import LOSS, MEMORY, RATE, SPEED
from deepdesk.ui.plots.confusion import Confusion, confusion_of
from deepdesk.ui.plots.pyramid import CurveBuffer

_PACE_S = 30.0  # the time left follows the pace of this long
_READ = frozenset({"confusion", "examples", "worst"})


@dataclass(slots=True)
class RunHistory:
    """Curves, the latest epoch and the pace of one run.

    Attributes:
        train: Per name, points at the epoch as a fraction; also speed, memory and the rate.
        validation: Per metric, a point per epoch.
        metrics: Metric names without the loss, main one first.
        units: Metric name to the unit of its values, for those that have one.
        patience: Epochs without a gain after which the run stops early, 0 for never.
        examples: What was said of the same few samples in the last epoch.
        worst: Answers of the last epoch that were farthest from right, worst first.
        details: What else the measures told beside their values in the last epoch.
        gain_epoch: Last epoch whose main metric was better than every one before.
    """

    run: str = ""
    epochs: int = 0
    steps_per_epoch: int = 0
    step: int = 0
    epoch: float = 0.0
    seconds: float = 0.0
    samples_per_second: float = 0.0
    best_epoch: int | None = None
    patience: int = 0
    gain_epoch: int = 0
    metrics: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    train: dict[str, CurveBuffer] = field(default_factory=dict)
    validation: dict[str, CurveBuffer] = field(default_factory=dict)
    confusion: Confusion | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    examples: tuple[Mapping[str, Any], ...] = ()
    worst: tuple[Mapping[str, Any], ...] = ()
    _pace: deque[tuple[float, int]] = field(default_factory=deque)
    _best_value: float | None = None

    @property
    def main_metric(self) -> str:
        """Name of the first metric, "" before anything was told."""
        return self.metrics[0] if self.metrics else ""

    @property
    def stops_at(self) -> int | None:
        """Epoch after which the run ends unless a gain comes first, None where it does not."""
        end = self.gain_epoch + self.patience
        return end if self.patience and self.gain_epoch and end < self.epochs else None

    @property
    def is_stopped_early(self) -> bool:
        """Whether the run waited for a gain in vain."""
        return self.stops_at is not None and self.epoch >= self.stops_at

    @property
    def stop_words(self) -> str:
        """What is written at `stops_at`, "" where it is nowhere."""
        if self.stops_at is None:
            return ""
        if self.is_stopped_early:
            return "stopped without a gain"
        return f"stops at {self.stops_at} without a gain"

    def started(self, event: RunStarted) -> None:
        """Take in how long the run is to be."""
        self.run = event.run
        self.epochs, self.steps_per_epoch = event.epochs, event.steps_per_epoch
        self.step, self.patience = event.step, event.patience
        self.epoch = event.step / max(1, event.steps_per_epoch)
        self.metrics = tuple(name for name in event.plot_metrics if name != LOSS)
        self.units = event.units
        self._pace.clear()

    def stepped(self, event: Stepped) -> None:
        """Take in a point of the train curves."""
        values = {**event.values, SPEED: event.samples_per_second}
        if event.memory_bytes:
            values[MEMORY] = event.memory_bytes
        for name, value in values.items():
            self.train.setdefault(name, CurveBuffer()).append(event.epoch, value)
        self.step, self.epoch, self.seconds = event.step, event.epoch, event.seconds
        self.samples_per_second = event.samples_per_second
        self._pace.append((event.seconds, event.step))
        while self._pace[-1][0] - self._pace[0][0] > _PACE_S and len(self._pace) > 2:
            self._pace.popleft()

    def epoch_ended(self, event: EpochEnded) -> None:
        """Take in a validated epoch."""
        for name, value in event.validation.items():
            self.validation.setdefault(name, CurveBuffer()).append(event.epoch, value)
        if not self.metrics:
            self.metrics = tuple(name for name in event.validation if name != LOSS)
        if event.is_best:
            self.best_epoch = event.epoch
            reached = event.validation.get(self.main_metric)
            # As good with a lower loss is the best, but no gain that patience would wait for.
            if reached is None or reached != self._best_value:
                self.gain_epoch, self._best_value = event.epoch, reached
        self.step, self.epoch, self.seconds = event.step, float(event.epoch), event.seconds
        self._take_details(event.details)

    def retreated(self, event: Retreated) -> None:
        """Forget the points behind the state that the run went back to."""
        for points in (*self.train.values(), *self.validation.values()):
            points.truncate(int(np.searchsorted(points.x, event.epoch, side="right")))
        self.step, self.epoch = event.step, event.epoch
        self.best_epoch = event.best_epoch or None
        self._pace.clear()

    def continue_from(self, past: RunHistory) -> None:
        """Put what the log tells before what was told since; the newer points win."""
        for mine, earlier in ((self.train, past.train), (self.validation, past.validation)):
            for name, points in earlier.items():
                if name in mine:
                    points.extend(mine[name].x, mine[name].y)
                mine[name] = points
        self.best_epoch = self.best_epoch or past.best_epoch
        if not self.gain_epoch:
            self.gain_epoch, self._best_value = past.gain_epoch, past._best_value
        self.confusion = self.confusion or past.confusion
        self.details = self.details or past.details
        self.examples = self.examples or past.examples
        self.worst = self.worst or past.worst

    def seconds_left(self) -> float:
        """Return the time to the last step at the present pace, NaN before it is known."""
        if len(self._pace) < 2 or not self.epochs:
            return math.nan
        (first_s, first), (last_s, last) = self._pace[0], self._pace[-1]
        steps_left = self.epochs * self.steps_per_epoch - self.step
        return steps_left * (last_s - first_s) / (last - first) if last > first else math.nan

    def plot_names(self) -> list[str]:
        """List what can be plotted beside the loss, the main metric first."""
        names = [*self.metrics, RATE, SPEED, MEMORY]
        names += [name for name in self.train if name not in names and name != LOSS]
        return [name for name in names if name in self.train or name in self.metrics]

    def _take_details(self, details: Mapping[str, Any]) -> None:
        self.confusion = confusion_of(details) or self.confusion
        # What is read above all is not kept as it came, too: a matrix of many classes is large.
        self.details = {name: told for name, told in details.items() if name not in _READ}
        examples = details.get("examples")
        if isinstance(examples, list):
            self.examples = tuple(row for row in examples if isinstance(row, Mapping))
        worst = details.get("worst")
        self.worst = tuple(row for row in worst or () if isinstance(row, Mapping))


def history_of(run: str, epochs: int, lines: Iterable[Mapping[str, Any]]) -> RunHistory:
    """Return the history that a run's log tells; lines that are not legal are passed over."""
    history = RunHistory(run=run, epochs=epochs)
    columns: dict[str, tuple[list[float], list[float]]] = {}
    for line in lines:
        try:
            _READERS.get(str(line.get("kind")), _pass_over)(history, columns, line)
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
    for name, (x, y) in columns.items():
        history.train.setdefault(name, CurveBuffer()).extend(
            np.array(x, dtype=np.float64), np.array(y, dtype=np.float64)
        )
    return history


Columns = dict[str, tuple[list[float], list[float]]]


def _read_step(history: RunHistory, columns: Columns, line: Mapping[str, Any]) -> None:
    epoch = float(line["epoch"])
    values = {**line["values"], SPEED: line.get("samples_per_second", math.nan)}
    if line.get("memory_bytes"):
        values[MEMORY] = line["memory_bytes"]
    for name, value in values.items():
        x, y = columns.setdefault(name, ([], []))
        x.append(epoch)
        y.append(float(value))
    history.step, history.epoch = int(line["step"]), epoch
    history.seconds = float(line.get("seconds", 0.0))


def _read_epoch(history: RunHistory, _columns: Columns, line: Mapping[str, Any]) -> None:
    history.epoch_ended(
        EpochEnded(
            epoch=int(line["epoch"]),
            step=int(line["step"]),
            train=dict(line["train"]),
            validation={str(k): float(v) for k, v in line["validation"].items()},
            is_best=bool(line["is_best"]),
            details=dict(line.get("details", {})),
            seconds=float(line.get("seconds", 0.0)),
        )
    )


def _pass_over(_history: RunHistory, _columns: Columns, _line: Mapping[str, Any]) -> None:
    """Take nothing from a line of another kind."""


_READERS = {"step": _read_step, "epoch": _read_epoch}
