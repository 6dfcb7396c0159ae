"""One stage of a network of torchvision as a block, so that others can read the maps between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from deepdesk.core.errors import GraphError
from deepdesk.core.settings import Knob
from deepdesk.nn.backbone_facts import BACKBONES, STAGES
from deepdesk.nn.block import Block, Shape, Shapes, checked, require_layout, shape_text, strided

if TYPE_CHECKING:
    from torch import nn

# Channels that come out of each stage, and how many times smaller than the picture its map is.
STAGE_MAPS: Mapping[str, tuple[tuple[int, int], ...]] = {
    "resnet18": ((64, 2), (64, 4), (128, 8), (256, 16), (512, 32)),
    "resnet34": ((64, 2), (64, 4), (128, 8), (256, 16), (512, 32)),
    "resnet50": ((64, 2), (256, 4), (512, 8), (1024, 16), (2048, 32)),
    "mobilenet_v3_small": ((16, 2), (16, 4), (24, 8), (48, 16), (576, 32)),
    "mobilenet_v3_large": ((16, 2), (24, 4), (40, 8), (112, 16), (960, 32)),
    "efficientnet_b0": ((16, 2), (24, 4), (40, 8), (112, 16), (1280, 32)),
    "convnext_tiny": ((96, 4), (96, 4), (192, 8), (384, 16), (768, 32)),
    "shufflenet_v2_x1_0": ((24, 2), (116, 8), (232, 16), (464, 32), (1024, 32)),
}
# Layers that learn nothing, by the layer that they stand before or after.
_BEFORE = {"layer1": ("maxpool",), "stage2": ("maxpool",)}
_AFTER = {"bn1": ("relu",)}
_NETWORKS = tuple((name, BACKBONES[name].title) for name in STAGE_MAPS)
_NOT_DILATED = frozenset({"convnext_tiny"})  # its filters between stages have even sides
_FIRST_DILATED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BackboneStageConfig:
    """Which part of which network, whether it comes trained, and whether it learns."""

    name: Annotated[
        str,
        Knob(
            label="Network",
            help="The same in all stages of a chain. MobileNet is the fastest.",
            choices=_NETWORKS,
            more=False,
        ),
    ] = "resnet18"
    stage: Annotated[
        int,
        Knob(
            label="Stage",
            help="1 reads the picture, and each further stage the one before it.",
            low=1,
            high=STAGES,
            more=False,
        ),
    ] = 1
    pretrained: Annotated[
        bool,
        Knob(
            label="Pretrained",
            help="Starts from weights learned on ImageNet: far better with few pictures. "
            "They are downloaded once, on a click.",
            more=False,
        ),
    ] = False
    frozen: Annotated[
        bool,
        Knob(
            label="Frozen",
            help="The stage stays as it is: faster, and safer with few pictures.",
            more=False,
        ),
    ] = False
    dilation: Annotated[
        int,
        Knob(
            label="Dilation",
            help="Above 1 the map keeps its size, and filters look as much further: sharper, and "
            "slower. Of the last two stages 2 and 4 for a map an eighth of the picture, 1 and 2 "
            "for a sixteenth.",
            low=1,
            high=4,
            choices=((1, "None"), (2, "2"), (4, "4")),
        ),
    ] = 1


class BackboneStage(Block[BackboneStageConfig]):
    """One stage of a proven network; chain them from 1 on, and read the map after any of them.

    (C, H, W) -> (channels of the stage, H / s, W / s), rounded up (ConvNeXt: down); s is 2 or as
    the stage has it, 1 with dilation. The first stage reads a picture (3, H, W).
    """

    key = "backbone_stage"
    title = "Backbone stage"
    family = "backbones"
    summary = "Use it where later blocks read several maps of a proven network, as pyramids do."
    formula = "y = layers of stage k (x)"
    paper = "https://arxiv.org/abs/1411.4038"
    config = BackboneStageConfig

    def title_of(self, settings: Mapping[str, object]) -> str:
        name, stage = settings.get("name"), settings.get("stage", 1)
        known = BACKBONES.get(name) if isinstance(name, str) else BACKBONES["resnet18"]
        return self.title if known is None else f"{known.title}, stage {stage}"[:48]

    def shape(self, config: BackboneStageConfig, in_shapes: Shapes) -> Shape:
        require_layout(in_shapes[0], 3, hint="A backbone reads pictures.")
        _require_source(config, in_shapes[0])
        _require_dilatable(config)
        channels, stride = STAGE_MAPS[config.name][config.stage - 1]
        step = stride // stage_reads(config.name, config.stage)[1]
        sides = in_shapes[0][1:]
        if config.dilation == 1 and BACKBONES[config.name].rounds_up:
            sides = tuple(strided(side, step) for side in sides)
        elif config.dilation == 1:
            sides = tuple(side // step for side in sides)
        return checked((channels, *sides))

    def module(self, config: BackboneStageConfig, in_shapes: Shapes) -> nn.Module:  # noqa: ARG002
        from deepdesk.nn.modules.backbone_stage import BackboneStage as BackboneStageModule

        layers = stage_layers(config.name, config.stage)
        return BackboneStageModule(
            config.name, layers, dilation=config.dilation, frozen=config.frozen
        )

    def summary_line(self, config: BackboneStageConfig) -> str:
        words = [f"{STAGE_MAPS[config.name][config.stage - 1][0]} channels"]
        words += ["pretrained"] * config.pretrained + ["frozen"] * config.frozen
        words += [f"dilation {config.dilation}"] * (config.dilation > 1)
        return ", ".join(words)


def stage_layers(name: str, stage: int) -> tuple[str, ...]:
    """Return the layers of a stage from 1 on, by their names in torchvision's network."""
    own = tuple(prefix.rstrip(".") for prefix in BACKBONES[name].stages[stage - 1])
    return (*_BEFORE.get(own[0], ()), *own, *_AFTER.get(own[-1], ()))


def stage_reads(name: str, stage: int) -> tuple[int, int]:
    """Return channels of what a stage reads, and how many times smaller than the picture it is."""
    return (3, 1) if stage == 1 else STAGE_MAPS[name][stage - 2]


def _require_source(config: BackboneStageConfig, shape: Shape) -> None:
    wanted, title = stage_reads(config.name, config.stage)[0], BACKBONES[config.name].title
    if shape[0] == wanted:
        return
    hint = f"Put stage {config.stage - 1} of the same network before it."
    if config.stage == 1:
        hint = "Put a convolution with 3 channels before it, or feed it the picture."
    raise GraphError(
        f"Stage {config.stage} of {title} reads {wanted} channels, but gets {shape_text(shape)}.",
        hint,
        code="channels" if config.stage == 1 else "stage",
    )


def _require_dilatable(config: BackboneStageConfig) -> None:
    if config.dilation == 1:
        return
    if config.name in _NOT_DILATED:
        raise GraphError(
            f"{BACKBONES[config.name].title} has filters that cannot be dilated.",
            "Set Dilation to None, or choose another network.",
            code="setting",
        )
    if config.stage < _FIRST_DILATED:
        raise GraphError(
            f"Dilation is for the stages from {_FIRST_DILATED} on, and this is stage "
            f"{config.stage}.",
            "Set Dilation to None.",
            code="setting",
        )
