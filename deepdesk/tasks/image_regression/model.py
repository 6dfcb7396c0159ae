"""The networks that numbers from pictures offer."""

from __future__ import annotations

from collections.abc import Mapping

from deepdesk.nn import number_presets
from deepdesk.nn.graph import Graph


def architectures(width_px: int, height_px: int) -> Mapping[str, Graph]:
    """Return the graphs by name for pictures of one size; the first is the default.

    All are float32 (N, 3, height, width) -> (N, numbers).
    """
    graphs = (
        number_presets.residual_regression(height_px=height_px, width_px=width_px),
        number_presets.small_regression(height_px=height_px, width_px=width_px),
    )
    return {graph.name: graph for graph in graphs}
