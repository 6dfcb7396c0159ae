"""One time that a run is worked on, new or resumed: from its plan to its metrics."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Any

import torch

from deepdesk.core.errors import DeepDeskError, StorageError
from deepdesk.core.events import Progress, RunEnded, RunStarted, Said
from deepdesk.core.task import Task, TaskSpec
from deepdesk.core.work import EventSink, StoppedError, StopToken
from deepdesk.data.batches import SplitData, steps_per_epoch
from deepdesk.engine import run_data, run_feed
from deepdesk.engine.compute import Compute
from deepdesk.engine.donor import first_network
from deepdesk.engine.energy import metered
from deepdesk.engine.evaluation import evaluate, outputs_of
from deepdesk.engine.forecast.layout import Work
from deepdesk.engine.forecast.record import keep_forecast
from deepdesk.engine.growing import fitting, why_not
from deepdesk.engine.keeper import Keeper
from deepdesk.engine.memory import let_go
from deepdesk.engine.network import Network
from deepdesk.engine.parts import Parts, frozen_words, parts_of
from deepdesk.engine.plan import RunPlan, made_by
from deepdesk.engine.progress import RunProgress
from deepdesk.engine.recompute import recompute_blocks
from deepdesk.engine.recorder import Recorder
from deepdesk.engine.run_logs import RunLogs
from deepdesk.engine.settings import TrainingConfig
from deepdesk.engine.state import load_weights
from deepdesk.engine.thresholds import FIT_FILE
from deepdesk.engine.trainer import Trainer
from deepdesk.engine.trouble import (
    MEMORY_ERRORS,
    NotFiniteError,
    is_memory_full,
    memory_error,
    until_written,
)
from deepdesk.engine.tuning.choosing import Subject
from deepdesk.engine.tuning.settle import compute_of, settled, usual_batch
from deepdesk.engine.weights import best_weights
from deepdesk.nn.build import build_empty
from deepdesk.nn.graph import Graph
from deepdesk.project.checkpoints import needed_bytes
from deepdesk.project.folder import Project
from deepdesk.project.runs import RunFolder
from deepdesk.project.safe_write import free_bytes, write_json

# What the task fitted on validation after the last epoch, for its answers.


class RunSession:
    """One time that a run is worked on: new, or resumed."""

    make_keeper: Callable[..., Keeper] = Keeper

    def __init__(
        self, project: Project, spec: TaskSpec, run: RunFolder, task: Task, plan: RunPlan
    ) -> None:
        self.project = project
        self.spec = spec
        self.run = run
        self.task = task
        self.plan = plan
        self.trainer: Trainer | None = None
        self.data: run_feed.RunData | None = None
        self.test_metrics: dict[str, float] = {}

    def train(self, rows: run_data.Rows, emit: EventSink, stop: StopToken) -> None:
        """Train to the end and leave the run's folder telling how it went."""
        emit = RunLogs(self.run, self.plan.training.logs, emit)
        self.run.claim()
        emit = metered(self.run, self.plan.device, emit)
        self.run.update(status="running", epochs=self.plan.training.epochs)
        status = "failed"
        try:
            data, trainer = self._prepared(rows, emit, stop)
            trainer.train(stop)
            room = trainer.keeper.room
            written = partial(until_written, path=self.run.path, emit=emit, stop=stop, needed=room)
            written(lambda: trainer.keeper.save(trainer.network, trainer.recorder, must=True))
            fitted = self._measure(data, trainer, stop)
            written(lambda: write_json(self.run.path / FIT_FILE, fitted))
            written(lambda: self.run.update(**self._outcome("finished")))
            status = "finished"
        except StoppedError:
            status = "stopped"
            if self.trainer is not None:
                # What could not be kept was told; the last good checkpoint stays.
                with contextlib.suppress(NotFiniteError, StorageError):
                    self.trainer.keeper.save(self.trainer.network, self.trainer.recorder, must=True)
            raise
        except MEMORY_ERRORS as error:
            if not is_memory_full(error):
                raise
            let_go(error)
            raise memory_error() from None
        finally:
            if self.data is not None:
                self.data.close()
            self._close(status, emit)

    def _prepared(
        self, rows: run_data.Rows, emit: EventSink, stop: StopToken
    ) -> tuple[dict[str, SplitData], Trainer]:
        self.data = run_feed.opened(self.project, self.task, self.plan, rows, self.run, emit)
        data = self.data.splits
        emit(Progress(what="Building the network"))
        graph = Graph.from_json(self.plan.graph)
        model = self._model(graph, emit)
        if self.plan.training.checkpointing:
            recompute_blocks(model)
        with self.data.feed.resting():
            compute = self._chosen(graph, model, data["train"], emit, stop)
        model = compute.place(model)
        self._forecast(graph, data)
        self.trainer = self._assembled(model, data, compute, emit)
        return data, self.trainer

    def _forecast(self, graph: Graph, data: dict[str, SplitData]) -> None:
        """Keep what this run is expected to take, for the comparison afterwards."""
        training = dataclasses.replace(
            fitting(self.plan.training, graph, self.task),
            precision=self.plan.precision,
            threads=self.plan.threads,
        )
        work = Work(
            graph=graph,
            contract=self.task.contract(),
            samples=len(data["train"]),
            validation=len(data["validation"]),
        )
        keep_forecast(self.run, work, training, self.plan.device)

    def _model(self, graph: Graph, emit: EventSink) -> torch.nn.Module:
        """Return the network with its first weights; a checkpoint's follow if there is one."""
        if self.run.checkpoints.latest_valid() is not None:
            return build_empty(graph, self.task.contract())
        model, carried = first_network(self.project, self.spec, self.plan, self.task, emit)
        self.plan = dataclasses.replace(self.plan, carried=carried)
        return model

    def _chosen(
        self,
        graph: Graph,
        model: torch.nn.Module,
        data: SplitData,
        emit: EventSink,
        stop: StopToken,
    ) -> Compute:
        """Measure what the plan leaves open, and keep the choice with the run."""
        subject = Subject(
            task=self.task,
            graph=graph,
            contract=self.task.contract(),
            model=model,
            data=data,
            start_batch=usual_batch(self.plan.training, self.spec.dials[self.plan.dial].training),
        )
        self.plan = settled(self.plan, subject, self.run.path, emit, stop)
        if self.run.is_mine:
            write_json(self.run.path / "config.json", self.plan.to_json())
        compute = compute_of(self.plan)
        compute.settle()
        return compute

    def _assembled(
        self, model: torch.nn.Module, data: dict[str, SplitData], compute: Compute, emit: EventSink
    ) -> Trainer:
        training = self.plan.training
        count = len(data["train"])
        per_epoch = steps_per_epoch(count, min(training.batch_size, count))
        total = per_epoch * training.epochs
        graph = Graph.from_json(self.plan.graph)
        parts = parts_of(model, graph, training, self.plan.carried)
        training = self._applied(training, parts, emit)
        network = Network(model, compute, training, total, parts)
        recorder = Recorder(
            self.task,
            self.run.metrics,
            emit,
            device=compute.device,
            validation=data["validation"],
            steps=(per_epoch, total),
        )
        keeper = self.make_keeper(
            self.run,
            RunProgress(),
            every_s=training.checkpoint_s,
            emit=emit,
            sample_ids=data["validation"].samples.tolist(),
            made_by=made_by(self.plan),
        )
        check_room(self.run, network)
        keeper.resume(network, recorder)
        units = {name: metric.unit for name, metric in recorder.metrics.items() if metric.unit}
        self.run.update(
            main_metric=recorder.main_metric.name, units=units, device=compute.device.type
        )
        started = RunStarted(
            run=self.run.path.name,
            device=compute.device.type,
            epochs=training.epochs,
            steps_per_epoch=per_epoch,
            samples=count,
            step=keeper.progress.step,
            plot_metrics=tuple(recorder.metrics),
            units=units,
            patience=training.patience,
        )
        emit(started)
        trainer = Trainer(self.task, network, data, training, recorder=recorder, keeper=keeper)
        trainer.retreat.titles = {node.id: node.title for node in graph.nodes}
        return trainer

    def _applied(self, training: TrainingConfig, parts: Parts, emit: EventSink) -> TrainingConfig:
        """Return the settings without those that have no effect on this network, and say so."""
        if training.freeze:
            emit(Said(text=frozen_words(parts)))
        reason = ""
        if training.grow:
            reason = why_not(Graph.from_json(self.plan.graph), self.task)
        if reason:
            emit(Said(text=f"Inputs are of full size from the beginning. {reason}"))
        return dataclasses.replace(training, grow=0.0) if reason else training

    def _measure(
        self, data: dict[str, SplitData], trainer: Trainer, stop: StopToken
    ) -> dict[str, Any]:
        """Return answers fitted on validation; measure the test split, which chose nothing."""
        task, model, compute = self.task, trainer.network.answering, trainer.compute
        load_weights(model, best_weights(self.run))
        judge = trainer.judge
        pairs = partial(outputs_of, task, model, data["validation"], compute, stop=stop)
        fitted = judge.within_memory(lambda size: dict(task.fit_answers(pairs(batch_size=size))))
        test = partial(evaluate, task, model, data["test"], compute, stop=stop)
        evaluation = judge.within_memory(lambda size: test(batch_size=size))
        self._complete_answers(data, trainer, stop)
        self.test_metrics = {f"test_{name}": v for name, v in evaluation.metrics.items()}
        return fitted

    def _complete_answers(
        self, data: dict[str, SplitData], trainer: Trainer, stop: StopToken
    ) -> None:
        """Ask the best weights again where their answers were lost when the run went back."""
        keeper, model = trainer.keeper, trainer.network.answering
        if keeper.answers.are_of(keeper.progress.best_epoch) or not len(data["validation"]):
            return
        ask = partial(evaluate, self.task, model, data["validation"], trainer.compute, stop=stop)
        evaluation = trainer.judge.within_memory(lambda size: ask(batch_size=size))
        # Without them the run is whole; a full disk is waited for where its result is written.
        with contextlib.suppress(StorageError):
            columns = keeper.answers.columns(evaluation)
            keeper.answers.write(columns, keeper.progress.best_epoch)

    def _outcome(self, status: str) -> dict[str, Any]:
        """Return what is kept of how the run went."""
        # A run that ended before it could be built keeps what was known of it.
        known: dict[str, Any] = {"status": status, "without_gain": 0}
        if self.trainer is not None:
            progress = self.trainer.keeper.progress
            if status == "finished" and progress.epochs_done < self.plan.training.epochs:
                known["without_gain"] = progress.epochs_without_gain
            # Of the newest checkpoint, from which the run goes on and answers.
            known |= self.trainer.keeper.kept
            known["metrics"] = {**known.get("metrics", {}), **self.test_metrics}
            known["seconds"] = self.trainer.recorder.seconds
        return known

    def _close(self, status: str, emit: EventSink) -> None:
        if self.trainer is not None:
            # Nobody else may write the run before what is being written is written.
            with contextlib.suppress(DeepDeskError):
                self.trainer.keeper.settle()
        known = self._outcome(status)
        try:
            self.run.update(**known)
        except StorageError as error:
            # Without its owner the run shows as interrupted, and can be resumed.
            emit(Said(text=f"How the run ended could not be written: {error}", level="error"))
        with contextlib.suppress(StorageError):
            self.run.metrics.close()
        with contextlib.suppress(StorageError, OSError):
            self.run.release()
        ended = RunEnded(
            run=self.run.path.name,
            status=status,
            metrics=known.get("metrics", {}),
            seconds=known.get("seconds", 0.0),
            without_gain=known["without_gain"],
        )
        emit(ended)


def check_room(run: RunFolder, network: Network) -> None:
    """Raise if the disk has no room for a few checkpoints of `network`.

    Raises:
        StorageError: With the bytes that are free and that are needed.
    """
    parameters = sum(t.numel() for t in network.model.state_dict().values())
    # Weights, best weights, trained weights and at most two moments, four bytes each.
    needed = needed_bytes(parameters * 4 * 5)
    free = free_bytes(run.path)
    if free < needed:
        raise StorageError(
            f"The disk has {free / 2**20:,.0f} MB free; this run needs {needed / 2**20:,.0f} MB.",
            "Free some space, or take a smaller network.",
        )
