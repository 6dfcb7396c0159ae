"""What is selected on the canvas, as a value, and how clicks and keys change it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from deepdesk.nn.graph import Edge
from deepdesk.ui.tabs.architecture.shown import Link, Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Cards and connections.

    Attributes:
        focus: Id of the card that keys start from and that the block panel shows, "" for none.
        anchor: Id of the card that a range starts from.
        cards: Ids of all selected cards, that of the focus too.
        links: Selected connections.
    """

    focus: str = ""
    anchor: str = ""
    cards: frozenset[str] = frozenset()
    links: frozenset[Link] = frozenset()

    def toggled(self, card_id: str) -> Selection:
        """Return it with one card more or less."""
        cards = self.cards ^ {card_id}
        focus = card_id if card_id in cards else self._other(cards)
        return replace(self, focus=focus, anchor=focus, cards=cards)

    def extended(self, shown: Shown, card_id: str) -> Selection:
        """Return it with all cards from the anchor to another card along the flow."""
        start = self.anchor or card_id
        reach = along_flow(shown, start, card_id)
        return Selection(focus=card_id, anchor=start, cards=reach, links=frozenset())

    def with_cards(self, card_ids: Collection[str]) -> Selection:
        """Return it with some cards instead of its own; the focus stays if it is among them."""
        cards = frozenset(card_ids)
        focus = self.focus if self.focus in cards else self._other(cards)
        return Selection(focus=focus, anchor=focus, cards=cards)

    def with_link(self, link: Link) -> Selection:
        """Return it with one connection more or less."""
        return replace(self, links=self.links ^ {link})

    def kept(self, shown: Shown) -> Selection:
        """Return what is left of it in another drawing."""
        there = {card.id for card in shown.cards}
        edges = {edge for link in self.links for edge in link.edges}
        cards = self.cards & there
        focus = self.focus if self.focus in there else ""
        return Selection(
            focus=focus,
            anchor=self.anchor if self.anchor in there else focus,
            cards=cards,
            links=frozenset(link for link in shown.links if edges & set(link.edges)),
        )

    def nodes(self, shown: Shown) -> tuple[str, ...]:
        """Return the ids of the selected blocks as data flows, those of closed groups too."""
        return shown.nodes_of([card.id for card in shown.cards if card.id in self.cards])

    def edges(self) -> tuple[Edge, ...]:
        """Return the selected connections of the network."""
        return tuple(sorted(edge for link in self.links for edge in link.edges))

    def _other(self, cards: Collection[str]) -> str:
        return self.focus if self.focus in cards else min(cards, default="")


def only(card_id: str) -> Selection:
    """Return a selection of one card."""
    return Selection(focus=card_id, anchor=card_id, cards=frozenset({card_id} if card_id else ()))


def along_flow(shown: Shown, one: str, other: str) -> frozenset[str]:
    """Return the cards on all ways from one card to another.

    Where no way leads from one to the other, it is what stands between them in the drawing.
    """
    pairs = shown.pairs()
    back = [(target, source) for source, target in pairs]
    for start, end in ((one, other), (other, one)):
        between = _reached(pairs, start) & _reached(back, end)
        if between:
            return between
    order = [card.id for card in shown.cards]
    first, last = sorted((order.index(one), order.index(other)))
    return frozenset(order[first : last + 1])


def _reached(pairs: Sequence[tuple[str, str]], start: str) -> frozenset[str]:
    """Return a card and all that depend on it."""
    fed: dict[str, list[str]] = {}
    for source, target in pairs:
        fed.setdefault(source, []).append(target)
    found, waiting = {start}, [start]
    while waiting:
        for target in fed.get(waiting.pop(), ()):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return frozenset(found)


def next_along(shown: Shown, card_id: str, way: int) -> tuple[str, ...]:
    """Return the cards that a card feeds (way 1) or that feed it (way -1)."""
    if way > 0:
        return tuple(target for source, target in shown.pairs() if source == card_id)
    return tuple(source for source, target in shown.pairs() if target == card_id)
