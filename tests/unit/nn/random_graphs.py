"""Random networks for property tests: legal ones over the whole catalogue, and broken ones.

    @given(random_graphs())
    def test_...(drawn): graph, contract = drawn

Sizes are tiny, so that a network builds and learns a step in milliseconds.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.settings import Setting, from_json, settings_of
from deepdesk.nn import editing
from deepdesk.nn.block import Shape
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.graph import Contract, Edge, Graph, Group, Node
from deepdesk.nn.shapes import node_shape

LARGEST = 1 << 14  # numbers in one sample's output
# Whole networks with millions of parameters: each has tests of its own.
HEAVY = frozenset(key for key, kind in BLOCKS.items() if kind.family == "backbones")
BLOCK_KEYS = tuple(key for key in BLOCKS if key != "input" and key not in HEAVY)
_SMALL = (1, 2, 3, 4, 5, 8)
# Settings that let a block take almost anything.
_TINY: tuple[dict[str, Any], ...] = (
    {"heads": 1},
    {"groups": 1},
    {"pad": True},
    {"levels": 1},
    {"rate_hz": 8000, "bands": 4},
    {"height": 6, "width": 5},
)
_INPUTS: tuple[Shape, ...] = ((3, 8, 8), (1, 12, 9), (4, 8, 6), (9, 6), (16, 4), (400,), (7,))


@st.composite
def random_settings(draw: Any, block: str) -> dict[str, Any]:
    """Draw some legal settings of a block, each small; those left out keep their defaults."""
    found: dict[str, Any] = {}
    for setting in settings_of(BLOCKS[block].config):
        values = _values(setting)
        if len(values) > 1 and draw(st.integers(0, 2)) == 0:
            found[setting.key] = draw(st.sampled_from(values))
    try:
        from_json(BLOCKS[block].config, found)
    except DeepDeskError:
        return {}
    return found


def _values(setting: Setting) -> list[Any]:
    knob = setting.knob
    if knob.choices:
        return [value for value, _words in knob.choices]
    if setting.kind is bool:
        return [True, False]
    if setting.kind is int:
        low, high = knob.low or 0, knob.high or 1 << 31
        return [value for value in (*_SMALL, setting.default) if low <= value <= high]
    if setting.kind is float and knob.low is not None and knob.high is not None:
        return [setting.default, knob.low, (knob.low + knob.high) / 2]
    return []


@st.composite
def random_graphs(
    draw: Any,
    *,
    blocks: Collection[str] = BLOCK_KEYS,
    most: int = 8,
    groups: bool = True,
) -> tuple[Graph, Contract]:
    """Draw a network that can be built, and the contract that it meets.

    Args:
        blocks: Keys of the blocks to draw from.
        most: Blocks besides the input, the merges of loose ends and the head.
        groups: Whether some blocks are put into groups.
    """
    shape = draw(st.sampled_from(_INPUTS))
    graph = Graph("Drawn", (Node("picture", "input", {"shape": shape}),))
    shapes: dict[str, Shape] = {"picture": shape}
    for _ in range(draw(st.integers(1, most))):
        count = draw(st.sampled_from((1, 1, 1, 1, 1, 2, 3)))
        sources = _sources(draw, shapes, count)
        fitting = _fitting(tuple(sorted(blocks)), tuple(shapes[source] for source in sources))
        if not fitting:
            continue
        key = draw(st.sampled_from(fitting))
        settings = draw(random_settings(key))
        graph = _grown(graph, shapes, key, settings, sources)
    graph = _closed(draw, graph, shapes)
    classes = draw(st.integers(1, 5))
    graph = _grown(graph, shapes, "classifier_head", {"classes": classes}, [graph.sinks[0].id])
    if groups:
        graph = draw(with_groups(graph))
    return graph, Contract(inputs={"image": shape}, outputs={"logits": (classes,)})


def _sources(draw: Any, shapes: dict[str, Shape], count: int) -> list[str]:
    """Draw what feeds a block: late nodes rather than early ones, equal shapes for a merge."""
    every = list(shapes)
    first = every[-1 - draw(st.integers(0, min(3, len(every) - 1)))]
    same = [node_id for node_id in every if shapes[node_id] == shapes[first]]
    near = [node_id for node_id in every if len(shapes[node_id]) == len(shapes[first])]
    rest = [draw(st.sampled_from(draw(st.sampled_from([same, near])))) for _ in range(count - 1)]
    return [first, *rest]


@lru_cache(maxsize=4096)
def _fitting(blocks: tuple[str, ...], in_shapes: tuple[Shape, ...]) -> list[str]:
    """Return the blocks that take some inputs with their defaults or with tiny settings."""
    return [key for key in blocks if _first_fit(key, ({},), in_shapes) is not None]


def _first_fit(
    key: str,
    drawn: tuple[dict[str, Any], ...],
    in_shapes: tuple[Shape, ...],
    largest: int = LARGEST,
) -> tuple[dict[str, Any], Shape] | None:
    """Return the first settings that fit some inputs, and what comes out."""
    fewest, most = BLOCKS[key].ports
    known = {s.key for s in settings_of(BLOCKS[key].config)}
    if not fewest <= len(in_shapes) <= most:
        return None
    for values in (*drawn, *_TINY):
        if set(values) <= known:
            try:
                shape = node_shape(Node("drawn", key, values), in_shapes)
            except DeepDeskError:
                continue
            if math.prod(shape) <= largest:
                return values, shape
    return None


def _grown(
    graph: Graph, shapes: dict[str, Shape], key: str, settings: dict[str, Any], sources: list[str]
) -> Graph:
    """Return the graph with one more block, as it is where the block does not fit."""
    in_shapes = tuple(shapes[source] for source in sources)
    most = LARGEST if len(sources) < 2 else LARGEST * len(sources)
    found = _first_fit(key, (settings, {}), in_shapes, most)
    if found is None:
        return graph
    node = editing.new_node(graph, key, found[0])
    shapes[node.id] = found[1]
    edges = tuple(Edge(source, node.id, port) for port, source in enumerate(sources))
    graph = editing.added(graph, node)
    return dataclasses.replace(graph, edges=(*graph.edges, *edges))


def _closed(draw: Any, graph: Graph, shapes: dict[str, Shape]) -> Graph:
    """Return the graph with all loose ends as vectors beside each other."""
    for sink in graph.sinks:
        if len(shapes[sink.id]) > 1:
            is_long = math.prod(shapes[sink.id]) > 512
            key = "global_pool" if is_long else draw(st.sampled_from(["flatten", "global_pool"]))
            graph = _grown(graph, shapes, key, {}, [sink.id])
    ends = [node.id for node in graph.sinks]
    if len(ends) > 1:
        graph = _grown(graph, shapes, "concatenate", {}, ends)
    return graph


@st.composite
def with_groups(draw: Any, graph: Graph) -> Graph:
    """Draw the graph with up to two groups of some of its blocks."""
    free = [node.id for node in graph.nodes]
    groups: list[Group] = []
    for number in range(draw(st.integers(0, 2))):
        if free:
            members = draw(st.lists(st.sampled_from(free), min_size=1, max_size=4, unique=True))
            free = [node_id for node_id in free if node_id not in members]
            is_open = draw(st.booleans())
            groups.append(Group(f"group_{number}", f"Part {number}", tuple(members), is_open))
    return dataclasses.replace(graph, groups=tuple(groups))


STRANGE: tuple[Any, ...] = (-1, 0, 1, 2, 7, 999_999, 1.5, True, "", "same", "none", (), (1, 2))


@st.composite
def broken_graphs(draw: Any, *, most: int = 6, changes: int = 3) -> tuple[Graph, Contract]:
    """Draw a network with up to `changes` mistakes: it may still be legal, it may be anything."""
    graph, contract = draw(random_graphs(most=most))
    for _ in range(draw(st.integers(1, changes))):
        graph = draw(st.sampled_from(MISTAKES))(draw, graph)
    return graph, contract


def _edge_dropped(draw: Any, graph: Graph) -> Graph:
    if not graph.edges:
        return graph
    gone = draw(st.sampled_from(graph.edges))
    return dataclasses.replace(graph, edges=tuple(e for e in graph.edges if e != gone))


def _edge_added(draw: Any, graph: Graph) -> Graph:
    ids = sorted(graph.by_id)
    if not ids:
        return graph
    source, target = draw(st.sampled_from(ids)), draw(st.sampled_from(ids))
    taken = {edge.port for edge in graph.edges if edge.target == target}
    port = next(number for number in range(len(taken) + 1) if number not in taken)
    return dataclasses.replace(graph, edges=(*graph.edges, Edge(source, target, port)))


def _edge_turned(draw: Any, graph: Graph) -> Graph:
    if not graph.edges:
        return graph
    edge = draw(st.sampled_from(graph.edges))
    rest = tuple(e for e in graph.edges if e != edge)
    ports = {e.port for e in rest if e.target == edge.source}
    port = next(number for number in range(len(ports) + 1) if number not in ports)
    return dataclasses.replace(graph, edges=(*rest, Edge(edge.target, edge.source, port)))


def _setting_changed(draw: Any, graph: Graph) -> Graph:
    if not graph.nodes:
        return graph
    node = draw(st.sampled_from(graph.nodes))
    keys = [s.key for s in settings_of(node.kind.config)]
    key = draw(st.sampled_from([*keys, "unheard_of"]))
    return graph.with_node(node.with_settings(**{key: draw(st.sampled_from(STRANGE))}))


def _block_changed(draw: Any, graph: Graph) -> Graph:
    if not graph.nodes:
        return graph
    node = draw(st.sampled_from(graph.nodes))
    key = draw(st.sampled_from(sorted(BLOCKS)))
    return graph.with_node(dataclasses.replace(node, block=key, settings={}))


def _node_dropped(draw: Any, graph: Graph) -> Graph:
    if not graph.nodes:
        return graph
    gone = draw(st.sampled_from(graph.nodes)).id
    return editing.part(graph, set(graph.by_id) - {gone})


def _node_added(draw: Any, graph: Graph) -> Graph:
    key = draw(st.sampled_from(sorted(BLOCKS)))
    return editing.added(graph, editing.new_node(graph, key))


def _order_changed(draw: Any, graph: Graph) -> Graph:
    return dataclasses.replace(graph, nodes=tuple(draw(st.permutations(graph.nodes))))


MISTAKES = (
    _edge_dropped,
    _edge_added,
    _edge_turned,
    _setting_changed,
    _block_changed,
    _node_dropped,
    _node_added,
    _order_changed,
)
