"""What is known of a network at once, in the window's thread: no torch, 5 ms at 300 blocks.

Costs come from drawings that were counted before; what was never counted stays open until the
work in the background has counted it.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from deepdesk.core.errors import GraphError
from deepdesk.nn.block import Shapes
from deepdesk.nn.graph import Graph, Node
from deepdesk.nn.shapes import Inference, infer
from deepdesk.ui.tabs.architecture.drawing import (
    Card,
    Choice,
    Cost,
    Drawing,
    Survey,
    same_structure,
)
from deepdesk.ui.tabs.architecture.words import verdict

_MOST_KNOWN = 8192
_Key = tuple[str, Any, Shapes]


def graph_of(survey: Survey, choice: Choice) -> Graph:
    """Return the network of a choice as it is kept, not fitted to the data.

    Raises:
        GraphError: What is kept is no legal graph.
    """
    if choice.live is not None:
        return choice.live
    if choice.graph is not None:
        return Graph.from_json(choice.graph)
    name = choice.architecture if choice.architecture in survey.graphs else survey.usual
    return survey.graphs[name]


def base_of(survey: Survey, graph: Graph) -> Graph | None:
    """Return the network on offer that a graph was made from, fitted; None if there is none."""
    offered = survey.graphs.get(graph.name)
    if offered is None or graph.groups or not same_structure(graph, offered):
        return None
    return offered.fitted(survey.contract)


def ordered(graph: Graph) -> tuple[Node, ...]:
    """Return the nodes as data flows, or as they are kept where they form a circle."""
    try:
        return graph.order
    except GraphError:
        return graph.nodes


def card_of(graph: Graph, node: Node, found: Inference, problems: tuple[GraphError, ...]) -> Card:
    """Return the card of a node without its cost."""
    sources = graph.sources[node.id]
    return Card(
        id=node.id,
        title=node.title,
        line=_line(node),
        family=node.kind.family,
        in_shapes=tuple(found.shapes[source] for source in sources if source in found.shapes),
        out_shape=found.shapes.get(node.id),
        problem=next((problem for problem in problems if problem.node == node.id), None),
    )


def _line(node: Node) -> str:
    try:
        return str(node.kind.summary_line(node.config))
    except GraphError:
        return ""


class Sketches:
    """Draws an edited network from what earlier drawings knew of such blocks."""

    def __init__(self) -> None:
        self._known: dict[_Key, Cost] = {}

    def learn(self, drawing: Drawing) -> None:
        """Remember what each block of a counted drawing costs."""
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        nodes = drawing.graph.by_id
        for card in drawing.cards:
            if card.cost is not None:
                self._known[_key(nodes[card.id], card.in_shapes)] = card.cost

    def forget(self) -> None:
        """Forget every cost: the data or the batch differ."""
        self._known.clear()

    def sketch(self, before: Drawing, graph: Graph) -> Drawing:
        """Return the drawing of `graph`, for the same data as the drawing before.

        The total is None while a block's cost is not known; memory and time are still those of
        the drawing before, and `is_counted` is off.
        """
        survey = before.survey
        fitted = graph.fitted(survey.contract)
        found = infer(fitted, survey.contract)
        problems = found.problems
        bare = (card_of(fitted, node, found, problems) for node in ordered(fitted))
        states = {card.id: card.state for card in before.cards}
        cards = tuple(
            self._with_cost(fitted.by_id[card.id], card, states.get(card.id, "")) for card in bare
        )
        return dataclasses.replace(
            before,
            graph=fitted,
            base=base_of(survey, fitted),
            cards=cards,
            total=None if problems else _sum(cards),
            links=tuple((edge.source, edge.target) for edge in fitted.edges),
            problems=problems,
            remedies={},
            verdict=verdict(fitted, survey, problems),
            is_counted=False,
        )

    def _with_cost(self, node: Node, card: Card, state: str) -> Card:
        """Return a card with what a block like it costs, and what became of its own weights."""
        cost = None if card.problem else self._known.get(_key(node, card.in_shapes))
        return card if cost is None else dataclasses.replace(card, cost=cost, state=state)


def _sum(cards: tuple[Card, ...]) -> Cost | None:
    """Return what all blocks cost together, None while one is not known."""
    costs = [card.cost for card in cards if card.cost is not None]
    if len(costs) < len(cards):
        return None
    return Cost(
        parameters=sum(cost.parameters for cost in costs),
        flops=sum(cost.flops for cost in costs),
        memory_bytes=sum(cost.memory_bytes for cost in costs),
        seconds=sum(cost.seconds for cost in costs),
    )


def _key(node: Node, in_shapes: Shapes) -> _Key:
    return node.block, node.config, in_shapes
