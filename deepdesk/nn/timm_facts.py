"""What is known of each backbone of the optional timm pack without loading it.

timm (PyTorch Image Models) is a library of networks under the Apache License 2.0. It is offered
for the networks alone, which begin untrained: its pretrained weights come from a hub, each under a
licence of its own, and are not fetched from here.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from deepdesk.nn.backbone_facts import FeatureFacts

PACK = "timm"
TIMM_LICENCE = "Apache License 2.0 (timm)"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimmFacts(FeatureFacts):
    """One network of timm, without its classifier.

    Attributes:
        parameters: Numbers that it learns, pooled to one.
        unused: Names of parts that only its own classifier needs.
    """

    parameters: int
    unused: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def is_timm_there() -> bool:
    """Return whether the pack is installed; looks for it without loading it."""
    return importlib.util.find_spec(PACK) is not None


def _blocks(*ends: int) -> tuple[tuple[str, ...], ...]:
    """Return stages of a numbered list of blocks; each ends before the given number."""
    starts = (0, *ends[:-1])
    return tuple(
        tuple(f"blocks.{i}." for i in range(start, end))
        for start, end in zip(starts, ends, strict=True)
    )


def _mobile(*ends: int) -> tuple[tuple[str, ...], ...]:
    """Return a stem and four stages of blocks; the filters at the end belong to the last."""
    first, second, third, last = _blocks(*ends)
    stem = ("conv_stem.", "bn1.")
    return stem, first, second, third, (*last, "conv_head.", "bn2.")


_RESNET = (("conv1.", "bn1."), ("layer1.",), ("layer2.",), ("layer3.",), ("layer4.",))
_REGNET = (("stem.",), ("s1.",), ("s2.",), ("s3.",), ("s4.",))
_STAGES = (("stem.",), *((f"stages.{i}.",) for i in range(4)))
_VIT = (("patch_embed.", "cls_token", "pos_embed"), *_blocks(3, 6, 9, 12))
_CONVNEXT_V2_PAPER = "https://arxiv.org/abs/2301.00808"
_VIT_PAPER = "https://arxiv.org/abs/2012.12877"

_FACTS = (
    TimmFacts(
        name="mobilenetv4_conv_small",
        title="MobileNet v4, small",
        channels=960,
        stages=_mobile(1, 2, 3, 5),
        parameters=1_261_664,
        unused=("conv_head", "norm_head"),
        paper="https://arxiv.org/abs/2404.10518",
    ),
    TimmFacts(
        name="mobilenetv2_100",
        title="MobileNet v2",
        channels=1280,
        stages=_mobile(2, 3, 5, 7),
        parameters=2_223_872,
        paper="https://arxiv.org/abs/1801.04381",
    ),
    TimmFacts(
        name="efficientnet_lite0",
        title="EfficientNet Lite 0",
        channels=1280,
        stages=_mobile(2, 3, 5, 7),
        parameters=3_371_008,
        paper="https://arxiv.org/abs/1905.11946",
    ),
    TimmFacts(
        name="convnextv2_atto",
        title="ConvNeXt v2, atto",
        channels=320,
        stages=_STAGES,
        rounds_up=False,
        parameters=3_387_400,
        paper=_CONVNEXT_V2_PAPER,
    ),
    TimmFacts(
        name="regnety_008",
        title="RegNet Y, 0.8 GF",
        channels=768,
        stages=_REGNET,
        parameters=5_494_168,
        paper="https://arxiv.org/abs/2003.13678",
    ),
    TimmFacts(
        name="vit_tiny_patch16_224",
        title="ViT, tiny, patch 16",
        channels=192,
        stages=_VIT,
        fixed_side_px=224,
        parameters=5_524_416,
        paper=_VIT_PAPER,
    ),
    TimmFacts(
        name="tf_efficientnetv2_b0",
        title="EfficientNet v2 B0",
        channels=1280,
        stages=_mobile(2, 3, 5, 6),
        parameters=5_858_704,
        paper="https://arxiv.org/abs/2104.00298",
    ),
    TimmFacts(
        name="repvgg_a0",
        title="RepVGG A0",
        channels=1280,
        stages=_STAGES,
        parameters=7_827_968,
        paper="https://arxiv.org/abs/2101.03697",
    ),
    TimmFacts(
        name="resnet26d",
        title="ResNet-26-D",
        channels=2048,
        stages=_RESNET,
        parameters=13_965_408,
        paper="https://arxiv.org/abs/1812.01187",
    ),
    TimmFacts(
        name="convnextv2_nano",
        title="ConvNeXt v2, nano",
        channels=640,
        stages=_STAGES,
        rounds_up=False,
        parameters=14_982_800,
        paper=_CONVNEXT_V2_PAPER,
    ),
    TimmFacts(
        name="vit_small_patch16_224",
        title="ViT, small, patch 16",
        channels=384,
        stages=_VIT,
        fixed_side_px=224,
        parameters=21_665_664,
        paper=_VIT_PAPER,
    ),
    TimmFacts(
        name="resnext50_32x4d",
        title="ResNeXt-50",
        channels=2048,
        stages=_RESNET,
        parameters=22_979_904,
        paper="https://arxiv.org/abs/1611.05431",
    ),
)
TIMM_BACKBONES: Mapping[str, TimmFacts] = MappingProxyType({f.name: f for f in _FACTS})
