"""What every block of the catalogue is: a config, a shape rule and a maker of modules.

Describing a block needs no torch; only `Block.module` imports it.

Shapes are tuples of ints without the batch axis: a picture or map is (C, H, W),
a sequence (T, C), a vector (C,). `N` stands for the batch axis in texts.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from deepdesk.core.errors import GraphError

if TYPE_CHECKING:
    from torch import nn

Shape = tuple[int, ...]
Shapes = tuple[Shape, ...]
ConfigT = TypeVar("ConfigT")

MAX_CHANNELS = 65_536
ANY_SIZE = 0  # of an axis in what a contract asks for: as long as the network makes it
MAX_ELEMENTS = 1 << 31  # of one sample's output; torch counts elements of a batch in int64
LAYOUTS = {1: "a vector", 2: "a sequence", 3: "a map"}
FAMILIES = {
    "inputs": "Input",
    "layers": "Layers",
    "shape": "Shape",
    "blocks": "Blocks",
    "merge": "Merge",
    "backbones": "Backbones",
    "heads": "Heads",
}


class Block(ABC, Generic[ConfigT]):
    """One entry of the catalogue, without a state of its own.

    Attributes:
        key: Name in saved graphs, never changed.
        title: On screen.
        family: Key of `FAMILIES`, for the palette and the colour of the stripe.
        summary: When to use it, one sentence.
        formula: What it computes, in one line of plain text.
        paper: Address of the source, "" where the field needs none.
        config: Frozen settings class.
        ports: Fewest and most inputs.
        outputs_setting: Setting that says how many numbers come out; "" if none does.
            A task's number of classes goes there when this block is the last one.
        outputs_axis: Axis of the output that the setting is the size of.
        outputs_fixed: Numbers along that axis that the setting does not count.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    family: ClassVar[str]
    summary: ClassVar[str]
    formula: ClassVar[str]
    paper: ClassVar[str] = ""
    config: ClassVar[type[Any]]
    ports: ClassVar[tuple[int, int]] = (1, 1)
    outputs_setting: ClassVar[str] = ""
    outputs_axis: ClassVar[int] = -1
    outputs_fixed: ClassVar[int] = 0

    def title_of(self, settings: Mapping[str, Any]) -> str:  # noqa: ARG002 - the usual one
        """Return what a block with these settings is called on screen."""
        return self.title

    @abstractmethod
    def shape(self, config: ConfigT, in_shapes: Shapes) -> Shape:
        """Return the shape of the output, from arithmetic alone.

        Raises:
            GraphError: The inputs do not fit; `node` is left to the caller.
        """

    @abstractmethod
    def module(self, config: ConfigT, in_shapes: Shapes) -> nn.Module:
        """Return the module, its parameters not drawn; `in_shapes` fit already."""

    @abstractmethod
    def summary_line(self, config: ConfigT) -> str:
        """Return the settings in a few words, for instance "64 filters, 3 x 3"."""


def shape_text(shape: Shape) -> str:
    """Return a shape as on screen, for instance "64 x 32 x 32" with multiplication signs."""
    return " × ".join(str(size) for size in shape)  # noqa: RUF001 - the sign of the field


def meets(shape: Shape, wanted: Shape) -> bool:
    """Return whether a shape is what a contract asks for, where some axes may be `ANY_SIZE`."""
    return len(shape) == len(wanted) and all(
        asked in (size, ANY_SIZE) for size, asked in zip(shape, wanted, strict=True)
    )


def wanted_text(wanted: Shape) -> str:
    """Return what a contract asks for as on screen; an axis of `ANY_SIZE` reads "any"."""
    return " × ".join("any" if size == ANY_SIZE else str(size) for size in wanted)  # noqa: RUF001


def require_layout(shape: Shape, *ranks: int, hint: str) -> None:
    """Refuse an input of another rank.

    Raises:
        GraphError: Code "layout".
    """
    if len(shape) not in ranks:
        wanted = " or ".join(LAYOUTS[rank] for rank in ranks)
        got = f"{LAYOUTS.get(len(shape), 'something else')} of {shape_text(shape)}"
        raise GraphError(f"This block takes {wanted}, but gets {got}.", hint, code="layout")


def checked(shape: Shape) -> Shape:
    """Return an output shape if a machine could hold it.

    Raises:
        GraphError: Code "too_large" or "too_small".
    """
    if min(shape) < 1:
        raise GraphError(
            f"Nothing would be left: the output would be {shape_text(shape)}.",
            "Take out a pooling or a stride before this block, or use larger pictures.",
            code="too_small",
        )
    if math.prod(shape) > MAX_ELEMENTS:
        raise GraphError(
            f"The output would be {shape_text(shape)}, more than {MAX_ELEMENTS:,} numbers.",
            "Pool or stride before this block, or use fewer channels.",
            code="too_large",
        )
    return shape


def require_divides(part: int, whole: int, *, what: str, of: str) -> None:
    """Refuse a setting that does not divide a size.

    Raises:
        GraphError: Code "divide", with the divisors near `part` as the remedy.
    """
    if whole % part:
        raise GraphError(
            f"{what} is {part}, which does not divide {of} of {whole}.",
            f"Choose one of: {', '.join(str(d) for d in divisors_near(whole, part))}.",
            code="divide",
        )


def divisors_near(whole: int, part: int, count: int = 4) -> list[int]:
    """Return up to `count` divisors of `whole`, those nearest to `part`, ascending."""
    low = [d for d in range(1, math.isqrt(whole) + 1) if whole % d == 0]
    every = sorted({*low, *(whole // d for d in low)})
    return sorted(sorted(every, key=lambda d: abs(d - part))[:count])


def strided(size: int, stride: int) -> int:
    """Return ceil(size / stride): a side after "same" padding."""
    return -(-size // stride)
