"""Larger maps, and maps of a fixed size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from deepdesk.core.settings import Knob
from deepdesk.nn.block import Block, Shape, Shapes, checked, require_layout, shape_text

if TYPE_CHECKING:
    from torch import nn

MODE_KNOB = Knob(
    label="Between pixels",
    help="Bilinear is smooth; nearest repeats pixels.",
    choices=(("bilinear", "Bilinear"), ("nearest", "Nearest")),
)
_HINT = "Put this block before the pool to one: it needs a map."


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsampleConfig:
    """How much larger."""

    factor: Annotated[
        int, Knob(label="Factor", help="2 doubles height and width.", low=2, high=32, more=False)
    ] = 2
    mode: Annotated[str, MODE_KNOB] = "nearest"


class Upsample(Block[UpsampleConfig]):
    """A map, enlarged.

    (C, H, W) -> (C, factor · H, factor · W).
    """

    key = "upsample"
    title = "Upsample"
    family = "shape"
    summary = "Use it to bring a map back to the size of an earlier one."
    formula = "y[c, i, j] = x[c, i / f, j / f], interpolated"
    config = UpsampleConfig

    def shape(self, config: UpsampleConfig, in_shapes: Shapes) -> Shape:
        require_layout(in_shapes[0], 3, hint=_HINT)
        channels, *sides = in_shapes[0]
        return checked((channels, *(side * config.factor for side in sides)))

    def module(self, config: UpsampleConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.shaping import Resize as ResizeModule

        _channels, height, width = self.shape(config, in_shapes)
        return ResizeModule((height, width), mode=config.mode)

    def summary_line(self, config: UpsampleConfig) -> str:
        return f"{config.factor} times"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResizeConfig:
    """The size that comes out."""

    height: Annotated[
        int, Knob(label="Height", help="Rows.", unit="px", low=1, high=4096, more=False)
    ] = 224
    width: Annotated[
        int, Knob(label="Width", help="Columns.", unit="px", low=1, high=4096, more=False)
    ] = 224
    mode: Annotated[str, MODE_KNOB] = "bilinear"


class Resize(Block[ResizeConfig]):
    """A picture or map in a fixed size.

    (C, H, W) -> (C, height, width).
    """

    key = "resize"
    title = "Resize"
    family = "shape"
    summary = "Use it before a backbone that was trained on larger pictures."
    formula = "y = x interpolated to height and width"
    config = ResizeConfig

    def shape(self, config: ResizeConfig, in_shapes: Shapes) -> Shape:
        require_layout(in_shapes[0], 3, hint=_HINT)
        return checked((in_shapes[0][0], config.height, config.width))

    def module(self, config: ResizeConfig, in_shapes: Shapes) -> nn.Module:  # noqa: ARG002
        from deepdesk.nn.modules.shaping import Resize as ResizeModule

        return ResizeModule((config.height, config.width), mode=config.mode)

    def summary_line(self, config: ResizeConfig) -> str:
        return f"{shape_text((config.height, config.width))} px"
