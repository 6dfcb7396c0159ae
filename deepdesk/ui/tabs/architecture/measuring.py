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
from deepdesk.nn.graph import Graph, Node
from deepdesk.nn.shapes import Inference, infer
from deepdesk.ui.tabs.architecture.drawing import (
    Card,
    Choice,
    Cost,
    Drawing,
    Offer,
    Survey,
    same_structure,
)
from deepdesk.ui.tabs.architecture.offers import is_backbone, offer_of
from deepdesk.ui.tabs.architecture.words import verdict

_NUMBER_BYTES = 4  # float32


def drawn(survey: Survey, choice: Choice, stop: StopToken) -> Drawing:
    """Return the drawing of a network, whether or not it can be built.

    Raises:
        GraphError: The kept graph is no legal graph.
    """
    graph, base = _graphs(survey, choice)
    found = infer(graph, survey.contract)
    costs, too_large = _costs(graph, found, survey.batch_size, stop)
    problems = (*found.problems, *too_large)
    every = list(costs.values())
    each = {node_id: _sum([known], survey.batch_size) for node_id, known in costs.items()}
    return Drawing(
        graph=graph,
        base=base,
        cards=tuple(_card(graph, node, found, each, problems) for node in _ordered(graph)),
        links=tuple((edge.source, edge.target) for edge in graph.edges),
        total=None if problems else _sum(every, survey.batch_size),
        memory_bytes=0 if problems else _training_bytes(every, survey),
        problems=problems,
        missing_weights=missing_weights(graph),
        verdict=verdict(graph, survey, problems),
        survey=survey,
    )


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
        node.config.name for node in graph.nodes if is_backbone(node) and node.config.pretrained
    ]
    return tuple(name for name in dict.fromkeys(wanted) if not weights_state(name).is_present)


def _graphs(survey: Survey, choice: Choice) -> tuple[Graph, Graph | None]:
    """Return the network of a choice and the one on offer that it was made from."""
    name = choice.architecture if choice.architecture in survey.graphs else survey.usual
    if choice.graph is None:
        fitted = survey.graphs[name].fitted(survey.contract)
        return fitted, fitted
    graph = Graph.from_json(choice.graph).fitted(survey.contract)
    offered = survey.graphs.get(graph.name)
    if offered is None or not same_structure(graph, offered):
        return graph, None
    return graph, offered.fitted(survey.contract)


def _ordered(graph: Graph) -> tuple[Node, ...]:
    try:
        return graph.order
    except GraphError:
        return graph.nodes


def _costs(
    graph: Graph, found: Inference, batch_size: int, stop: StopToken
) -> tuple[Mapping[str, NodeCost], tuple[GraphError, ...]]:
    """Return what is known of each node, and the problem of a network that is too large."""
    costs: dict[str, NodeCost] = {}
    parameters = 0
    for node in _ordered(graph):
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
            return costs, (error,)
    return costs, ()


def _card(
    graph: Graph,
    node: Node,
    found: Inference,
    costs: Mapping[str, Cost],
    problems: tuple[GraphError, ...],
) -> Card:
    sources = graph.sources[node.id]
    return Card(
        id=node.id,
        title=node.title,
        line=_line(node),
        family=node.kind.family,
        in_shapes=tuple(found.shapes[source] for source in sources if source in found.shapes),
        out_shape=found.shapes.get(node.id),
        cost=costs.get(node.id),
        problem=next((problem for problem in problems if problem.node == node.id), None),
    )


def _line(node: Node) -> str:
    try:
        return str(node.kind.summary_line(node.config))
    except GraphError:
        return ""


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
