"""Networks to begin with for sounds: a spectrogram first, then what is made for pictures.

All take a waveform of some tenths of a second to some tens of seconds, and pool to the largest
number of each channel, so that silence around a sound says nothing.
"""

from __future__ import annotations

from deepdesk.nn.graph import Graph, Node
from deepdesk.nn.presets import chain, filters

_BANDS = 48
_COEFFICIENTS = 20
_WINDOW_MS = 32.0
_COLUMNS = 90  # about so many columns tell the sounds of a word apart
_STEPS_MS = (10.0, 100.0)
_CALM_SCALE = 0.125  # as for pictures


def _front(samples: int, rate_hz: int) -> list[Node]:
    """Return the waveform, its spectrogram, and numbers near zero mean and unit variance."""
    low_ms, high_ms = _STEPS_MS
    step_ms = min(high_ms, max(low_ms, round(1000 * samples / rate_hz / _COLUMNS)))
    settings = {
        "rate_hz": rate_hz,
        "bands": _BANDS,
        "window_ms": max(_WINDOW_MS, 2 * step_ms),
        "step_ms": step_ms,
        "low_hz": 40.0,
    }
    return [
        Node("sound", "input", {"shape": (samples,)}, label="Sound"),
        Node("spectrogram", "spectrogram", settings),
        Node("levels", "batch_norm", {}),
    ]


def _small_filters(width: int) -> list[Node]:
    return [
        filters("stem", width, "relu", kernel=5, stride=2),
        filters("filters_2", 2 * width, "relu", pool="maximum"),
        filters("filters_3", 4 * width, "relu"),
        filters("filters_4", 4 * width, "relu", pool="maximum"),
        Node("pool", "global_pool", {"how": "maximum"}),
        Node("classes", "classifier_head", {"scale": _CALM_SCALE}),
    ]


def small_sound_cnn(*, samples: int, rate_hz: int, width: int = 24) -> Graph:
    """Return four convolutions over a spectrogram, for quick first results.

    float32 (N, samples) -> (N, classes).

    Args:
        samples: Of the waveform.
        rate_hz: Samples a second.
        width: Channels of the first convolution; doubled twice.
    """
    return chain(
        "Small convolutional",
        *_front(samples, rate_hz),
        *_small_filters(width),
    )


def small_cepstral(*, samples: int, rate_hz: int, width: int = 24) -> Graph:
    """Return the small convolutional network over coefficients and their slopes over time.

    float32 (N, samples) -> (N, classes). Fewer numbers than a spectrogram, and less of the voice
    in them: it takes less time and does better on voices that it has not heard.

    Args:
        samples: Of the waveform.
        rate_hz: Samples a second.
        width: Channels of the first convolution; doubled twice.
    """
    sound, spectrogram, levels = _front(samples, rate_hz)
    cepstrum = Node("cepstrum", "mfcc", {"coefficients": _COEFFICIENTS, "slopes": 2})
    return chain(
        "Small cepstral",
        sound,
        spectrogram,
        cepstrum,
        levels,
        *_small_filters(width),
    )


def sound_residual(
    *, samples: int, rate_hz: int, width: int = 32, blocks: tuple[int, ...] = (1, 0, 1)
) -> Graph:
    """Return a compact residual network over a spectrogram, as the one for pictures.

    float32 (N, samples) -> (N, classes).

    Args:
        samples: Of the waveform.
        rate_hz: Samples a second.
        width: Channels of the first convolution; doubled by every stage.
        blocks: Residual blocks of each stage.
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
                "activation": "gelu",
            },
        )
        for number, count in enumerate(blocks, start=1)
    ]
    return chain(
        "Residual, small",
        *_front(samples, rate_hz),
        filters("stem", width, "gelu", kernel=5, stride=2),
        *stages,
        Node("pool", "global_pool", {"how": "maximum"}),
        Node("classes", "classifier_head", {"scale": _CALM_SCALE}),
    )


def sound_transformer(
    *, samples: int, rate_hz: int, width: int = 128, layers: int = 4, heads: int = 4
) -> Graph:
    """Return a transformer over squares of a spectrogram (Gong et al., 2021, arXiv:2104.01778).

    float32 (N, samples) -> (N, classes).

    Args:
        samples: Of the waveform.
        rate_hz: Samples a second.
        width: Of a token, a multiple of `heads`.
        layers: Of the encoder.
        heads: Of each layer.
    """
    return chain(
        "Audio transformer, tiny",
        *_front(samples, rate_hz),
        Node("patches", "patch_embedding", {"patch": 8, "width": width, "pad": True}),
        Node("encoder", "transformer_encoder", {"layers": layers, "heads": heads}),
        Node("norm", "layer_norm", {}),
        Node("pool", "global_pool", {"how": "average"}),
        Node("classes", "classifier_head", {}),
    )
