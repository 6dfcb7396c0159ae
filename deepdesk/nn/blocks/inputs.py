"""Where data enters a graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from deepdesk.core.errors import GraphError
from deepdesk.core.settings import Knob
from deepdesk.nn.block import Block, Shape, Shapes, checked, shape_text

if TYPE_CHECKING:
    from torch import nn

_PICTURE = (3, 32, 32)
MAX_SIDE = 1 << 24  # 17 minutes of sound at 16,000 samples per second


@dataclass(frozen=True, slots=True, kw_only=True)
class InputConfig:
    """What one sample looks like."""

    shape: Annotated[
        tuple[int, ...],
        Knob(
            label="Shape",
            help="Channels, height and width of a picture; length and channels of a sequence; "
            "channels and samples of a sound; length of a vector, a text or a sound of one "
            "channel. The data set fills it in.",
        ),
    ] = _PICTURE


class Input(Block[InputConfig]):
    """The picture, sequence, sound or vector that the network is given."""

    key = "input"
    title = "Input"
    family = "inputs"
    summary = "Where the data comes in; its size follows the data set."
    formula = "y = x"
    config = InputConfig
    ports: ClassVar[tuple[int, int]] = (0, 0)

    def title_of(self, settings: Mapping[str, Any]) -> str:
        shape = settings.get("shape", _PICTURE)
        is_picture = isinstance(shape, list | tuple) and len(shape) == len(_PICTURE)
        return "Picture" if is_picture else self.title

    def shape(self, config: InputConfig, in_shapes: Shapes) -> Shape:  # noqa: ARG002
        sizes = config.shape
        are_whole = all(isinstance(s, int) and not isinstance(s, bool) for s in sizes)
        if not 1 <= len(sizes) <= 3 or not are_whole or not all(1 <= s <= MAX_SIDE for s in sizes):
            raise GraphError(
                "The input has no usable shape.",
                f"Give one to three whole numbers from 1 to {MAX_SIDE:,}.",
                code="input_shape",
            )
        return checked(sizes)

    def module(self, config: InputConfig, in_shapes: Shapes) -> nn.Module:  # noqa: ARG002
        from torch import nn

        return nn.Identity()

    def summary_line(self, config: InputConfig) -> str:
        return shape_text(config.shape)
