"""The networks that segmentation offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from deepdesk.nn import segmentation_presets as presets
from deepdesk.nn.graph import Graph


def architectures(width_px: int, height_px: int) -> Mapping[str, Graph]:
    """Return the graphs by name for pictures of one size; the first is the default.

    All are float32 (N, 3, height, width) -> (N, classes, height, width).
    """
    graphs = [
        make(height_px=height_px, width_px=width_px)
        for make in (presets.residual_unet, presets.tiny_segmenter, presets.unet)
    ]
    for backbone in (presets.lite_backbone, presets.atrous_backbone):
        plain = backbone(height_px=height_px, width_px=width_px)
        trained = backbone(height_px=height_px, width_px=width_px, pretrained=True)
        graphs += [plain, replace(trained, name=f"{plain.name}, pretrained")]
    return {graph.name: graph for graph in graphs}
