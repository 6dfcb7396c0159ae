"""What of a network is drawn: a closed group is one card, and its connections lead to the card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

from deepdesk.nn.block import Shape, shape_text
from deepdesk.nn.graph import Edge, Group
from deepdesk.ui.tabs.architecture.drawing import Card, Cost, Drawing
from deepdesk.ui.tabs.architecture.layout import in_flow_order
from deepdesk.ui.tabs.architecture.words import blocks_text

GROUP_FAMILY = "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What is drawn as one connection.

    Attributes:
        source: Id of a card.
        target: Id of a card.
        edges: Of the network; several where a group is closed.
        port: The lowest input of the target that it leads to.
        text: The shape that goes along it, "" while it does not follow.
    """

    source: str
    target: str
    edges: tuple[Edge, ...]
    port: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The cards and connections of a drawing.

    Attributes:
        cards: In the order in which data flows.
        members: Ids of the blocks behind the card of a closed group, by the id of the group.
        open_groups: Those whose blocks are drawn.
    """

    cards: tuple[Card, ...]
    links: tuple[Link, ...]
    members: Mapping[str, tuple[str, ...]]
    open_groups: tuple[Group, ...]

    @property
    def structure(self) -> tuple[object, ...]:
        """What decides where everything stands; equal ones are laid out alike."""
        return (
            tuple(card.id for card in self.cards),
            tuple((link.source, link.target, link.edges) for link in self.links),
            tuple((group.id, group.nodes) for group in self.open_groups),
        )

    def nodes_of(self, card_ids: Sequence[str]) -> tuple[str, ...]:
        """Return the ids of the blocks behind some cards."""
        return tuple(node for card in card_ids for node in self.members.get(card, (card,)))

    def card_of(self, node_id: str) -> str:
        """Return the id of the card that shows a block or group, "" if none does."""
        if node_id in self.members or any(card.id == node_id for card in self.cards):
            return node_id
        return next((card for card, nodes in self.members.items() if node_id in nodes), "")

    def pairs(self) -> list[tuple[str, str]]:
        """Return (source, target) of every connection."""
        return [(link.source, link.target) for link in self.links]


def shown_of(drawing: Drawing) -> Shown:
    """Return what of a drawing is drawn."""
    present = {card.id: card for card in drawing.cards}
    members: dict[str, tuple[str, ...]] = {}
    owner: dict[str, str] = {}
    open_groups = []
    for group in drawing.graph.groups:
        nodes = tuple(node for node in group.nodes if node in present and node not in owner)
        if nodes and group.is_open:
            open_groups.append(replace(group, nodes=nodes))
        elif nodes:
            members[group.id] = nodes
            owner |= dict.fromkeys(nodes, group.id)
    links = _links(drawing, present, owner)
    if not members:
        return Shown(cards=drawing.cards, links=links, members={}, open_groups=tuple(open_groups))
    labels = {group.id: group.label for group in drawing.graph.groups}
    cards = {card.id: card for card in drawing.cards if card.id not in owner}
    for group_id, nodes in members.items():
        inside = [card for card in drawing.cards if card.id in set(nodes)]
        cards[group_id] = _group_card(group_id, labels[group_id], inside, drawing)
    order = list(dict.fromkeys(owner.get(card.id, card.id) for card in drawing.cards))
    order = in_flow_order(order, [(link.source, link.target) for link in links])
    return Shown(
        cards=tuple(cards[card_id] for card_id in order),
        links=links,
        members=members,
        open_groups=tuple(open_groups),
    )


def _links(
    drawing: Drawing, present: Mapping[str, Card], owner: Mapping[str, str]
) -> tuple[Link, ...]:
    found: dict[tuple[str, str, int], list[Edge]] = {}
    for edge in drawing.graph.edges:
        if edge.source not in present or edge.target not in present:
            continue
        source, target = owner.get(edge.source, edge.source), owner.get(edge.target, edge.target)
        if source == target:
            continue
        is_whole = source == edge.source and target == edge.target
        found.setdefault((source, target, edge.port if is_whole else -1), []).append(edge)
    return tuple(
        Link(
            source=source,
            target=target,
            edges=tuple(edges),
            port=min(edge.port for edge in edges),
            text=_text(present[edges[0].source].out_shape),
        )
        for (source, target, _port), edges in found.items()
    )


def _text(shape: Shape | None) -> str:
    return shape_text(shape) if shape else ""


def _group_card(group_id: str, label: str, inside: Sequence[Card], drawing: Drawing) -> Card:
    """Return one card for all blocks of a group, its costs the sum of theirs."""
    within = {card.id for card in inside}
    leaving = [
        e.source for e in drawing.graph.edges if e.source in within and e.target not in within
    ]
    last = next((card for card in inside if card.id in leaving[:1]), inside[-1])
    costs = [card.cost for card in inside]
    return Card(
        id=group_id,
        title=label or "Group",
        line=blocks_text(len(inside)),
        family=GROUP_FAMILY,
        in_shapes=inside[0].in_shapes,
        out_shape=last.out_shape,
        cost=summed([cost for cost in costs if cost is not None]) if all(costs) else None,
        problem=next((card.problem for card in inside if card.problem), None),
        remedies=next((card.remedies for card in inside if card.problem), ()),
    )


def summed(costs: Sequence[Cost]) -> Cost:
    """Return the sum of costs, number by number."""
    return Cost(**{f.name: sum(getattr(cost, f.name) for cost in costs) for f in fields(Cost)})
