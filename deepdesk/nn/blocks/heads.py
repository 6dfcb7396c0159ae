"""Heads besides that of a classifier: an answer for every pixel, and numbers."""

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
from deepdesk.nn.blocks.dense import DROPOUT_KNOB, HIDDEN_KNOB

if TYPE_CHECKING:
    from torch import nn

_LARGEST = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseHeadConfig:
    """From a map to scores for every pixel."""

    classes: Annotated[
        int,
        Knob(
            label="Classes",
            help="Scores per pixel.",
            low=1,
            high=MAX_CHANNELS,
            more=False,
        ),
    ] = 2
    factor: Annotated[
        int,
        Knob(
            label="Enlarge",
            help="Times that height and width grow, without a second connection for the size.",
            low=1,
            high=64,
            more=False,
        ),
    ] = 1
    dropout: Annotated[float, DROPOUT_KNOB] = 0.0


class DenseHead(Block[DenseHeadConfig]):
    """One raw score (logit) per class for every pixel.

    Input: a map (C, H, W), and if connected a picture or map (D, H', W') for its size alone.
    Output: (classes, H', W'), or (classes, factor · H, factor · W) without the second.
    """

    key = "dense_head"
    title = "Per-pixel head"
    family = "heads"
    summary = "Use it as the last block where every pixel gets an answer; connect the picture too."
    formula = "y[:, i, j] = W x[:, i, j] + b, interpolated to the size of the picture"
    paper = "https://arxiv.org/abs/1411.4038"
    config = DenseHeadConfig
    ports: ClassVar[tuple[int, int]] = (1, 2)
    outputs_setting = "classes"
    outputs_axis = 0

    def shape(self, config: DenseHeadConfig, in_shapes: Shapes) -> Shape:
        for shape in in_shapes:
            require_layout(shape, 3, hint="Connect maps: this head comes before any pool to one.")
        _channels, *sides = in_shapes[0]
        sized = in_shapes[-1][1:] if len(in_shapes) > 1 else [config.factor * s for s in sides]
        return checked((config.classes, *sized))

    def module(self, config: DenseHeadConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.heads import DenseHead as DenseHeadModule

        _classes, height, width = self.shape(config, in_shapes)
        return DenseHeadModule(
            in_shapes[0][0], config.classes, size=(height, width), dropout=config.dropout
        )

    def summary_line(self, config: DenseHeadConfig) -> str:
        larger = f", {config.factor} times larger" if config.factor > 1 else ""
        return f"{config.classes} {'class' if config.classes == 1 else 'classes'}{larger}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionHeadConfig:
    """How many numbers, and in which range."""

    outputs: Annotated[
        int,
        Knob(label="Numbers", help="Numbers that come out.", low=1, high=MAX_CHANNELS, more=False),
    ] = 1
    limits: Annotated[
        str,
        Knob(
            label="Range",
            help="Any number, numbers above zero, or numbers between two ends.",
            choices=(("any", "Any"), ("positive", "Above zero"), ("bounded", "Between two ends")),
            more=False,
        ),
    ] = "any"
    low: Annotated[
        float,
        Knob(label="Lower end", help="Of a bounded range.", low=-_LARGEST, high=_LARGEST),
    ] = 0.0
    high: Annotated[
        float,
        Knob(label="Upper end", help="Of a bounded range.", low=-_LARGEST, high=_LARGEST),
    ] = 1.0
    dropout: Annotated[float, DROPOUT_KNOB] = 0.0
    hidden: Annotated[int, HIDDEN_KNOB] = 0


class RegressionHead(Block[RegressionHeadConfig]):
    """Numbers, kept in a range if asked for.

    (C,) -> (outputs,).
    """

    key = "regression_head"
    title = "Regression head"
    family = "heads"
    summary = "Use it as the last block of a network that answers with numbers, not classes."
    formula = "y = W x + b, softplus(W x + b), or low + (high - low) · σ(W x + b)"  # noqa: RUF001
    config = RegressionHeadConfig
    outputs_setting = "outputs"

    def shape(self, config: RegressionHeadConfig, in_shapes: Shapes) -> Shape:
        require_layout(in_shapes[0], 1, hint="Put Pool to one (or Flatten) before this block.")
        if config.limits == "bounded" and config.low >= config.high:
            raise GraphError(
                f"The range goes from {config.low:g} to {config.high:g} for "
                f"{shape_text(in_shapes[0])}.",
                "Set the upper end above the lower end.",
                code="setting",
            )
        return (config.outputs,)

    def module(self, config: RegressionHeadConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.heads import RegressionHead as RegressionHeadModule

        return RegressionHeadModule(
            in_shapes[0][0],
            config.outputs,
            limits=(config.limits, config.low, config.high),
            dropout=config.dropout,
            hidden=config.hidden,
        )

    def summary_line(self, config: RegressionHeadConfig) -> str:
        return "1 number" if config.outputs == 1 else f"{config.outputs} numbers"
