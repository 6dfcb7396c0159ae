"""The networks that boxes on pictures offer."""

from __future__ import annotations

from collections.abc import Mapping

from deepdesk.nn import detection_presets
from deepdesk.nn.graph import Graph


def architectures(width_px: int, height_px: int, classes: int) -> Mapping[str, Graph]:
    """Return the graphs by name for pictures of one size; the first is the default.

    All are float32 (N, 3, height, width) -> (N, predictions, 8 + classes).
    """
    return detection_presets.architectures(width_px, height_px, classes)
