"""Remedies for networks that have to give boxes: the head that is missing. No torch."""

from __future__ import annotations

from collections.abc import Iterator

from deepdesk.nn import editing
from deepdesk.nn.block import ANY_SIZE
from deepdesk.nn.bridging import Step, upstream
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.detection_levels import ROW
from deepdesk.nn.graph import Graph
from deepdesk.nn.repairs import Fault, Remedy

_FAR = 12  # blocks before the end among which a map is looked for
_FIRST: Step = ("convolution_block", {"stride": 8, "kernel": 7})


def ending(fault: Fault) -> Iterator[Remedy]:
    """Yield the graph with a head of boxes on its last map, in place of what stands behind it."""
    classes, graph = _classes(fault), fault.graph
    if not classes or not graph.sinks or len(graph.inputs) != 1:
        return
    last = graph.sinks[-1]
    for node in (last, *upstream(graph, last.id, _FAR)):
        if node.block != "input" and len(fault.found.shapes.get(node.id, ())) == 3:
            gone = editing.reached_from(graph, node.id) - {node.id}
            rest = editing.disconnected(editing.part(graph, set(graph.by_id) - gone), ())
            words = f" in place of {fault.name(last.id)}" if gone else ""
            title = f"Put {BLOCKS['point_head'].title}{words}" if gone else _added("point_head")
            yield Remedy(title, _with_head(rest, node.id, classes))
            return


def second_stage(fault: Fault) -> Iterator[Remedy]:
    """Yield the graph with the head that looks at proposals, where these are its end."""
    classes = _classes(fault)
    for sink in fault.graph.sinks if classes else ():
        if sink.block == "proposal_head":
            node = editing.new_node(fault.graph, "region_head", {"classes": classes})
            graph = editing.added(fault.graph, node)
            for source in (sink.id, *fault.graph.sources[sink.id]):
                graph = editing.connected(graph, source, node.id)
            yield Remedy(_added("region_head"), graph)


def network(fault: Fault) -> Iterator[Remedy]:
    """Yield the graph with a first block and a head of boxes behind a picture."""
    classes = _classes(fault)
    if classes and len(fault.graph.inputs) == 1:
        picture = fault.graph.inputs[0]
        node = editing.new_node(fault.graph, *_FIRST)
        graph = editing.connected(editing.added(fault.graph, node), picture.id, node.id)
        title = f"Add {node.title} and {BLOCKS['point_head'].title}"
        yield Remedy(title, _with_head(graph, node.id, classes))


def _classes(fault: Fault) -> int:
    """Return how many classes the boxes have that the contract asks for, 0 for no boxes."""
    if fault.contract is None or len(fault.contract.outputs) != 1:
        return 0
    (wanted,) = fault.contract.outputs.values()
    is_boxes = len(wanted) == 2 and wanted[0] == ANY_SIZE
    return max(0, wanted[1] - ROW) if is_boxes else 0


def _with_head(graph: Graph, source: str, classes: int) -> Graph:
    node = editing.new_node(graph, "point_head", {"classes": classes})
    graph = editing.connected(editing.added(graph, node), source, node.id)
    return editing.connected(graph, graph.inputs[0].id, node.id)


def _added(block: str) -> str:
    return f"Add {BLOCKS[block].title}"
