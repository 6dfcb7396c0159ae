"""Networks to begin with for boxes on pictures, which need not be square."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from deepdesk.nn.backbone_facts import BACKBONES, STAGES
from deepdesk.nn.graph import Edge, Graph, Node
from deepdesk.nn.presets import filters

Link = tuple[Node, tuple[str, ...]]
_PYRAMID = 128  # channels; 256 in the papers, whose pictures have ten times as many pixels


def architectures(width_px: int, height_px: int, classes: int) -> Mapping[str, Graph]:
    """Return the networks on offer for boxes by name, the usual one first.

    float32 (N, 3, height, width) -> "detections" (N, boxes, 8 + classes), two-stage networks also
    "proposals" (N, boxes, 9).

    Args:
        width_px: Of the pictures, 64 or more; multiples of 32 waste no cells.
        height_px: Likewise.
        classes: Kinds of things to find, 1 or more.
    """
    picture = Node("picture", "input", {"shape": (3, height_px, width_px)})
    graphs = [small(picture, classes)]
    for make, name in _ON_BACKBONES:
        plain = make(picture, classes, name)
        graphs += [plain, pretrained(plain)]
    return {graph.name: graph for graph in graphs}


def wired(name: str, links: Iterable[Link]) -> Graph:
    """Return a graph from its nodes in order, each with the ids of those that feed it, by port."""
    every = tuple(links)
    edges = tuple(
        Edge(source, node.id, port)
        for node, sources in every
        for port, source in enumerate(sources)
    )
    return Graph(name=name, nodes=tuple(node for node, _sources in every), edges=edges)


def pretrained(graph: Graph) -> Graph:
    """Return a graph whose backbone starts from weights learned on ImageNet."""
    nodes = tuple(
        node.with_settings(pretrained=True) if node.block == "backbone_stage" else node
        for node in graph.nodes
    )
    return replace(graph, name=f"{graph.name}, pretrained", nodes=nodes)


def small(picture: Node, classes: int, *, width: int = 64) -> Graph:
    """Return a residual network with a pyramid of three maps and a head without anchors.

    Small enough to learn from its first values on two cores. The maps have strides of 8, 16 and
    32 px. After Tian et al. (2019, arXiv:1904.01355).

    Args:
        picture: The input.
        classes: Kinds of things to find.
        width: Channels of the pyramid.
    """
    level = {"channels": width, "norm": "batch"}
    head = {"classes": classes, "layers": 1}
    return wired(
        "Small anchor-free",
        [
            (picture, ()),
            (filters("stem", 24, "relu", kernel=5, stride=2), (picture.id,)),
            (_stage("stage_1", 32, 1), ("stem",)),
            (_stage("stage_2", 64, 2), ("stage_1",)),
            (_stage("stage_3", 128, 1), ("stage_2",)),
            (_stage("stage_4", 160, 1), ("stage_3",)),
            (Node("coarse", "pyramid_level", level), ("stage_4",)),
            (Node("middle", "pyramid_level", level), ("stage_3", "coarse")),
            (Node("fine", "pyramid_level", level), ("stage_2", "middle")),
            (Node("boxes", "point_head", head), ("fine", "middle", "coarse", picture.id)),
        ],
    )


def _stage(node_id: str, channels: int, blocks: int) -> Node:
    settings: dict[str, Any] = {"channels": channels, "blocks": blocks, "stride": 2}
    return Node(node_id, "residual_stage", settings)


def ssdlite(picture: Node, classes: int, name: str) -> Graph:
    """Return anchors on four maps with filters of few operations (Sandler et al., 1801.04381).

    The maps have strides of 16, 32, 64 and 128 px, six anchors a cell.

    Args:
        picture: The input.
        classes: Kinds of things to find.
        name: Of the backbone.
    """
    head = {"classes": classes, "size": 2.0, "scales": 2, "separable": True}
    extra = {"stride": 2, "activation": "relu6"}
    maps = ("stage_4", "stage_5", "extra_1", "extra_2")
    return wired(
        f"SSDLite, {BACKBONES[name].title}",
        [
            (picture, ()),
            *_backbone(picture, name),
            (Node("extra_1", "separable_convolution", {"channels": 256, **extra}), ("stage_5",)),
            (Node("extra_2", "separable_convolution", {"channels": 128, **extra}), ("extra_1",)),
            (Node("boxes", "anchor_head", head), (*maps, picture.id)),
        ],
    )


def fcos(picture: Node, classes: int, name: str) -> Graph:
    """Return points on a pyramid, with centre-ness (Tian et al., 2019, arXiv:1904.01355).

    The maps have strides of 8 to 64 px; two layers of 128 channels, where the paper has four of
    256.

    Args:
        picture: The input.
        classes: Kinds of things to find.
        name: Of the backbone.
    """
    head = {"classes": classes, "layers": 2, "centreness": True}
    return wired(
        f"FCOS, {BACKBONES[name].title}",
        [
            (picture, ()),
            *_backbone(picture, name),
            *_pyramid(),
            (Node("boxes", "point_head", head), (*_LEVELS, picture.id)),
        ],
    )


def retinanet(picture: Node, classes: int, name: str) -> Graph:
    """Return nine anchors for each cell of a pyramid (Lin et al., 2017, arXiv:1708.02002).

    The maps have strides of 8 to 64 px; two layers of 128 channels, where the paper has four of
    256.

    Args:
        picture: The input.
        classes: Kinds of things to find.
        name: Of the backbone.
    """
    head = {"classes": classes, "layers": 2, "scales": 3, "shared": True, "norm": "group"}
    return wired(
        f"RetinaNet, {BACKBONES[name].title}",
        [
            (picture, ()),
            *_backbone(picture, name),
            *_pyramid(),
            (Node("boxes", "anchor_head", head), (*_LEVELS, picture.id)),
        ],
    )


def faster_rcnn(picture: Node, classes: int, name: str) -> Graph:
    """Return proposals on a pyramid, the best of which are looked at again (arXiv:1506.01497).

    Args:
        picture: The input.
        classes: Kinds of things to find.
        name: Of the backbone.
    """
    return wired(
        f"Faster R-CNN, {BACKBONES[name].title}",
        [
            (picture, ()),
            *_backbone(picture, name),
            *_pyramid(),
            (Node("proposals", "proposal_head", {}), (*_LEVELS, picture.id)),
            (
                Node("boxes", "region_head", {"classes": classes}),
                ("proposals", *_LEVELS[:-1], picture.id),
            ),
        ],
    )


_LEVELS = ("level_3", "level_4", "level_5", "level_6")


def _backbone(picture: Node, name: str) -> list[Link]:
    """Return the stages of a torchvision network."""
    sources = (picture.id, *(f"stage_{stage}" for stage in range(1, STAGES)))
    return [
        (Node(f"stage_{stage}", "backbone_stage", {"name": name, "stage": stage}), (source,))
        for stage, source in enumerate(sources, start=1)
    ]


def _pyramid() -> list[Link]:
    """Return three levels on the last three stages and one that is coarser still."""
    settings = {"channels": _PYRAMID}
    coarsest = Node("level_6", "convolution", {"channels": _PYRAMID, "stride": 2})
    return [
        (Node("level_5", "pyramid_level", settings), ("stage_5",)),
        (Node("level_4", "pyramid_level", settings), ("stage_4", "level_5")),
        (Node("level_3", "pyramid_level", settings), ("stage_3", "level_4")),
        (coarsest, ("level_5",)),
    ]


_ON_BACKBONES: tuple[tuple[Callable[[Node, int, str], Graph], str], ...] = (
    (ssdlite, "mobilenet_v3_large"),
    (fcos, "resnet18"),
    (retinanet, "resnet18"),
    (faster_rcnn, "resnet18"),
    (fcos, "resnet50"),
    (faster_rcnn, "resnet50"),
)
