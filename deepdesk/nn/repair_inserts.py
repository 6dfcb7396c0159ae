"""Remedies that put blocks in, move one, or take one out. No torch."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Iterator, Mapping

from deepdesk.nn import editing
from deepdesk.nn.block import Shape
from deepdesk.nn.bridging import (
    Step,
    bridge,
    into,
    put_on,
    shape_after,
    shape_of,
    sizes_alone,
    title_of,
    upstream,
)
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.graph import Edge
from deepdesk.nn.repairs import Fault, Remedy

_Way = tuple[Step, ...]
# Blocks that turn one kind of data into another, the usual ones first.
_CONVERTERS: tuple[Step, ...] = (
    ("global_pool", {}),
    ("flatten", {}),
    ("patch_embedding", {}),
    ("patch_embedding", {"pad": True}),
)
_SIDES = (32, 64, 96, 128, 224, 256, 299, 384)
_RESIZED: tuple[Step, ...] = tuple(("resize", {"height": s, "width": s}) for s in _SIDES)
_PICTURE: Step = ("convolution", {"channels": 3, "kernel": 1})
_BEFORE: Mapping[str, tuple[_Way, ...]] = {
    "channels": ((_PICTURE,), *((step, _PICTURE) for step in _RESIZED)),
    "sound_channels": ((("swap_axes", {}),),),
    "fixed_side": tuple((step,) for step in _RESIZED),
    "too_small": ((("upsample", {}),), *((step,) for step in _RESIZED)),
    "too_large": tuple((("max_pool", {"size": size}),) for size in (2, 4, 8, 16)),
}
_MOST_BEFORE = 3
_Maker = Callable[[Shape, Shape], tuple[Step, ...] | None]


def converters_of(shape: Shape) -> Iterator[_Way]:
    """Yield blocks of the catalogue that give another layout than `shape`."""
    yield from ((step,) for step in _CONVERTERS)
    usual = {block for block, _settings in _CONVERTERS}
    for key, kind in BLOCKS.items():
        if kind.ports == (1, 1) and kind.family == "shape" and key not in usual:
            after = shape_after([(key, {})], shape)
            if after is not None and len(after) != len(shape):
                yield ((key, {}),)
    yield from ((step,) for step in _REBUILT.get(len(shape), _nothing)(shape))


def _from_vector(shape: Shape) -> Iterator[Step]:
    """Yield a vector as the largest square map with 16 places or fewer a side, and in places."""
    length = shape[0]
    side = next(side for side in range(16, 0, -1) if length % (side * side) == 0)
    yield "reshape", {"target": f"{length // (side * side)}, {side}, {side}"}
    yield "reshape", {"target": f"{length}, 1"}
    yield "embedding", {}


def _from_sequence(shape: Shape) -> Iterator[Step]:
    length = shape[0]
    height = max(d for d in range(1, math.isqrt(length) + 1) if length % d == 0)
    yield "sequence_to_map", {"height": height}
    yield "reshape", {"target": f"1, {length}, {shape[1]}"}


def _nothing(_shape: Shape) -> Iterator[Step]:
    yield from ()


_REBUILT = {1: _from_vector, 2: _from_sequence}


def block_before(fault: Fault) -> Iterator[Remedy]:
    """Yield graphs with more blocks before the one at fault, which then takes what it gets.

    Where nothing makes it take all of that, yield those after which something else is wrong.
    """
    found = list(_ways_before(fault, is_whole=True))
    yield from found or _ways_before(fault, is_whole=False)


def _ways_before(fault: Fault, *, is_whole: bool) -> Iterator[Remedy]:
    shapes = fault.in_shapes
    for port, edge in enumerate(into(fault.graph, fault.problem.node) if shapes else ()):
        ways = iter(_BEFORE.get(fault.problem.code, ()))
        if fault.problem.code == "layout":
            ways = converters_of(shapes[port])
        count = 0
        for way in ways:
            shape = shape_after(way, shapes[port])
            if shape is None:
                continue
            fed = (*shapes[:port], shape, *shapes[port + 1 :])
            if fault.is_mended(fault.node, fed, is_whole=is_whole):
                yield Remedy(f"Insert {title_of(way)}", put_on(fault.graph, edge, way))
                count += 1
            if count == _MOST_BEFORE:
                break


def earlier_place(fault: Fault) -> Iterator[Remedy]:
    """Yield the graph with the block at fault moved before a block that changes the layout."""
    edges = into(fault.graph, fault.problem.node)
    if len(edges) != 1:
        return
    for before in upstream(fault.graph, fault.problem.node, 8):
        places = into(fault.graph, before.id)
        shape = fault.found.shapes.get(places[0].source) if len(places) == 1 else None
        if shape is not None and shape_of(fault.node, (shape,)) is not None:
            graph = editing.removed(fault.graph, (fault.problem.node,))
            edge = next(e for e in graph.edges if e.target == before.id)
            moved = editing.inserted_on(graph, fault.node, edge)
            yield Remedy(f"Move it before {fault.name(before.id)}", moved)
            return


def blocks_removed_before(fault: Fault) -> Iterator[Remedy]:
    """Yield the graph without the last pool before the block at fault."""
    for node in upstream(fault.graph, fault.problem.node):
        edges = into(fault.graph, node.id)
        shapes = [fault.found.shapes.get(edge.source) for edge in edges]
        before, after = (shapes or [None])[0], fault.found.shapes.get(node.id)
        if before and after and _is_shrunk(before, after):
            yield Remedy(f"Remove {fault.name(node.id)}", editing.removed(fault.graph, (node.id,)))
            return


def _is_shrunk(before: Shape, after: Shape) -> bool:
    """Return whether a map has become smaller and kept its channels."""
    is_map = len(before) == len(after) == 3
    return is_map and before[0] == after[0] and max(after[1:]) < max(before[1:])


def equal_inputs(fault: Fault) -> Iterator[Remedy]:
    """Yield graphs in which the inputs of a merge fit each other.

    The branch with more blocks stays as it is: it is the shortcut that gets the projection.
    Where channels differ, equal sides are tried first: they do for Concatenate.
    """
    channels = {shape[0] for shape in fault.in_shapes}
    makers = (sizes_alone, bridge) if len(channels) > 1 else (bridge, sizes_alone)
    for maker in makers:
        for wanted in _by_depth(fault):
            yield from _bridged(fault, wanted, maker)


def _bridged(fault: Fault, wanted: Shape, maker: _Maker) -> Iterator[Remedy]:
    ways: list[tuple[Step, ...]] = []
    shapes: list[Shape] = []
    for shape in fault.in_shapes:
        way = () if shape == wanted else maker(shape, wanted)
        after = None if way is None else shape_after(way, shape)
        if way is None or after is None:
            return
        ways.append(way)
        shapes.append(after)
    if shape_of(fault.node, tuple(shapes)) is None:
        return
    graph = fault.graph
    for edge, way in zip(into(graph, fault.problem.node), ways, strict=True):
        graph = put_on(graph, edge, way)
    steps = dict.fromkeys(title_of(way) for way in ways if way)
    yield Remedy(f"Insert {' and '.join(steps)}", graph)


def pooled_inputs(fault: Fault) -> Iterator[Remedy]:
    """Yield the graph in which all inputs of a merge are vectors, of equal length if need be."""
    shapes = fault.in_shapes
    if not shapes:
        return
    flat: list[_Way] = [(("global_pool", {}),) if len(shape) > 1 else () for shape in shapes]
    after = [shape_after(way, shape) for way, shape in zip(flat, shapes, strict=True)]
    widest = max((shape[0] for shape in after if shape), default=0)
    even = [
        (*way, *(bridge(shape or (), (widest,)) or ()))
        for way, shape in zip(flat, after, strict=True)
    ]
    for ways in (flat, even):
        ends = tuple(shape_after(way, s) for way, s in zip(ways, shapes, strict=True))
        whole = tuple(end for end in ends if end is not None)
        if len(whole) == len(shapes) and shape_of(fault.node, whole) is not None:
            graph = fault.graph
            for edge, way in zip(into(graph, fault.problem.node), ways, strict=True):
                graph = put_on(graph, edge, way)
            titles = dict.fromkeys(title_of(way) for way in ways if way)
            yield Remedy(f"Insert {' and '.join(titles)}", graph)
            return


def _by_depth(fault: Fault) -> Iterable[Shape]:
    """Return the shapes at the ports, that of the branch with most blocks first."""
    sources = fault.graph.sources[fault.problem.node] if fault.in_shapes else ()
    depth: dict[str, int] = {}
    for node_id in fault.found.shapes:  # in the order of the graph
        depth[node_id] = 1 + max((depth.get(s, 0) for s in fault.graph.sources[node_id]), default=0)
    pairs = sorted(zip(sources, fault.in_shapes, strict=True), key=lambda p: -depth.get(p[0], 0))
    return dict.fromkeys(shape for _source, shape in pairs)


def other_merge(fault: Fault) -> Iterator[Remedy]:
    """Yield the graph with another merging block in the place of the one at fault."""
    for key in ("concatenate", "add"):
        if key != fault.node.block and key in BLOCKS:
            graph = editing.replaced(fault.graph, fault.problem.node, key, {})
            yield Remedy(f"Use {BLOCKS[key].title} instead", graph)


def merge_before(fault: Fault) -> Iterator[Remedy]:
    """Yield graphs in which all that feeds a block goes through a new merging block."""
    target = fault.problem.node
    edges = into(fault.graph, target)
    rest = tuple(edge for edge in fault.graph.edges if edge.target != target)
    place = next(i for i, old in enumerate(fault.graph.nodes) if old.id == target)
    before, after = fault.graph.nodes[:place], fault.graph.nodes[place:]
    for key in ("add", "concatenate") if fault.node.kind.ports[1] else ():
        node = editing.new_node(fault.graph, key)
        own = tuple(Edge(edge.source, node.id, port) for port, edge in enumerate(edges))
        graph = dataclasses.replace(
            fault.graph,
            nodes=(*before, node, *after),
            edges=(*rest, *own, Edge(node.id, target)),
        )
        yield Remedy(f"Insert {BLOCKS[key].title}", graph)
