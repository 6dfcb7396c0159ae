"""Where data enters a graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from deepdesk.core.errors import GraphError
from deepdesk.core.settings import Knob
from deepdesk.nn.block import MAX_CHANNELS, Block, Shape, Shapes, checked, shape_text

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, slots=True, kw_only=True)
class InputConfig:
    """What one sample looks like."""

    shape: Annotated[
        tuple[int, ...],
        Knob(
            label="Shape",
            help="Channels, height and width of a picture; length and channels of a sequence; "
            "length of a vector. The data set fills it in.",
        ),
    ] = (3, 32, 32)


class Input(Block[InputConfig]):
    """The picture, sequence or vector that the network is given."""

    key = "input"
    title = "Picture"
    family = "inputs"
    summary = "Where the data comes in; its size follows the data set."
    formula = "y = x"
    config = InputConfig
    ports: ClassVar[tuple[int, int]] = (0, 0)

    def shape(self, config: InputConfig, in_shapes: Shapes) -> Shape:  # noqa: ARG002
        sizes = config.shape
        are_whole = all(isinstance(s, int) and not isinstance(s, bool) for s in sizes)
        if (
            not 1 <= len(sizes) <= 3
            or not are_whole
            or not all(1 <= s <= MAX_CHANNELS for s in sizes)
        ):
            raise GraphError(
                "The input has no usable shape.",
                f"Give one to three whole numbers from 1 to {MAX_CHANNELS}.",
                code="input_shape",
            )
        return checked(sizes)

    def module(self, config: InputConfig, in_shapes: Shapes) -> nn.Module:  # noqa: ARG002
        from torch import nn

        return nn.Identity()

    def summary_line(self, config: InputConfig) -> str:
        return shape_text(config.shape)
