"""Networks to begin with for speech: scores of every unit for every 32 ms of a sound.

Speech has 10 to 16 letters a second; twice as many moments leave room for all of them, and for a
blank between two that are the same. All take a waveform and give (frames, units).
"""

from __future__ import annotations

from deepdesk.nn.block import strided
from deepdesk.nn.graph import Graph, Node
from deepdesk.nn.presets import chain

_WINDOW_MS = 32.0
_STEP_MS = 16.0
_HALVINGS = 1  # of the columns, in every network here
_LOW_HZ = 40.0


def frames_of(samples: int, rate_hz: int) -> int:
    """Return how many frames these networks give for a waveform of `samples`."""
    window = round(_WINDOW_MS * rate_hz / 1000)
    step = round(_STEP_MS * rate_hz / 1000)
    columns = (samples + 2 * (window // 2) - window) // step + 1
    return strided(columns, 1 << _HALVINGS)


def _front(samples: int, rate_hz: int, bands: int) -> list[Node]:
    settings = {
        "rate_hz": rate_hz,
        "bands": bands,
        "window_ms": _WINDOW_MS,
        "step_ms": _STEP_MS,
        "low_hz": _LOW_HZ,
    }
    return [
        Node("sound", "input", {"shape": (samples,)}, label="Sound"),
        Node("spectrogram", "spectrogram", settings),
        Node("levels", "batch_norm", {}),
    ]


def speech_recurrent(
    *, samples: int, rate_hz: int, channels: int = 16, width: int = 128, layers: int = 1
) -> Graph:
    """Return filters over a spectrogram and a GRU that reads them both ways.

    float32 (N, samples) -> (N, frames, units). After Amodei et al. (2016, arXiv:1512.02595), small.

    Args:
        samples: Of the waveform.
        rate_hz: Samples a second.
        channels: Of the first filters; doubled twice.
        width: Of the GRU, each way.
        layers: Of the GRU.
    """
    memory = {
        "channels": channels,
        "levels": 3,
        "halved": _HALVINGS,
        "width": width,
        "layers": layers,
    }
    return chain(
        "Filters and memory",
        *_front(samples, rate_hz, 48),
        Node("encoder", "convolutional_recurrent", memory),
        Node("units", "token_head", {"dropout": 0.2}, label="Letters"),
    )


def small_speech(*, samples: int, rate_hz: int) -> Graph:
    """Return a quarter of `speech_recurrent`, for quick first results.

    float32 (N, samples) -> (N, frames, units).

    Args:
        samples: Of the waveform.
        rate_hz: Samples a second.
    """
    memory = {"channels": 8, "levels": 3, "halved": _HALVINGS, "width": 80, "layers": 1}
    return chain(
        "Filters and memory, small",
        *_front(samples, rate_hz, 32),
        Node("encoder", "convolutional_recurrent", memory),
        Node("units", "token_head", {}, label="Letters"),
    )


def speech_conformer(
    *, samples: int, rate_hz: int, width: int = 96, layers: int = 4, heads: int = 4
) -> Graph:
    """Return a conformer over filters (Gulati et al., 2020, arXiv:2005.08100), small.

    float32 (N, samples) -> (N, frames, units).

    Args:
        samples: Of the waveform.
        rate_hz: Samples a second.
        width: Of the encoder, a multiple of `heads`.
        layers: Of the encoder.
        heads: Of each layer.
    """
    channels, bands = 24, 48
    rows = strided(strided(bands, 2), 1) * channels
    filters = {"channels": channels, "kernel": 5, "stride": 2, "activation": "relu"}
    return chain(
        "Conformer, small",
        *_front(samples, rate_hz, bands),
        Node("filters", "convolution_block", filters),
        Node("columns", "reshape", {"target": f"{rows},-1"}),
        Node("places", "swap_axes", {}),
        Node("narrow", "linear", {"features": width}),
        Node("encoder", "conformer", {"layers": layers, "heads": heads, "kernel": 15}),
        Node("units", "token_head", {}, label="Letters"),
    )
