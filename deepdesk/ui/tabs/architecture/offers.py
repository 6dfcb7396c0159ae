"""The networks on offer as rows of the list, before anything of them is counted."""

from __future__ import annotations

from deepdesk.nn.graph import Graph, Node
from deepdesk.ui.tabs.architecture.drawing import Offer, Survey

SCRATCH, PLAIN, TRAINED = "Networks", "Backbones", "Backbones, pretrained"


def listed(survey: Survey) -> tuple[Offer, ...]:
    """Return the networks in the order of the task, without costs."""
    return tuple(offer_of(name, graph) for name, graph in survey.graphs.items())


def offer_of(name: str, graph: Graph, main: Node | None = None) -> Offer:
    """Return what is known of a network without counting.

    Args:
        main: The block that says most about it; without one, its backbone or a middle block.
    """
    backbone = next((node for node in graph.nodes if is_backbone(node)), None)
    shown = main or backbone or graph.nodes[len(graph.nodes) // 2]
    return Offer(
        name=name,
        group=SCRATCH if backbone is None else TRAINED if backbone.config.pretrained else PLAIN,
        family=shown.kind.family,
        tip=shown.kind.summary,
        blocks=len(graph.nodes),
    )


def is_backbone(node: Node) -> bool:
    """Return whether a block is a network of torchvision or a stage of one: both come trained."""
    return node.block in ("backbone", "backbone_stage")
