"""The network of a project, or of one of its runs, as source with its weights beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import safetensors.torch

from deepdesk.core.errors import DeepDeskError, StorageError
from deepdesk.core.events import Progress, Result, Said
from deepdesk.core.learnt import ONE_CLASS_EACH, learnt_from
from deepdesk.core.settings import from_json, to_json
from deepdesk.core.task import TaskSpec
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.engine.answering import kept_answering
from deepdesk.engine.plan import plan_from_json, settled
from deepdesk.engine.request import RunRequest
from deepdesk.engine.state import load_weights, loaded_weights
from deepdesk.engine.thresholds import FIT_FILE
from deepdesk.engine.weights import best_weights
from deepdesk.export.about import About, normalisation, picture_recipe_of, recipe_of
from deepdesk.export.source import source_of
from deepdesk.export.writing import legal_name
from deepdesk.nn.build import build_empty
from deepdesk.nn.graph import Graph
from deepdesk.project.data_facts import facts_of
from deepdesk.project.folder import Project
from deepdesk.project.safe_write import read_json, require_room, write_bytes

_PLACEHOLDERS = ("first", "second")
_FIT_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written.

    Attributes:
        source: The .py file.
        weights: The .safetensors file beside it, None when there were none to give.
        run: Name of the run that they are from, "" for none.
    """

    source: Path
    weights: Path | None = None
    run: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A network with the task that it is for, and its weights if a run has some."""

    graph: Graph
    task: Any
    classes: tuple[str, ...]
    run: str = ""
    weights: bytes = b""
    temperature: float = 1.0


def source_work(project: Project, spec: TaskSpec, graph: Graph, target: Path) -> Work:
    """Return work that writes a project's network; weights come from its newest run that fits.

    Its result is `Written`. Raises GraphError when the network cannot be built.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        emit(Progress(what="Writing the source"))
        found = _of_graph(project, spec, graph, stop)
        stop.check()
        written = _write(found, target)
        emit(Said(text=_words(written)))
        emit(Result(value=written))

    return work


def run_source_work(project: Project, spec: TaskSpec, run: str, target: Path) -> Work:
    """Return work that writes the network of a run with its best weights; result: `Written`."""

    def work(emit: EventSink, _stop: StopToken) -> None:
        emit(Progress(what="Writing the source"))
        emit(Result(value=_write(_of_run(project, spec, run), target)))

    return work


def is_same_network(one: Graph, other: Graph) -> bool:
    """Return whether two graphs compute the same: names, labels, groups and order aside."""
    return _essence(one) == _essence(other)


def _essence(graph: Graph) -> tuple[Any, ...]:
    nodes = {node.id: (node.block, to_json(node.config)) for node in graph.nodes}
    return nodes, frozenset(graph.edges)


def _of_graph(project: Project, spec: TaskSpec, graph: Graph, stop: StopToken) -> _Found:
    _dial, _name, _training, config = settled(spec, project.file, RunRequest())
    with project.index() as index:
        facts = facts_of(index, spec, config)
    if len(facts.classes) < (2 if learnt_from(spec.gives) in ONE_CLASS_EACH else 1):
        facts = replace(facts, classes=_PLACEHOLDERS)
    task: Any = spec.load()(config, facts)
    contract = task.contract()
    for info in project.runs.list():
        stop.check()
        found = _of_matching_run(project, spec, info.name, graph.fitted(contract))
        if found is not None:
            return found
    return _Found(graph=graph, task=task, classes=_named(facts.classes, task))


def _of_matching_run(project: Project, spec: TaskSpec, run: str, graph: Graph) -> _Found | None:
    """Return a run's network if it is this very one and has weights; a damaged run has none."""
    try:
        plan = plan_from_json(spec, project.runs.get(run).config())
        kept = Graph.from_json(plan.graph)
        task: Any = spec.load()(plan.config, plan.facts)
        if is_same_network(kept.fitted(task.contract()), graph):
            return _of_run(project, spec, run)
    except DeepDeskError:
        return None
    return None


def _of_run(project: Project, spec: TaskSpec, run: str) -> _Found:
    folder = project.runs.get(run)
    plan = plan_from_json(spec, folder.config())
    # Answers are found as a person wished after training, like those of the program.
    wished = {**to_json(plan.config), **kept_answering(folder.path, spec)}
    task: Any = spec.load()(from_json(spec.config, wished), plan.facts)
    graph = Graph.from_json(plan.graph)
    weights = best_weights(folder)
    load_weights(build_empty(graph, task.contract()), weights)
    fit = _fit(folder.path / FIT_FILE)
    task.use_fit(fit)
    return _Found(
        graph=graph,
        task=task,
        classes=_named(plan.facts.classes, task),
        run=run,
        weights=renamed(weights, graph),
        temperature=fit.get("temperature", 1.0),
    )


def _named(classes: tuple[str, ...], task: Any) -> tuple[str, ...]:
    """Return the classes if the network has one output for each, of all, of boxes or of pixels."""
    recipe = picture_recipe_of(task)
    if recipe is not None and recipe.is_dense:
        return tuple(task.classes)
    has_boxes = recipe is not None and len(recipe.show_from) == len(classes)
    is_named = list(task.contract().outputs.values()) == [(len(classes),)]
    return classes if has_boxes or is_named else ()


def _fit(path: Path) -> dict[str, float]:
    """Return what was fitted for the answers of a run, {} where nothing was."""
    fit = read_json(path, limit_bytes=_FIT_BYTES) if path.exists() else {}
    known = fit.items() if isinstance(fit, Mapping) else ()
    return {name: value for name, value in known if isinstance(value, float) and value > 0}


def renamed(weights: bytes, graph: Graph) -> bytes:
    """Return weights under the names of the source, in which no block is called "class"."""
    if all(legal_name(node.id) == node.id for node in graph.nodes):
        return weights
    tensors = {}
    for name, tensor in loaded_weights(weights).items():
        node_id, dot, rest = name.partition(".")
        tensors[f"{legal_name(node_id)}{dot}{rest}"] = tensor
    return safetensors.torch.save(tensors)


def _write(found: _Found, target: Path) -> Written:
    """Write the files, the weights first: a source never stands beside another's weights.

    Raises:
        GraphError: The network cannot be built.
        StorageError: The disk is full or not writable.
    """
    beside = target.with_suffix(".safetensors")
    mean, deviation = normalisation(found.task)
    about = About(
        title=found.graph.name,
        classes=found.classes,
        mean=mean,
        deviation=deviation,
        temperature=found.temperature,
        sound=recipe_of(found.task),
        picture=picture_recipe_of(found.task),
        weights=beside.name if found.weights else "",
        origin=f"run {found.run}" if found.run else "",
    )
    source = source_of(found.graph, found.task.contract(), about).encode()
    if beside.exists() and not (found.weights and target.exists()):
        raise StorageError(
            f"{beside.name} lies there already and may belong to another network.",
            "Choose another name.",
        )
    require_room(target, len(source) + len(found.weights))
    if found.weights:
        write_bytes(beside, found.weights)
    write_bytes(target, source)
    return Written(source=target, weights=beside if found.weights else None, run=found.run)


def _words(written: Written) -> str:
    if written.weights is None:
        return f"Saved {written.source.name}; no run has trained this network, so without weights"
    return f"Saved {written.source.name} with the weights of {written.run} beside it"
