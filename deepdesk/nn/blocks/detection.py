"""Heads that find boxes on one map or on several, from points or from anchors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from deepdesk.core.settings import Knob
from deepdesk.nn.block import MAX_CHANNELS, Block, Shape, Shapes, checked
from deepdesk.nn.blocks.activation import ACTIVATION_KNOB
from deepdesk.nn.blocks.normalisation import NORM_CHOICES
from deepdesk.nn.detection_levels import ROW, levels_of, require_equal_channels

if TYPE_CHECKING:
    from torch import nn

MOST_MAPS = 8
_OR_SHARE_NONE = "Turn off One tower for all. Or: "
CLASSES_KNOB = Knob(label="Classes", help="Scores per box.", low=1, high=MAX_CHANNELS, more=False)
LAYERS_KNOB = Knob(
    label="Layers",
    help="Filters of 3 × 3 before the answer, once for classes and once for sides; 4 in the "  # noqa: RUF001
    "papers, 0 or 1 in small networks.",
    low=0,
    high=8,
    more=False,
)
SHARED_KNOB = Knob(
    label="One tower for all",
    help="All maps go through the same filters, which need equal channels. Off: each its own.",
    more=False,
)
NORM_KNOB = Knob(
    label="Norm",
    help="Group norm suits filters that several maps share; batch norm does not.",
    choices=NORM_CHOICES,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PointHeadConfig:
    """How many classes, and what stands before the answer."""

    classes: Annotated[int, CLASSES_KNOB] = 2
    layers: Annotated[int, LAYERS_KNOB] = 1
    shared: Annotated[bool, SHARED_KNOB] = True
    norm: Annotated[str, NORM_KNOB] = "group"
    activation: Annotated[str, ACTIVATION_KNOB] = "relu"
    centreness: Annotated[
        bool,
        Knob(
            label="Centre-ness",
            help="One more number per point lowers the scores of points that give poor boxes, "
            "mostly those far from the middle of a thing.",
        ),
    ] = False


class PointHead(Block[PointHeadConfig]):
    """One box for each cell of each map; no anchors to choose.

    Inputs, in any order: maps (C, H, W), and the picture for its size alone.
    Output: (cells of all maps, 8 + classes), from the finest map to the coarsest and row by row;
    four predicted sides and the four of the cell in px (left, top, right, bottom), then logits.
    """

    key = "point_head"
    title = "Box head, points"
    family = "heads"
    summary = "Use it as the last block to find boxes; connect one map or several, and the picture."
    formula = "sides = centre of the cell ∓ stride · exp(s · (W x + b)), scores = V x + c"
    paper = "https://arxiv.org/abs/1904.01355"
    config = PointHeadConfig
    ports: ClassVar[tuple[int, int]] = (2, MOST_MAPS + 1)
    outputs_setting = "classes"
    outputs_fixed = ROW

    def shape(self, config: PointHeadConfig, in_shapes: Shapes) -> Shape:
        levels = levels_of(in_shapes)
        if config.shared:
            require_equal_channels(levels, _OR_SHARE_NONE)
        return checked((levels.cells, ROW + config.classes))

    def module(self, config: PointHeadConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.detection import PointHead as PointHeadModule
        from deepdesk.nn.modules.detection import Tower

        tower = Tower(
            layers=config.layers,
            norm=config.norm,
            activation=config.activation,
            shared=config.shared,
        )
        levels = levels_of(in_shapes)
        return PointHeadModule(levels, config.classes, tower=tower, centreness=config.centreness)

    def summary_line(self, config: PointHeadConfig) -> str:
        return f"{classes_text(config.classes)}, {layers_text(config.layers)}"


RATIOS = {"1": (1.0,), "3": (0.5, 1.0, 2.0), "5": (1 / 3, 0.5, 1.0, 2.0, 3.0)}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorHeadConfig:
    """How many classes, which boxes to begin with, and what stands before the answer."""

    classes: Annotated[int, CLASSES_KNOB] = 2
    size: Annotated[
        float,
        Knob(
            label="Anchor size",
            help="Side of the smallest anchor, in cells of its map; 4 is usual. Things of a data "
            "set of small things want 2.",
            low=0.5,
            high=64.0,
            more=False,
        ),
    ] = 4.0
    scales: Annotated[
        int,
        Knob(
            label="Sizes",
            help="Anchors of each shape, growing to just below double; 3 in RetinaNet.",
            low=1,
            high=8,
            more=False,
        ),
    ] = 1
    ratios: Annotated[
        str,
        Knob(
            label="Shapes",
            help="Height to width of the anchors.",
            choices=(
                ("1", "Square"),
                ("3", "1:2, 1:1, 2:1"),
                ("5", "1:3, 1:2, 1:1, 2:1, 3:1"),
            ),
            more=False,
        ),
    ] = "3"
    layers: Annotated[int, LAYERS_KNOB] = 0
    shared: Annotated[bool, SHARED_KNOB] = False
    separable: Annotated[
        bool,
        Knob(
            label="Separable",
            help="The last filters are depthwise and 1 × 1 as in SSDLite: far fewer operations.",  # noqa: RUF001
        ),
    ] = False
    norm: Annotated[str, NORM_KNOB] = "none"
    activation: Annotated[str, ACTIVATION_KNOB] = "relu"


class AnchorHead(Block[AnchorHeadConfig]):
    """Several boxes for each cell of each map, each a change of an anchor of fixed shape.

    Inputs, in any order: maps (C, H, W), and the picture for its size alone.
    Output: (cells of all maps · anchors of a cell, 8 + classes), from the finest map to the
    coarsest and row by row; four predicted sides and the four of the anchor in px (left, top,
    right, bottom), then logits.
    """

    key = "anchor_head"
    title = "Box head, anchors"
    family = "heads"
    summary = "Use it as the last block to find boxes whose sizes and shapes are known beforehand."
    formula = "centre = a + size · d1, size = size of the anchor · exp(d2), scores = V x + c"
    paper = "https://arxiv.org/abs/1708.02002"
    config = AnchorHeadConfig
    ports: ClassVar[tuple[int, int]] = (2, MOST_MAPS + 1)
    outputs_setting = "classes"
    outputs_fixed = ROW

    def shape(self, config: AnchorHeadConfig, in_shapes: Shapes) -> Shape:
        levels = levels_of(in_shapes)
        if config.shared:
            require_equal_channels(levels, _OR_SHARE_NONE)
        return checked((levels.cells * len(_shapes(config)), ROW + config.classes))

    def module(self, config: AnchorHeadConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.detection import AnchorHead as AnchorHeadModule
        from deepdesk.nn.modules.detection import Tower

        tower = Tower(
            layers=config.layers,
            norm=config.norm,
            activation=config.activation,
            shared=config.shared,
            separable=config.separable,
        )
        return AnchorHeadModule(
            levels_of(in_shapes), config.classes, anchors=_shapes(config), tower=tower
        )

    def summary_line(self, config: AnchorHeadConfig) -> str:
        count = len(_shapes(config))
        words = "1 anchor" if count == 1 else f"{count} anchors"
        return f"{classes_text(config.classes)}, {words}"


def _shapes(config: AnchorHeadConfig) -> tuple[tuple[float, float], ...]:
    """Return width and height of the anchors of a cell, in strides."""
    return anchor_shapes(config.size, config.scales, RATIOS[config.ratios])


def anchor_shapes(
    size: float, scales: int, ratios: tuple[float, ...]
) -> tuple[tuple[float, float], ...]:
    """Return width and height of the anchors of a cell, in the units of `size`.

    Args:
        size: Square root of the area of the smallest.
        scales: Sizes within a doubling.
        ratios: Height to width.
    """
    sides = [size * 2 ** (step / scales) for step in range(scales)]
    return tuple((side / ratio**0.5, side * ratio**0.5) for side in sides for ratio in ratios)


def classes_text(count: int) -> str:
    """Return how many classes."""
    return "1 class" if count == 1 else f"{count} classes"


def layers_text(count: int) -> str:
    """Return how many layers."""
    return "1 layer" if count == 1 else f"{count} layers"
