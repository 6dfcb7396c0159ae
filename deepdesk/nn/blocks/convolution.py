"""Convolution, alone and together with its normalisation and activation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from deepdesk.core.errors import GraphError
from deepdesk.core.settings import Knob
from deepdesk.nn.block import (
    MAX_CHANNELS,
    Block,
    Shape,
    Shapes,
    checked,
    require_divides,
    require_layout,
    shape_text,
    strided,
)
from deepdesk.nn.blocks.activation import ACTIVATION_KNOB, ACTIVATION_WORDS
from deepdesk.nn.blocks.normalisation import NORM_CHOICES, NORM_WORDS

if TYPE_CHECKING:
    from torch import nn

CHANNELS_KNOB = Knob(
    label="Channels",
    help="Filters, each looking for its own pattern. 16 to 64 near the picture, more further up.",
    low=1,
    high=MAX_CHANNELS,
    scale="log",
    more=False,
)
KERNEL_KNOB = Knob(
    label="Kernel", help="Side of the filter; 3 is usual.", unit="px", low=1, high=63, more=False
)
STRIDE_KNOB = Knob(
    label="Stride",
    help="Step of the filter; 2 halves height and width.",
    unit="px",
    low=1,
    high=64,
    more=False,
)
GROUPS_KNOB = Knob(
    label="Groups",
    help="Channels are split into groups that do not see each other; fewer FLOPs.",
    low=1,
    high=MAX_CHANNELS,
)
BIAS_KNOB = Knob(label="Bias", help="Adds a number per channel; useless before a norm.")
DILATION_KNOB = Knob(
    label="Dilation",
    help="Distance between the points of a filter: 2 looks twice as far at the same cost.",
    unit="px",
    low=1,
    high=64,
)
NO_MAP = "Convolutions need channels, height and width: put this block before the pool to one."


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvolutionConfig:
    """Filters, their size and step."""

    channels: Annotated[int, CHANNELS_KNOB] = 64
    kernel: Annotated[int, KERNEL_KNOB] = 3
    stride: Annotated[int, STRIDE_KNOB] = 1
    groups: Annotated[int, GROUPS_KNOB] = 1
    depthwise: Annotated[
        bool, Knob(label="Depthwise", help="One group per input channel; Groups is then ignored.")
    ] = False
    padding: Annotated[
        str,
        Knob(
            label="Padding",
            help="Same keeps height and width at stride 1; none loses kernel - 1 pixels.",
            choices=(("same", "Same"), ("none", "None")),
        ),
    ] = "same"
    bias: Annotated[bool, BIAS_KNOB] = True
    dilation: Annotated[int, DILATION_KNOB] = 1


def reach_of(kernel: int, dilation: int) -> int:
    """Return the side of what a filter with gaps looks at."""
    return dilation * (kernel - 1) + 1


def filters_line(config: Any) -> str:
    """Return channels, kernel, norm and activation in a few words; `config` has all four."""
    kernel = shape_text((config.kernel, config.kernel))
    after = [NORM_WORDS[config.norm], ACTIVATION_WORDS[config.activation]]
    words = " · ".join(word for word in after if word != "None")
    return f"{config.channels} filters, {kernel}" + (f" · {words}" if words else "")


def map_side(side: int, *, reach: int, stride: int, padding: str) -> int:
    """Return the side of a map after a filter; below 1 when the map is too small."""
    return (side - reach) // stride + 1 if padding == "none" else strided(side, stride)


def require_odd(kernel: int, padding: str) -> None:
    """Refuse "same" padding for an even kernel, which has no middle.

    Raises:
        GraphError: Code "even_kernel".
    """
    if padding == "same" and kernel % 2 == 0:
        raise GraphError(
            f"Kernel is {kernel}, and an even kernel has no middle for the padding Same.",
            f"Choose kernel {kernel - 1} or {kernel + 1}, or the padding None.",
            code="even_kernel",
        )


def require_fit(reach: int, sides: Sequence[int], shape: Shape) -> None:
    """Refuse a filter that is larger than what it reads.

    Raises:
        GraphError: Code "too_small".
    """
    if min(sides) < 1:
        raise GraphError(
            f"A kernel of {reach} does not fit into {shape_text(shape)}.",
            "Choose a smaller kernel, or the padding Same.",
            code="too_small",
        )


def _groups(config: ConvolutionConfig, channels: int) -> int:
    return channels if config.depthwise else config.groups


class Convolution(Block[ConvolutionConfig]):
    """Filters that slide over the picture.

    (C, H, W) -> (channels, ceil(H / stride), ceil(W / stride)), with the padding None
    (channels, (H - reach) // stride + 1, (W - reach) // stride + 1),
    reach = dilation · (kernel - 1) + 1.
    """

    key = "convolution"
    title = "Convolution"
    family = "layers"
    summary = "Use it to find the same pattern anywhere in a picture."
    formula = "y[c, i, j] = b[c] + Σ w[c, k, u, v] · x[k, s·i + u, s·j + v]"
    paper = "https://doi.org/10.1109/5.726791"
    config = ConvolutionConfig

    def shape(self, config: ConvolutionConfig, in_shapes: Shapes) -> Shape:
        require_layout(in_shapes[0], 3, hint=NO_MAP)
        channels, height, width = in_shapes[0]
        groups = _groups(config, channels)
        require_divides(groups, channels, what="Groups", of="the input channels")
        require_divides(groups, config.channels, what="Groups", of="the channels")
        require_odd(config.kernel, config.padding)
        reach = reach_of(config.kernel, config.dilation)
        sides = [
            map_side(s, reach=reach, stride=config.stride, padding=config.padding)
            for s in (height, width)
        ]
        require_fit(reach, sides, in_shapes[0])
        return checked((config.channels, *sides))

    def module(self, config: ConvolutionConfig, in_shapes: Shapes) -> nn.Module:
        from torch import nn

        channels = in_shapes[0][0]
        return nn.Conv2d(
            channels,
            config.channels,
            config.kernel,
            stride=config.stride,
            padding=reach_of(config.kernel, config.dilation) // 2 * (config.padding == "same"),
            dilation=config.dilation,
            groups=_groups(config, channels),
            bias=config.bias,
        )

    def summary_line(self, config: ConvolutionConfig) -> str:
        stride = f", stride {config.stride}" if config.stride > 1 else ""
        kernel = shape_text((config.kernel, config.kernel))
        return f"{config.channels} filters, {kernel}{stride}"


POOL_CHOICES = (("none", "None"), ("maximum", "Maximum"), ("average", "Average"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvolutionBlockConfig:
    """Convolution, pooling by 2 if asked for, normalisation, activation."""

    channels: Annotated[int, CHANNELS_KNOB] = 64
    kernel: Annotated[int, KERNEL_KNOB] = 3
    stride: Annotated[int, STRIDE_KNOB] = 1
    norm: Annotated[
        str,
        Knob(
            label="Norm",
            help="Batch norm learns fastest in batches of 16 or more; group norm in smaller ones.",
            choices=NORM_CHOICES,
        ),
    ] = "batch"
    activation: Annotated[str, ACTIVATION_KNOB] = "relu"
    pool: Annotated[
        str,
        Knob(
            label="Pool",
            help="Halves height and width between the convolution and the norm.",
            choices=POOL_CHOICES,
        ),
    ] = "none"


class ConvolutionBlock(Block[ConvolutionBlockConfig]):
    """A convolution with what nearly always follows it.

    (C, H, W) -> (channels, ceil(H / stride), ceil(W / stride)), halved by a pool.
    """

    key = "convolution_block"
    title = "Convolution block"
    family = "blocks"
    summary = "Use it as the usual step of a network for pictures: filters, norm, activation."
    formula = "y = f(norm(pool(w * x)))"
    paper = "https://arxiv.org/abs/1502.03167"
    config = ConvolutionBlockConfig

    def shape(self, config: ConvolutionBlockConfig, in_shapes: Shapes) -> Shape:
        require_layout(in_shapes[0], 3, hint=NO_MAP)
        require_odd(config.kernel, "same")
        _channels, height, width = in_shapes[0]
        sides = [strided(side, config.stride) for side in (height, width)]
        if config.pool != "none":
            sides = [side // 2 for side in sides]
        return checked((config.channels, *sides))

    def module(self, config: ConvolutionBlockConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.convolution import convolution_block

        return convolution_block(
            in_shapes[0][0],
            config.channels,
            size=(config.kernel, config.stride),
            norm=config.norm,
            activation=config.activation,
            pool=config.pool,
        )

    def summary_line(self, config: ConvolutionBlockConfig) -> str:
        return filters_line(config)
