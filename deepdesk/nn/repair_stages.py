"""Remedies for a stage of a backbone that reads what another stage should. No torch."""

from __future__ import annotations

from collections.abc import Iterator

from deepdesk.nn import editing
from deepdesk.nn.blocks.backbone_stage import stage_reads
from deepdesk.nn.bridging import into
from deepdesk.nn.repairs import Fault, Remedy


def earlier_stages(fault: Fault) -> Iterator[Remedy]:
    """Yield the graph with the stages of the same network that are missing before one."""
    node, shapes = fault.node, fault.in_shapes
    if node.block != "backbone_stage" or not shapes:
        return
    last = node.config.stage
    fits = [s for s in range(1, last) if stage_reads(node.config.name, s)[0] == shapes[0][0]]
    if not fits:
        return
    graph = fault.graph
    for stage in range(fits[0], last):
        made = editing.new_node(graph, node.block, {**node.settings, "stage": stage, "dilation": 1})
        graph = editing.inserted_on(graph, made, into(graph, node.id)[0])
    first = fits[0]
    words = f"stage {first}" if first == last - 1 else f"stages {first} to {last - 1}"
    yield Remedy(f"Put {words} before it", graph)
