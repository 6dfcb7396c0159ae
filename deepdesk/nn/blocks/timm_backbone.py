"""Networks of the optional timm pack as one block."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from deepdesk.core.errors import GraphError
from deepdesk.core.settings import Knob
from deepdesk.nn.block import Block, Shape, Shapes
from deepdesk.nn.blocks.backbone import FROZEN_KNOB, POOLED_KNOB, features_shape
from deepdesk.nn.timm_facts import PACK, TIMM_BACKBONES, TIMM_LICENCE, is_timm_there

if TYPE_CHECKING:
    from torch import nn

_REMEDY = (
    f"Close DeepDesk and start it once with: python3 start.py --with {PACK}. "
    "Or use Backbone instead."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimmBackboneConfig:
    """Which network, and how much of it stays as it is."""

    name: Annotated[
        str,
        Knob(
            label="Network",
            help="From 1 to 23 million parameters, the smallest first. They begin untrained: "
            f"the pack has no weights. {TIMM_LICENCE}.",
            choices=tuple((facts.name, facts.title) for facts in TIMM_BACKBONES.values()),
            more=False,
        ),
    ] = "resnet26d"
    frozen_stages: Annotated[
        int,
        replace(
            FROZEN_KNOB,
            help="The first stages keep the values they have; for weights taken over from a run.",
        ),
    ] = 0
    pooled: Annotated[bool, POOLED_KNOB] = True


class TimmBackbone(Block[TimmBackboneConfig]):
    """A network of the timm pack, without its classifier and without pretrained weights.

    (3, H, W) -> (channels,), or the last map (channels, H / 32, W / 32).
    """

    key = "timm_backbone"
    title = "Backbone, timm"
    family = "backbones"
    summary = (
        "Use it for a newer network, trained from its first values on your own pictures; with few "
        "pictures take Backbone, which comes pretrained."
    )
    formula = "y = features of the network (x)"
    paper = "https://doi.org/10.5281/zenodo.4414861"
    config = TimmBackboneConfig

    def shape(self, config: TimmBackboneConfig, in_shapes: Shapes) -> Shape:
        shape = features_shape(TIMM_BACKBONES[config.name], in_shapes[0], is_pooled=config.pooled)
        if not is_timm_there():
            raise GraphError(
                f"{TIMM_BACKBONES[config.name].title} is part of the {PACK} pack, which is not "
                "installed.",
                _REMEDY,
                code="pack_missing",
            )
        return shape

    def module(self, config: TimmBackboneConfig, in_shapes: Shapes) -> nn.Module:  # noqa: ARG002
        # The pack is asked for networks alone; with this it never looks for anything on its hub.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from deepdesk.nn.modules.timm_backbone import TimmBackbone as TimmBackboneModule

        facts = TIMM_BACKBONES[config.name]
        try:
            return TimmBackboneModule(
                facts, pooled=config.pooled, frozen_stages=config.frozen_stages
            )
        except RuntimeError as error:  # what timm calls a name that it does not know
            raise GraphError(
                f"The installed {PACK} pack does not know {facts.title}.",
                _REMEDY,
                code="pack_version",
            ) from error

    def summary_line(self, config: TimmBackboneConfig) -> str:
        frozen = f", {config.frozen_stages} frozen" if config.frozen_stages else ""
        return f"{TIMM_BACKBONES[config.name].title}{frozen}"
