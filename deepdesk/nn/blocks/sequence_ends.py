"""From a sequence to one vector, and a head for each place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from deepdesk.core.settings import Knob
from deepdesk.nn.block import MAX_CHANNELS, Block, Shape, Shapes, checked, require_layout
from deepdesk.nn.blocks.dense import DROPOUT_KNOB

if TYPE_CHECKING:
    from torch import nn

_POOL_WORDS = {
    "last": "last place",
    "average": "average",
    "maximum": "maximum",
    "attention": "learned weights",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SequencePoolConfig:
    """Which vector stands for all places."""

    how: Annotated[
        str,
        Knob(
            label="How",
            help="The last place of a causal block has seen all others; learned weights find the "
            "places that matter.",
            choices=tuple(_POOL_WORDS.items()),
            more=False,
        ),
    ] = "last"


class SequencePool(Block[SequencePoolConfig]):
    """One vector for a whole sequence: (T, C) -> (C,)."""

    key = "sequence_pool"
    title = "Sequence to one"
    family = "shape"
    summary = "Use it before the head of a classifier of texts or sounds."
    formula = "y = x[T]; or mean, max, or Σ a[t] x[t] with a = softmax(x · q)"
    paper = "https://arxiv.org/abs/1703.03130"
    config = SequencePoolConfig

    def shape(self, config: SequencePoolConfig, in_shapes: Shapes) -> Shape:  # noqa: ARG002
        require_layout(in_shapes[0], 2, hint="Use Pool to one for maps; a vector needs neither.")
        return (in_shapes[0][1],)

    def module(self, config: SequencePoolConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.sequence_ends import SEQUENCE_POOLS

        return SEQUENCE_POOLS[config.how](in_shapes[0][1])

    def summary_line(self, config: SequencePoolConfig) -> str:
        return _POOL_WORDS[config.how]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenHeadConfig:
    """From each place to one score per class."""

    classes: Annotated[
        int,
        Knob(
            label="Classes",
            help="Scores for each place; the data set fills it in.",
            low=1,
            high=MAX_CHANNELS,
            more=False,
        ),
    ] = 256
    norm: Annotated[
        bool,
        Knob(label="Norm first", help="What a transformer wants at its end."),
    ] = True
    dropout: Annotated[float, DROPOUT_KNOB] = 0.0


class TokenHead(Block[TokenHeadConfig]):
    """Raw scores (logits) for every place of a sequence: (T, C) -> (T, classes)."""

    key = "token_head"
    title = "Scores per place"
    family = "heads"
    summary = "Use it as the last block where every place has its own answer, as in language."
    formula = "y[t] = W · norm(x[t]) + b"
    paper = "https://arxiv.org/abs/1706.03762"
    config = TokenHeadConfig
    outputs_setting = "classes"

    def shape(self, config: TokenHeadConfig, in_shapes: Shapes) -> Shape:
        require_layout(in_shapes[0], 2, hint="For one answer in all, use the head for classes.")
        return checked((in_shapes[0][0], config.classes))

    def module(self, config: TokenHeadConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.sequence_ends import TokenHead as Module

        return Module(in_shapes[0][1], config.classes, has_norm=config.norm, dropout=config.dropout)

    def summary_line(self, config: TokenHeadConfig) -> str:
        return f"{config.classes:,} classes"
