"""First values of parameters, drawn from an explicit generator.

Modules are made on the meta device, where drawing costs nothing and touches no generator, and
are filled here. So torch's global generator is never read or moved, whatever other threads do,
and the values of a node depend on the seed and its id alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.instancenorm import _InstanceNorm


@torch.no_grad()
def draw(module: nn.Module, generator: torch.Generator) -> None:
    """Fill every parameter and buffer of a module, as torch's own defaults do.

    A module may have `draw_all(generator)`, which fills it with all its children, or
    `draw(generator)`, which is called after its children were filled.

    Raises:
        TypeError: There is no rule for a module that has parameters of its own.
    """
    draw_all = getattr(module, "draw_all", None)
    if draw_all is not None:
        draw_all(generator)
        return
    for child in module.children():
        draw(child, generator)
    rule = next((_RULES[kind] for kind in type(module).__mro__ if kind in _RULES), None)
    own_rule = getattr(module, "draw", None)
    if rule is not None:
        rule(module, generator)
    elif own_rule is not None:
        own_rule(generator)
    elif module._parameters or module._buffers:
        raise TypeError(f"No rule says how {type(module).__name__} begins")


def _uniform_fan_in(module: Any, generator: torch.Generator) -> None:
    """Draw weight and bias as `nn.Linear` and `nn.Conv2d` do (He et al., 2015, with a = sqrt 5)."""
    nn.init.kaiming_uniform_(module.weight, a=math.sqrt(5), generator=generator)
    if module.bias is not None:
        bound = 1 / math.sqrt(math.prod(module.weight.shape[1:]))
        nn.init.uniform_(module.bias, -bound, bound, generator=generator)


def _uniform_width(module: Any, generator: torch.Generator) -> None:
    """Draw all weights and biases as torch's recurrent layers do, from the width of the state."""
    bound = 1 / math.sqrt(module.hidden_size)
    for weight in module.parameters(recurse=False):
        nn.init.uniform_(weight, -bound, bound, generator=generator)


def _reset(module: Any, _generator: torch.Generator) -> None:
    module.reset_parameters()  # ones and zeros


_RULES: dict[type[Any], Callable[[Any, torch.Generator], None]] = {
    nn.Linear: _uniform_fan_in,
    nn.Conv1d: _uniform_fan_in,
    nn.Conv2d: _uniform_fan_in,
    nn.ConvTranspose2d: _uniform_fan_in,
    _BatchNorm: _reset,
    nn.LayerNorm: _reset,
    nn.GroupNorm: _reset,
    _InstanceNorm: _reset,
    nn.RMSNorm: _reset,
    nn.RNNBase: _uniform_width,
}
