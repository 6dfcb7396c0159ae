"""Which blocks lead from one shape to another, and how they are put into a graph. No torch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from deepdesk.core.errors import DeepDeskError
from deepdesk.nn import editing
from deepdesk.nn.block import MAX_CHANNELS, Shape, Shapes, shape_text, strided
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.graph import Edge, Graph, Node
from deepdesk.nn.shapes import node_shape

Step = tuple[str, Mapping[str, Any]]  # block and settings
_LARGEST_STRIDE = 8  # a projection that skips more sees next to nothing
_LARGEST_SIDE = 4096


def shape_after(steps: Iterable[Step], shape: Shape) -> Shape | None:
    """Return the shape behind some steps, None where one does not take what it gets."""
    for block, settings in steps:
        found = shape_of(Node("step", block, settings), (shape,))
        if found is None:
            return None
        shape = found
    return shape


def shape_of(node: Node, in_shapes: Shapes) -> Shape | None:
    """Return what comes out of a node, None where the inputs do not fit."""
    try:
        return node_shape(node, in_shapes)
    except DeepDeskError:
        return None


def bridge(source: Shape, target: Shape) -> tuple[Step, ...] | None:
    """Return the fewest usual blocks from one shape to another, None where there are none.

    Maps get a convolution with kernel 1 (and a stride) or a resize, sequences and vectors a
    linear layer, and what has more positions than the target is pooled to one.
    """
    if source == target:
        return ()
    if max(target, default=0) > MAX_CHANNELS:
        return None
    make = _MAKERS.get((len(source), len(target)))
    steps = None if make is None else make(source, target)
    if steps is None or shape_after(steps, source) != target:
        return None
    return tuple(steps)


def _map_to_map(source: Shape, target: Shape) -> list[Step] | None:
    (channels, *sides), (wanted, height, width) = source, target
    for stride in range(1, _LARGEST_STRIDE + 1):
        if [strided(side, stride) for side in sides] == [height, width]:
            return [("convolution", {"channels": wanted, "kernel": 1, "stride": stride})]
    if max(height, width) > _LARGEST_SIDE:
        return None
    resize: Step = ("resize", {"height": height, "width": width})
    return [resize] if channels == wanted else [resize, *_projected(wanted)]


def _projected(channels: int) -> list[Step]:
    return [("convolution", {"channels": channels, "kernel": 1})]


def _to_features(_source: Shape, target: Shape) -> list[Step]:
    return [("linear", {"features": target[-1]})]


def _pooled(source: Shape, target: Shape) -> list[Step]:
    pool: Step = ("global_pool", {})
    same = target[0] == (source[0] if len(source) == 3 else source[-1])
    return [pool] if same else [pool, *_to_features(source, target)]


_MAKERS = {
    (1, 1): _to_features,
    (2, 2): _to_features,
    (3, 3): _map_to_map,
    (3, 1): _pooled,
    (2, 1): _pooled,
}


def sizes_alone(source: Shape, target: Shape) -> tuple[Step, ...] | None:
    """Return the blocks that bring a map to the sides of another and keep its channels."""
    if len(source) != 3 or len(target) != 3:
        return None
    if source[1:] == target[1:]:
        return ()
    for size in range(2, _LARGEST_STRIDE + 1):
        if tuple(side // size for side in source[1:]) == target[1:]:
            return (("max_pool", {"size": size}),)
    steps = (("resize", {"height": target[1], "width": target[2]}),)
    return steps if shape_after(steps, source) is not None else None


def title_of(steps: Iterable[Step]) -> str:
    """Return what a person calls some steps, for instance "Pool to one and Linear"."""
    return " and ".join(_title(block, settings) for block, settings in steps)


def _title(block: str, settings: Mapping[str, Any]) -> str:
    if block == "convolution" and settings.get("kernel") == 1:
        stride = f", stride {settings['stride']}" if settings.get("stride", 1) > 1 else ""
        return f"a projection to {settings['channels']} channels{stride}"
    if block == "resize":
        return f"Resize to {shape_text((settings['height'], settings['width']))}"
    size = f" of {settings['size']}" if "size" in settings else ""
    return BLOCKS[block].title + size


def put_on(graph: Graph, edge: Edge, steps: Iterable[Step]) -> Graph:
    """Return the graph with some blocks, one after the other, in the middle of an edge."""
    for block, settings in steps:
        node = editing.new_node(graph, block, settings)
        graph = editing.inserted_on(graph, node, edge)
        edge = Edge(node.id, edge.target, edge.port)
    return graph


def put_behind(graph: Graph, source: str, steps: Iterable[Step]) -> Graph:
    """Return the graph with some blocks behind a node that feeds nothing."""
    for block, settings in steps:
        node = editing.new_node(graph, block, settings)
        graph = editing.inserted_after(graph, node, source)
        source = node.id
    return graph


def into(graph: Graph, node_id: str) -> tuple[Edge, ...]:
    """Return the edges into a node, by port."""
    edges = (edge for edge in graph.edges if edge.target == node_id)
    return tuple(sorted(edges, key=lambda edge: edge.port))


def upstream(graph: Graph, node_id: str, limit: int = 32) -> Iterator[Node]:
    """Yield the nodes that a node depends on, nearest first."""
    waiting, seen = list(graph.sources.get(node_id, ())), {node_id}
    while waiting and len(seen) <= limit:
        found = waiting.pop(0)
        if found not in seen:
            seen.add(found)
            yield graph.by_id[found]
            waiting += graph.sources[found]
