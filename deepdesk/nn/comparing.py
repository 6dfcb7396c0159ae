"""What differs between two networks, block by block. No torch.

Blocks with the same id and of the same kind are the same block. Those in between are matched by
kind, in the order in which data flows, so that as many as possible find each other: the longest
common subsequence (Wagner and Fischer, "The string-to-string correction problem", 1974).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deepdesk.core import settings
from deepdesk.core.errors import GraphError
from deepdesk.nn.block import Shape, Shapes
from deepdesk.nn.graph import Contract, Graph, Node
from deepdesk.nn.shapes import infer

STATES = ("kept", "changed", "new", "gone")
_MATCH, _EQUAL = 2, 1  # two blocks of a kind count more than one with equal settings
_Pairs = list[tuple[Node, Node]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A setting that differs.

    Attributes:
        key: Of the setting.
        label: As the form names it; the key where the settings are not legal.
        before: Its value in the first network; None where it was not given.
        after: Its value in the second network; None where it is not given.
    """

    key: str
    label: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One block of two networks.

    Attributes:
        state: "kept": same settings and shapes; "changed": other settings or other shapes;
            "new": only in the second; "gone": only in the first.
        before: The block in the first network, None for a new one.
        after: The block in the second network, None for one that is gone.
        changes: The settings that differ.
        in_before: Shapes that went in, one per port; those that are not known are left out.
        in_after: Shapes that go in now.
        out_before: Shape that came out; None if it is not known or there is no such block.
        out_after: Shape that comes out now.
    """

    state: str
    before: Node | None = None
    after: Node | None = None
    changes: tuple[Change, ...] = ()
    in_before: Shapes = ()
    in_after: Shapes = ()
    out_before: Shape | None = None
    out_after: Shape | None = None

    @property
    def node(self) -> Node:
        """The block as it is now, or as it was where it is gone."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def is_reshaped(self) -> bool:
        """Whether the block is in both networks, with other shapes."""
        is_both = self.before is not None and self.after is not None
        now, then = (self.in_after, self.out_after), (self.in_before, self.out_before)
        return is_both and now != then


def differences(
    before: Graph,
    after: Graph,
    contract: Contract | None = None,
    *,
    contract_before: Contract | None = None,
) -> tuple[Difference, ...]:
    """Return what differs, in the order of `after`, blocks that are gone where they were.

    Args:
        before: May be half drawn, like `after`; shapes that do not follow are left out.
        after: The network to compare it with.
        contract: That both are fitted to first; None takes them as they are.
        contract_before: Another one for `before`, for instance of a run with other classes.
    """
    sides = [
        _Side(before, contract_before or contract),
        _Side(after, contract),
    ]
    return tuple(_difference(pair, *sides) for pair in _aligned(sides[0].order, sides[1].order))


class _Side:
    """A network with its order and shapes, as far as they follow."""

    def __init__(self, graph: Graph, contract: Contract | None) -> None:
        try:
            self.graph = graph if contract is None else graph.fitted(contract)
            self.order = self.graph.order
        except GraphError:
            self.graph, self.order = graph, graph.nodes
        self.shapes = infer(self.graph).shapes

    def shapes_into(self, node: Node | None) -> Shapes:
        """Return the shapes that go into a block."""
        sources = self.graph.sources[node.id] if node is not None else ()
        return tuple(self.shapes[source] for source in sources if source in self.shapes)

    def shape_from(self, node: Node | None) -> Shape | None:
        """Return the shape that comes out of a block."""
        return None if node is None else self.shapes.get(node.id)


def _difference(pair: tuple[Node | None, Node | None], before: _Side, after: _Side) -> Difference:
    old, new = pair
    changes = _changes(old, new) if old is not None and new is not None else ()
    shapes_in = before.shapes_into(old), after.shapes_into(new)
    shapes_out = before.shape_from(old), after.shape_from(new)
    is_same = not changes and shapes_in[0] == shapes_in[1] and shapes_out[0] == shapes_out[1]
    both = "kept" if is_same else "changed"
    return Difference(
        state="new" if old is None else "gone" if new is None else both,
        before=old,
        after=new,
        changes=changes,
        in_before=shapes_in[0],
        in_after=shapes_in[1],
        out_before=shapes_out[0],
        out_after=shapes_out[1],
    )


def _changes(old: Node, new: Node) -> tuple[Change, ...]:
    """Return the settings that differ; of settings that are not legal, those that were given."""
    then, now = _values(old), _values(new)
    try:
        labels = {s.key: s.knob.label for s in settings.settings_of(new.kind.config)}
    except GraphError:
        labels = {}
    keys = dict.fromkeys((*then, *now))
    return tuple(
        Change(key=key, label=labels.get(key, key), before=then.get(key), after=now.get(key))
        for key in keys
        if then.get(key) != now.get(key)
    )


