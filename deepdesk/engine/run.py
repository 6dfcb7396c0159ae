"""A run from request to result, as work that the window, the terminal and tests share."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import torch

from deepdesk.core.errors import DeepDeskError, DeviceError, StorageError
from deepdesk.core.events import Choices, Progress, RunEnded, RunStarted, Said
from deepdesk.core.task import DataFacts, Task, TaskSpec
from deepdesk.core.work import EventSink, StoppedError, StopToken, Work
from deepdesk.data.batches import SplitData, steps_per_epoch
from deepdesk.engine import run_data
from deepdesk.engine.compute import Compute
from deepdesk.engine.devices import device_for, physical_cores
from deepdesk.engine.evaluation import evaluate
from deepdesk.engine.keeper import Keeper, RunProgress
from deepdesk.engine.network import Network
from deepdesk.engine.plan import (
    RunPlan,
    chosen_graph,
    plan_from_json,
    settled,
    versions,
)
from deepdesk.engine.recorder import Recorder
from deepdesk.engine.request import RunRequest
from deepdesk.engine.state import load_weights
from deepdesk.engine.trainer import Trainer
from deepdesk.engine.tuning import pick_precision
from deepdesk.nn.build import build
from deepdesk.nn.graph import Graph
from deepdesk.nn.shapes import shapes_of
from deepdesk.project.checkpoints import needed_bytes
from deepdesk.project.folder import Project
from deepdesk.project.runs import RunFolder
from deepdesk.project.safe_write import free_bytes, write_json


def train_work(project: Project, spec: TaskSpec, request: RunRequest) -> Work:
    """Return work that trains one new run; it emits the events of a run."""

    def work(emit: EventSink, stop: StopToken) -> None:
        emit(Progress(what="Preparing"))
        plan, task, rows = _new_plan(project, spec, request)
        run = project.runs.new(plan.dial, plan.to_json())
        run_data.keep_rows(run, rows)
        _Session(project, run, task, plan).train(rows, emit, stop)

    return work


def resume_work(project: Project, spec: TaskSpec, run_name: str) -> Work:
    """Return work that continues a run that was stopped or killed, from its last checkpoint."""

    def work(emit: EventSink, stop: StopToken) -> None:
        emit(Progress(what="Preparing"))
        run = project.runs.get(run_name)
        saved = run.config()
        plan = plan_from_json(spec, saved)
        _say_differences(saved.get("versions", {}), emit)
        task = spec.load()(plan.config, plan.facts)
        _Session(project, run, task, plan).train(run_data.kept_rows(run), emit, stop)

    return work


def _new_plan(
    project: Project, spec: TaskSpec, request: RunRequest
) -> tuple[RunPlan, Task, run_data.Rows]:
    dial, architecture, training, config = settled(spec, project.file, request)
    rows = run_data.rows_of(project)
    with project.index() as index:
        classes = tuple(row.name for row in index.classes())
        facts = DataFacts(classes=classes, typical_size=index.typical_size())
        fingerprint = index.fingerprint()
    run_data.check_enough(rows, classes)
    task = spec.load()(config, facts)
    graph = chosen_graph(task, request, project.file, architecture)
    shapes_of(graph, task.contract())
    if request.continue_from:
        best_weights(project.runs.get(request.continue_from))
    plan = RunPlan(
        task=spec.key,
        dial=dial,
        training=training,
        config=config,
        architecture=graph.name,
        graph=graph.to_json(),
        facts=facts,
        device=device_for(training.device).key,
        precision=training.precision,
        threads=training.threads or physical_cores(),
        continue_from=request.continue_from,
        dataset=fingerprint,
    )
    return plan, task, rows


def _say_differences(saved: Mapping[str, str], emit: EventSink) -> None:
    changed = [name for name, value in versions().items() if saved.get(name) != value]
    if changed:
        names = ", ".join(changed)
        text = f"Other {names} than when the run began: its last bits may differ."
        emit(Said(text=text, level="warning"))


class _Session:
    """One time that a run is worked on: new, or resumed."""

    def __init__(self, project: Project, run: RunFolder, task: Task, plan: RunPlan) -> None:
        self.project = project
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
            self._test(data["test"], trainer, stop)
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
        emit(Progress(what="Building the network"))
        compute = Compute(
            device=torch.device(self.plan.device),
            precision=self.plan.precision,
            threads=self.plan.threads,
        )
        compute.use_threads()
        graph = Graph.from_json(self.plan.graph)
        model = build(graph, self.task.contract(), seed=self.plan.training.seed)
        self._take_weights(model)
        model = compute.place(model)
        compute = self._chosen(model, data["train"], compute, emit, stop)
        self.trainer = self._assembled(model, data, compute, emit)
        return data, self.trainer

    def _take_weights(self, model: torch.nn.Module) -> None:
        """Start from the best weights of another run, when the plan says so."""
        if self.plan.continue_from:
            load_weights(model, best_weights(self.project.runs.get(self.plan.continue_from)))

    def _chosen(
        self,
        model: torch.nn.Module,
        data: SplitData,
        compute: Compute,
        emit: EventSink,
        stop: StopToken,
    ) -> Compute:
        """Measure what the plan leaves open, and keep the choice with the run."""
        gain = 0.0
        if compute.precision == "auto":
            emit(Progress(what="Measuring this machine"))
            precision, gain = pick_precision(
                self.task,
                model,
                data,
                compute,
                batch_size=self.plan.training.batch_size,
                stop=stop,
            )
            compute = dataclasses.replace(compute, precision=precision)
            self.plan = dataclasses.replace(self.plan, precision=precision)
            write_json(self.run.path / "config.json", self.plan.to_json())
        rows = (
            ("Precision", compute.precision, gain),
            ("Layout", "channels last", 0.0),
            ("Threads", str(compute.threads), 0.0),
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

    def _test(self, data: SplitData, trainer: Trainer, stop: StopToken) -> None:
        """Measure the best weights on the test split, which nothing was chosen by."""
        load_weights(trainer.network.answering, best_weights(self.run))
        evaluation = evaluate(
            self.task,
            trainer.network.answering,
            data,
            trainer.compute,
            batch_size=max(256, trainer.batch_size),
            stop=stop,
        )
        self.test_metrics = {f"test_{name}": v for name, v in evaluation.metrics.items()}

    def _close(self, status: str, emit: EventSink) -> None:
        metrics: dict[str, float] = dict(self.test_metrics)
        seconds = 0.0
        if self.trainer is not None:
            progress = self.trainer.keeper.progress
            metrics = {**progress.best_metrics, **metrics}
            seconds = self.trainer.recorder.seconds
        self.run.update(status=status, metrics=metrics, seconds=seconds)
        self.run.metrics.close()
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


def best_weights(run: RunFolder) -> bytes:
    """Return the best weights of a run as safetensors.

    Raises:
        DeepDeskError: The run has no valid checkpoint yet.
    """
    return checkpoint_weights(run, "best")


def checkpoint_weights(run: RunFolder, which: str) -> bytes:
    """Return the "best" weights of a run, or the "latest" ones, as safetensors.

    Raises:
        DeepDeskError: The run has no valid checkpoint yet.
    """
    step = run.checkpoints.latest_valid()
    if step is None:
        raise DeepDeskError(
            "This run has no saved weights yet.",
            "Wait for its first checkpoint, or choose another.",
        )
    names = {"best": "best.safetensors", "latest": "weights.safetensors"}
    data: bytes = run.checkpoints.read(step, names[which])
    return data
