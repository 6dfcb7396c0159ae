"""Blocks of small and fast networks: inverted residuals, and weights for channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from deepdesk.core.settings import Knob
from deepdesk.nn.block import (
    MAX_CHANNELS,
    Block,
    Shape,
    Shapes,
    checked,
    require_layout,
    strided,
)
from deepdesk.nn.blocks.activation import ACTIVATION_KNOB
from deepdesk.nn.blocks.convolution import CHANNELS_KNOB, KERNEL_KNOB, require_odd
from deepdesk.nn.blocks.normalisation import NORM_CHOICES, channels_of

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, slots=True, kw_only=True)
class InvertedResidualStageConfig:
    """Width, depth, how wide the inside is, and how the map shrinks."""

    channels: Annotated[int, CHANNELS_KNOB] = 32
    blocks: Annotated[
        int, Knob(label="Blocks", help="1 to 4 is usual.", low=1, high=64, more=False)
    ] = 2
    stride: Annotated[
        int,
        Knob(
            label="Stride",
            help="2 halves height and width in the first block.",
            unit="px",
            low=1,
            high=8,
            more=False,
        ),
    ] = 2
    expansion: Annotated[
        float,
        Knob(
            label="Expansion",
            help="Channels inside over channels at the entry; 3 to 6 is usual, 1 for none.",
            low=0.25,
            high=16.0,
        ),
    ] = 6.0
    kernel: Annotated[int, KERNEL_KNOB] = 3
    activation: Annotated[str, ACTIVATION_KNOB] = "relu6"
    norm: Annotated[
        str,
        Knob(label="Norm", help="Batch norm unless batches are tiny.", choices=NORM_CHOICES),
    ] = "batch"
    squeeze: Annotated[
        bool,
        Knob(
            label="Squeeze and excite",
            help="Weighs channels by what the whole picture shows, as MobileNetV3 does.",
        ),
    ] = False
    identity_start: Annotated[
        bool,
        Knob(
            label="Start as identity",
            help="Branches begin at zero: put into a trained network at stride 1 and its width, "
            "the stage changes nothing at first.",
        ),
    ] = False


class InvertedResidualStage(Block[InvertedResidualStageConfig]):
    """Few channels between blocks, many within them, and a shortcut from narrow to narrow.

    (C, H, W) -> (channels, ceil(H / stride), ceil(W / stride)).
    """

    key = "inverted_residual_stage"
    title = "Inverted residual stage"
    family = "blocks"
    summary = "Use it for networks that have to be small and fast, as on a phone."
    formula = "y = x + norm(n * f(norm(d * f(norm(w * x))))), w widens, d depthwise, n narrows"
    paper = "https://arxiv.org/abs/1801.04381"
    config = InvertedResidualStageConfig

    def shape(self, config: InvertedResidualStageConfig, in_shapes: Shapes) -> Shape:
        require_layout(
            in_shapes[0], 3, hint="Put this block before the pool to one: it needs a map."
        )
        require_odd(config.kernel, "same")
        channels, *sides = in_shapes[0]
        checked((max(1, round(channels * config.expansion)), *sides))
        sides = [strided(side, config.stride) for side in sides]
        checked((max(1, round(config.channels * config.expansion)), *sides))
        return (config.channels, *sides)

    def module(self, config: InvertedResidualStageConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.inverted_residual import InvertedOptions, inverted_residual_stage

        options = InvertedOptions(
            kernel=config.kernel,
            expansion=config.expansion,
            norm=config.norm,
            activation=config.activation,
            squeeze=config.squeeze,
            identity_start=config.identity_start,
        )
        return inverted_residual_stage(
            in_shapes[0][0],
            config.channels,
            blocks=config.blocks,
            stride=config.stride,
            options=options,
        )

    def summary_line(self, config: InvertedResidualStageConfig) -> str:
        word = "block" if config.blocks == 1 else "blocks"
        return f"{config.channels} filters, {config.blocks} {word}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SqueezeExciteConfig:
    """How narrow the way to the weights is."""

    reduction: Annotated[
        int,
        Knob(
            label="Reduction",
            help="Channels per hidden feature; 16 in the paper, 4 to 8 for narrow networks.",
            low=1,
            high=MAX_CHANNELS,
            more=False,
        ),
    ] = 16


class SqueezeExcite(Block[SqueezeExciteConfig]):
    """Weighs each channel by what the whole map or sequence shows.

    (C, H, W) -> (C, H, W) or (T, C) -> (T, C).
    """

    key = "squeeze_excite"
    title = "Squeeze and excite"
    family = "blocks"
    summary = "Use it after the filters of a stage, for a little more accuracy at little cost."
    formula = "y[c] = x[c] · σ(W2 · relu(W1 · mean(x)))[c]"  # noqa: RUF001
    paper = "https://arxiv.org/abs/1709.01507"
    config = SqueezeExciteConfig

    def shape(self, config: SqueezeExciteConfig, in_shapes: Shapes) -> Shape:  # noqa: ARG002
        require_layout(in_shapes[0], 2, 3, hint="Put this block before the pool to one.")
        return in_shapes[0]

    def module(self, config: SqueezeExciteConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.residual import Squeeze

        channels = channels_of(in_shapes[0])
        return Squeeze(channels, hidden=max(1, channels // config.reduction))

    def summary_line(self, config: SqueezeExciteConfig) -> str:
        return f"reduced {config.reduction} times"
