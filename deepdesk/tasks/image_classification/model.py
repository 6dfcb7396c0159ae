"""The networks that image classification offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from deepdesk.nn import presets
from deepdesk.nn.graph import Graph

# Small to large; each also with weights learned on ImageNet, which a click fetches.
_BACKBONES = ("mobilenet_v3_small", "resnet18", "efficientnet_b0", "resnet50", "convnext_tiny")


def architectures(side_px: int) -> Mapping[str, Graph]:
    """Return the graphs by name for square pictures of `side_px`; the first is the default.

    All are float32 (N, 3, side_px, side_px) -> (N, classes).
    """
    graphs = [
        presets.residual(side_px=side_px),
        presets.small_cnn(side_px=side_px),
        presets.tiny_vit(side_px=side_px),
    ]
    for name in _BACKBONES:
        plain = presets.backbone(name, side_px=side_px)
        trained = presets.backbone(name, side_px=side_px, pretrained=True)
        graphs += [plain, replace(trained, name=f"{plain.name}, pretrained")]
    return {graph.name: graph for graph in graphs}
