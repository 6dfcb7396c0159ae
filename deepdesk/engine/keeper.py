"""Keeps a run on disk: commits checkpoints, remembers the best, says when a disk is full."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from deepdesk.core.errors import StorageError
from deepdesk.core.events import Said, Saved
from deepdesk.core.task import Metric
from deepdesk.core.work import EventSink
from deepdesk.engine.evaluation import Evaluation
from deepdesk.engine.state import (
    is_finite,
    load_training,
    load_weights,
    training_to_bytes,
    weights_to_bytes,
)
from deepdesk.project.runs import RunFolder
from deepdesk.project.safe_write import write_json

if TYPE_CHECKING:
    from deepdesk.engine.network import Network
    from deepdesk.engine.recorder import Recorder

# The end of an epoch is a good moment to save, unless epochs are very short.
_SHORT_EPOCH_S = 10.0


@dataclass(slots=True, kw_only=True)
class RunProgress:
    """How far a run is, and how good it was.

    Attributes:
        step: Optimiser steps done.
        epochs_done: Epochs trained and evaluated.
        epochs_without_gain: Since the best one.
        best_epoch: Epochs done when it was best, 0 before the first.
        best_value: Main metric on validation at that time.
        best_loss: Loss on validation at that time.
        best_metrics: All metrics on validation at that time.
        seconds: Spent training.
    """

    step: int = 0
    epochs_done: int = 0
    epochs_without_gain: int = 0
    best_epoch: int = 0
    best_value: float | None = None
    best_loss: float | None = None
    best_metrics: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0


class Keeper:
    """Writes checkpoints of one run.

    Args:
        run: The run's folder.
        progress: Where the run is; owned and changed by the keeper and the loop.
        every_s: Seconds between checkpoints.
        emit: Told of saves and of disks that are full.
        sample_ids: Of the validation split, in its order, for the list of answers.
    """

    def __init__(
        self,
        run: RunFolder,
        progress: RunProgress,
        *,
        every_s: float,
        emit: EventSink,
        sample_ids: list[int],
    ) -> None:
        self.progress = progress
        self._run = run
        self._every_s = every_s
        self._emit = emit
        self._sample_ids = sample_ids
        self._saved_s = time.monotonic()
        self._saved_at = (progress.step, progress.epochs_done)
        self._best: bytes = b""
        self._best_answers: dict[str, Any] | None = None

    def close_epoch(self, network: Network, evaluation: Evaluation, main: Metric) -> bool:
        """Count an epoch; return whether it is the best so far.

        Without a validation split the last epoch counts as the best.
        """
        progress = self.progress
        progress.epochs_done += 1
        gain = self._gain(evaluation.metrics, main)
        is_best = gain > 0 or (gain == 0 and self._has_lower_loss(evaluation.metrics))
        progress.epochs_without_gain = 0 if gain > 0 else progress.epochs_without_gain + 1
        if is_best:
            progress.best_epoch = progress.epochs_done
            progress.best_metrics = dict(evaluation.metrics)
            progress.best_value = evaluation.metrics.get(main.name)
            progress.best_loss = evaluation.metrics.get("loss")
            self._best = weights_to_bytes(network.answering)
            self._best_answers = self._answers(evaluation)
        return is_best

    def save_if_due(self, network: Network, recorder: Recorder, *, epoch_end: bool = False) -> None:
        """Commit a checkpoint when the last one is old enough."""
        due_s = min(self._every_s, _SHORT_EPOCH_S) if epoch_end else self._every_s
        if time.monotonic() - self._saved_s >= due_s:
            self.save(network, recorder)

    def save(self, network: Network, recorder: Recorder, *, must: bool = False) -> None:
        """Commit a checkpoint of now, unless this very state is committed already.

        A full disk is said and training goes on; the last good checkpoint stays.

        Raises:
            StorageError: It could not be written, and `must` is set.
        """
        here = (self.progress.step, self.progress.epochs_done)
        if here == self._saved_at or not is_finite(network.model):
            return
        start_s = time.monotonic()
        try:
            self._commit(network, recorder)
        except StorageError as error:
            if must:
                raise
            self._saved_s = time.monotonic()
            self._emit(Said(text=f"{error} Training goes on.", level="error"))
            return
        self._saved_at, self._saved_s = here, time.monotonic()
        self._emit(Saved(step=self.progress.step, seconds=self._saved_s - start_s))

    def resume(self, network: Network, recorder: Recorder) -> None:
        """Put everything back as it was at the last valid checkpoint, if there is one.

        Raises:
            StorageError: The checkpoint does not belong to this network.
        """
        checkpoints = self._run.checkpoints
        step = checkpoints.latest_valid()
        self._say_damage(step)
        if step is None:
            recorder.log.truncate(0)
            return
        meta = checkpoints.meta(step)
        log_offset = self._take_over(meta)
        recorder.sums = load_training(
            checkpoints.read(step, "training.safetensors"),
            network.model,
            network.optimizer,
            recorder.kept_metrics(),
        )
        if network.answering is not network.model:
            load_weights(network.answering, checkpoints.read(step, "weights.safetensors"))
        if self.progress.best_epoch:
            self._best = checkpoints.read(step, "best.safetensors")
        recorder.seconds = self.progress.seconds
        recorder.log.truncate(log_offset)
        self._saved_at = (self.progress.step, self.progress.epochs_done)

    def _say_damage(self, step: int | None) -> None:
        newest = self._run.checkpoints.latest()
        if newest == step:
            return
        again = "the beginning" if step is None else f"step {step:,}"
        text = f"The checkpoint of step {newest:,} is damaged. The run goes on from {again}."
        self._emit(Said(text=text, level="warning"))

    def _take_over(self, meta: Mapping[str, Any]) -> int:
        """Put the run's progress back and return the length of its log."""
        saved, log_offset = meta.get("progress"), meta.get("log_offset")
        counts = {f.name for f in dataclasses.fields(RunProgress) if f.type == "int"}
        is_legal = (
            isinstance(saved, dict)
            and saved.keys() == {f.name for f in dataclasses.fields(RunProgress)}
            and all(type(saved[name]) is int and saved[name] >= 0 for name in counts)
            and all(isinstance(saved[n], int | float | None) for n in ("best_value", "best_loss"))
            and isinstance(saved["best_metrics"], dict)
            and all(isinstance(v, int | float) for v in saved["best_metrics"].values())
            and isinstance(saved["seconds"], int | float)
        )
        if not is_legal or type(log_offset) is not int or log_offset < 0:
            raise StorageError("The checkpoint is damaged.", "Start a new run.")
        for name, value in dict(saved or {}).items():
            setattr(self.progress, name, value)
        return log_offset

    def _commit(self, network: Network, recorder: Recorder) -> None:
        self.progress.seconds = recorder.seconds
        recorder.write_log()
        recorder.log.flush()
        weights = weights_to_bytes(network.answering)
        files = {
            "weights.safetensors": weights,
            "best.safetensors": self._best or weights,
            "training.safetensors": training_to_bytes(
                network.model, network.optimizer, recorder.sums, recorder.kept_metrics()
            ),
        }
        meta = {"progress": dataclasses.asdict(self.progress), "log_offset": recorder.log.offset()}
        self._run.checkpoints.commit(self.progress.step, files, meta=meta)
        if self._best_answers is not None:
            write_json(self._run.path / "evaluation.json", {"predictions": self._best_answers})
            self._best_answers = None
        self._run.update(
            step=self.progress.step,
            epochs_done=self.progress.epochs_done,
            best_epoch=self.progress.best_epoch,
            metrics=self.progress.best_metrics,
            seconds=self.progress.seconds,
        )

    def _gain(self, metrics: Mapping[str, float], main: Metric) -> float:
        """Return how much better the main metric is than the best so far, infinite at first."""
        value, best = metrics.get(main.name), self.progress.best_value
        if value is None or best is None:
            return math.inf
        return value - best if main.higher_is_better else best - value

    def _has_lower_loss(self, metrics: Mapping[str, float]) -> bool:
        best = self.progress.best_loss
        return best is None or metrics.get("loss", math.inf) < best

    def _answers(self, evaluation: Evaluation) -> dict[str, Any]:
        rows = evaluation.answers
        return {
            "ids": self._sample_ids[: len(rows)],
            "truth": [row.truth for row in rows],
            "answer": [row.answer for row in rows],
            "score": [round(row.score, 4) for row in rows],
            "right": [row.is_right for row in rows],
        }
