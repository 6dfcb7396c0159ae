"""The two heads of a two-stage network: where anything may be, and what each of these places is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from deepdesk.core.errors import GraphError
from deepdesk.core.settings import Knob
from deepdesk.nn.block import MAX_CHANNELS, Block, Shape, Shapes, checked, shape_text
from deepdesk.nn.blocks.detection import (
    CLASSES_KNOB,
    MOST_MAPS,
    RATIOS,
    anchor_shapes,
    classes_text,
)
from deepdesk.nn.detection_levels import ROW, levels_of, require_equal_channels

if TYPE_CHECKING:
    from torch import nn

PROPOSAL = ROW + 1  # numbers of a proposal: its one class is "a thing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalHeadConfig:
    """Which boxes to begin with."""

    size: Annotated[
        float,
        Knob(
            label="Anchor size",
            help="Side of an anchor, in cells of its map; 8 in the paper, 4 for small things.",
            low=0.5,
            high=64.0,
            more=False,
        ),
    ] = 4.0
    layers: Annotated[
        int,
        Knob(label="Layers", help="Filters of 3 × 3 before the answer.", low=0, high=8),  # noqa: RUF001
    ] = 1


class ProposalHead(Block[ProposalHeadConfig]):
    """Boxes in which anything may be: the first stage of a two-stage network.

    Inputs, in any order: maps (C, H, W) of equal channels, and the picture for its size alone.
    Output: (3 · cells of all maps, 9); four predicted sides and the four of the anchor in px (left,
    top, right, bottom), then the logit of there being a thing.
    """

    key = "proposal_head"
    title = "Proposal head"
    family = "heads"
    summary = "Use it on a pyramid, before Box head, regions; give it the id proposals to train it."
    formula = "box = anchor changed by W x + b, score = v x + c"
    paper = "https://arxiv.org/abs/1506.01497"
    config = ProposalHeadConfig
    ports: ClassVar[tuple[int, int]] = (2, MOST_MAPS + 1)

    def shape(self, config: ProposalHeadConfig, in_shapes: Shapes) -> Shape:  # noqa: ARG002
        levels = levels_of(in_shapes)
        require_equal_channels(levels)
        return checked((levels.cells * len(RATIOS["3"]), PROPOSAL))

    def module(self, config: ProposalHeadConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.detection import AnchorHead, Tower

        anchors = anchor_shapes(config.size, 1, RATIOS["3"])
        tower = Tower(layers=config.layers, norm="none", kernel=1)
        return AnchorHead(levels_of(in_shapes), 1, anchors=anchors, tower=tower)

    def summary_line(self, config: ProposalHeadConfig) -> str:
        return f"anchors of {config.size:g} cells"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionHeadConfig:
    """How many places are looked at, and how closely."""

    classes: Annotated[int, CLASSES_KNOB] = 2
    kept: Annotated[
        int,
        Knob(
            label="Regions",
            help="Proposals that are looked at, those with the best scores. Several times as many "
            "as there are things on a picture.",
            low=1,
            high=1000,
            more=False,
        ),
    ] = 64
    overlap: Annotated[
        float,
        Knob(
            label="Overlap",
            help="Of two proposals that share more of their area than this (intersection over "
            "union), the better one is looked at first.",
            low=0.1,
            high=1.0,
        ),
    ] = 0.7
    side: Annotated[
        int,
        Knob(
            label="Cells a side",
            help="Each region is read from the maps as a square of so many cells; 7 is usual.",
            low=1,
            high=32,
        ),
    ] = 7
    hidden: Annotated[
        int,
        Knob(
            label="Hidden features",
            help="Width of two layers with ReLU between a region and its answer; 0 for none.",
            low=0,
            high=MAX_CHANNELS,
        ),
    ] = 256


class RegionHead(Block[RegionHeadConfig]):
    """Looks again at the best proposals, one by one: the second stage of a two-stage network.

    Inputs, in any order: proposals (P, 9), maps (C, H, W) of equal channels, and the picture for
    its size alone. Output: (regions, 8 + classes), the best proposal first; four predicted sides
    and the four of the proposal in px (left, top, right, bottom), then logits.
    """

    key = "region_head"
    title = "Box head, regions"
    family = "heads"
    summary = "Use it as the last block behind a Proposal head: slower than one stage, and exact."
    formula = "r = relu(W2 relu(W1 region)), box = proposal changed by A r, scores = V r + c"
    paper = "https://arxiv.org/abs/1506.01497"
    config = RegionHeadConfig
    ports: ClassVar[tuple[int, int]] = (3, MOST_MAPS + 2)
    outputs_setting = "classes"
    outputs_fixed = ROW

    def shape(self, config: RegionHeadConfig, in_shapes: Shapes) -> Shape:
        proposals, rest = _split(in_shapes)
        require_equal_channels(levels_of(rest))
        kept = min(config.kept, in_shapes[proposals][0])
        checked((kept, rest[0][0] * config.side**2))
        return checked((kept, ROW + config.classes))

    def module(self, config: RegionHeadConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.detection_regions import RegionHead as RegionHeadModule
        from deepdesk.nn.modules.detection_regions import Regions

        proposals, rest = _split(in_shapes)
        regions = Regions(kept=config.kept, overlap=config.overlap, side=config.side)
        return RegionHeadModule(
            levels_of(rest), config.classes, proposals, regions=regions, hidden=config.hidden
        )

    def summary_line(self, config: RegionHeadConfig) -> str:
        return f"{classes_text(config.classes)}, {config.kept} regions"


def _split(in_shapes: Shapes) -> tuple[int, Shapes]:
    """Return which input the proposals are, and the shapes of the others in order.

    Raises:
        GraphError: Not exactly one input is proposals.
    """
    found = [port for port, shape in enumerate(in_shapes) if len(shape) == 2]
    if len(found) == 1 and in_shapes[found[0]][1] == PROPOSAL:
        return found[0], in_shapes[: found[0]] + in_shapes[found[0] + 1 :]
    words = " and ".join(shape_text(shape) for shape in in_shapes)
    raise GraphError(
        f"One input has to be proposals, rows of {PROPOSAL} numbers, but they are {words}.",
        "Connect one Proposal head, the maps that it reads, and the picture.",
        code="layout",
    )
