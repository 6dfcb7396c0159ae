"""One time that a run is worked on, new or resumed: from its plan to its metrics."""

from __future__ import annotations

import contextlib
import dataclasses

import torch

from deepdesk.core.errors import DeviceError, StorageError
from deepdesk.core.events import Choices, Progress, RunEnded, RunStarted, Said
from deepdesk.core.task import Task, TaskSpec
from deepdesk.core.work import EventSink, StoppedError, StopToken
from deepdesk.data.batches import SplitData, steps_per_epoch
from deepdesk.engine import run_data
from deepdesk.engine.compute import Compute
from deepdesk.engine.donor import donor_of, say_kept
from deepdesk.engine.evaluation import evaluate, outputs_of
from deepdesk.engine.forecast.layout import Work
from deepdesk.engine.forecast.record import keep_forecast
from deepdesk.engine.keeper import Keeper, RunProgress
from deepdesk.engine.network import Network
from deepdesk.engine.plan import RunPlan
from deepdesk.engine.recompute import recompute_blocks
from deepdesk.engine.recorder import Recorder
from deepdesk.engine.settings import part_size
from deepdesk.engine.state import load_weights
from deepdesk.engine.trainer import Trainer
from deepdesk.engine.tuning import Tuning
from deepdesk.engine.weights import best_weights
from deepdesk.nn.build import build, build_empty
from deepdesk.nn.graph import Graph
from deepdesk.nn.surgery import transplant
from deepdesk.project.checkpoints import needed_bytes
from deepdesk.project.folder import Project
from deepdesk.project.runs import RunFolder
from deepdesk.project.safe_write import free_bytes, write_json

# What the task fitted on validation after the last epoch, for its answers.
FIT_FILE = "answers.json"


