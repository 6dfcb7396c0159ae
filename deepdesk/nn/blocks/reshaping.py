"""The same numbers in another order: maps as sequences and back, and any other shape."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from deepdesk.core.errors import GraphError
from deepdesk.core.settings import Knob
from deepdesk.nn.block import (
    MAX_CHANNELS,
    Block,
    Shape,
    Shapes,
    checked,
    divisors_near,
    require_layout,
    shape_text,
)

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, slots=True, kw_only=True)
class MapToSequenceConfig:
    """Nothing to set."""


class MapToSequence(Block[MapToSequenceConfig]):
    """Every pixel of a map is a place of a sequence, row by row.

    (C, H, W) -> (H · W, C).
    """

    key = "map_to_sequence"
    title = "Map to sequence"
    family = "shape"
    summary = "Use it to put attention or a recurrent layer on a map."
    formula = "y[i · W + j, c] = x[c, i, j]"
    config = MapToSequenceConfig

    def shape(self, config: MapToSequenceConfig, in_shapes: Shapes) -> Shape:  # noqa: ARG002
        require_layout(in_shapes[0], 3, hint="A sequence or a vector needs no such block.")
        channels, height, width = in_shapes[0]
        return checked((height * width, channels))

    def module(self, config: MapToSequenceConfig, in_shapes: Shapes) -> nn.Module:  # noqa: ARG002
        from deepdesk.nn.modules.shaping import MapToSequence as MapToSequenceModule

        return MapToSequenceModule()

    def summary_line(self, config: MapToSequenceConfig) -> str:  # noqa: ARG002
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceToMapConfig:
    """Height of the map; the width follows."""

    height: Annotated[
        int,
        Knob(
            label="Height",
            help="Rows of the map; 0 for as many as columns.",
            unit="px",
            low=0,
            high=MAX_CHANNELS,
            more=False,
        ),
    ] = 0


class SequenceToMap(Block[SequenceToMapConfig]):
    """The places of a sequence become the pixels of a map, row by row.

    (T, C) -> (C, H, W), W = T / H.
    """

    key = "sequence_to_map"
    title = "Sequence to map"
    family = "shape"
    summary = "Use it after attention, to go on with convolutions."
    formula = "y[c, i, j] = x[i · W + j, c]"
    config = SequenceToMapConfig

    def shape(self, config: SequenceToMapConfig, in_shapes: Shapes) -> Shape:
        require_layout(in_shapes[0], 2, hint="Put Patches or Map to sequence before this block.")
        length, channels = in_shapes[0]
        height = config.height or math.isqrt(length)
        if length % height or not (config.height or height * height == length):
            choices = ", ".join(str(d) for d in divisors_near(length, height))
            raise GraphError(
                f"The {length} places of {shape_text(in_shapes[0])} do not fill a map "
                f"{f'of height {height}' if config.height else 'that is as high as wide'}.",
                f"Set Height to one of: {choices}.",
                code="divide",
            )
        return checked((channels, height, length // height))

    def module(self, config: SequenceToMapConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.shaping import SequenceToMap as SequenceToMapModule

        _channels, height, width = self.shape(config, in_shapes)
        return SequenceToMapModule((height, width))

    def summary_line(self, config: SequenceToMapConfig) -> str:
        return f"{config.height} rows" if config.height else "square"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReshapeConfig:
    """The new shape, as a text."""

    target: Annotated[
        str,
        Knob(
            label="Shape",
            help="Channels, height and width of a map, places and channels of a sequence, "
            "or one length, with commas between; one of them may be -1 for what is left.",
            more=False,
        ),
    ] = "-1"


class Reshape(Block[ReshapeConfig]):
    """The same numbers in the same order, in another shape.

    (any) -> (target), as many numbers as before.
    """

    key = "reshape"
    title = "Reshape"
    family = "shape"
    summary = "Use it to make a map of a vector, as at the start of a generator."
    formula = "y = the numbers of x in order, in the new shape"
    config = ReshapeConfig

    def shape(self, config: ReshapeConfig, in_shapes: Shapes) -> Shape:
        sizes = _sizes(config.target)
        total = math.prod(in_shapes[0])
        known = math.prod(size for size in sizes if size > 0)
        if total % known or (-1 not in sizes and total != known):
            raise GraphError(
                f"{shape_text(in_shapes[0])} is {total:,} numbers, which do not fill "
                f"{shape_text(sizes)}.",
                "Put -1 in place of one size, or choose sizes with this product.",
                code="divide",
            )
        return checked(tuple(size if size > 0 else total // known for size in sizes))

    def module(self, config: ReshapeConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.shaping import Reshape as ReshapeModule

        return ReshapeModule(self.shape(config, in_shapes))

    def summary_line(self, config: ReshapeConfig) -> str:
        return f"to {config.target[:24]}"


def _sizes(text: str) -> Shape:
    """Return the sizes of a text, one at most of them -1.

    Raises:
        GraphError: Code "setting".
    """
    try:
        sizes = tuple(int(part) for part in text.split(","))
    except ValueError:
        sizes = ()
    are_usable = all(size == -1 or 1 <= size <= MAX_CHANNELS for size in sizes)
    if not 1 <= len(sizes) <= 3 or sizes.count(-1) > 1 or not are_usable:
        raise GraphError(
            f"{text[:40]!a} is no shape.",
            f"Give one to three whole numbers from 1 to {MAX_CHANNELS:,} with commas between, "
            "one of them -1 for what is left.",
            code="setting",
        )
    return sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapAxesConfig:
    """Nothing to set."""


class SwapAxes(Block[SwapAxesConfig]):
    """Places become channels, and channels become places.

    (T, C) -> (C, T).
    """

    key = "swap_axes"
    title = "Swap axes"
    family = "shape"
    summary = "Use it to let a linear layer mix the places of a sequence, and once more to go back."
    formula = "y[c, t] = x[t, c]"
    paper = "https://arxiv.org/abs/2105.01601"
    config = SwapAxesConfig

    def shape(self, config: SwapAxesConfig, in_shapes: Shapes) -> Shape:  # noqa: ARG002
        require_layout(in_shapes[0], 2, hint="Put Map to sequence before this block.")
        return in_shapes[0][::-1]

    def module(self, config: SwapAxesConfig, in_shapes: Shapes) -> nn.Module:  # noqa: ARG002
        from deepdesk.nn.modules.shaping import SwapAxes as SwapAxesModule

        return SwapAxesModule()

    def summary_line(self, config: SwapAxesConfig) -> str:  # noqa: ARG002
        return ""
