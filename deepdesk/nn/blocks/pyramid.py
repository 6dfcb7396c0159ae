"""Pyramids of maps: each level sees as far as the coarsest and as sharply as its own map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from deepdesk.core.errors import GraphError
from deepdesk.core.settings import Knob
from deepdesk.nn.block import Block, Shape, Shapes, checked, require_layout, shape_text
from deepdesk.nn.blocks.convolution import CHANNELS_KNOB
from deepdesk.nn.blocks.normalisation import NORM_CHOICES

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, slots=True, kw_only=True)
class PyramidLevelConfig:
    """Width of the pyramid, and what follows the sum."""

    channels: Annotated[int, CHANNELS_KNOB] = 128
    smooth: Annotated[
        bool,
        Knob(
            label="Smooth",
            help="A 3 × 3 convolution after the sum, which hides the repeated pixels of the "  # noqa: RUF001
            "enlarged map. Off: put one outside, so that finer levels get the sum as it is.",
        ),
    ] = True
    norm: Annotated[
        str,
        Knob(
            label="Norm",
            help="None as in the paper; batch norm helps a network that starts untrained.",
            choices=NORM_CHOICES,
        ),
    ] = "none"


class PyramidLevel(Block[PyramidLevelConfig]):
    """Brings a map to the width of the pyramid and adds the coarser level, enlarged, to it.

    Inputs, in any order: the map (C, H, W), and if there is one the coarser level (D, H', W').
    Output: (channels, H, W), as large as the finer of the two.
    """

    key = "pyramid_level"
    title = "Pyramid level"
    family = "blocks"
    summary = "Use it after stages of a backbone, the last one first, to find things of all sizes."
    formula = "y = w * (l x + enlarged(coarser))"
    paper = "https://arxiv.org/abs/1612.03144"
    config = PyramidLevelConfig
    ports: ClassVar[tuple[int, int]] = (1, 2)

    def shape(self, config: PyramidLevelConfig, in_shapes: Shapes) -> Shape:
        for shape in in_shapes:
            require_layout(shape, 3, hint="Connect maps: this block comes before any pool to one.")
        own, *coarser = (in_shapes[port] for port in _ports(in_shapes))
        if any(a < b for deep in coarser for a, b in zip(own[1:], deep[1:], strict=True)):
            words = " and ".join(shape_text(shape) for shape in in_shapes)
            raise GraphError(
                f"Neither of the maps {words} is the finer one: each is larger in one direction.",
                "Connect maps of one picture, or resize one of them.",
                code="shapes_differ",
            )
        return checked((config.channels, *own[1:]))

    def module(self, config: PyramidLevelConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.pyramid import PyramidLevel as PyramidLevelModule

        ports = _ports(in_shapes)
        return PyramidLevelModule(
            ports,
            tuple(in_shapes[port][0] for port in ports),
            config.channels,
            norm=config.norm,
            smooth=config.smooth,
        )

    def summary_line(self, config: PyramidLevelConfig) -> str:
        return f"{config.channels} channels"


def _ports(in_shapes: Shapes) -> tuple[int, ...]:
    """Return which input is the map and which the coarser level; of equal ones the first is."""
    order = sorted(range(len(in_shapes)), key=lambda port: in_shapes[port][1] * in_shapes[port][2])
    return tuple(reversed(order))
