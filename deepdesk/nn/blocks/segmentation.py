"""Blocks of networks that give every pixel a class: an atrous pyramid and a light head."""

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
from deepdesk.nn.blocks.dense import DROPOUT_KNOB
from deepdesk.nn.blocks.normalisation import NORM_CHOICES

if TYPE_CHECKING:
    from torch import nn

_NO_MAP = "Connect maps: this block comes before any pool to one."


@dataclass(frozen=True, slots=True, kw_only=True)
class AtrousPyramidConfig:
    """Width, and how far the filters look."""

    channels: Annotated[int, CHANNELS_KNOB] = 128
    rate: Annotated[
        int,
        Knob(
            label="Rate",
            help="Distance between the points of the nearest filters; the others look two and"
            " three times as far. 6 for large maps, 2 or 3 for those of small pictures.",
            unit="px",
            low=1,
            high=64,
            more=False,
        ),
    ] = 3
    norm: Annotated[
        str,
        Knob(label="Norm", help="Batch norm unless batches are tiny.", choices=NORM_CHOICES),
    ] = "batch"
    activation: Annotated[str, ACTIVATION_KNOB] = "relu"
    dropout: Annotated[float, DROPOUT_KNOB] = 0.0


class AtrousPyramid(Block[AtrousPyramidConfig]):
    """Looks at the map point by point, at three distances and as a whole, and joins what it sees.

    (C, H, W) -> (channels, H, W).
    """

    key = "atrous_pyramid"
    title = "Atrous pyramid"
    family = "blocks"
    summary = "Use it on the last map of a backbone, so that each place knows its surroundings."
    formula = "y = f(norm(w * [a1(x), a3,r(x), a3,2r(x), a3,3r(x), mean(x)]))"
    paper = "https://arxiv.org/abs/1706.05587"
    config = AtrousPyramidConfig

    def shape(self, config: AtrousPyramidConfig, in_shapes: Shapes) -> Shape:
        require_layout(in_shapes[0], 3, hint=_NO_MAP)
        _channels, *sides = in_shapes[0]
        checked((5 * config.channels, *sides))
        return checked((config.channels, *sides))

    def module(self, config: AtrousPyramidConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.segmentation import AtrousPyramid as AtrousPyramidModule

        return AtrousPyramidModule(
            in_shapes[0][0],
            config.channels,
            rates=(config.rate, 2 * config.rate, 3 * config.rate),
            norm=config.norm,
            activation=config.activation,
            dropout=config.dropout,
        )

    def summary_line(self, config: AtrousPyramidConfig) -> str:
        return f"{config.channels} filters, rate {config.rate}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiteHeadConfig:
    """Scores, and the width before them."""

    classes: Annotated[
        int,
        Knob(label="Classes", help="Scores per pixel.", low=1, high=MAX_CHANNELS, more=False),
    ] = 2
    channels: Annotated[int, CHANNELS_KNOB] = 128


class LiteHead(Block[LiteHeadConfig]):
    """One raw score (logit) per class for every pixel, from a deep map and an earlier one.

    Inputs: the deep map (C, H, W), the earlier one (D, H', W') and, if connected, a picture
    (E, H'', W'') for its size alone. Output: (classes, H'', W''), or (classes, H', W') without it.
    """

    key = "lite_head"
    title = "LR-ASPP head"
    family = "heads"
    summary = "Use it on a small backbone where every pixel gets an answer quickly."
    formula = "y = Wd (d · σ(V mean(d))) + Ws s, d enlarged, y interpolated to the picture"  # noqa: RUF001
    paper = "https://arxiv.org/abs/1905.02244"
    config = LiteHeadConfig
    ports: ClassVar[tuple[int, int]] = (2, 3)
    outputs_setting = "classes"
    outputs_axis = 0

    def shape(self, config: LiteHeadConfig, in_shapes: Shapes) -> Shape:
        for shape in in_shapes:
            require_layout(shape, 3, hint=_NO_MAP)
        deep, skip = in_shapes[:2]
        if deep[1] > skip[1] or deep[2] > skip[2]:
            raise GraphError(
                f"The deep map of {shape_text(deep)} is larger than the earlier one of "
                f"{shape_text(skip)}.",
                "Swap the two connections: the smaller map goes first.",
                code="shapes_differ",
            )
        checked((config.channels, *skip[1:]))
        return checked((config.classes, *in_shapes[-1][1:]))

    def module(self, config: LiteHeadConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.segmentation import LiteHead as LiteHeadModule

        deep, skip = in_shapes[:2]
        _channels, height, width = in_shapes[-1]
        return LiteHeadModule(
            deep[0], skip[0], config.classes, channels=config.channels, size=(height, width)
        )

    def summary_line(self, config: LiteHeadConfig) -> str:
        return f"{config.classes} {'class' if config.classes == 1 else 'classes'}"
