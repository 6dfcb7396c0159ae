"""The networks that sound classification offers."""

from __future__ import annotations

from collections.abc import Mapping

from deepdesk.nn import sound_presets
from deepdesk.nn.graph import Graph


def architectures(samples: int, rate_hz: int) -> Mapping[str, Graph]:
    """Return the graphs by name for waveforms of `samples`; the first is the default.

    All are float32 (N, samples) -> (N, classes).
    """
    graphs = (
        sound_presets.sound_residual(samples=samples, rate_hz=rate_hz),
        sound_presets.small_sound_cnn(samples=samples, rate_hz=rate_hz),
        sound_presets.small_cepstral(samples=samples, rate_hz=rate_hz),
        sound_presets.sound_transformer(samples=samples, rate_hz=rate_hz),
    )
    return {graph.name: graph for graph in graphs}
