"""Networks of torchvision without their classifiers, under torchvision's own parameter names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

import torch
import torchvision
from torch import Tensor, nn
from torchvision.models.convnext import CNBlock
from torchvision.models.vision_transformer import Encoder, VisionTransformer

from deepdesk.nn.backbone_facts import BackboneFacts, FeatureFacts

_HEADS = frozenset({"avgpool", "fc", "classifier", "heads"})
_LEAST_MOMENTUM = 0.1


class StagedBackbone(nn.Module):
    """A network whose first stages may stay as they are.

    float, (N, 3, H, W) -> (N, channels) or (N, channels, H', W'). Frozen stages get no gradients
    and stay in evaluation mode.

    Args:
        trunk: The network, its parameters under the names that `facts` knows.
        facts: Which network.
        frozen_stages: Stages from the picture on that do not learn.
    """

    def __init__(self, trunk: nn.Module, facts: FeatureFacts, *, frozen_stages: int) -> None:
        super().__init__()
        self.trunk = trunk
        let_statistics_follow(trunk)
        prefixes = tuple(prefix for stage in facts.stages[:frozen_stages] for prefix in stage)
        for name, parameter in self.trunk.named_parameters():
            parameter.requires_grad_(not name.startswith(prefixes or "\0"))
        self._frozen = [
            module
            for name, module in self.trunk.named_modules()
            if prefixes and f"{name}.".startswith(prefixes)
        ]

    def train(self, mode: bool = True) -> Self:
        """Switch the mode; frozen stages keep their running statistics."""
        super().train(mode)
        for module in self._frozen:
            module.training = False
        return self


class Backbone(StagedBackbone):
    """Features of a picture.

    float, (N, 3, H, W) -> (N, channels), or (N, channels, H', W') when not pooled. Pictures are
    expected as torchvision's transforms make them: 0 to 1, less the ImageNet mean, over its
    deviation.

    Args:
        facts: Which network.
        pooled: Whether the map is averaged to a vector.
        frozen_stages: Stages from the picture on that do not learn.
    """

    def __init__(self, facts: BackboneFacts, *, pooled: bool, frozen_stages: int) -> None:
        model = torchvision.models.get_model(facts.name, weights=None)
        super().__init__(_trunk(model), facts, frozen_stages=frozen_stages)
        self.norm = _last_norm(model) if pooled else None
        self._pools = pooled and not isinstance(self.trunk, VisionTransformer)

    def forward(self, x: Tensor) -> Tensor:
        """Return features: (N, 3, H, W) -> (N, channels) or (N, channels, H', W')."""
        x = self.trunk(x)
        if self._pools:
            x = x.mean((2, 3))
        return x if self.norm is None else self.norm(x)

    @torch.no_grad()
    def draw_all(self, generator: torch.Generator) -> None:
        """Draw every parameter, much as torchvision does for networks of each kind."""
        draw_backbone(self, generator)

    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Take in weights under torchvision's names; those of its classifier are passed over.

        Raises:
            RuntimeError: A parameter is missing or has another shape.
        """
        own = {name: weights[name] for name in self.trunk.state_dict() if name in weights}
        self.trunk.load_state_dict(own, strict=True)
        if self.norm is not None:
            names = {"weight": "classifier.0.weight", "bias": "classifier.0.bias"}
            own = {key: weights[name] for key, name in names.items() if name in weights}
            self.norm.load_state_dict(own, strict=True)


def let_statistics_follow(network: nn.Module) -> None:
    """Let running means of batch norm follow within some twenty batches, in place.

    MobileNet v3 of torchvision keeps 99 parts in 100 of what was, for runs of hundreds of
    thousands of steps; after a hundred steps its answers would still be made with first values.
    """
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d) and layer.momentum is not None:
            layer.momentum = max(layer.momentum, _LEAST_MOMENTUM)


def draw_backbone(network: nn.Module, generator: torch.Generator) -> None:
    """Draw every parameter of layers of torchvision, much as it does for networks of each kind."""
    for module in network.modules():
        for kind in type(module).__mro__:
            if kind in _RULES:
                _RULES[kind](module, generator)
                break


def _trunk(model: nn.Module) -> nn.Module:
    if isinstance(model, VisionTransformer):
        model.heads = nn.Identity()
        return _as_module(model)
    trunk = nn.Sequential()
    for name, child in model.named_children():
        if name not in _HEADS:
            trunk.add_module(name, child)
    return trunk


def _as_module(model: nn.Module) -> nn.Module:
    return model


def _last_norm(model: nn.Module) -> nn.LayerNorm | None:
    classifier = getattr(model, "classifier", None)
    first = classifier[0] if isinstance(classifier, nn.Sequential) else None
    if isinstance(first, nn.LayerNorm):
        return nn.LayerNorm(first.normalized_shape, eps=first.eps)
    return None


def _draw_convolution(module: Any, generator: torch.Generator) -> None:
    nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu", generator=generator)
    _zero_bias(module)


def _draw_linear(module: Any, generator: torch.Generator) -> None:
    nn.init.trunc_normal_(module.weight, std=0.02, generator=generator)
    _zero_bias(module)


def _draw_attention(module: Any, generator: torch.Generator) -> None:
    nn.init.xavier_uniform_(module.in_proj_weight, generator=generator)
    nn.init.zeros_(module.in_proj_bias)


def _zero_bias(module: Any) -> None:
    if module.bias is not None:
        nn.init.zeros_(module.bias)


def _reset(module: Any, _generator: torch.Generator) -> None:
    module.reset_parameters()


def _scale(module: Any, _generator: torch.Generator) -> None:
    nn.init.constant_(module.layer_scale, 1e-6)  # Liu et al., 2022, as in their code


def _positions(module: Any, generator: torch.Generator) -> None:
    nn.init.normal_(module.pos_embedding, std=0.02, generator=generator)


def _class_token(module: Any, _generator: torch.Generator) -> None:
    nn.init.zeros_(module.class_token)


_RULES: dict[type[Any], Callable[[Any, torch.Generator], None]] = {
    nn.Conv2d: _draw_convolution,
    nn.Linear: _draw_linear,
    nn.MultiheadAttention: _draw_attention,
    nn.BatchNorm2d: _reset,
    nn.LayerNorm: _reset,
    CNBlock: _scale,
    Encoder: _positions,
    VisionTransformer: _class_token,
}
