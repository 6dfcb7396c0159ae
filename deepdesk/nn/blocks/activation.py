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
    ("leaky_relu", "Leaky ReLU"),
    ("hardswish", "Hard swish"),
    ("tanh", "Tanh"),
    ("sigmoid", "Sigmoid"),
    ("none", "None"),
)
ACTIVATION_WORDS = dict(ACTIVATION_CHOICES)
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
            help=ACTIVATION_KNOB.help,
            choices=ACTIVATION_CHOICES[:-1],
            more=False,
        ),
    ] = "relu"


class Activation(Block[ActivationConfig]):
    """A function applied to every number on its own."""

    key = "activation"
    title = "Activation"
    family = "layers"
    summary = "Use it after a normalisation, so that layers on top of each other add something."
    formula = "y = f(x), ReLU: max(0, x), GELU: x · Φ(x), SiLU: x · σ(x)"  # noqa: RUF001
    paper = "https://arxiv.org/abs/1606.08415"
    config = ActivationConfig

    def shape(self, config: ActivationConfig, in_shapes: Shapes) -> Shape:  # noqa: ARG002
        return in_shapes[0]

    def module(self, config: ActivationConfig, in_shapes: Shapes) -> nn.Module:  # noqa: ARG002
        from deepdesk.nn.modules.activation import activation

        return activation(config.function)

    def summary_line(self, config: ActivationConfig) -> str:
        return ACTIVATION_WORDS[config.function]
