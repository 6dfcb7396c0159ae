"""Convolutions of other kinds: along sequences, the way back up, and in two cheap halves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from deepdesk.core.settings import Knob
from deepdesk.nn.block import (
    Block,
    Shape,
    Shapes,
    checked,
    require_divides,
    require_layout,
    shape_text,
    strided,
)
from deepdesk.nn.blocks.activation import ACTIVATION_KNOB
from deepdesk.nn.blocks.convolution import (
    BIAS_KNOB,
    CHANNELS_KNOB,
    DILATION_KNOB,
    GROUPS_KNOB,
    KERNEL_KNOB,
    NO_MAP,
    STRIDE_KNOB,
    filters_line,
    map_side,
    reach_of,
    require_fit,
    require_odd,
)
from deepdesk.nn.blocks.normalisation import NORM_CHOICES

if TYPE_CHECKING:
    from torch import nn

_STEP_KNOB = Knob(
    label="Stride",
    help="Step of the filter; 2 halves the length.",
    low=1,
    high=64,
    more=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Convolution1dConfig:
    """Filters, their length and step."""

    channels: Annotated[int, CHANNELS_KNOB] = 64
    kernel: Annotated[
        int,
        Knob(
            label="Kernel",
            help="Places that a filter sees; 3 is usual.",
            low=1,
            high=63,
            more=False,
        ),
    ] = 3
    stride: Annotated[int, _STEP_KNOB] = 1
    dilation: Annotated[int, DILATION_KNOB] = 1
    groups: Annotated[int, GROUPS_KNOB] = 1
    padding: Annotated[
        str,
        Knob(
            label="Padding",
            help="Same keeps the length at stride 1; causal too, and no place sees a later one; "
            "none loses kernel - 1 places.",
            choices=(("same", "Same"), ("causal", "Causal"), ("none", "None")),
        ),
    ] = "same"
    bias: Annotated[bool, BIAS_KNOB] = True


class Convolution1d(Block[Convolution1dConfig]):
    """Filters that slide along a sequence.

    (T, C) -> (ceil(T / stride), channels), with the padding None
    ((T - reach) // stride + 1, channels), reach = dilation · (kernel - 1) + 1.
    """

    key = "convolution_1d"
    title = "Convolution 1-D"
    family = "layers"
    summary = "Use it to find the same pattern anywhere in a sound or another sequence."
    formula = "y[t, c] = b[c] + Σ w[c, k, u] · x[s·t + d·u, k]"
    paper = "https://doi.org/10.1109/29.21701"
    config = Convolution1dConfig

    def shape(self, config: Convolution1dConfig, in_shapes: Shapes) -> Shape:
        require_layout(
            in_shapes[0], 2, hint="Put Map to sequence before a map, or use Convolution for it."
        )
        length, channels = in_shapes[0]
        require_divides(config.groups, channels, what="Groups", of="the input channels")
        require_divides(config.groups, config.channels, what="Groups", of="the channels")
        require_odd(config.kernel, config.padding)
        reach = reach_of(config.kernel, config.dilation)
        side = map_side(length, reach=reach, stride=config.stride, padding=config.padding)
        require_fit(reach, (side,), in_shapes[0])
        return checked((side, config.channels))

    def module(self, config: Convolution1dConfig, in_shapes: Shapes) -> nn.Module:
        from torch import nn

        from deepdesk.nn.modules.sequence import OnSequence

        reach = reach_of(config.kernel, config.dilation)
        filters = nn.Conv1d(
            in_shapes[0][1],
            config.channels,
            config.kernel,
            stride=config.stride,
            padding=reach // 2 * (config.padding == "same"),
            dilation=config.dilation,
            groups=config.groups,
            bias=config.bias,
        )
        return OnSequence(filters, before=(reach - 1) * (config.padding == "causal"))

    def summary_line(self, config: Convolution1dConfig) -> str:
        stride = f", stride {config.stride}" if config.stride > 1 else ""
        return f"{config.channels} filters of {config.kernel}{stride}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransposedConvolutionConfig:
    """Filters, their size, and how much larger the map becomes."""

    channels: Annotated[int, CHANNELS_KNOB] = 64
    kernel: Annotated[
        int,
        Knob(
            label="Kernel",
            help="Side of the filter; a multiple of the stride leaves no chequered pattern.",
            unit="px",
            low=1,
            high=63,
            more=False,
        ),
    ] = 4
    stride: Annotated[
        int,
        Knob(
            label="Stride",
            help="2 doubles height and width.",
            unit="px",
            low=1,
            high=64,
            more=False,
        ),
    ] = 2
    groups: Annotated[int, GROUPS_KNOB] = 1
    padding: Annotated[
        str,
        Knob(
            label="Edges",
            help="Exact gives stride times the size; whole keeps what reaches over the edges.",
            choices=(("same", "Exact"), ("none", "Whole")),
        ),
    ] = "same"
    bias: Annotated[bool, BIAS_KNOB] = True


class TransposedConvolution(Block[TransposedConvolutionConfig]):
    """Filters that paint a larger map, the way back of a convolution with a stride.

    (C, H, W) -> (channels, stride · H, stride · W) with the edges Exact, and
    (channels, (H - 1) · stride + kernel, (W - 1) · stride + kernel) with the edges Whole.
    """

    key = "transposed_convolution"
    title = "Transposed convolution"
    family = "layers"
    summary = "Use it to enlarge a map with filters that are learned, as in generators."
    formula = "y[c, s·i + u, s·j + v] = b[c] + Σ w[k, c, u, v] · x[k, i, j]"
    paper = "https://arxiv.org/abs/1411.4038"
    config = TransposedConvolutionConfig

    def shape(self, config: TransposedConvolutionConfig, in_shapes: Shapes) -> Shape:
        require_layout(in_shapes[0], 3, hint=NO_MAP)
        channels, *sides = in_shapes[0]
        require_divides(config.groups, channels, what="Groups", of="the input channels")
        require_divides(config.groups, config.channels, what="Groups", of="the channels")
        if config.padding == "none":
            grown = [(side - 1) * config.stride + config.kernel for side in sides]
            return checked((config.channels, *grown))
        if config.stride == 1:
            require_odd(config.kernel, config.padding)
        return checked((config.channels, *(side * config.stride for side in sides)))

    def module(self, config: TransposedConvolutionConfig, in_shapes: Shapes) -> nn.Module:
        from torch import nn

        padding, extra = _cropping(config)
        return nn.ConvTranspose2d(
            in_shapes[0][0],
            config.channels,
            config.kernel,
            stride=config.stride,
            padding=padding,
            output_padding=extra,
            groups=config.groups,
            bias=config.bias,
        )

    def summary_line(self, config: TransposedConvolutionConfig) -> str:
        kernel = shape_text((config.kernel, config.kernel))
        return f"{config.channels} filters, {kernel}, {config.stride} times larger"


def _cropping(config: TransposedConvolutionConfig) -> tuple[int, int]:
    """Return what is cut off at every edge and what is added at the last, for an exact size."""
    if config.padding == "none":
        return 0, 0
    padding = max(0, strided(config.kernel - config.stride, 2))
    return padding, config.stride + 2 * padding - config.kernel


@dataclass(frozen=True, slots=True, kw_only=True)
class SeparableConvolutionConfig:
    """Size of the filters, width, norm and activation after each half."""

    channels: Annotated[int, CHANNELS_KNOB] = 64
    kernel: Annotated[int, KERNEL_KNOB] = 3
    stride: Annotated[int, STRIDE_KNOB] = 1
    norm: Annotated[
        str,
        Knob(label="Norm", help="Batch norm unless batches are tiny.", choices=NORM_CHOICES),
    ] = "batch"
    activation: Annotated[str, ACTIVATION_KNOB] = "relu"


class SeparableConvolution(Block[SeparableConvolutionConfig]):
    """One filter per channel, then a mix of the channels of each pixel.

    (C, H, W) -> (channels, ceil(H / stride), ceil(W / stride)).
    """

    key = "separable_convolution"
    title = "Separable convolution"
    family = "blocks"
    summary = "Use it in place of a convolution where the network has to be small and fast."
    formula = "y = f(norm(p * f(norm(d * x)))), d depthwise, p with kernel 1"
    paper = "https://arxiv.org/abs/1704.04861"
    config = SeparableConvolutionConfig

    def shape(self, config: SeparableConvolutionConfig, in_shapes: Shapes) -> Shape:
        require_layout(in_shapes[0], 3, hint=NO_MAP)
        require_odd(config.kernel, "same")
        sides = [strided(side, config.stride) for side in in_shapes[0][1:]]
        widest = max(in_shapes[0][0], config.channels)
        checked((widest, *sides))
        return (config.channels, *sides)

    def module(self, config: SeparableConvolutionConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.convolution import separable_convolution

        return separable_convolution(
            in_shapes[0][0],
            config.channels,
            size=(config.kernel, config.stride),
            norm=config.norm,
            activation=config.activation,
        )

    def summary_line(self, config: SeparableConvolutionConfig) -> str:
        return filters_line(config)
