"""Inputs that begin small and grow: the first part of a run costs less and learns as much.

Progressive resizing, after Howard's fast.ai entry to DAWNBench, 2018, and Tan and Le, 2021
(arXiv:2104.00298, 4). The run ends on inputs in full, because a network answers best for the size
that it saw last (Touvron et al., 2019, arXiv:1906.06423).
"""

from __future__ import annotations

from dataclasses import replace

import torch

from deepdesk.core.errors import GraphError
from deepdesk.core.task import Task
from deepdesk.engine.settings import TrainingConfig
from deepdesk.nn.block import ANY_SIZE
from deepdesk.nn.build import build_meta
from deepdesk.nn.graph import Contract, Graph

# (share of the small part of a run, detail): pictures of 32 px are seen at 20, then at 26.
_STAGES = ((4 / 7, 0.625), (1.0, 0.8125))
DETAILS = tuple(detail for _end, detail in _STAGES)
_TRIED = 2  # batch norm wants more than one sample


def detail_at(step: int, total: int, share: float) -> float:
    """Return the share of each axis of the inputs that is used in optimiser step `step` of `total`.

    Args:
        step: From 0.
        total: Of the whole run.
        share: Of the run in which inputs are smaller.
    """
    for end, detail in _STAGES:
        if step < end * share * total:
            return detail
    return 1.0


def mean_work(share: float) -> float:
    """Return the work of a run that begins small as a share of one in full, for two axes."""
    done, work = 0.0, 0.0
    for end, detail in _STAGES:
        work += (end - done) * share * detail**2
        done = end
    return work + 1.0 - share


def fitting(training: TrainingConfig, graph: Graph, task: Task) -> TrainingConfig:
    """Return the settings, without small inputs where the network or the task takes one size."""
    return replace(training, grow=0.0) if training.grow and why_not(graph, task) else training


def why_not(graph: Graph, task: Task) -> str:
    """Return why a network cannot begin with small inputs, "" when it can.

    The network is built for inputs in full, without memory, and given smaller ones: weights that
    belong to places, as in a patch embedding, or a flattened map do not fit them.
    """
    full: Contract = task.contract()
    contracts = [task.contract(detail) for detail in DETAILS]
    if all(contract.inputs == full.inputs for contract in contracts):
        return "The inputs of this task have one size."
    try:
        network = build_meta(graph, full)
        network.train()
        wanted = _shapes(network, full)
        answers = [_shapes(network, contract) for contract in contracts]
    except (GraphError, RuntimeError, ValueError, AssertionError, IndexError):
        return "This network takes inputs of one size."
    return "" if all(shapes == wanted for shapes in answers) else "Its answers depend on the size."


@torch.no_grad()
def _shapes(network: torch.nn.Module, contract: Contract) -> list[tuple[int, ...]]:
    """Return the shapes of the answers for inputs as in the contract, (N, ...) each.

    Where the contract leaves the length of an axis to the network, it does not count.
    """
    inputs = [torch.empty((_TRIED, *shape), device="meta") for shape in contract.inputs.values()]
    answers = network(*inputs)
    wanted = {**contract.outputs, **contract.optional}
    if not isinstance(answers, dict):
        answers = dict(zip(contract.outputs, [answers], strict=False))
    return [
        (len(answer), *_fixed(tuple(answer.shape[1:]), tuple(wanted[name])))
        for name, answer in answers.items()
    ]


def _fixed(shape: tuple[int, ...], wanted: tuple[int, ...]) -> tuple[int, ...]:
    if len(shape) != len(wanted):
        return shape
    return tuple(
        ANY_SIZE if asked == ANY_SIZE else size for size, asked in zip(shape, wanted, strict=True)
    )