def _values(node: Node) -> Mapping[str, Any]:
    try:
        return settings.to_json(node.config)
    except GraphError:
        return {k: list(v) if isinstance(v, tuple) else v for k, v in node.settings.items()}


def _aligned(
    before: Sequence[Node], after: Sequence[Node]
) -> list[tuple[Node | None, Node | None]]:
    """Return pairs in the order of `after`; None stands for a block that the other side lacks."""
    partner = _partners(before, after)
    taken = {old.id for old in partner.values()}
    place = {node.id: number for number, node in enumerate(before)}
    rows: list[tuple[Node | None, Node | None]] = []
    done = 0
    for node in after:
        old = partner.get(node.id)
        end = done if old is None else max(done, place[old.id])
        while end < len(before) and old is None and before[end].id not in taken:
            end += 1
        rows += [(lost, None) for lost in before[done:end] if lost.id not in taken]
        rows.append((old, node))
        done = end if old is None or place[old.id] < end else end + 1
    rows += [(lost, None) for lost in before[done:] if lost.id not in taken]
    return rows


def _partners(before: Sequence[Node], after: Sequence[Node]) -> dict[str, Node]:
    """Return the block of `before` that each block of `after` is, by the latter's id."""
    old_by_id = {node.id: node for node in before}
    same = {
        node.id: old_by_id[node.id]
        for node in after
        if node.id in old_by_id and old_by_id[node.id].block == node.block
    }
    place_before = {node.id: number for number, node in enumerate(before)}
    place_after = {node.id: number for number, node in enumerate(after)}
    steady = _rising([place_before[node.id] for node in after if node.id in same])
    marks = [(place, place_after[before[place].id]) for place in steady]
    start = (-1, -1)
    for end in (*marks, (len(before), len(after))):
        olds = [b for b in before[start[0] + 1 : end[0]] if b.id not in same]
        news = [a for a in after[start[1] + 1 : end[1]] if a.id not in same]
        same |= {new.id: old for old, new in _longest_common(olds, news)}
        start = end
    return same


def _rising(places: Sequence[int]) -> list[int]:
    """Return a longest rising subsequence of distinct numbers (patience sorting)."""
    tops: list[int] = []
    before: dict[int, int | None] = {}
    for place in places:
        at = bisect_left(tops, place)
        before[place] = tops[at - 1] if at else None
        tops[at : at + 1] = [place]
    found: list[int] = []
    last = tops[-1] if tops else None
    while last is not None:
        found.append(last)
        last = before[last]
    return found[::-1]


def _longest_common(olds: Sequence[Node], news: Sequence[Node]) -> _Pairs:
    """Return pairs of one kind in order, as many as possible, equal settings preferred.

    Equal blocks at both ends are paired at once: no other choice is better.
    """
    head = _equal_at_start(olds, news)
    ends = list(zip(olds[:head], news[:head], strict=True))
    olds, news = olds[head:], news[head:]
    tail = _equal_at_start(olds[::-1], news[::-1])
    ends += list(zip(olds[len(olds) - tail :], news[len(news) - tail :], strict=True))
    olds, news = olds[: len(olds) - tail], news[: len(news) - tail]
    return ends + _most_pairs(olds, news)


def _equal_at_start(olds: Sequence[Node], news: Sequence[Node]) -> int:
    """Return how many blocks at the start are of one kind with equal settings."""
    pairs = enumerate(zip(olds, news, strict=False))
    differing = (n for n, (old, new) in pairs if _likeness(old, new) < _MATCH + _EQUAL)
    return next(differing, min(len(olds), len(news)))


def _most_pairs(olds: Sequence[Node], news: Sequence[Node]) -> _Pairs:
    """Return the pairs by dynamic programming, in len(olds) x len(news) steps."""
    worth = [[0] * (len(news) + 1) for _old in range(len(olds) + 1)]
    for i in range(len(olds) - 1, -1, -1):
        row, below = worth[i], worth[i + 1]
        for j in range(len(news) - 1, -1, -1):
            row[j] = max(below[j], row[j + 1])
            likeness = _likeness(olds[i], news[j])
            if likeness:
                row[j] = max(row[j], below[j + 1] + likeness)
    pairs: _Pairs = []
    i = j = 0
    while i < len(olds) and j < len(news):
        if worth[i][j] == worth[i + 1][j]:
            i += 1
        elif worth[i][j] == worth[i][j + 1]:
            j += 1
        else:
            pairs.append((olds[i], news[j]))
            i, j = i + 1, j + 1
    return pairs


def _likeness(old: Node, new: Node) -> int:
    if old.block != new.block:
        return 0
    return _MATCH + (_EQUAL if old.settings == new.settings else 0)
