"""The networks that image classification offers."""

from __future__ import annotations

from collections.abc import Mapping

from deepdesk.nn import presets
from deepdesk.nn.graph import Graph

BACKBONES = (
    ("ResNet-18", "resnet18"),
    ("MobileNet v3, small", "mobilenet_v3_small"),
    ("EfficientNet B0", "efficientnet_b0"),
    ("ConvNeXt, tiny", "convnext_tiny"),
)


def architectures(side_px: int) -> Mapping[str, Graph]:
    """Return the graphs by name for square pictures of `side_px`; the first is the default."""
    own = {
        "Residual, small": presets.residual(side_px=side_px),
        "Small convolutional": presets.small_cnn(side_px=side_px),
        "Vision transformer, tiny": presets.tiny_vit(side_px=side_px),
    }
    return {**own, **{title: presets.backbone(name) for title, name in BACKBONES}}
