"""Networks to begin with. Each is a function that returns a graph for pictures of a given side.

All take sides from 8 to 512 pixels: pictures of 64 and more are made smaller by the first
blocks, so that the rest costs about as much as at 32.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from deepdesk.nn.backbone_facts import BACKBONES
from deepdesk.nn.graph import Edge, Graph, Node

_CALM_SCALE = 0.125  # Keller Jordan, 2024, arXiv:2404.00498, scales logits alike
_BACKBONE_SIDE_PX = 128  # below it a pretrained network sees almost nothing


def chain(name: str, *nodes: Node) -> Graph:
    """Return a graph in which each node feeds the next."""
    edges = tuple(Edge(a.id, b.id) for a, b in pairwise(nodes))
    return Graph(name=name, nodes=nodes, edges=edges)


def stem_reduction(side_px: int) -> int:
    """Return by how much the first blocks shrink a picture: 1 below 64 px, then 2, 4, 8, 16."""
    reduction = 1
    while side_px >= 64 * reduction:
        reduction *= 2
    return reduction


def _picture(side_px: int) -> Node:
    return Node("picture", "input", {"shape": (3, side_px, side_px)})


def _stem(side_px: int, width: int, activation: str) -> list[Node]:
    """Return one convolution, or two for pictures of 256 px and more."""
    reduction = stem_reduction(side_px)
    first = min(reduction, 4)
    kernels = {1: 3, 2: 5, 4: 7}
    stem = [filters("stem", width, activation, kernel=kernels[first], stride=first)]
    if reduction > 4:
        second = reduction // 4
        kernel = 2 * second - 1
        stem.append(filters("stem_2", width, activation, kernel=kernel, stride=second))
    return stem


def filters(node_id: str, channels: int, activation: str, **settings: Any) -> Node:
    """Return a convolution block with further settings of it."""
    values = {"channels": channels, "activation": activation, **settings}
    return Node(node_id, "convolution_block", values)


def small_cnn(*, side_px: int = 32, width: int = 32) -> Graph:
    """Return three convolutions with pooling, for quick first results.

    float32 (N, 3, side, side) -> (N, classes); about 20 MFLOP a picture of 32 px at width 32.

    Args:
        side_px: Of the pictures, 8 to 512.
        width: Channels of the first convolution; doubled twice.
    """
    stem = _stem(side_px, width, "relu")
    stem[-1] = stem[-1].with_settings(pool="maximum")
    return chain(
        "Small convolutional",
        _picture(side_px),
        *stem,
        filters("filters_2", 2 * width, "relu", pool="maximum"),
        filters("filters_3", 4 * width, "relu"),
        Node("pool", "global_pool", {"how": "average"}),
        Node("classes", "classifier_head", {}),
    )


def residual(
    *,
    side_px: int = 32,
    width: int = 32,
    blocks: tuple[int, ...] = (1, 0, 1),
    activation: str = "gelu",
    squeeze: bool = False,
    scale: float = _CALM_SCALE,
) -> Graph:
    """Return a compact residual network in the manner of the fast ones for CIFAR-10.

    float32 (N, 3, side, side) -> (N, classes). Stages double the channels and halve the map by
    max pooling; the largest number of each channel is scored. After David Page, "How to train
    your ResNet", 2018, whose network is width 64; about 190 MFLOP a picture of 32 px at
    width 32.

    Args:
        side_px: Of the pictures, 8 to 512.
        width: Channels of the first convolution.
        blocks: Residual blocks of each stage; at most 3 stages for pictures of 8 px.
        activation: Of all blocks.
        squeeze: Whether residual blocks weigh their channels.
        scale: Factor on the scores.
    """
    stages = [
        Node(
            f"stage_{number}",
            "residual_stage",
            {
                "channels": width << number,
                "blocks": count,
                "stride": 2,
                "entry": "pool",
                "style": "inside",
                "activation": activation,
                "squeeze": squeeze,
            },
        )
        for number, count in enumerate(blocks, start=1)
    ]
    return chain(
        "Residual, small",
        _picture(side_px),
        *_stem(side_px, width, activation),
        *stages,
        Node("pool", "global_pool", {"how": "maximum"}),
        Node("classes", "classifier_head", {"scale": scale}),
    )


def tiny_vit(*, side_px: int = 32, width: int = 192, layers: int = 6, heads: int = 3) -> Graph:
    """Return a small vision transformer of about 64 patches (Touvron et al., arXiv:2012.12877).

    float32 (N, 3, side, side) -> (N, classes).

    Args:
        side_px: Of the pictures, 8 to 512; a patch is an eighth of it.
        width: Of a token, a multiple of `heads`.
        layers: Of the encoder.
        heads: Of each layer.
    """
    patch = max(1, side_px // 8)
    return chain(
        "Vision transformer, tiny",
        _picture(side_px),
        Node(
            "patches",
            "patch_embedding",
            {"patch": patch, "width": width, "pad": side_px % patch != 0},
        ),
        Node("encoder", "transformer_encoder", {"layers": layers, "heads": heads}),
        Node("norm", "layer_norm", {}),
        Node("pool", "global_pool", {"how": "average"}),
        Node("classes", "classifier_head", {}),
    )


def backbone(
    name: str, *, pretrained: bool = False, side_px: int = 224, frozen_stages: int = 0
) -> Graph:
    """Return a torchvision network with a new classifier.

    float32 (N, 3, side, side) -> (N, classes). Pictures below 128 px are enlarged to 128, those
    for a network of a fixed size to that.

    Args:
        name: Key of `BACKBONES`.
        pretrained: Whether it starts from ImageNet weights, which must have been downloaded.
        side_px: Of the pictures, 8 to 512.
        frozen_stages: Stages from the picture on that do not learn, 0 to 5.
    """
    facts = BACKBONES[name]
    side = facts.fixed_side_px or max(side_px, _BACKBONE_SIDE_PX)
    resize = [Node("resize", "resize", {"height": side, "width": side})] if side != side_px else []
    settings = {"name": name, "pretrained": pretrained, "frozen_stages": frozen_stages}
    return chain(
        facts.title,
        _picture(side_px),
        *resize,
        Node("backbone", "backbone", settings),
        Node("classes", "classifier_head", {"dropout": 0.2}),
    )
