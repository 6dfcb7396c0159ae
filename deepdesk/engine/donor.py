"""A run as the giver of first weights for another network."""

from __future__ import annotations

import torch
from torch import nn

from deepdesk.core.errors import StorageError
from deepdesk.core.events import Said
from deepdesk.core.task import Task, TaskSpec
from deepdesk.core.work import EventSink
from deepdesk.engine.plan import RunPlan, plan_from_json
from deepdesk.engine.state import loaded_weights
from deepdesk.engine.weights import best_weights
from deepdesk.nn.build import build
from deepdesk.nn.graph import Graph
from deepdesk.nn.surgery import Donor, Transplant, transplant
from deepdesk.project.folder import Project
from deepdesk.project.runs import RunFolder


def donor_of(spec: TaskSpec, run: RunFolder) -> Donor:
    """Return the network of a run with its best weights, float32 on the CPU.

    Raises:
        DeepDeskError: The run has no weights yet, or they are damaged.
    """
    plan = plan_from_json(spec, run.config())
    contract = spec.load()(plan.config, plan.facts).contract()
    weights = loaded_weights(best_weights(run))
    floats = (tensor for tensor in weights.values() if tensor.is_floating_point())
    if not all(bool(torch.isfinite(tensor).all()) for tensor in floats):
        raise StorageError("The saved weights hold numbers that are none.", "Choose another run.")
    return Donor(
        graph=Graph.from_json(plan.graph),
        contract=contract,
        weights=weights,
        classes=plan.facts.classes,
    )


def first_network(
    project: Project, spec: TaskSpec, plan: RunPlan, task: Task, emit: EventSink
) -> tuple[nn.Module, tuple[str, ...]]:
    """Return the network of a new run on the CPU, and the blocks that begin as another run's.

    Raises:
        DeepDeskError: It cannot be built, or the other run's weights cannot be read.
    """
    graph, contract = Graph.from_json(plan.graph), task.contract()
    model = build(graph, contract, seed=plan.training.seed)
    if not plan.continue_from:
        return model, ()
    run = project.runs.get(plan.continue_from)
    told = transplant(model, graph, contract, donor_of(spec, run), plan.facts.classes)
    say_kept(told, run.path.name, emit)
    return model, told.kept


def say_kept(told: Transplant, run: str, emit: EventSink) -> None:
    """Tell how much of a run's weights the new network begins with."""
    if not told.kept and not told.changed:
        text = f"Nothing of run {run} fits this network: all weights begin anew."
        emit(Said(text=text, level="warning"))
        return
    parts = [f"{len(told.kept)} blocks keep their weights from run {run}"]
    if told.changed:
        parts.append(f"{len(told.changed)} keep a part")
    if told.new:
        parts.append(f"{len(told.new)} are new")
    emit(Said(text=f"{', '.join(parts)}: {told.numbers_kept:.0%} of all numbers."))
