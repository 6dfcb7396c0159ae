"""Keeps a run on disk: commits checkpoints, remembers the best, says when a disk is full.

The loop waits only for a copy in memory; a thread makes files of it, reads them back and commits.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from deepdesk.core.errors import StorageError
from deepdesk.core.events import Said, Saved
from deepdesk.core.task import Metric
from deepdesk.core.work import EventSink
from deepdesk.engine.background import Background
from deepdesk.engine.best_answers import BestAnswers
from deepdesk.engine.evaluation import Evaluation
from deepdesk.engine.progress import RunProgress, take_over
from deepdesk.engine.snapshot import Buffers, Snapshot, answering_tensors
from deepdesk.engine.state import (
    all_finite,
    load_training,
    load_weights,
    optimizer_tensors,
    training_tensors,
    weights_to_bytes,
)
from deepdesk.engine.trouble import NotFiniteError, save_failure
from deepdesk.project.runs import RunFolder

if TYPE_CHECKING:
    from deepdesk.engine.network import Network
    from deepdesk.engine.recorder import Recorder

# The end of an epoch is a good moment to save, unless epochs are very short.
_SHORT_EPOCH_S = 10.0
# A young run saves sooner: what a crash takes is at most this share of it, above a few seconds,
# but never so often that saving takes more than a fiftieth of the time.
_YOUNG_S, _YOUNG_SHARE, _COST_SHARE = 2.0, 0.1, 0.02
# A disk that is full is tried again no later than this.
_AGAIN_S = 30.0


class Keeper:
    """Writes checkpoints of one run.

    Attributes:
        progress: Where the run is.
        emit: Who watches.
        room: Bytes of a checkpoint, 0 before the first.
        answers: What the best epoch said.
        kept: Fields of the run's state as the newest checkpoint has them, {} before the first.

    Args:
        run: The run's folder.
        progress: Where the run is; owned and changed by the keeper and the loop.
        every_s: Seconds between checkpoints.
        emit: Told of saves and of disks that are full.
        sample_ids: Of the validation split, in its order, for the list of answers.
        made_by: JSON-ready, what the bits depend on: versions, device, threads, seed, data.
    """

    def __init__(
        self,
        run: RunFolder,
        progress: RunProgress,
        *,
        every_s: float,
        emit: EventSink,
        sample_ids: list[int],
        made_by: Mapping[str, Any] | None = None,
    ) -> None:
        self.progress = progress
        self._made_by = dict(made_by or {})
        self._run = run
        self._every_s = every_s
        self.emit = emit
        self.answers = BestAnswers(run, sample_ids)
        # Of the last commit, from the copy to the disk.
        self._cost_s = 0.0
        self._begun_s = self._saved_s = time.monotonic()
        # (step, epochs) of the newest copy, None when it could not be committed.
        self._copied_at: tuple[int, int] | None = None
        self._copied: Snapshot | None = None
        self._buffers = Buffers()
        self._writing = Background()
        self._has_failed = False
        self.room = 0
        self.kept: dict[str, Any] = {}
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
            self._best_answers = self.answers.columns(evaluation)
        return is_best

    def begin(self, network: Network, recorder: Recorder) -> None:
        """Commit a first state, so that there is always one to go back to."""
        if self._copied_at is None:
            self.save(network, recorder)

    def save_if_due(self, network: Network, recorder: Recorder, *, epoch_end: bool = False) -> None:
        """Begin a checkpoint when the last one is old enough and is on the disk.

        Raises:
            NotFiniteError: The last one would have held numbers that are none.
        """
        if self.is_due(epoch_end=epoch_end):
            self.save(network, recorder)

    def is_due(self, *, epoch_end: bool = False) -> bool:
        """Return whether the last checkpoint is old enough and on the disk.

        Raises:
            NotFiniteError: The last one would have held numbers that are none.
        """
        if self._writing.is_over:
            self.settle()
        age_s = time.monotonic() - self._begun_s
        young_s = max(_YOUNG_S, _YOUNG_SHARE * age_s, self._cost_s / _COST_SHARE)
        due_s = min(self._every_s, young_s)
        due_s = min(due_s, _SHORT_EPOCH_S) if epoch_end else due_s
        due_s = min(due_s, _AGAIN_S) if self._has_failed else due_s
        return time.monotonic() - self._saved_s >= due_s and not self._writing.is_busy

    def save(self, network: Network, recorder: Recorder, *, must: bool = False) -> None:
        """Copy the state of now and commit it beside the training.

        Nothing is done if this very state is copied already. A full disk is said and training
        goes on; the last good checkpoint stays.

        Args:
            network: Between two steps.
            recorder: Of the same moment.
            must: Wait until it is on the disk, and raise if it could not be brought there.

        Raises:
            StorageError: It could not be written, and `must` is set.
            NotFiniteError: A copy held numbers that are none; it was not committed.
        """
        self.settle()
        here = (self.progress.step, self.progress.epochs_done)
        if here != self._copied_at:
            self._copied_at, self._saved_s = here, time.monotonic()
            try:
                self._copied = self._copy(network, recorder)
            except StorageError as error:
                self._fail(error)
                if must:
                    raise
                return
            self._writing.start(self._commit)
        if must:
            self.settle(raises=True)

    def wait(self) -> None:
        """Wait until nothing is being written."""
        self._writing.join()

    def settle(self, *, raises: bool = False) -> None:
        """Wait for the commit under way, if any, and tell how it went.

        Raises:
            StorageError: It could not be written, and `raises` is set.
            NotFiniteError: The copy held numbers that are none; it was not committed.
        """
        if not self._writing.is_started:
            return
        error = self._writing.take()
        copied, self._copied = self._copied, None
        if error is None and copied is not None:
            if copied.answers is self._best_answers:
                self._best_answers = None
            self.kept = copied.facts
            if self._has_failed:
                self.emit(Said(text="The run is saved again."))
            self._has_failed = False
            self._cost_s = time.monotonic() - self._saved_s
            self.emit(Saved(step=copied.step, seconds=self._cost_s))
        elif isinstance(error, StorageError):
            self._fail(error)
            if raises:
                raise error
        elif error is not None:
            raise error

    def _fail(self, error: StorageError) -> None:
        """Say that the state could not be committed, once for as long as it lasts."""
        self._copied_at = None
        self.emit(save_failure(error, self._run.path, self.room))
        if not self._has_failed:
            self.emit(Said(text=f"{error} Training goes on.", level="error"))
        self._has_failed = True

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
            self._follow_checkpoint()
            return
        self.restore(step, network, recorder)
        recorder.seconds = self.progress.seconds
        recorder.log.check()
        if lost := self._run.lost_of_log():
            self.emit(Said(text=f"{lost} The training itself goes on as it was.", level="warning"))

    def restore(self, step: int, network: Network, recorder: Recorder) -> None:
        """Put everything back as it was at the checkpoint of `step`.

        Raises:
            StorageError: The checkpoint is damaged or does not belong to this network.
        """
        checkpoints = self._run.checkpoints
        log_offset = take_over(self.progress, checkpoints.meta(step))
        sums = load_training(
            checkpoints.read(step, "training.safetensors"),
            network.model,
            network.optimizer,
            {**recorder.kept_metrics(), **network.kept()},
        )
        if network.answering is not network.model:
            load_weights(network.answering, checkpoints.read(step, "weights.safetensors"))
        best = checkpoints.read(step, "best.safetensors") if self.progress.best_epoch else b""
        self._best, self._best_answers = best, None
        recorder.go_back(sums, log_offset)
        self._copied_at = (self.progress.step, self.progress.epochs_done)
        self._follow_checkpoint()

    def good_steps(self) -> list[int]:
        """Return the steps of the committed states that are whole, newest first."""
        with contextlib.suppress(NotFiniteError):
            self.settle()
        checkpoints = self._run.checkpoints
        return [step for step in reversed(checkpoints.list()) if checkpoints.valid(step)]

    def go_other_way(self, network: Network, recorder: Recorder) -> None:
        """Commit the state of now in the place of its checkpoint and of all later ones."""
        self._run.checkpoints.drop_after(self.progress.step)
        self._copied_at = None
        self.save(network, recorder)

    def check_finite(self, network: Network) -> None:
        """Raise if what would be committed or measured now holds numbers that are none.

        Raises:
            NotFiniteError: With the step.
        """
        tensors = [*network.model.state_dict().values(), *optimizer_tensors(network.optimizer)]
        if network.answering is not network.model:
            tensors += network.answering.state_dict().values()
        if not all_finite(tensors):
            raise NotFiniteError(self.progress.step)

    def _follow_checkpoint(self) -> None:
        """Let what lies beside the checkpoint say the same: a kill may have come in between."""
        self.kept = self.progress.facts()
        # A disk that refuses it now is told when the next checkpoint meets it.
        with contextlib.suppress(StorageError):
            self._run.update(**self.kept)
        with contextlib.suppress(StorageError):
            self.answers.drop_unless_of(self.progress.best_epoch)

    def _say_damage(self, step: int | None) -> None:
        newest = self._run.checkpoints.latest()
        if newest == step:
            return
        again = "the beginning" if step is None else f"step {step:,}"
        text = f"The checkpoint of step {newest:,} is damaged. The run goes on from {again}."
        self.emit(Said(text=text, level="warning"))

    def _copy(self, network: Network, recorder: Recorder) -> Snapshot:
        """Return a copy of the state of now, in room that no commit is using."""
        progress = self.progress
        progress.seconds = recorder.seconds
        recorder.write_log()
        tensors = training_tensors(
            network.model,
            network.optimizer,
            recorder.sums,
            {**recorder.kept_metrics(), **network.kept()},
        )
        if network.answering is not network.model:
            tensors |= answering_tensors(network.answering.state_dict())
        copies, copied = self._buffers.copy(tensors)
        meta = {
            "progress": dataclasses.asdict(progress),
            "log_offset": recorder.log.position(),
            "made_by": self._made_by,
        }
        return Snapshot(
            step=progress.step,
            tensors=copies,
            best=self._best,
            meta=meta,
            facts=progress.facts(),
            answers=self._best_answers,
            copied=copied,
        )

    def _commit(self) -> None:
        """Bring the copy to the disk; runs beside the training."""
        copied = self._copied
        assert copied is not None
        if not copied.is_finite():
            raise NotFiniteError(copied.step)
        self._run.metrics.flush()
        try:
            files = copied.files()
        except MemoryError as error:
            text = "There is no memory left to make a checkpoint."
            raise StorageError(text, "Close other programs.") from error
        self.room = sum(map(len, files.values()))
        if copied.answers is not None:
            self.answers.write(copied.answers, copied.facts["best_epoch"])
        self._run.checkpoints.commit(copied.step, files, meta=copied.meta)
        self._run.update(**copied.facts)

    def _gain(self, metrics: Mapping[str, float], main: Metric) -> float:
        """Return how much better the main metric is than the best so far, infinite at first."""
        value, best = metrics.get(main.name), self.progress.best_value
        if value is None or best is None:
            return math.inf
        return value - best if main.higher_is_better else best - value

    def _has_lower_loss(self, metrics: Mapping[str, float]) -> bool:
        best = self.progress.best_loss
        return best is None or metrics.get("loss", math.inf) < best