class RunSession:
    """One time that a run is worked on: new, or resumed."""

    def __init__(
        self, project: Project, spec: TaskSpec, run: RunFolder, task: Task, plan: RunPlan
    ) -> None:
        self.project = project
        self.spec = spec
        self.run = run
        self.task = task
        self.plan = plan
        self.trainer: Trainer | None = None
        self.test_metrics: dict[str, float] = {}

    def train(self, rows: run_data.Rows, emit: EventSink, stop: StopToken) -> None:
        """Train to the end and leave the run's folder telling how it went."""
        self.run.claim()
        self.run.update(status="running", epochs=self.plan.training.epochs)
        status = "failed"
        try:
            data, trainer = self._prepared(rows, emit, stop)
            trainer.train(stop)
            trainer.keeper.save(trainer.network, trainer.recorder, must=True)
            self._measure(data, trainer, stop)
            status = "finished"
        except StoppedError:
            status = "stopped"
            if self.trainer is not None:
                self.trainer.keeper.save(self.trainer.network, self.trainer.recorder, must=True)
            raise
        except (torch.OutOfMemoryError, MemoryError) as error:
            raise DeviceError(
                "The memory of the device is full.",
                "Halve the batch size, or take a smaller network.",
            ) from error
        finally:
            self._close(status, emit)

    def _prepared(
        self, rows: run_data.Rows, emit: EventSink, stop: StopToken
    ) -> tuple[dict[str, SplitData], Trainer]:
        data = run_data.decoded(self.project, self.task, self.plan, rows, emit, stop)
        run_data.settle(self.run, rows, data, self.plan.facts.classes)
        emit(Progress(what="Building the network"))
        compute = Compute(
            device=torch.device(self.plan.device),
            precision=self.plan.precision,
            threads=self.plan.threads,
        )
        graph = Graph.from_json(self.plan.graph)
        model = compute.place(self._model(graph, emit))
        if self.plan.training.checkpointing:
            recompute_blocks(model)
        compute = self._chosen(model, data["train"], compute, emit, stop)
        self._forecast(graph, data)
        self.trainer = self._assembled(model, data, compute, emit)
        return data, self.trainer

    def _forecast(self, graph: Graph, data: dict[str, SplitData]) -> None:
        """Keep what this run is expected to take, for the comparison afterwards."""
        training = dataclasses.replace(
            self.plan.training, precision=self.plan.precision, threads=self.plan.threads
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
        contract = self.task.contract()
        if self.run.checkpoints.latest_valid() is not None:
            return build_empty(graph, contract)
        model = build(graph, contract, seed=self.plan.training.seed)
        if self.plan.continue_from:
            run = self.project.runs.get(self.plan.continue_from)
            donor = donor_of(self.spec, run)
            told = transplant(model, graph, contract, donor, self.plan.facts.classes)
            say_kept(told, run.path.name, emit)
        return model

    def _chosen(
        self,
        model: torch.nn.Module,
        data: SplitData,
        compute: Compute,
        emit: EventSink,
        stop: StopToken,
    ) -> Compute:
        """Measure what the plan leaves open, and keep the choice with the run."""
        size, gains = part_size(self.plan.training), {"precision": 0.0, "threads": 0.0}
        tuning = Tuning(self.task, model, data, batch_size=size, stop=stop)
        if compute.precision == "auto" or not compute.threads:
            emit(Progress(what="Measuring this machine"))
        if compute.precision == "auto":
            compute, gains["precision"] = tuning.precision(compute)
        if not compute.threads:
            compute, gains["threads"] = tuning.threads(compute)
        compute.use_threads()
        self.plan = dataclasses.replace(
            self.plan, precision=compute.precision, threads=compute.threads
        )
        write_json(self.run.path / "config.json", self.plan.to_json())
        rows = (
            ("Precision", compute.precision, gains["precision"]),
            ("Layout", "channels last", 0.0),
            ("Threads", str(compute.threads), gains["threads"]),
            ("Data", "decoded once, mapped file", 0.0),
        )
        emit(Choices(rows=rows))
        return compute

    def _assembled(
        self, model: torch.nn.Module, data: dict[str, SplitData], compute: Compute, emit: EventSink
    ) -> Trainer:
        training = self.plan.training
        count = len(data["train"])
        per_epoch = steps_per_epoch(count, min(training.batch_size, count))
        total = per_epoch * training.epochs
        network = Network(model, compute, training, total)
        recorder = Recorder(
            self.task,
            self.run.metrics,
            emit,
            device=compute.device,
            validation=data["validation"],
            steps=(per_epoch, total),
        )
        keeper = Keeper(
            self.run,
            RunProgress(),
            every_s=training.checkpoint_s,
            emit=emit,
            sample_ids=data["validation"].samples.tolist(),
        )
        check_room(self.run, network)
        keeper.resume(network, recorder)
        self.run.update(main_metric=recorder.main_metric.name, device=compute.device.type)
        started = RunStarted(
            run=self.run.path.name,
            device=compute.device.type,
            epochs=training.epochs,
            steps_per_epoch=per_epoch,
            samples=count,
            step=keeper.progress.step,
            plot_metrics=tuple(recorder.metrics),
        )
        emit(started)
        return Trainer(self.task, network, data, training, recorder=recorder, keeper=keeper)

    def _measure(self, data: dict[str, SplitData], trainer: Trainer, stop: StopToken) -> None:
        """Fit answers on validation, and measure the test split, which nothing was chosen by."""
        model, compute = trainer.network.answering, trainer.compute
        size = trainer.evaluation_size
        load_weights(model, best_weights(self.run))
        pairs = outputs_of(
            self.task, model, data["validation"], compute, batch_size=size, stop=stop
        )
        write_json(self.run.path / FIT_FILE, dict(self.task.fit_answers(pairs)))
        evaluation = evaluate(self.task, model, data["test"], compute, batch_size=size, stop=stop)
        self.test_metrics = {f"test_{name}": v for name, v in evaluation.metrics.items()}

    def _close(self, status: str, emit: EventSink) -> None:
        metrics: dict[str, float] = dict(self.test_metrics)
        seconds = 0.0
        if self.trainer is not None:
            progress = self.trainer.keeper.progress
            metrics = {**progress.best_metrics, **metrics}
            seconds = self.trainer.recorder.seconds
        try:
            # A run that ended before it could be built keeps what was known of it.
            known = {"metrics": metrics, "seconds": seconds} if self.trainer is not None else {}
            self.run.update(status=status, **known)
        except StorageError as error:
            # Without its owner the run shows as interrupted, and can be resumed.
            emit(Said(text=f"How the run ended could not be written: {error}", level="error"))
        with contextlib.suppress(StorageError):
            self.run.metrics.close()
        with contextlib.suppress(StorageError, OSError):
            self.run.release()
        emit(RunEnded(run=self.run.path.name, status=status, metrics=metrics, seconds=seconds))


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
