"""Which block is meant by a few words: `add from relu` takes the nearest earlier one. No Qt."""

from __future__ import annotations

import difflib

from deepdesk.core.errors import GraphError
from deepdesk.nn import editing
from deepdesk.nn.graph import Contract, Graph, Node
from deepdesk.nn.shapes import infer
from deepdesk.ui.tabs.architecture.placing import Spot, in_flow, placed

WORD = " from "


def split(text: str) -> tuple[str, str]:
    """Return what is to be added, and the words for what feeds it beside the place, or ""."""
    line, _word, source = f"{text} ".partition(WORD)
    return line.strip(), source.strip()


def source_named(graph: Graph, words: str, before: str, contract: Contract) -> str:
    """Return the id of the block that some words mean.

    Of several that fit, those that give the same shape as the block at the place come first,
    then the nearest.

    Args:
        before: Id of the block at the place; it and what depends on it are not meant.

    Raises:
        GraphError: None fits; code "word", with the nearest name.
    """
    wanted = words.casefold()
    later = {before, *editing.reached_from(graph, before)} if before else set()
    nodes = [node for node in graph.order if node.id not in later]
    shapes = infer(graph, contract).shapes
    fitting = [node for node in nodes if any(wanted in name for name in _names(node))]
    if not fitting:
        known = sorted({name for node in nodes for name in _names(node)})
        near = difflib.get_close_matches(wanted, known, 1)
        hint = f"Nearest is {near[0]}." if near else "Name one of the blocks before this place."
        raise GraphError(f"No earlier block is called {words[:40]!a}.", hint, code="word")
    like = [node for node in fitting if shapes.get(node.id) == shapes.get(before)]
    return (like or fitting)[-1].id


def fed(graph: Graph, node: Node, spot: Spot, source: str) -> Graph:
    """Return the graph with a node at a place, fed by one more block.

    A block that takes one input alone begins a branch at that block instead.

    Raises:
        GraphError: As `editing.connected`.
    """
    if node.kind.ports[1] == 1:
        return placed(graph, node, Spot(after=(source,), is_branch=True))
    return editing.connected(placed(graph, node, spot), source, node.id)


def place_of(graph: Graph, spot: Spot) -> str:
    """Return the id of the block that a place follows, "" for none."""
    if spot.edge is not None:
        return spot.edge.source
    after = in_flow(graph, spot.after)
    return after[-1] if after else ""


def _names(node: Node) -> tuple[str, ...]:
    try:
        line = str(node.kind.summary_line(node.config))
    except GraphError:
        line = ""
    return (node.title.casefold(), node.id.replace("_", " "), line.casefold())
