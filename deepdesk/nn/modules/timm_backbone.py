"""Networks of timm without their classifiers, under timm's own parameter names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import timm
import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from deepdesk.nn.modules.backbone import StagedBackbone
from deepdesk.nn.timm_facts import TimmFacts


class TimmBackbone(StagedBackbone):
    """Features of a picture.

    float, (N, 3, H, W) -> (N, channels), or (N, channels, H', W') when not pooled. Frozen stages
    get no gradients and stay in evaluation mode.

    Args:
        facts: Which network.
        pooled: Whether the map is averaged to a vector; a vision transformer gives its class token.
        frozen_stages: Stages from the picture on that do not learn.

    Raises:
        RuntimeError: The installed timm has no such network.
    """

    def __init__(self, facts: TimmFacts, *, pooled: bool, frozen_stages: int) -> None:
        model: nn.Module = timm.create_model(facts.name, pretrained=False, num_classes=0)
        norm = getattr(getattr(model, "head", None), "norm", None)
        for name in (*facts.unused, "head", "classifier", "fc"):
            if hasattr(model, name):
                setattr(model, name, nn.Identity())
        super().__init__(model, facts, frozen_stages=frozen_stages)
        is_sequence = bool(facts.fixed_side_px)
        self._pool = (_class_token if is_sequence else _average) if pooled else _whole
        # The norm after the pool belongs to the head in timm.
        self.norm = (
            nn.LayerNorm(norm.normalized_shape, eps=norm.eps)
            if pooled and isinstance(norm, nn.LayerNorm)
            else nn.Identity()
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return features: (N, 3, H, W) -> (N, channels) or (N, channels, H', W')."""
        model: Any = self.trunk
        out: Tensor = self.norm(self._pool(model.forward_features(x)))
        return out

    @torch.no_grad()
    def draw_all(self, generator: torch.Generator) -> None:
        """Draw every parameter, much as timm does for networks of each kind.

        Raises:
            TypeError: There is no rule for a module that has parameters of its own.
        """
        for module in self.modules():
            names = {type(module).__name__, *(kind.__name__ for kind in type(module).__mro__)}
            rule = next((rule for name, rule in _RULES.items() if name in names), None)
            if rule is not None:
                rule(module, generator)
            elif any(value is not None for value in module._parameters.values()):
                raise TypeError(f"No rule says how {type(module).__name__} begins")


def _average(x: Tensor) -> Tensor:
    return x.mean((2, 3))


def _class_token(x: Tensor) -> Tensor:
    return x[:, 0]


def _whole(x: Tensor) -> Tensor:
    return x


def _draw_convolution(module: Any, generator: torch.Generator) -> None:
    fan_out = module.weight[0, 0].numel() * module.out_channels // module.groups
    nn.init.normal_(module.weight, 0.0, (2.0 / fan_out) ** 0.5, generator=generator)
    _zero_bias(module)


def _draw_linear(module: Any, generator: torch.Generator) -> None:
    nn.init.trunc_normal_(module.weight, std=0.02, generator=generator)
    _zero_bias(module)


def _draw_tokens(module: Any, generator: torch.Generator) -> None:
    nn.init.trunc_normal_(module.pos_embed, std=0.02, generator=generator)
    nn.init.normal_(module.cls_token, std=1e-6, generator=generator)


def _zero_bias(module: Any) -> None:
    if module.bias is not None:
        nn.init.zeros_(module.bias)


def _reset(module: Any, _generator: torch.Generator) -> None:
    module.reset_parameters()


def _zero(module: Any, _generator: torch.Generator) -> None:
    nn.init.zeros_(module.weight)  # Woo et al., 2023: the response norm begins as the identity
    nn.init.zeros_(module.bias)


_RULES: dict[str, Callable[[Any, torch.Generator], None]] = {
    nn.Conv2d.__name__: _draw_convolution,
    nn.Linear.__name__: _draw_linear,
    _BatchNorm.__name__: _reset,
    nn.LayerNorm.__name__: _reset,
    "GlobalResponseNorm": _zero,
    "VisionTransformer": _draw_tokens,
}
