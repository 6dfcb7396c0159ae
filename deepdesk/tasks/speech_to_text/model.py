"""The networks that transcription offers."""

from __future__ import annotations

from collections.abc import Mapping

from deepdesk.nn import speech_presets
from deepdesk.nn.graph import Graph


def architectures(samples: int, rate_hz: int) -> Mapping[str, Graph]:
    """Return the graphs by name for waveforms of `samples`; the first is the default.

    All are float32 (N, samples) -> (N, frames, units).
    """
    graphs = (
        speech_presets.speech_recurrent(samples=samples, rate_hz=rate_hz),
        speech_presets.small_speech(samples=samples, rate_hz=rate_hz),
        speech_presets.speech_conformer(samples=samples, rate_hz=rate_hz),
    )
    return {graph.name: graph for graph in graphs}
