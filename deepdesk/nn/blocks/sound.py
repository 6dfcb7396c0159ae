"""From a waveform to the picture of a sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from deepdesk.core.errors import GraphError
from deepdesk.core.settings import Knob
from deepdesk.nn.block import Block, Shape, Shapes, checked, require_layout, shape_text
from deepdesk.nn.mel import corners_hz, has_empty_band

if TYPE_CHECKING:
    from torch import nn

MAX_SOUND_CHANNELS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class SpectrogramConfig:
    """How finely time and pitch are told apart."""

    rate_hz: Annotated[
        int,
        Knob(
            label="Sample rate",
            help="Samples per second of the sound; 16000 is usual for speech.",
            unit="Hz",
            low=1000,
            high=192_000,
            more=False,
        ),
    ] = 16_000
    bands: Annotated[
        int,
        Knob(
            label="Bands",
            help="Rows of the picture, evenly spaced as the ear hears them; 40 to 128 is usual.",
            low=4,
            high=512,
            more=False,
        ),
    ] = 64
    window_ms: Annotated[
        float,
        Knob(
            label="Window",
            help="Stretch of sound behind each column; longer tells pitches apart, shorter times.",
            unit="ms",
            low=1.0,
            high=500.0,
        ),
    ] = 25.0
    step_ms: Annotated[
        float,
        Knob(
            label="Step",
            help="Time from one column to the next.",
            unit="ms",
            low=0.5,
            high=500.0,
        ),
    ] = 10.0
    low_hz: Annotated[
        float,
        Knob(
            label="Lowest pitch",
            help="Where the first band begins.",
            unit="Hz",
            low=0.0,
            high=90_000.0,
        ),
    ] = 20.0
    high_hz: Annotated[
        float,
        Knob(
            label="Highest pitch",
            help="Where the last band ends; 0 for half the sample rate.",
            unit="Hz",
            low=0.0,
            high=96_000.0,
        ),
    ] = 0.0
    scale: Annotated[
        str,
        Knob(
            label="Pitch scale",
            help="Two ways to space the bands; a network made with one wants the same one again.",
            choices=(("htk", "HTK"), ("slaney", "Slaney")),
        ),
    ] = "htk"

    @property
    def window(self) -> int:
        """Samples behind each column."""
        return max(2, round(self.window_ms * self.rate_hz / 1000))

    @property
    def step(self) -> int:
        """Samples from one column to the next."""
        return max(1, round(self.step_ms * self.rate_hz / 1000))

    @property
    def top_hz(self) -> float:
        """Where the last band ends."""
        return self.high_hz or self.rate_hz / 2


class Spectrogram(Block[SpectrogramConfig]):
    """Loudness by pitch and time, with fixed numbers: nothing here is learned.

    (samples,) or (channels, samples), from -1 to 1 -> (channels, bands, columns).
    """

    key = "spectrogram"
    title = "Spectrogram"
    family = "layers"
    summary = "Use it as the first block on sound: what follows may be made for pictures."
    formula = "y[m, t] = log max(Σ F[m, k] · |STFT(x)[k, t]|², 10⁻⁶), F triangles on the mel scale"
    paper = "https://doi.org/10.1109/TASSP.1980.1163420"
    config = SpectrogramConfig

    def shape(self, config: SpectrogramConfig, in_shapes: Shapes) -> Shape:
        require_layout(in_shapes[0], 1, 2, hint="A spectrogram is made of a waveform.")
        channels = in_shapes[0][0] if len(in_shapes[0]) == 2 else 1
        samples = in_shapes[0][-1]
        if channels > MAX_SOUND_CHANNELS:
            raise GraphError(
                f"A sound of {channels:,} channels is more than {MAX_SOUND_CHANNELS}; it gets "
                f"{shape_text(in_shapes[0])}.",
                "A waveform has its channels first and its samples last: put Swap axes before it.",
                code="sound_channels",
            )
        if samples <= config.window // 2:
            raise GraphError(
                f"{samples:,} samples are too few for a window of {config.window:,}.",
                "Choose a shorter window, or feed longer sounds.",
                code="too_small",
            )
        self._require_bands(config)
        # Half a window is mirrored at each end, so that the first column is centred on sample 0.
        columns = (samples + 2 * (config.window // 2) - config.window) // config.step + 1
        return checked((channels, config.bands, columns))

    @staticmethod
    def _require_bands(config: SpectrogramConfig) -> None:
        if not config.low_hz < config.top_hz <= config.rate_hz / 2:
            raise GraphError(
                f"Pitches from {config.low_hz:g} to {config.top_hz:g} Hz cannot be told from "
                f"{config.rate_hz:,} samples per second.",
                f"Choose a highest pitch above the lowest, up to {config.rate_hz / 2:g} Hz.",
                code="pitch_range",
            )
        corners = corners_hz(config.scale, config.bands, config.low_hz, config.top_hz)
        if has_empty_band(corners, config.rate_hz / config.window):
            raise GraphError(
                f"{config.bands} bands are more than a window of {config.window_ms:g} ms can tell "
                "apart: one would be empty.",
                "Choose fewer bands, or a longer window.",
                code="empty_band",
            )

    def module(self, config: SpectrogramConfig, in_shapes: Shapes) -> nn.Module:  # noqa: ARG002
        from deepdesk.nn.modules.sound import Spectrogram as SpectrogramModule

        corners = corners_hz(config.scale, config.bands, config.low_hz, config.top_hz)
        return SpectrogramModule(
            window=config.window,
            step=config.step,
            rate_hz=config.rate_hz,
            corners_hz=corners,
            scale=config.scale,
        )

    def summary_line(self, config: SpectrogramConfig) -> str:
        return f"{config.bands} bands, step {config.step_ms:g} ms"
