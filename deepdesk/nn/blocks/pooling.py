"""Pooling: smaller maps, and from a map to one vector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from deepdesk.core.errors import GraphError
from deepdesk.core.settings import Knob
from deepdesk.nn.block import Block, Shape, Shapes, checked, require_layout, shape_text

if TYPE_CHECKING:
    from torch import nn

_NO_MAP = "Pooling needs places to choose from: put this block before the pool to one."


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
    padding: Annotated[
        str,
        Knob(
            label="Padding",
            help="Same lets windows of an odd size reach over the edges, so that stride 1 keeps "
            "height and width.",
            choices=(("none", "None"), ("same", "Same")),
        ),
    ] = "none"


def _steps(config: PoolConfig) -> tuple[int, int]:
    """Return the stride and what is put around each edge."""
    padding = (config.size - 1) // 2 if config.padding == "same" else 0
    return config.stride or config.size, padding


class _Pool(Block[PoolConfig]):
    """(C, H, W) -> (C, H', W') or (T, C) -> (T', C).

    T' = (T + 2 p - size) // stride + 1, p = (size - 1) // 2 with padding and 0 without.
    """

    family = "shape"
    config = PoolConfig

    def shape(self, config: PoolConfig, in_shapes: Shapes) -> Shape:
        require_layout(in_shapes[0], 2, 3, hint=_NO_MAP)
        is_sequence = len(in_shapes[0]) == 2
        sides = in_shapes[0][:1] if is_sequence else in_shapes[0][1:]
        stride, padding = _steps(config)
        if min(sides) + 2 * padding < config.size:
            raise GraphError(
                f"A window of {config.size} does not fit into {shape_text(in_shapes[0])}.",
                "Take out this or an earlier pooling, or use larger pictures.",
                code="too_small",
            )
        pooled = tuple((side + 2 * padding - config.size) // stride + 1 for side in sides)
        return checked((*pooled, in_shapes[0][1]) if is_sequence else (in_shapes[0][0], *pooled))

    def summary_line(self, config: PoolConfig) -> str:
        return shape_text((config.size, config.size))


class MaxPool(_Pool):
    """The largest number of each window."""

    key = "max_pool"
    title = "Max pool"
    summary = "Use it to halve a map or a sequence and keep the strongest answers."
    formula = "y[c, i, j] = max over the window of x[c]"

    def module(self, config: PoolConfig, in_shapes: Shapes) -> nn.Module:
        from torch import nn

        from deepdesk.nn.modules.sequence import OnSequence

        stride, padding = _steps(config)
        if len(in_shapes[0]) == 2:
            return OnSequence(nn.MaxPool1d(config.size, stride, padding))
        return nn.MaxPool2d(config.size, stride, padding)


class AveragePool(_Pool):
    """The mean of each window."""

    key = "average_pool"
    title = "Average pool"
    summary = "Use it to halve a map or a sequence smoothly."
    formula = "y[c, i, j] = mean over the window of x[c]"

    def module(self, config: PoolConfig, in_shapes: Shapes) -> nn.Module:
        from torch import nn

        from deepdesk.nn.modules.sequence import OnSequence

        stride, padding = _steps(config)
        if len(in_shapes[0]) == 2:
            return OnSequence(nn.AvgPool1d(config.size, stride, padding, count_include_pad=False))
        return nn.AvgPool2d(config.size, stride, padding, count_include_pad=False)


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
    """One number per channel, whatever the size of the picture.

    (C, H, W) -> (C,) or (T, C) -> (C,).
    """

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
