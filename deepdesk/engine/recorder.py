"""What training tells: points of the curves to the log on disk and to whoever watches.

Points lie at fixed steps, so a resumed run writes the same values as one that was
never interrupted; only speed and time are of the moment.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections import deque
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from deepdesk.core.answer import Answer
from deepdesk.core.chance import permutation
from deepdesk.core.drawn_json import drawn_to_json, for_tile
from deepdesk.core.errors import StorageError
from deepdesk.core.events import EpochEnded, Said, Stepped
from deepdesk.core.task import Metric, Task
from deepdesk.core.work import EventSink
from deepdesk.data.batches import SplitData
from deepdesk.engine.devices import used_memory_bytes
from deepdesk.engine.evaluation import Evaluation
from deepdesk.engine.progress import RunProgress
from deepdesk.engine.team import ALONE, Team
from deepdesk.engine.trouble import NotFiniteError
from deepdesk.project.metrics import MetricsLog

# Enough for any screen; a point costs one wait for the device.
_POINTS_PER_RUN = 2_000
_EXAMPLES = 8
# Each epoch is logged with what is drawn on the examples, which are shown small.
_TILE_PX = 120
_STEPS = "steps"
_ONE = torch.tensor(1)


class Recorder:
    """Gathers losses and metrics on the device and tells them at fixed steps.

    Args:
        task: Gives the training metrics.
        log: Where the points are kept.
        emit: Who watches.
        device: Asked for its memory.
        validation: For the examples that are shown every epoch.
        steps: (steps per epoch, steps in all).
    """

    def __init__(
        self,
        task: Task,
        log: MetricsLog,
        emit: EventSink,
        *,
        device: torch.device,
        validation: SplitData,
        steps: tuple[int, int],
    ) -> None:
        self.log = log
        self.metrics: dict[str, Metric] = {metric.name: metric for metric in task.metrics()}
        self.main_metric: Metric = next(iter(self.metrics.values()))
        self.window: dict[str, Metric] = {metric.name: metric for metric in task.metrics()}
        self.sums: dict[str, Tensor] = {}
        self.last_loss = 0.0
        self.seconds = 0.0
        self._emit = emit
        self._device = device
        self._steps_per_epoch, total = steps
        self.team: Team = ALONE
        self._every = max(1, total // _POINTS_PER_RUN)
        examples = permutation(len(validation), "examples")[:_EXAMPLES]
        self._example_ids = validation.samples[examples]
        self._last_s = time.perf_counter()
        self._samples = 0
        self._unwritten: deque[dict[str, Any]] = deque()

    def seen(self, outputs: Any, batch: Mapping[str, Any]) -> None:
        """Take in the outputs of a training batch."""
        for metric in (*self.metrics.values(), *self.window.values()):
            metric.update(outputs, batch)

    def kept_metrics(self) -> dict[str, Metric]:
        """Return every metric that gathers, by a name that is its own, for a checkpoint."""
        kept = {f"epoch-{name}": metric for name, metric in self.metrics.items()}
        return kept | {f"window-{name}": metric for name, metric in self.window.items()}

    def stepped(self, step: int, losses: Mapping[str, Tensor], rate: float, samples: int) -> bool:
        """Take in a step and its losses, each of shape (); tell a point when one is due.

        Returns:
            Whether a point was told, so that `last_loss` is of now.
        """
        self._samples += samples
        for name, value in {**losses, _STEPS: _ONE}.items():
            for prefix in ("window", "epoch"):
                key = f"{prefix}/{name}"
                self.sums[key] = self.sums[key] + value if key in self.sums else value
        if step % self._every and step % self._steps_per_epoch:
            return False
        self.gather()
        if self.team.is_lead:
            self._tell(step, rate)
        return True

    def gather(self) -> None:
        """Bring what every process of the team gathered to the first; the others begin anew."""
        if self.team.size == 1:
            return
        states = {name: metric.state() for name, metric in self.kept_metrics().items()}
        own = {f"{name}/{key}": t for name, state in states.items() for key, t in state.items()}
        # Every process counts the same steps: the first one's count is the truth.
        lead = self.team.is_lead
        own |= {f"sum/{k}": t for k, t in self.sums.items() if lead or not k.endswith(_STEPS)}
        totals = self.team.summed(own)
        self.sums = {k.removeprefix("sum/"): t for k, t in totals.items() if k.startswith("sum/")}
        if not lead:
            self.last_loss = self._means("window").get("loss", self.last_loss)
            self.forget()
            return
        for name, metric in self.kept_metrics().items():
            metric.restore({key: totals[f"{name}/{key}"] for key in states[name]})

    def forget(self) -> None:
        """Begin anew with nothing gathered."""
        self.sums = {}
        for metric in self.kept_metrics().values():
            metric.reset()

    def check_finite(self, step: int) -> None:
        """Raise if the loss that was just told is no number.

        Raises:
            NotFiniteError: With the step.
        """
        if not math.isfinite(self.last_loss):
            raise NotFiniteError(step)

    def write_log(self) -> None:
        """Write the points that are not in the log yet; a full disk keeps them waiting.

        Raises:
            StorageError: It is still full.
        """
        while self._unwritten:
            self.log.append(self._unwritten[0])
            self._unwritten.popleft()

    def go_back(self, sums: Mapping[str, Tensor], log_offset: int) -> None:
        """Go on from an earlier state: its sums, shape (), and the length of its log."""
        self.sums = dict(sums)
        self.last_loss = 0.0
        self._samples = 0
        self._unwritten.clear()
        self.log.truncate(log_offset)

    def waited(self, seconds: float) -> None:
        """Leave out time that was spent paused."""
        self._last_s += seconds

    def epoch_ended(self, progress: RunProgress, evaluation: Evaluation, *, is_best: bool) -> None:
        """Tell the end of an epoch and start the next one's means."""
        train = {**self._means("epoch"), **_values(self.metrics)}
        places = {number: at for at, number in enumerate(evaluation.samples)}
        examples = [
            _row(i, evaluation.answers[places[int(i)]])
            for i in self._example_ids
            if int(i) in places
        ]
        event = EpochEnded(
            epoch=progress.epochs_done,
            step=progress.step,
            train=_finite(train),
            validation=evaluation.metrics,
            is_best=is_best,
            details={**evaluation.details, "examples": examples, **_worst(evaluation)},
            seconds=self.seconds,
        )
        self._write("epoch", event)
        self.sums = {k: t for k, t in self.sums.items() if not k.startswith("epoch/")}
        for metric in self.metrics.values():
            metric.reset()

    def _tell(self, step: int, rate: float) -> None:
        values = {**self._means("window"), **_values(self.window), "learning_rate": rate}
        self.last_loss = values["loss"]
        now_s = time.perf_counter()
        elapsed_s, self._last_s = now_s - self._last_s, now_s
        self.seconds += elapsed_s
        event = Stepped(
            step=step,
            epoch=step / self._steps_per_epoch,
            values=_finite(values),
            samples_per_second=self._samples / max(elapsed_s, 1e-9),
            memory_bytes=used_memory_bytes(self._device),
            seconds=self.seconds,
        )
        self._write("step", event)
        self._samples = 0
        self.sums = {k: t for k, t in self.sums.items() if not k.startswith("window/")}
        for metric in self.window.values():
            metric.reset()

    def _means(self, prefix: str) -> dict[str, float]:
        start = f"{prefix}/"
        sums = {k.removeprefix(start): t for k, t in self.sums.items() if k.startswith(start)}
        steps = int(sums.pop(_STEPS, _ONE))
        # A checkpoint keeps no order: sorted, so that a resumed run writes the same lines.
        return {name: float(sums[name]) / steps for name in sorted(sums)}

    def _write(self, kind: str, event: Stepped | EpochEnded) -> None:
        values = {f.name: getattr(event, f.name) for f in dataclasses.fields(event)}
        self._unwritten.append({"kind": kind, **values})
        try:
            self.write_log()
        except StorageError as error:
            if len(self._unwritten) == 1:
                self._emit(Said(text=f"{error} Training goes on.", level="error"))
        self._emit(event)


def _values(metrics: Mapping[str, Metric]) -> dict[str, float]:
    return {name: metric.compute() for name, metric in metrics.items()}


def _finite(values: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in values.items() if math.isfinite(value)}


def _worst(evaluation: Evaluation) -> dict[str, list[dict[str, object]]]:
    """Return the answers farthest from right, {} where answers are right or wrong and no more."""
    pairs = [
        (number, answer)
        for number, answer in zip(evaluation.samples, evaluation.answers, strict=False)
        if answer.error > 0
    ]
    pairs.sort(key=lambda pair: -pair[1].error)
    rows = [_row(number, answer) for number, answer in pairs[:_EXAMPLES]]
    return {"worst": rows} if rows else {}


def _row(number: Any, answer: Answer) -> dict[str, object]:
    """Return an answer as it is told and logged, with what is drawn as JSON."""
    told = {f.name: getattr(answer, f.name) for f in dataclasses.fields(answer)}
    drawn = {
        name: drawn_to_json(for_tile(told.pop(name), _TILE_PX)) for name in ("drawn", "drawn_truth")
    }
    return {"id": int(number), **told, **{name: one for name, one in drawn.items() if one}}
