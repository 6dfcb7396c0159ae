"""Activations: what makes a network more than one linear map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from deepdesk.core.settings import Knob
from deepdesk.nn.block import Block, Shape, Shapes

if TYPE_CHECKING:
    from torch import nn

ACTIVATION_CHOICES = (
    ("relu", "ReLU"),
    ("gelu", "GELU"),
    ("silu", "SiLU"),
    ("mish", "Mish"),
    ("leaky_relu", "Leaky ReLU"),
    ("elu", "ELU"),
    ("selu", "SELU"),
    ("relu6", "ReLU6"),
    ("hardswish", "Hard swish"),
    ("hardsigmoid", "Hard sigmoid"),
    ("softplus", "Softplus"),
    ("tanh", "Tanh"),
    ("sigmoid", "Sigmoid"),
    ("none", "None"),
)
ACTIVATION_WORDS = dict(ACTIVATION_CHOICES)
SOFTMAX = "softmax"  # looks at all channels at once, so only the block of its own has it
ACTIVATION_KNOB = Knob(
    label="Activation",
    help="ReLU is the fastest; GELU and SiLU are smoother and often a little more accurate.",
    choices=ACTIVATION_CHOICES,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationConfig:
    """Which function."""

    function: Annotated[
        str,
        Knob(
            label="Function",
            help=f"{ACTIVATION_KNOB.help} Softmax makes shares of the channels.",
            choices=(*ACTIVATION_CHOICES[:-1], (SOFTMAX, "Softmax")),
            more=False,
        ),
    ] = "relu"


class Activation(Block[ActivationConfig]):
    """A function applied to every number on its own; softmax to the channels of each position.

    (C, H, W), (T, C) or (C,), shape kept.
    """

    key = "activation"
    title = "Activation"
    family = "layers"
    summary = "Use it after a normalisation, so that layers on top of each other add something."
    formula = "y = f(x), ReLU: max(0, x), GELU: x · Φ(x), SiLU: x · σ(x)"  # noqa: RUF001
    paper = "https://arxiv.org/abs/1606.08415"
    config = ActivationConfig

    def shape(self, config: ActivationConfig, in_shapes: Shapes) -> Shape:  # noqa: ARG002
        return in_shapes[0]

    def module(self, config: ActivationConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.activation import activation, softmax

        if config.function == SOFTMAX:
            return softmax(len(in_shapes[0]))
        return activation(config.function)

    def summary_line(self, config: ActivationConfig) -> str:
        return ACTIVATION_WORDS.get(config.function, "Softmax")
