"""Blocks with several inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from deepdesk.core.errors import GraphError
from deepdesk.nn.block import Block, Shape, Shapes, checked, shape_text

if TYPE_CHECKING:
    from torch import nn

MAX_INPUTS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeConfig:
    """Nothing to set."""


def _words(in_shapes: Shapes) -> str:
    return " and ".join(shape_text(shape) for shape in in_shapes)


class Add(Block[MergeConfig]):
    """The sum of its inputs, number by number.

    Equal shapes, kept.
    """

    key = "add"
    title = "Add"
    family = "merge"
    summary = "Use it to close a shortcut around other blocks."
    formula = "y = x1 + x2 + …"
    paper = "https://arxiv.org/abs/1512.03385"
    config = MergeConfig
    ports: ClassVar[tuple[int, int]] = (2, MAX_INPUTS)

    def shape(self, config: MergeConfig, in_shapes: Shapes) -> Shape:  # noqa: ARG002
        if len(set(in_shapes)) > 1:
            raise GraphError(
                f"Add takes equal shapes, but gets {_words(in_shapes)}.",
                "Put a convolution with kernel 1 and the right channels and stride on one side.",
                code="shapes_differ",
            )
        return in_shapes[0]

    def module(self, config: MergeConfig, in_shapes: Shapes) -> nn.Module:  # noqa: ARG002
        from deepdesk.nn.modules.shaping import Add as AddModule

        return AddModule()

    def summary_line(self, config: MergeConfig) -> str:  # noqa: ARG002
        return ""


class Multiply(Block[MergeConfig]):
    """The product of its inputs, number by number; a vector weighs the channels of the others.

    Equal shapes, or vectors (C,) beside maps (C, H, W) or sequences (T, C).
    """

    key = "multiply"
    title = "Multiply"
    family = "merge"
    summary = "Use it to let one path open and close another, as a gate with Sigmoid before it."
    formula = "y = x1 · x2 · …"
    paper = "https://arxiv.org/abs/1612.08083"
    config = MergeConfig
    ports: ClassVar[tuple[int, int]] = (2, MAX_INPUTS)

    def shape(self, config: MergeConfig, in_shapes: Shapes) -> Shape:  # noqa: ARG002
        largest = max(in_shapes, key=len)
        weights = (largest[-1 if len(largest) == 2 else 0],)
        if any(shape not in (largest, weights) for shape in in_shapes):
            raise GraphError(
                f"Multiply takes equal shapes, or a vector with one number per channel, but gets "
                f"{_words(in_shapes)}.",
                "Put a convolution with kernel 1 and the right channels and stride on one side.",
                code="shapes_differ",
            )
        return largest

    def module(self, config: MergeConfig, in_shapes: Shapes) -> nn.Module:  # noqa: ARG002
        from deepdesk.nn.modules.shaping import Multiply as MultiplyModule

        return MultiplyModule(tuple(len(shape) for shape in in_shapes))

    def summary_line(self, config: MergeConfig) -> str:  # noqa: ARG002
        return ""


class Concatenate(Block[MergeConfig]):
    """Its inputs beside each other: channels of maps and vectors, channels of sequences.

    (C1, H, W), (C2, H, W), … -> (C1 + C2 + …, H, W); (T, C1), (T, C2), … -> (T, C1 + C2 + …).
    """

    key = "concatenate"
    title = "Concatenate"
    family = "merge"
    summary = "Use it to let later blocks see two results at once."
    formula = "y = [x1, x2, …] along the channels"
    paper = "https://arxiv.org/abs/1608.06993"
    config = MergeConfig
    ports: ClassVar[tuple[int, int]] = (2, MAX_INPUTS)

    def shape(self, config: MergeConfig, in_shapes: Shapes) -> Shape:  # noqa: ARG002
        ranks = {len(shape) for shape in in_shapes}
        axis = self._axis(in_shapes)
        rests = {shape[:axis] + shape[axis + 1 :] for shape in in_shapes}
        if len(ranks) > 1 or len(rests) > 1:
            raise GraphError(
                f"Concatenate takes shapes that differ in channels only, but gets "
                f"{_words(in_shapes)}.",
                "Bring them to the same height and width with a pool or a resize.",
                code="shapes_differ",
            )
        channels = sum(shape[axis] for shape in in_shapes)
        first = in_shapes[0]
        return checked((*first[:axis], channels, *first[axis + 1 :]))

    def module(self, config: MergeConfig, in_shapes: Shapes) -> nn.Module:  # noqa: ARG002
        from deepdesk.nn.modules.shaping import Concatenate as ConcatenateModule

        return ConcatenateModule(self._axis(in_shapes) + 1)

    def summary_line(self, config: MergeConfig) -> str:  # noqa: ARG002
        return ""

    @staticmethod
    def _axis(in_shapes: Shapes) -> int:
        return 1 if len(in_shapes[0]) == 2 else 0
