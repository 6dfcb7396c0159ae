"""From a network to its drawing. It loads torch, so only background work imports this file."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Mapping

from deepdesk.core.errors import GraphError
from deepdesk.core.work import StopToken
from deepdesk.nn.backbone_facts import BACKBONES
from deepdesk.nn.backbones import weights_state
from deepdesk.nn.build import check_parameters
from deepdesk.nn.cost import NodeCost, cost, node_cost
from deepdesk.nn.graph import Graph
from deepdesk.nn.nearest import nearest_config
from deepdesk.nn.remedies import Remedy, remedies
from deepdesk.nn.shapes import Inference, infer
from deepdesk.ui.tabs.architecture.drawing import (
    Choice,
    Cost,
    Drawing,
    Offer,
    Survey,
)
from deepdesk.ui.tabs.architecture.foretelling import foretold
from deepdesk.ui.tabs.architecture.offers import is_backbone, offer_of
from deepdesk.ui.tabs.architecture.sketch import base_of, card_of, graph_of, ordered
from deepdesk.ui.tabs.architecture.words import verdict

_NUMBER_BYTES = 4  # float32
_MOST_REPAIRED = 8  # blocks at fault at once; the next ones get their remedies after the first


def drawn(survey: Survey, choice: Choice, stop: StopToken) -> Drawing:
    """Return the drawing of a network, whether or not it can be built.

    Raises:
        GraphError: The kept graph is no legal graph.
    """
    kept = graph_of(survey, choice)
    graph = kept.fitted(survey.contract)
    found = infer(graph, survey.contract)
    costs, too_large = _costs(graph, found, survey.batch_size, stop)
    problems = (*found.problems, *too_large)
    helpful = _remedies(kept, survey, problems, stop)
    every = list(costs.values())
    each = {node_id: _sum([known], survey.batch_size) for node_id, known in costs.items()}
    made = Drawing(
        graph=graph,
        base=base_of(survey, graph),
        cards=tuple(
            dataclasses.replace(
                card_of(graph, node, found, problems),
                cost=each.get(node.id),
                remedies=tuple(remedy.title for remedy in helpful.get(node.id, ())),
            )
            for node in ordered(graph)
        ),
        links=tuple((edge.source, edge.target) for edge in graph.edges),
        total=None if problems else _sum(every, survey.batch_size),
        memory_bytes=0 if problems else _training_bytes(every, survey),
        problems=problems,
        missing_weights=missing_weights(graph),
        verdict=verdict(graph, survey, problems),
        survey=survey,
        remedies=helpful,
    )
    return foretold(made)


def counted(survey: Survey, name: str) -> Offer:
    """Return a network of the list with what it costs."""
    graph = survey.graphs[name]
    nodes: Mapping[str, NodeCost] = {}
    with contextlib.suppress(GraphError):  # one that does not fit the data is listed all the same
        nodes = cost(graph, survey.contract, survey.batch_size).nodes
    main = max(graph.nodes, key=lambda n: nodes[n.id].parameters) if nodes else None
    return dataclasses.replace(
        offer_of(name, graph, main),
        cost=_sum(list(nodes.values()), survey.batch_size) if nodes else None,
        download_bytes=sum(BACKBONES[key].size_bytes for key in missing_weights(graph)),
    )


def missing_weights(graph: Graph) -> tuple[str, ...]:
    """Return the backbones whose pretrained weights the graph wants and this machine has not."""
    wanted = [
        nearest_config(node).name
        for node in graph.nodes
        if is_backbone(node) and nearest_config(node).pretrained
    ]
    return tuple(name for name in dict.fromkeys(wanted) if not weights_state(name).is_present)


def _remedies(
    graph: Graph, survey: Survey, problems: tuple[GraphError, ...], stop: StopToken
) -> Mapping[str, tuple[Remedy, ...]]:
    """Return what helps each block at fault, "" being the whole network."""
    found: dict[str, tuple[Remedy, ...]] = {}
    for problem in problems[:_MOST_REPAIRED]:
        stop.check()
        offered = remedies(
            graph,
            survey.contract,
            problem,
            recheck=lambda changed: _too_large(changed, survey, stop),
        )
        found.setdefault(problem.node, offered)
    return found


def _too_large(kept: Graph, survey: Survey, stop: StopToken) -> GraphError | None:
    """Return the problem of a network that no machine could train, None where it is no such."""
    graph = kept.fitted(survey.contract)
    _known, problems = _costs(graph, infer(graph, survey.contract), survey.batch_size, stop)
    return problems[0] if problems else None


def _costs(
    graph: Graph, found: Inference, batch_size: int, stop: StopToken
) -> tuple[Mapping[str, NodeCost], tuple[GraphError, ...]]:
    """Return what is known of each node, and the problem of a network that is too large."""
    costs: dict[str, NodeCost] = {}
    parameters = 0
    for node in ordered(graph):
        stop.check()
        sources = graph.sources[node.id]
        if node.id not in found.shapes or not all(source in found.shapes for source in sources):
            continue
        in_shapes = tuple(found.shapes[source] for source in sources)
        try:
            costs[node.id] = node_cost(node, in_shapes, found.shapes[node.id], batch_size)
            parameters += costs[node.id].parameters
            check_parameters(parameters, node.id)
        except GraphError as error:
            hint = error.hint or "Use other settings, or remove it."
            problem = GraphError(error.message, hint, node=node.id, code=error.code)
            return costs, (problem,)
    return costs, ()


def _sum(every: list[NodeCost], batch_size: int) -> Cost:
    return Cost(
        parameters=sum(node.parameters for node in every),
        flops=sum(node.flops for node in every) // batch_size,
        memory_bytes=sum(node.activation_bytes for node in every),
    )


def _training_bytes(every: list[NodeCost], survey: Survey) -> int:
    """Return activations, weights, and what the optimiser keeps for each learned number."""
    learned = sum(node.trainable for node in every) * survey.optimiser_copies
    numbers = sum(node.parameters for node in every) + learned
    return sum(node.activation_bytes for node in every) + _NUMBER_BYTES * numbers
