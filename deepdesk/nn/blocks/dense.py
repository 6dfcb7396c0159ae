"""Layers on vectors and sequences, and the head that names classes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from deepdesk.core.errors import GraphError
from deepdesk.core.settings import Knob
from deepdesk.nn.block import MAX_CHANNELS, Block, Shape, Shapes, checked, shape_text

if TYPE_CHECKING:
    from torch import nn

DROPOUT_KNOB = Knob(
    label="Dropout",
    help="Share of numbers set to zero while training; 0.1 to 0.5 against learning by heart.",
    low=0.0,
    high=0.95,
)
HIDDEN_KNOB = Knob(
    label="Hidden features",
    help="Width of a layer with GELU in between; 0 for none.",
    low=0,
    high=MAX_CHANNELS,
)
_POOL_FIRST = "Put Pool to one (or Flatten) before this block."


@dataclass(frozen=True, slots=True, kw_only=True)
class FlattenConfig:
    """Nothing to set."""


class Flatten(Block[FlattenConfig]):
    """All numbers of a sample in one row.

    (C, H, W) -> (C · H · W,) or (T, C) -> (T · C,).
    """

    key = "flatten"
    title = "Flatten"
    family = "shape"
    summary = "Use it before a linear layer that should see every position on its own."
    formula = "y = all numbers of x in one row"
    config = FlattenConfig

    def shape(self, config: FlattenConfig, in_shapes: Shapes) -> Shape:  # noqa: ARG002
        return checked((math.prod(in_shapes[0]),))

    def module(self, config: FlattenConfig, in_shapes: Shapes) -> nn.Module:  # noqa: ARG002
        from torch import nn

        return nn.Flatten()

    def summary_line(self, config: FlattenConfig) -> str:  # noqa: ARG002
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearConfig:
    """How many numbers come out."""

    features: Annotated[
        int,
        Knob(
            label="Features",
            help="Numbers that come out.",
            low=1,
            high=MAX_CHANNELS,
            scale="log",
            more=False,
        ),
    ] = 128
    bias: Annotated[bool, Knob(label="Bias", help="Adds a number per feature.")] = True


class Linear(Block[LinearConfig]):
    """Every output is a weighted sum of all inputs.

    (C,) -> (features,) or (T, C) -> (T, features).
    """

    key = "linear"
    title = "Linear"
    family = "layers"
    summary = "Use it on vectors, near the end of a network."
    formula = "y = W x + b"
    config = LinearConfig
    outputs_setting = "features"

    def shape(self, config: LinearConfig, in_shapes: Shapes) -> Shape:
        return checked((*_rows(in_shapes[0]), config.features))

    def module(self, config: LinearConfig, in_shapes: Shapes) -> nn.Module:
        from torch import nn

        return nn.Linear(in_shapes[0][-1], config.features, bias=config.bias)

    def summary_line(self, config: LinearConfig) -> str:
        return f"{config.features} features"


def _rows(shape: Shape) -> Shape:
    """Return a shape without its last axis; a map is refused, its last axis is no feature."""
    if len(shape) == 3:
        raise GraphError(
            f"This block takes a vector or a sequence, but gets a map of {shape_text(shape)}.",
            _POOL_FIRST,
            code="layout",
        )
    return shape[:-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class DropoutConfig:
    """How much is left out."""

    share: Annotated[
        float,
        Knob(label="Share", help=DROPOUT_KNOB.help, low=0.0, high=0.95, more=False),
    ] = 0.2
    drops: Annotated[
        str,
        Knob(
            label="Drops",
            help="Neighbouring pixels tell the same, so maps lose whole channels as a rule.",
            choices=(
                ("usual", "Channels of maps, else numbers"),
                ("channels", "Whole channels"),
                ("numbers", "Single numbers"),
            ),
        ),
    ] = "usual"


class Dropout(Block[DropoutConfig]):
    """Sets a random share to zero while training; as a rule whole channels of a map.

    (C, H, W), (T, C) or (C,), shape kept. Whole channels follow Tompson et al., 2015,
    arXiv:1411.4280.
    """

    key = "dropout"
    title = "Dropout"
    family = "layers"
    summary = "Use it when the training loss falls on while the validation loss rises."
    formula = "y = x · m / (1 - p), m is 0 with probability p, else 1"
    paper = "https://jmlr.org/papers/v15/srivastava14a.html"
    config = DropoutConfig

    def shape(self, config: DropoutConfig, in_shapes: Shapes) -> Shape:  # noqa: ARG002
        return in_shapes[0]

    def module(self, config: DropoutConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.shaping import dropout

        drops = {"usual": "channels" if len(in_shapes[0]) == 3 else "numbers"}
        what = drops.get(config.drops, config.drops)
        return dropout(config.share, what=what, rank=len(in_shapes[0]))

    def summary_line(self, config: DropoutConfig) -> str:
        what = "" if config.drops == "usual" else f", {config.drops}"
        return f"{config.share:g}{what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierHeadConfig:
    """From a vector to one score per class."""

    classes: Annotated[
        int,
        Knob(
            label="Classes",
            help="The data set fills it in.",
            low=1,
            high=MAX_CHANNELS,
            more=False,
        ),
    ] = 10
    scale: Annotated[
        float,
        Knob(
            label="Scale of the scores",
            help="Scores are multiplied by it; 0.125 calms the start of a fast training.",
            low=0.001,
            high=100.0,
            scale="log",
        ),
    ] = 1.0
    dropout: Annotated[float, DROPOUT_KNOB] = 0.0
    hidden: Annotated[int, HIDDEN_KNOB] = 0


class ClassifierHead(Block[ClassifierHeadConfig]):
    """One raw score (logit) per class.

    (C,) -> (classes,).
    """

    key = "classifier_head"
    title = "Classifier"
    family = "heads"
    summary = "Use it as the last block of a classifier."
    formula = "y = s · (W x + b)"
    config = ClassifierHeadConfig
    outputs_setting = "classes"

    def shape(self, config: ClassifierHeadConfig, in_shapes: Shapes) -> Shape:
        if len(in_shapes[0]) != 1:
            raise GraphError(
                f"The head takes a vector, but gets {shape_text(in_shapes[0])}.",
                _POOL_FIRST,
                code="layout",
            )
        return (config.classes,)

    def module(self, config: ClassifierHeadConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.heads import ClassifierHead as ClassifierHeadModule

        return ClassifierHeadModule(
            in_shapes[0][0],
            config.classes,
            scale=config.scale,
            dropout=config.dropout,
            hidden=config.hidden,
        )

    def summary_line(self, config: ClassifierHeadConfig) -> str:
        return f"{config.classes} classes" if config.classes > 1 else "1 number"
