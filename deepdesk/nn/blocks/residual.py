"""Residual stages: convolutions that a signal can skip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from deepdesk.core.errors import GraphError
from deepdesk.core.settings import Knob
from deepdesk.nn.block import Block, Shape, Shapes, checked, require_layout, strided
from deepdesk.nn.blocks.activation import ACTIVATION_KNOB
from deepdesk.nn.blocks.convolution import CHANNELS_KNOB
from deepdesk.nn.blocks.normalisation import NORM_CHOICES

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidualStageConfig:
    """Width, depth, and how the map shrinks."""

    channels: Annotated[int, CHANNELS_KNOB] = 128
    blocks: Annotated[
        int,
        Knob(
            label="Blocks",
            help="Residual blocks of two convolutions each; 1 to 3 is usual.",
            low=0,
            high=64,
            more=False,
        ),
    ] = 2
    stride: Annotated[
        int,
        Knob(
            label="Stride",
            help="2 halves height and width at the entry.",
            unit="px",
            low=1,
            high=8,
            more=False,
        ),
    ] = 2
    activation: Annotated[str, ACTIVATION_KNOB] = "relu"
    entry: Annotated[
        str,
        Knob(
            label="Entry",
            help="Block: the first block strides. Pool: a convolution and a max pool come first, "
            "which learns faster on small pictures.",
            choices=(("block", "Block"), ("pool", "Pool")),
        ),
    ] = "block"
    style: Annotated[
        str,
        Knob(
            label="Order",
            help="Where the activation stands: after the sum as in the first paper, before the "
            "convolutions as in the second, or within the branch as in fast small networks.",
            choices=(("post", "After"), ("pre", "Before"), ("inside", "Within")),
        ),
    ] = "post"
    norm: Annotated[
        str,
        Knob(label="Norm", help="Batch norm unless batches are tiny.", choices=NORM_CHOICES),
    ] = "batch"
    squeeze: Annotated[
        bool,
        Knob(
            label="Squeeze and excite",
            help="Weighs channels by what the whole picture shows; a little slower.",
        ),
    ] = False
    identity_start: Annotated[
        bool,
        Knob(
            label="Start as identity",
            help="Branches begin at zero, which steadies deep networks.",
        ),
    ] = False


class ResidualStage(Block[ResidualStageConfig]):
    """Lets the signal skip two convolutions, so deep networks still learn.

    (C, H, W) -> (channels, ceil(H / stride), ceil(W / stride)), floor for the entry Pool.
    """

    key = "residual_stage"
    title = "Residual stage"
    family = "blocks"
    summary = "Lets the signal skip two convolutions, so deep networks still learn."
    formula = "y = f(x + norm(w2 * f(norm(w1 * x))))"
    paper = "https://arxiv.org/abs/1512.03385"
    config = ResidualStageConfig

    def shape(self, config: ResidualStageConfig, in_shapes: Shapes) -> Shape:
        require_layout(
            in_shapes[0], 3, hint="Put this block before the pool to one: it needs a map."
        )
        _channels, height, width = in_shapes[0]
        if config.entry == "pool":
            return checked((config.channels, height // config.stride, width // config.stride))
        if config.blocks < 1:
            raise GraphError(
                "A stage without blocks has nowhere to stride.",
                "Set Blocks to 1 or more, or Entry to Pool.",
                code="no_blocks",
            )
        return (config.channels, *(strided(side, config.stride) for side in (height, width)))

    def module(self, config: ResidualStageConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.residual import BranchOptions, residual_stage

        options = BranchOptions(
            style=config.style,
            norm=config.norm,
            activation=config.activation,
            squeeze=config.squeeze,
            identity_start=config.identity_start,
        )
        return residual_stage(
            in_shapes[0][0],
            config.channels,
            blocks=config.blocks,
            stride=config.stride,
            entry=config.entry,
            options=options,
        )

    def summary_line(self, config: ResidualStageConfig) -> str:
        word = "block" if config.blocks == 1 else "blocks"
        blocks = f", {config.blocks} {word}" if config.blocks else ""
        return f"{config.channels} filters{blocks}"
