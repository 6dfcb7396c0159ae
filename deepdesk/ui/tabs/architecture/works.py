"""What the tab does in the background: load the task, count networks, save, fetch weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepdesk.core.events import Progress, Result, Said
from deepdesk.core.task import TaskSpec
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.project.data_facts import facts_of
from deepdesk.project.safe_write import write_bytes
from deepdesk.ui.tabs.architecture.drawing import Choice, Survey

if TYPE_CHECKING:
    from deepdesk.project.folder import Project

# A network needs something to tell apart, even before there is data.
PLACEHOLDERS = ("first", "second")
_MOMENTS = {"sgd": 1, "adamw": 2}


def survey_work(project: Project, spec: TaskSpec) -> Work:
    """Return work that finds out what networks have to fit; its result is a `Survey`.

    It loads torch. Raises what a project's settings or its samples are wrong about.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        emit(Progress(what="Loading the networks"))
        from deepdesk.engine.devices import detect
        from deepdesk.engine.plan import settled
        from deepdesk.engine.request import RunRequest
        from deepdesk.engine.settings import batch_of

        _dial, usual, training, config = settled(spec, project.file, RunRequest())
        with project.index() as index:
            facts = facts_of(index, spec, config)
            samples = index.count()
            splits = index.split_counts()
        stop.check()
        known = facts.classes if len(facts.classes) > 1 else PLACEHOLDERS
        task: Any = spec.load()(config, replace(facts, classes=known))
        graphs, contract = dict(task.architectures()), task.contract()
        stop.check()
        devices = detect()
        device = next((d for d in devices if d.key == training.device), devices[0])
        found = Survey(
            graphs=graphs,
            usual=usual if usual in graphs else next(iter(graphs)),
            contract=contract,
            classes=len(known),
            waiting=_waiting(samples, facts.classes, contract),
            has_data=samples > 0,
            batch_size=batch_of(training),
            optimiser_copies=1
            + _MOMENTS.get(training.optimizer, 1)
            + bool(training.average_weights),
            machine_bytes=device.memory_bytes,
            training=training,
            device=device.key,
            samples=splits["train"],
            validation=splits["validation"],
            task=task,
            facts=facts,
        )
        emit(Result(value=found))

    return work


def _waiting(samples: int, classes: tuple[str, ...], contract: Any) -> str:
    """Return what has to come before the number of classes is more than a placeholder."""
    gives_classes = (len(PLACEHOLDERS),) in {tuple(shape) for shape in contract.outputs.values()}
    if len(classes) > 1 or not gives_classes:
        return ""
    return "there are two classes" if samples else "data is there"


def drawing_work(survey: Survey, choice: Choice) -> Work:
    """Return work whose result is the `Drawing` of a network.

    Raises:
        GraphError: What the project keeps is no network.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        from deepdesk.ui.tabs.architecture.measuring import drawn

        emit(Result(value=drawn(survey, choice, stop)))

    return work


def counting_work(survey: Survey) -> Work:
    """Return work that counts the networks on offer, one `Result` of `Offer` each."""

    def work(emit: EventSink, stop: StopToken) -> None:
        from deepdesk.ui.tabs.architecture.measuring import counted

        for name in survey.graphs:
            stop.check()
            emit(Result(value=counted(survey, name)))

    return work


def saving_work(project: Project, choice: Choice) -> Work:
    """Return work that keeps a choice in the project's file."""

    def work(_emit: EventSink, _stop: StopToken) -> None:
        graph = None if choice.graph is None else dict(choice.graph)
        project.save(architecture=choice.architecture, graph=graph, start_from=choice.start_from)

    return work


def writing_work(path: Path, pack: Callable[[], bytes]) -> Work:
    """Return work that writes what `pack` returns into a file; it raises StorageError."""

    def work(emit: EventSink, _stop: StopToken) -> None:
        write_bytes(path, pack())
        emit(Said(text=f"Saved the drawing as {path.name}"))

    return work


def weights_work(name: str, file: Path | None) -> Work:
    """Return work that fetches the weights of a backbone, or takes them from a file."""

    def work(emit: EventSink, stop: StopToken) -> None:
        from deepdesk.nn.backbones import download_work

        download_work(name, file=file)(emit, stop)

    return work
