"""Whole networks of torchvision as one block, with or without what they have learned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from deepdesk.core.errors import GraphError
from deepdesk.core.settings import Knob
from deepdesk.nn.backbone_facts import BACKBONES, STAGES, FeatureFacts
from deepdesk.nn.block import Block, Shape, Shapes, checked, require_layout, shape_text

if TYPE_CHECKING:
    from torch import nn

FROZEN_KNOB = Knob(
    label="Frozen stages",
    help="The first stages stay as they are: faster, and safer with few pictures.",
    low=0,
    high=STAGES,
    more=False,
)
POOLED_KNOB = Knob(label="Pool to one", help="Gives a vector; off gives the last map.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BackboneConfig:
    """Which network, whether it comes trained, and how much of it stays as it is."""

    name: Annotated[
        str,
        Knob(
            label="Network",
            help="MobileNet and ShuffleNet are the fastest, ConvNeXt is the most accurate.",
            choices=tuple((facts.name, facts.title) for facts in BACKBONES.values()),
            more=False,
        ),
    ] = "resnet18"
    pretrained: Annotated[
        bool,
        Knob(
            label="Pretrained",
            help="Starts from weights learned on ImageNet: far better with few pictures. "
            "They are downloaded once, on a click.",
            more=False,
        ),
    ] = False
    frozen_stages: Annotated[int, FROZEN_KNOB] = 0
    pooled: Annotated[bool, POOLED_KNOB] = True


class Backbone(Block[BackboneConfig]):
    """A proven network of the field, without its classifier."""

    key = "backbone"
    title = "Backbone"
    family = "backbones"
    summary = "Use it pretrained when you have few pictures of everyday things."
    formula = "y = features of the network (x)"
    paper = "https://arxiv.org/abs/1411.1792"
    config = BackboneConfig

    def shape(self, config: BackboneConfig, in_shapes: Shapes) -> Shape:
        return features_shape(BACKBONES[config.name], in_shapes[0], is_pooled=config.pooled)

    def module(self, config: BackboneConfig, in_shapes: Shapes) -> nn.Module:  # noqa: ARG002
        from deepdesk.nn.modules.backbone import Backbone as BackboneModule

        return BackboneModule(
            BACKBONES[config.name], pooled=config.pooled, frozen_stages=config.frozen_stages
        )

    def summary_line(self, config: BackboneConfig) -> str:
        trained = ", pretrained" if config.pretrained else ""
        frozen = f", {config.frozen_stages} frozen" if config.frozen_stages else ""
        return f"{BACKBONES[config.name].title}{trained}{frozen}"


def features_shape(facts: FeatureFacts, shape: Shape, *, is_pooled: bool) -> Shape:
    """Return the shape of the features of a picture: (channels,), or the last map.

    Raises:
        GraphError: The network does not read such a picture, or has no map to give.
    """
    require_layout(shape, 3, hint="A backbone reads pictures.")
    if shape[0] != 3:
        raise GraphError(
            f"{facts.title} reads 3 channels, but gets {shape_text(shape)}.",
            "Put a convolution with 3 channels before it, or feed it the picture.",
            code="channels",
        )
    _require_side(facts, shape)
    _require_map(facts, is_pooled=is_pooled)
    return (facts.channels,) if is_pooled else checked(facts.map_shape(shape))


def _require_side(facts: FeatureFacts, shape: Shape) -> None:
    side = facts.fixed_side_px
    if side and shape[1:] != (side, side):
        raise GraphError(
            f"{facts.title} reads pictures of {side} × {side}, but gets {shape_text(shape)}.",  # noqa: RUF001
            f"Put Resize with {side} and {side} before it.",
            code="fixed_side",
        )
    if min(facts.map_shape(shape)) < 1:
        raise GraphError(
            f"{facts.title} needs a side of 32 or more, but gets {shape_text(shape)}.",
            "Put Resize before it, for instance to 128 and 128.",
            code="too_small",
        )


def _require_map(facts: FeatureFacts, *, is_pooled: bool) -> None:
    if facts.fixed_side_px and not is_pooled:
        raise GraphError(
            f"{facts.title} has no map to give.", "Turn on Pool to one.", code="no_map"
        )
