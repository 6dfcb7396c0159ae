"""What is made of a spectrogram before filters see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from deepdesk.core.errors import GraphError
from deepdesk.core.settings import Knob
from deepdesk.nn.block import Block, Shape, Shapes, checked, require_layout

if TYPE_CHECKING:
    from torch import nn

_SPECTROGRAM_FIRST = "Put it after Spectrogram."
_SLOPES = {0: "", 1: ", slopes", 2: ", slopes twice"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MfccConfig:
    """How coarse the shape of a spectrum is kept."""

    coefficients: Annotated[
        int,
        Knob(
            label="Coefficients",
            help="Numbers kept of each column; 13 to 40 is usual.",
            low=1,
            high=512,
            more=False,
        ),
    ] = 20
    slopes: Annotated[
        int,
        Knob(
            label="Slopes",
            help="Adds how they change over time as channels of their own, and at 2 how that"
            " changes too.",
            low=0,
            high=2,
            zero="none",
        ),
    ] = 0


class Mfcc(Block[MfccConfig]):
    """The coarse shape of each spectrum in few numbers: nothing here is learned.

    (channels, bands, columns) -> (channels * (1 + slopes), coefficients, columns).
    """

    key = "mfcc"
    title = "Cepstrum (MFCC)"
    family = "layers"
    summary = (
        "Use it after Spectrogram for small networks: mel-frequency cepstral coefficients say in"
        " few numbers how a spectrum is shaped."
    )
    formula = "y[m, t] = s[m] Σ x[b, t] · cos(π m (b + ½) / B), s[0] = √(1/B), else √(2/B)"
    paper = "https://doi.org/10.1109/TASSP.1980.1163420"
    config = MfccConfig

    def shape(self, config: MfccConfig, in_shapes: Shapes) -> Shape:
        require_layout(in_shapes[0], 3, hint=_SPECTROGRAM_FIRST)
        channels, bands, columns = in_shapes[0]
        if config.coefficients > bands:
            raise GraphError(
                f"{bands:,} bands give no more than {bands:,} coefficients.",
                f"Set Coefficients to {bands} or fewer, or choose more bands before.",
                code="too_many",
            )
        return checked((channels * (1 + config.slopes), config.coefficients, columns))

    def module(self, config: MfccConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.sound import Mfcc as MfccModule

        return MfccModule(in_shapes[0][1], coefficients=config.coefficients, slopes=config.slopes)

    def summary_line(self, config: MfccConfig) -> str:
        return f"{config.coefficients} coefficients{_SLOPES[config.slopes]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PcenConfig:
    """How fast the gain follows."""

    share: Annotated[
        float,
        Knob(
            label="Newest column",
            help="Its share in the running mean of loudness; 0.025 at a step of 10 ms follows"
            " within half a second.",
            low=0.001,
            high=1.0,
            scale="log",
            more=False,
        ),
    ] = 0.025


class Pcen(Block[PcenConfig]):
    """Divides each band by its own loudness lately, and learns how much: a map, shape kept."""

    key = "pcen"
    title = "Automatic gain (PCEN)"
    family = "layers"
    summary = (
        "Use it after Spectrogram for sounds that are far away or in steady noise: per-channel"
        " energy normalisation."
    )
    formula = "y = (E / (10⁻⁶ + M)^a + d)^r - d^r, E = exp(x), M its running mean; a, d, r learned"
    paper = "https://arxiv.org/abs/1607.05666"
    config = PcenConfig

    def shape(self, config: PcenConfig, in_shapes: Shapes) -> Shape:  # noqa: ARG002
        require_layout(in_shapes[0], 3, hint=_SPECTROGRAM_FIRST)
        return in_shapes[0]

    def module(self, config: PcenConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.sound import Pcen as PcenModule

        return PcenModule(in_shapes[0][1], share=config.share)

    def summary_line(self, config: PcenConfig) -> str:
        return f"newest column {config.share:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BandNormConfig:
    """What is taken off each band."""

    deviation: Annotated[
        bool,
        Knob(
            label="Even deviations",
            help="Divides by the deviation of each band too, not only takes off its mean.",
            more=False,
        ),
    ] = True


class BandNorm(Block[BandNormConfig]):
    """Mean zero and variance one over the time of each sound, band by band: a map, shape kept."""

    key = "band_norm"
    title = "Band norm"
    family = "layers"
    summary = (
        "Use it after Spectrogram where microphones and rooms differ: it takes their tone off."
    )
    formula = "y[b, t] = (x[b, t] - mean over t) / √(variance over t + 10⁻⁵)"
    paper = "https://doi.org/10.1016/S0167-6393(98)00033-8"
    config = BandNormConfig

    def shape(self, config: BandNormConfig, in_shapes: Shapes) -> Shape:  # noqa: ARG002
        require_layout(in_shapes[0], 3, hint=_SPECTROGRAM_FIRST)
        return in_shapes[0]

    def module(self, config: BandNormConfig, in_shapes: Shapes) -> nn.Module:  # noqa: ARG002
        from deepdesk.nn.modules.sound import BandNorm as BandNormModule

        return BandNormModule(has_deviation=config.deviation)

    def summary_line(self, config: BandNormConfig) -> str:
        return "mean and deviation" if config.deviation else "mean"
