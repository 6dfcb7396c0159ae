"""Pooling: smaller maps, and from a map to one vector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from deepdesk.core.errors import GraphError
from deepdesk.core.settings import Knob
from deepdesk.nn.block import Block, Shape, Shapes, checked, require_layout, shape_text

if TYPE_CHECKING:
    from torch import nn

_NO_MAP = "Pooling needs channels, height and width: put this block before the pool to one."


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolConfig:
    """Size and step of the window."""

    size: Annotated[
        int,
        Knob(label="Size", help="Side of the window.", unit="px", low=2, high=64, more=False),
    ] = 2
    stride: Annotated[
        int,
        Knob(label="Stride", help="Step; 0 means the same as the size.", unit="px", low=0, high=64),
    ] = 0


class _Pool(Block[PoolConfig]):
    family = "shape"
    config = PoolConfig

    def shape(self, config: PoolConfig, in_shapes: Shapes) -> Shape:
        require_layout(in_shapes[0], 3, hint=_NO_MAP)
        channels, *sides = in_shapes[0]
        if min(sides) < config.size:
            raise GraphError(
                f"A window of {config.size} does not fit into {shape_text(in_shapes[0])}.",
                "Take out this or an earlier pooling, or use larger pictures.",
                code="too_small",
            )
        stride = config.stride or config.size
        return checked((channels, *((side - config.size) // stride + 1 for side in sides)))

    def summary_line(self, config: PoolConfig) -> str:
        return shape_text((config.size, config.size))


class MaxPool(_Pool):
    """The largest number of each window."""

    key = "max_pool"
    title = "Max pool"
    summary = "Use it to halve a map and keep the strongest answers."
    formula = "y[c, i, j] = max over the window of x[c]"

    def module(self, config: PoolConfig, in_shapes: Shapes) -> nn.Module:  # noqa: ARG002
        from torch import nn

        return nn.MaxPool2d(config.size, config.stride or config.size)


class AveragePool(_Pool):
    """The mean of each window."""

    key = "average_pool"
    title = "Average pool"
    summary = "Use it to halve a map smoothly."
    formula = "y[c, i, j] = mean over the window of x[c]"

    def module(self, config: PoolConfig, in_shapes: Shapes) -> nn.Module:  # noqa: ARG002
        from torch import nn

        return nn.AvgPool2d(config.size, config.stride or config.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalPoolConfig:
    """Which number stands for all positions."""

    how: Annotated[
        str,
        Knob(
            label="How",
            help="Average is steady; maximum asks whether a pattern is anywhere; "
            "class token takes the first place of a sequence.",
            choices=(("average", "Average"), ("maximum", "Maximum"), ("first", "Class token")),
            more=False,
        ),
    ] = "average"


class GlobalPool(Block[GlobalPoolConfig]):
    """One number per channel, whatever the size of the picture."""

    key = "global_pool"
    title = "Pool to one"
    family = "shape"
    summary = "Use it before the last layer, so that any picture size fits."
    formula = "y[c] = mean or max of x[c] over all positions"
    paper = "https://arxiv.org/abs/1312.4400"
    config = GlobalPoolConfig

    def shape(self, config: GlobalPoolConfig, in_shapes: Shapes) -> Shape:
        require_layout(in_shapes[0], 2, 3, hint="A vector has one place already: remove the pool.")
        if config.how == "first" and len(in_shapes[0]) == 3:
            raise GraphError(
                f"A map of {shape_text(in_shapes[0])} has no class token.",
                "Choose average or maximum.",
                code="class_token",
            )
        return (in_shapes[0][-1 if len(in_shapes[0]) == 2 else 0],)

    def module(self, config: GlobalPoolConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.shaping import GlobalPool as GlobalPoolModule

        return GlobalPoolModule(config.how, rank=len(in_shapes[0]))

    def summary_line(self, config: GlobalPoolConfig) -> str:
        words = {"average": "average", "maximum": "maximum", "first": "class token"}
        return words[config.how]


POOLING: tuple[type[Block[Any]], ...] = (MaxPool, AveragePool, GlobalPool)
