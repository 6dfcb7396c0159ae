"""Normalisation: keeps the numbers inside a network near zero mean and unit variance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from deepdesk.core.settings import Knob
from deepdesk.nn.block import Block, Shape, Shapes, require_divides, require_layout

if TYPE_CHECKING:
    from torch import nn

NORM_CHOICES = (
    ("batch", "Batch norm"),
    ("group", "Group norm"),
    ("layer", "Layer norm"),
    ("none", "None"),
)
NORM_WORDS = dict(NORM_CHOICES)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchNormConfig:
    """How fast the running statistics follow."""

    momentum: Annotated[
        float,
        Knob(
            label="Momentum",
            help="Share of the newest batch in the running statistics; 0.1 is usual.",
            low=0.001,
            high=1.0,
            scale="log",
        ),
    ] = 0.1


class BatchNorm(Block[BatchNormConfig]):
    """Each channel is centred and scaled over the batch."""

    key = "batch_norm"
    title = "Batch norm"
    family = "layers"
    summary = "Use it between a convolution and its activation, with batches of 16 or more."
    formula = "y = γ · (x - mean) / sqrt(variance + ε) + β, over batch and positions"  # noqa: RUF001
    paper = "https://arxiv.org/abs/1502.03167"
    config = BatchNormConfig

    def shape(self, config: BatchNormConfig, in_shapes: Shapes) -> Shape:  # noqa: ARG002
        require_layout(in_shapes[0], 1, 3, hint="For a sequence use layer norm.")
        return in_shapes[0]

    def module(self, config: BatchNormConfig, in_shapes: Shapes) -> nn.Module:
        from torch import nn

        kinds = {1: nn.BatchNorm1d, 3: nn.BatchNorm2d}
        return kinds[len(in_shapes[0])](in_shapes[0][0], momentum=config.momentum)

    def summary_line(self, config: BatchNormConfig) -> str:
        return "" if config.momentum == 0.1 else f"momentum {config.momentum:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerNormConfig:
    """What is added before the root, against a division by zero."""

    epsilon: Annotated[
        float,
        Knob(label="Epsilon", help="1e-6 is usual.", low=1e-8, high=0.1, scale="log"),
    ] = 1e-6


class LayerNorm(Block[LayerNormConfig]):
    """Each position is centred and scaled over its channels."""

    key = "layer_norm"
    title = "Layer norm"
    family = "layers"
    summary = "Use it in transformers, and where batches are small."
    formula = "y = γ · (x - mean) / sqrt(variance + ε) + β, over channels"  # noqa: RUF001
    paper = "https://arxiv.org/abs/1607.06450"
    config = LayerNormConfig

    def shape(self, config: LayerNormConfig, in_shapes: Shapes) -> Shape:  # noqa: ARG002
        return in_shapes[0]

    def module(self, config: LayerNormConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.normalisation import layer_norm

        return layer_norm(in_shapes[0], epsilon=config.epsilon)

    def summary_line(self, config: LayerNormConfig) -> str:  # noqa: ARG002
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupNormConfig:
    """How many groups the channels are split into."""

    groups: Annotated[
        int,
        Knob(
            label="Groups",
            help="Has to divide the channels; 8 to 32 is usual.",
            low=1,
            high=4096,
            more=False,
        ),
    ] = 8


class GroupNorm(Block[GroupNormConfig]):
    """Groups of channels of one sample are centred and scaled together."""

    key = "group_norm"
    title = "Group norm"
    family = "layers"
    summary = "Use it in place of batch norm when only a few samples fit into a batch."
    formula = "y = γ · (x - mean) / sqrt(variance + ε) + β, over a group and positions"  # noqa: RUF001
    paper = "https://arxiv.org/abs/1803.08494"
    config = GroupNormConfig

    def shape(self, config: GroupNormConfig, in_shapes: Shapes) -> Shape:
        require_layout(in_shapes[0], 1, 3, hint="For a sequence use layer norm.")
        require_divides(config.groups, in_shapes[0][0], what="Groups", of="the channels")
        return in_shapes[0]

    def module(self, config: GroupNormConfig, in_shapes: Shapes) -> nn.Module:
        from torch import nn

        return nn.GroupNorm(config.groups, in_shapes[0][0])

    def summary_line(self, config: GroupNormConfig) -> str:
        return f"{config.groups} groups"
