"""The end of an epoch: the network is measured on validation, and the best is remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from typing import Any, TypeVar

from deepdesk.core.task import Task
from deepdesk.core.work import StopToken
from deepdesk.data.batches import SplitData
from deepdesk.engine.evaluation import evaluate
from deepdesk.engine.keeper import Keeper
from deepdesk.engine.memory import within_memory
from deepdesk.engine.network import Network
from deepdesk.engine.recorder import Recorder
from deepdesk.engine.settings import TrainingConfig, evaluation_size

_Answer = TypeVar("_Answer")


class Judge:
    """Measures one run's network, with fewer samples at once where the memory is short.

    Args:
        task: Gives forward, losses and metrics.
        network: Its answering model is measured.
        validation: The split; an empty one gives no metrics.
        config: Says how many samples are taken at once.
        recorder: Is told how the epoch went.
        keeper: Remembers the best.
    """

    def __init__(
        self,
        task: Task,
        network: Network,
        validation: SplitData,
        config: TrainingConfig,
        recorder: Recorder,
        keeper: Keeper,
    ) -> None:
        self._task = task
        self._network = network
        self._validation = validation
        self._config = config
        self._recorder = recorder
        self._keeper = keeper

    @property
    def batch_size(self) -> int:
        """Samples that are measured at once."""
        progress = self._keeper.progress
        parts = progress.parts or self._config.accumulation
        config = replace(self._config, accumulation=parts)
        return progress.evaluation_size or evaluation_size(config)

    def close_epoch(self, stop: StopToken) -> None:
        """Measure the epoch that is done, in the first process of a team, and tell all."""
        self._keeper.check_finite(self._network)
        self._recorder.gather()
        team = self._network.compute.team
        self._keeper.progress.follow(team.led(partial(self._judged, stop)))
        self._network.release()
        self._keeper.save_if_due(self._network, self._recorder, epoch_end=True)

    def within_memory(self, measure: Callable[[int], _Answer]) -> _Answer:
        """Return what `measure` says with so many samples at once; fewer if the memory is full."""
        size, device = self.batch_size, self._network.compute.device
        answer, used = within_memory(measure, size, device, self._keeper.emit)
        if used < size:
            self._keeper.progress.evaluation_size = used
        return answer

    def _judged(self, stop: StopToken) -> dict[str, Any]:
        """Measure the epoch, tell and remember it; return the run's progress."""
        answering, compute = self._network.answering, self._network.compute
        measure = partial(evaluate, self._task, answering, self._validation, compute, stop=stop)
        evaluation = self.within_memory(lambda size: measure(batch_size=size))
        is_best = self._keeper.close_epoch(self._network, evaluation, self._recorder.main_metric)
        self._recorder.epoch_ended(self._keeper.progress, evaluation, is_best=is_best)
        return asdict(self._keeper.progress)
