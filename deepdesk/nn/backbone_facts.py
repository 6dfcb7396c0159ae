"""What is known of each backbone without loading torchvision.

The file names and sizes are those of torchvision 0.29; a test holds them against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from deepdesk.nn.block import Shape, strided

LICENCE = (
    "BSD 3-Clause (torchvision). Trained on ImageNet-1k, whose pictures are for research "
    "and teaching."
)
STAGES = 5
_MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureFacts:
    """A network of pictures without its classifier.

    Attributes:
        name: In the library that it comes from.
        title: On screen.
        channels: That come out.
        stages: Per stage, the prefixes of its parameters; the first stage is the stem.
        rounds_up: Whether an odd side is halved upwards.
        fixed_side_px: The only side it takes, 0 for any.
        paper: Address.
    """

    name: str
    title: str
    channels: int
    stages: tuple[tuple[str, ...], ...]
    rounds_up: bool = True
    fixed_side_px: int = 0
    paper: str

    def map_shape(self, shape: Shape) -> Shape:
        """Return the map before pooling, a 32nd of the sides of a (3, H, W) picture."""
        if self.rounds_up:
            return (self.channels, *(strided(side, 32) for side in shape[1:]))
        return (self.channels, *(side // 32 for side in shape[1:]))


@dataclass(frozen=True, slots=True, kw_only=True)
class BackboneFacts(FeatureFacts):
    """One network of `torchvision.models`, without its classifier.

    Attributes:
        file_name: Of the weights; its last part is the start of the file's SHA-256.
        size_mib: Of that file.
    """

    file_name: str
    size_mib: float

    @property
    def size_bytes(self) -> int:
        """Size of the weights file, rounded to about a kilobyte."""
        return round(self.size_mib * _MIB)

    @property
    def hash_start(self) -> str:
        """First hex digits of the SHA-256 of the weights file."""
        return self.file_name.removesuffix(".pth").rpartition("-")[2]


def _features(*ends: int) -> tuple[tuple[str, ...], ...]:
    """Return stages of a numbered list of features; each ends before the given number."""
    starts = (0, *ends[:-1])
    return tuple(
        tuple(f"features.{i}." for i in range(start, end))
        for start, end in zip(starts, ends, strict=True)
    )


_RESNET = (("conv1.", "bn1."), ("layer1.",), ("layer2.",), ("layer3.",), ("layer4.",))
_SHUFFLENET = (("conv1.",), ("stage2.",), ("stage3.",), ("stage4.",), ("conv5.",))
_VIT = (
    ("conv_proj.", "class_token", "encoder.pos_embedding"),
    *(
        tuple(f"encoder.layers.encoder_layer_{i}." for i in range(start, start + 3))
        for start in (0, 3, 6, 9)
    ),
)
_RESNET_PAPER = "https://arxiv.org/abs/1512.03385"
_MOBILENET_PAPER = "https://arxiv.org/abs/1905.02244"

_FACTS = (
    BackboneFacts(
        name="resnet18",
        title="ResNet-18",
        file_name="resnet18-f37072fd.pth",
        size_mib=44.661,
        channels=512,
        stages=_RESNET,
        paper=_RESNET_PAPER,
    ),
    BackboneFacts(
        name="resnet34",
        title="ResNet-34",
        file_name="resnet34-b627a593.pth",
        size_mib=83.275,
        channels=512,
        stages=_RESNET,
        paper=_RESNET_PAPER,
    ),
    BackboneFacts(
        name="resnet50",
        title="ResNet-50",
        file_name="resnet50-11ad3fa6.pth",
        size_mib=97.79,
        channels=2048,
        stages=_RESNET,
        paper=_RESNET_PAPER,
    ),
    BackboneFacts(
        name="mobilenet_v3_small",
        title="MobileNet v3, small",
        file_name="mobilenet_v3_small-047dcff4.pth",
        size_mib=9.829,
        channels=576,
        stages=_features(1, 2, 4, 9, 13),
        paper=_MOBILENET_PAPER,
    ),
    BackboneFacts(
        name="mobilenet_v3_large",
        title="MobileNet v3, large",
        file_name="mobilenet_v3_large-5c1a4163.pth",
        size_mib=21.107,
        channels=960,
        stages=_features(2, 4, 7, 13, 17),
        paper=_MOBILENET_PAPER,
    ),
    BackboneFacts(
        name="efficientnet_b0",
        title="EfficientNet B0",
        file_name="efficientnet_b0_rwightman-7f5810bc.pth",
        size_mib=20.451,
        channels=1280,
        stages=_features(2, 3, 4, 6, 9),
        paper="https://arxiv.org/abs/1905.11946",
    ),
    BackboneFacts(
        name="convnext_tiny",
        title="ConvNeXt, tiny",
        file_name="convnext_tiny-983f1562.pth",
        size_mib=109.119,
        channels=768,
        stages=_features(1, 2, 4, 6, 8),
        rounds_up=False,
        paper="https://arxiv.org/abs/2201.03545",
    ),
    BackboneFacts(
        name="shufflenet_v2_x1_0",
        title="ShuffleNet v2",
        file_name="shufflenetv2_x1-5666bf0f80.pth",
        size_mib=8.791,
        channels=1024,
        stages=_SHUFFLENET,
        paper="https://arxiv.org/abs/1807.11164",
    ),
    BackboneFacts(
        name="vit_b_16",
        title="ViT, base, patch 16",
        file_name="vit_b_16-c867db91.pth",
        size_mib=330.285,
        channels=768,
        stages=_VIT,
        fixed_side_px=224,
        paper="https://arxiv.org/abs/2010.11929",
    ),
)
BACKBONES: Mapping[str, BackboneFacts] = MappingProxyType({f.name: f for f in _FACTS})
