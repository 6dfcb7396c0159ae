"""U-Nets, level by level or whole: for answers as large as the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from deepdesk.core.errors import GraphError
from deepdesk.core.settings import Knob
from deepdesk.nn.block import (
    MAX_CHANNELS,
    Block,
    Shape,
    Shapes,
    checked,
    require_layout,
    shape_text,
)
from deepdesk.nn.blocks.activation import ACTIVATION_KNOB
from deepdesk.nn.blocks.convolution import CHANNELS_KNOB
from deepdesk.nn.blocks.normalisation import NORM_CHOICES
from deepdesk.nn.blocks.resizing import MODE_KNOB

if TYPE_CHECKING:
    from torch import nn

_NORM_KNOB = Knob(label="Norm", help="Batch norm unless batches are tiny.", choices=NORM_CHOICES)
_NO_MAP = "Connect maps: this block comes before any pool to one."


@dataclass(frozen=True, slots=True, kw_only=True)
class UnetLevelConfig:
    """Width, and how the deep map is enlarged."""

    channels: Annotated[int, CHANNELS_KNOB] = 64
    mode: Annotated[str, MODE_KNOB] = "bilinear"
    norm: Annotated[str, _NORM_KNOB] = "batch"
    activation: Annotated[str, ACTIVATION_KNOB] = "relu"


class UnetLevel(Block[UnetLevelConfig]):
    """Enlarges a deep map to the size of an earlier one, joins both, and filters twice.

    Inputs: the deep map (C, H, W), then the earlier one (D, H', W') with H' >= H and W' >= W.
    Output: (channels, H', W').
    """

    key = "unet_level"
    title = "U-Net level"
    family = "blocks"
    summary = "Use it to climb back to the size of the picture with the detail of earlier maps."
    formula = "y = f(norm(w2 * f(norm(w1 * [skip, enlarged deep]))))"
    paper = "https://arxiv.org/abs/1505.04597"
    config = UnetLevelConfig
    ports: ClassVar[tuple[int, int]] = (2, 2)

    def shape(self, config: UnetLevelConfig, in_shapes: Shapes) -> Shape:
        for shape in in_shapes:
            require_layout(shape, 3, hint=_NO_MAP)
        deep, skip = in_shapes
        if deep[1] > skip[1] or deep[2] > skip[2]:
            raise GraphError(
                f"The deep map of {shape_text(deep)} is larger than the earlier one of "
                f"{shape_text(skip)}.",
                "Swap the two connections: the smaller map goes first.",
                code="shapes_differ",
            )
        checked((deep[0] + skip[0], *skip[1:]))
        return checked((config.channels, *skip[1:]))

    def module(self, config: UnetLevelConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.unet import LevelOptions
        from deepdesk.nn.modules.unet import UnetLevel as UnetLevelModule

        deep, skip = in_shapes
        options = LevelOptions(norm=config.norm, activation=config.activation, mode=config.mode)
        return UnetLevelModule(deep[0], skip[0], config.channels, options=options)

    def summary_line(self, config: UnetLevelConfig) -> str:
        return f"{config.channels} filters"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnetConfig:
    """Width of the first level and number of levels."""

    channels: Annotated[
        int,
        Knob(
            label="Channels",
            help="Filters of the first level; each level down has twice as many.",
            low=1,
            high=4096,
            scale="log",
            more=False,
        ),
    ] = 32
    levels: Annotated[
        int,
        Knob(
            label="Levels",
            help="Halvings of the picture; 3 to 5 is usual.",
            low=1,
            high=8,
            more=False,
        ),
    ] = 4
    mode: Annotated[str, MODE_KNOB] = "bilinear"
    norm: Annotated[str, _NORM_KNOB] = "batch"
    activation: Annotated[str, ACTIVATION_KNOB] = "relu"


class Unet(Block[UnetConfig]):
    """A whole U-Net: down by halves, and up again with a look back at every level.

    (C, H, W) -> (channels, H, W).
    """

    key = "unet"
    title = "U-Net"
    family = "blocks"
    summary = "Use it where every pixel gets an answer, with Per-pixel head after it."
    formula = "d[l + 1] = g(pool(d[l])), u[l] = g([d[l], enlarged u[l + 1]]), y = u[0]"
    paper = "https://arxiv.org/abs/1505.04597"
    config = UnetConfig

    def shape(self, config: UnetConfig, in_shapes: Shapes) -> Shape:
        require_layout(in_shapes[0], 3, hint=_NO_MAP)
        _channels, height, width = in_shapes[0]
        side = 1 << config.levels
        if min(height, width) < side:
            raise GraphError(
                f"{config.levels} halvings need a side of {side} or more, but the picture is "
                f"{shape_text(in_shapes[0])}.",
                f"{_fewer_levels(min(height, width))} larger pictures.",
                code="too_small",
            )
        widest = config.channels << config.levels
        if widest > MAX_CHANNELS:
            raise GraphError(
                f"The deepest level would have {widest:,} channels, more than {MAX_CHANNELS:,}.",
                "Choose fewer channels or fewer levels.",
                code="too_large",
            )
        checked((3 * config.channels, height, width))  # what the last level up reads
        return (config.channels, height, width)

    def module(self, config: UnetConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.unet import LevelOptions
        from deepdesk.nn.modules.unet import Unet as UnetModule

        options = LevelOptions(norm=config.norm, activation=config.activation, mode=config.mode)
        return UnetModule(in_shapes[0][0], config.channels, levels=config.levels, options=options)

    def summary_line(self, config: UnetConfig) -> str:
        return f"{config.channels} filters, {config.levels} levels"


def _fewer_levels(side: int) -> str:
    most = side.bit_length() - 1
    return f"Choose {most} or fewer levels, or use" if most else "Use"
