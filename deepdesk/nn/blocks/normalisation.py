"""Normalisation: keeps the numbers inside a network near zero mean and unit variance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from deepdesk.core.errors import GraphError
from deepdesk.core.settings import Knob
from deepdesk.nn.block import (
    Block,
    Shape,
    Shapes,
    require_divides,
    require_layout,
    shape_text,
)

if TYPE_CHECKING:
    from torch import nn

NORM_CHOICES = (
    ("batch", "Batch norm"),
    ("group", "Group norm"),
    ("layer", "Layer norm"),
    ("none", "None"),
)
NORM_WORDS = dict(NORM_CHOICES)


def channels_of(shape: Shape) -> int:
    """Return the channels: the last axis of a sequence, the first of a map or a vector."""
    return shape[-1] if len(shape) == 2 else shape[0]


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
    """Each channel is centred and scaled over the batch.

    (C, H, W), (T, C) or (C,), shape kept.
    """

    key = "batch_norm"
    title = "Batch norm"
    family = "layers"
    summary = "Use it between a convolution and its activation, with batches of 16 or more."
    formula = "y = γ · (x - mean) / sqrt(variance + ε) + β, over batch and positions"  # noqa: RUF001
    paper = "https://arxiv.org/abs/1502.03167"
    config = BatchNormConfig

    def shape(self, config: BatchNormConfig, in_shapes: Shapes) -> Shape:  # noqa: ARG002
        return in_shapes[0]

    def module(self, config: BatchNormConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.normalisation import batch_norm

        return batch_norm(in_shapes[0], momentum=config.momentum)

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
    """Each position is centred and scaled over its channels.

    (C, H, W), (T, C) or (C,), shape kept.
    """

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
    """Groups of channels of one sample are centred and scaled together.

    (C, H, W), (T, C) or (C,), shape kept.
    """

    key = "group_norm"
    title = "Group norm"
    family = "layers"
    summary = "Use it in place of batch norm when only a few samples fit into a batch."
    formula = "y = γ · (x - mean) / sqrt(variance + ε) + β, over a group and positions"  # noqa: RUF001
    paper = "https://arxiv.org/abs/1803.08494"
    config = GroupNormConfig

    def shape(self, config: GroupNormConfig, in_shapes: Shapes) -> Shape:
        channels = channels_of(in_shapes[0])
        require_divides(config.groups, channels, what="Groups", of="the channels")
        return in_shapes[0]

    def module(self, config: GroupNormConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.normalisation import group_norm

        return group_norm(in_shapes[0], groups=config.groups)

    def summary_line(self, config: GroupNormConfig) -> str:
        return f"{config.groups} groups"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceNormConfig:
    """Whether scale and shift are learned."""

    scales: Annotated[
        bool, Knob(label="Learned scale", help="A scale and a shift per channel after it.")
    ] = True


class InstanceNorm(Block[InstanceNormConfig]):
    """Each channel of each sample is centred and scaled on its own.

    (C, H, W) or (T, C), shape kept; two places or more.
    """

    key = "instance_norm"
    title = "Instance norm"
    family = "layers"
    summary = "Use it where brightness and contrast of a picture should not matter, as for style."
    formula = "y = γ · (x - mean) / sqrt(variance + ε) + β, over positions"  # noqa: RUF001
    paper = "https://arxiv.org/abs/1607.08022"
    config = InstanceNormConfig

    def shape(self, config: InstanceNormConfig, in_shapes: Shapes) -> Shape:  # noqa: ARG002
        require_layout(in_shapes[0], 2, 3, hint="For a vector use layer norm or batch norm.")
        places = math.prod(in_shapes[0]) // channels_of(in_shapes[0])
        if places < 2:
            raise GraphError(
                f"{shape_text(in_shapes[0])} has one place per channel, nothing to compare.",
                "Use layer norm or group norm here.",
                code="too_small",
            )
        return in_shapes[0]

    def module(self, config: InstanceNormConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.normalisation import instance_norm

        return instance_norm(in_shapes[0], scales=config.scales)

    def summary_line(self, config: InstanceNormConfig) -> str:
        return "" if config.scales else "without a scale"


class RMSNorm(Block[LayerNormConfig]):
    """Each position is scaled over its channels, without being centred.

    (C, H, W), (T, C) or (C,), shape kept.
    """

    key = "rms_norm"
    title = "RMS norm"
    family = "layers"
    summary = "Use it in place of layer norm in transformers: as steady, and a little faster."
    formula = "y = γ · x / sqrt(mean(x²) + ε), over channels"  # noqa: RUF001
    paper = "https://arxiv.org/abs/1910.07467"
    config = LayerNormConfig

    def shape(self, config: LayerNormConfig, in_shapes: Shapes) -> Shape:  # noqa: ARG002
        return in_shapes[0]

    def module(self, config: LayerNormConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.normalisation import rms_norm

        return rms_norm(in_shapes[0], epsilon=config.epsilon)

    def summary_line(self, config: LayerNormConfig) -> str:  # noqa: ARG002
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NormaliseConfig:
    """Mean and deviation of the data, as texts of numbers with commas."""

    means: Annotated[
        str,
        Knob(
            label="Mean",
            help="One number per channel with commas between, or one for all.",
            more=False,
        ),
    ] = "0.5"
    deviations: Annotated[
        str,
        Knob(
            label="Deviation",
            help="As many numbers as the mean, above zero.",
            more=False,
        ),
    ] = "0.25"


class Normalise(Block[NormaliseConfig]):
    """Centres and scales the data by fixed numbers; nothing is learned.

    (C, H, W), (T, C) or (C,), shape kept.
    """

    key = "normalise"
    title = "Normalise"
    family = "layers"
    summary = "Use it first in a network that was trained on centred data, or on raw measurements."
    formula = "y = (x - mean) / deviation, per channel"
    paper = "https://doi.org/10.1007/978-3-642-35289-8_3"
    config = NormaliseConfig

    def shape(self, config: NormaliseConfig, in_shapes: Shapes) -> Shape:
        means, deviations = self.numbers(config)
        channels = channels_of(in_shapes[0])
        if not len(means) == len(deviations) or len(means) not in (1, channels):
            raise GraphError(
                f"There are {len(means)} means and {len(deviations)} deviations for "
                f"{shape_text(in_shapes[0])}.",
                f"Give one of each, or {channels} of each.",
                code="channels",
            )
        return in_shapes[0]

    def module(self, config: NormaliseConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.normalisation import Normalise as NormaliseModule

        means, deviations = self.numbers(config)
        return NormaliseModule(means, deviations, rank=len(in_shapes[0]))

    def summary_line(self, config: NormaliseConfig) -> str:
        return f"mean {config.means[:24]}"

    @staticmethod
    def numbers(config: NormaliseConfig) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Return means and deviations.

        Raises:
            GraphError: Code "setting": a text holds something else than usable numbers.
        """
        return _numbers(config.means), _numbers(config.deviations, above=_LEAST_DEVIATION)


_LARGEST = 1e9
_LEAST_DEVIATION = 1e-9


def _numbers(text: str, *, above: float = -_LARGEST) -> tuple[float, ...]:
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = ()
    if not values or not all(above <= value <= _LARGEST for value in values):
        raise GraphError(
            f"{text[:40]!a} is no list of usable numbers.",
            "Give numbers with commas between, for instance 0.5, 0.5, 0.5; deviations above zero.",
            code="setting",
        )
    return values
