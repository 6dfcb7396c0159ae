"""Networks to begin with for numbers from pictures, which need not be square."""

from __future__ import annotations

from deepdesk.nn.graph import Graph, Node
from deepdesk.nn.presets import chain, filters


def small_regression(*, height_px: int, width_px: int, width: int = 24) -> Graph:
    """Return five convolutions and a head that still knows where things were.

    float32 (N, 3, height, width) -> (N, numbers). After Bojarski et al. (2016,
    arXiv:1604.07316), whose network steers a car, with batch normalisation.

    Args:
        height_px: Of the pictures, 16 to 512.
        width_px: Likewise.
        width: Channels of the first convolution.
    """
    return chain(
        "Small convolutional",
        _picture(height_px, width_px),
        *_halvings(height_px, width_px, width, "relu"),
        Node("places", "flatten", {}),
        Node("numbers", "regression_head", {"hidden": 64, "dropout": 0.2}),
    )


def residual_regression(
    *, height_px: int, width_px: int, width: int = 32, blocks: tuple[int, ...] = (1, 1, 1)
) -> Graph:
    """Return a compact residual network.

    float32 (N, 3, height, width) -> (N, numbers). Stages double the channels and halve the map.

    Args:
        height_px: Of the pictures, 16 to 512.
        width_px: Likewise.
        width: Channels of the first convolution.
        blocks: Residual blocks of each stage.
    """
    stages = [
        Node(
            f"stage_{number}",
            "residual_stage",
            {
                "channels": width << (number - 1),
                "blocks": count,
                "stride": 2,
                "entry": "pool",
                "style": "inside",
                "activation": "gelu",
            },
        )
        for number, count in enumerate(blocks, start=1)
    ]
    return chain(
        "Residual, small",
        _picture(height_px, width_px),
        filters("stem", width, "gelu", kernel=5, stride=2),
        *stages,
        Node("pool", "global_pool", {"how": "average"}),
        Node("numbers", "regression_head", {"dropout": 0.2}),
    )


def _picture(height_px: int, width_px: int) -> Node:
    return Node("picture", "input", {"shape": (3, height_px, width_px)})


def _halvings(height_px: int, width_px: int, width: int, activation: str) -> list[Node]:
    """Return convolutions that halve the map until its shorter side is about four."""
    nodes, short = [], min(height_px, width_px)
    for place in range(5):
        channels = min(width << place, 4 * width)
        stride = 2 if short >= 8 else 1
        kernel = 5 if place == 0 else 3
        name = f"filters_{place + 1}"
        nodes.append(filters(name, channels, activation, kernel=kernel, stride=stride))
        short //= stride
    return nodes
