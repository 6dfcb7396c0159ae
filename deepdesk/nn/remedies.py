"""One-click remedies for what is wrong with a graph. No torch.

Every remedy is tried before it is offered: it has to take its problem away, must not make a
new one at or before the place that it repairs, and what it puts in has to fit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import islice

from deepdesk.core.errors import DeepDeskError, GraphError
from deepdesk.nn.graph import Contract, Graph
from deepdesk.nn.repairs import Fault, Recheck, Remedy, proposals
from deepdesk.nn.shapes import Inference, infer

__all__ = ["MOST", "Remedy", "remedies"]

MOST = 3
_TRIED = 24  # proposals of one problem, each an inference of the whole graph
# What is connected is a choice of the remedy: what is wrong at the block then is its doing.
_CHOICES = frozenset({"not_connected", "too_many_inputs"})

_Key = tuple[str, str]


def remedies(
    graph: Graph,
    contract: Contract | None,
    problem: GraphError,
    *,
    recheck: Recheck | None = None,
) -> tuple[Remedy, ...]:
    """Return up to three repaired graphs, best first; none where no remedy is known.

    Args:
        graph: As it is drawn, fitted to the contract or not.
        contract: What the network has to take and give, None for anything.
        problem: One of those that `shapes.infer` or `recheck` finds in it.
        recheck: For a problem that `infer` cannot see: returns that of a graph, None for none.
    """
    found = infer(graph, contract)
    is_seen = _key(problem) in _keys(found)
    if not is_seen and recheck is None:
        return ()
    fault = Fault(graph, contract, problem, found, recheck=None if is_seen else recheck)
    if not is_seen and not fault.is_still_in(graph):
        return ()
    return _verified(fault, proposals(fault))


def _verified(fault: Fault, offered: Iterable[Remedy]) -> tuple[Remedy, ...]:
    """Return the best of some remedies that work."""
    kept: list[tuple[int, Remedy]] = []
    for remedy in islice(offered, _TRIED):
        made = _problems_made(fault, remedy.graph)
        is_known = any(remedy.title == old.title or remedy.graph == old.graph for _, old in kept)
        if made is None or is_known:
            continue
        kept.append((made, remedy))
        if sum(count == 0 for count, _remedy in kept) == MOST:
            break
    kept.sort(key=lambda pair: pair[0])  # stable: the order of the proposals decides
    return tuple(remedy for _made, remedy in kept[:MOST])


def _problems_made(fault: Fault, after: Graph) -> int | None:
    """Return how many problems a remedy leaves that were not there, None where it is none."""
    try:
        found = infer(after, fault.contract)
    except DeepDeskError:
        return None
    before = _keys(fault.found)
    if _key(fault.problem) in _keys(found) or fault.is_still_in(after):
        return None
    made = [problem for problem in found.problems if _key(problem) not in before]
    places = {node_id: place for place, node_id in enumerate(found.shapes)}
    here = _place(fault, after, places)
    for problem in made:
        is_own = bool(problem.node) and problem.node not in fault.graph.by_id
        if is_own or (not _is_here(fault, problem) and _place_of(problem, after, places) <= here):
            return None
    is_hidden = fault.problem.code not in _CHOICES
    return sum(
        not (is_hidden and _is_here(fault, problem)) and not _was_out_of_sight(fault, problem)
        for problem in made
    )


def _was_out_of_sight(fault: Fault, problem: GraphError) -> bool:
    """Return whether the block of a problem could not be judged before: nothing reached it."""
    sources = fault.graph.sources.get(problem.node, ())
    is_reached = all(source in fault.found.shapes for source in sources)
    return not is_reached and problem.node != fault.problem.node


def _is_here(fault: Fault, problem: GraphError) -> bool:
    """Return whether a problem is one of the block at fault; the first may have hidden it."""
    return problem.node == fault.problem.node != ""


def _place(fault: Fault, after: Graph, places: dict[str, int]) -> float:
    """Return how far along a graph the fault was; the end for what is wrong with the whole."""
    node_id = fault.problem.node
    if fault.is_at_end or not node_id:
        return math.inf if fault.is_at_end else -1
    if node_id in places:
        return places[node_id]
    sources = fault.graph.sources.get(node_id, ())
    return max((places.get(source, -1) for source in sources if source in after.by_id), default=-1)


def _place_of(problem: GraphError, after: Graph, places: dict[str, int]) -> float:
    """Return how far along a problem is: behind the last of its sources that has a shape."""
    if not problem.node:
        return math.inf
    sources = after.sources.get(problem.node, ())
    return max((places.get(source, -1) for source in sources), default=-1) + 0.5


def _key(problem: GraphError) -> _Key:
    return problem.code, problem.node


def _keys(found: Inference) -> frozenset[_Key]:
    return frozenset(_key(problem) for problem in found.problems)
