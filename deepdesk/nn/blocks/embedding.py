"""From the numbers of tokens to vectors, and where in the sequence each stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from deepdesk.core.settings import Knob
from deepdesk.nn.block import Block, Shape, Shapes, checked, require_layout
from deepdesk.nn.blocks.dense import DROPOUT_KNOB
from deepdesk.nn.blocks.transformer import WIDTH_KNOB

if TYPE_CHECKING:
    from torch import nn

MAX_VOCABULARY = 1_000_000  # whole numbers are exact in float32 up to 16 million


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingConfig:
    """How many tokens there are, and how long their vectors."""

    vocabulary: Annotated[
        int,
        Knob(
            label="Vocabulary",
            help="Number of tokens. They are counted from 0; a number outside is read as 0.",
            low=2,
            high=MAX_VOCABULARY,
            scale="log",
            more=False,
        ),
    ] = 256
    width: Annotated[int, WIDTH_KNOB] = 128


class Embedding(Block[EmbeddingConfig]):
    """A learned vector for each token.

    (T,) token numbers, whole or float -> (T, width).
    """

    key = "embedding"
    title = "Embedding"
    family = "layers"
    summary = "Use it as the first block on text: numbers of letters or words become vectors."
    formula = "y[t] = E[x[t]]; E[0] for a number outside the vocabulary"
    paper = "https://jmlr.org/papers/v3/bengio03a.html"
    config = EmbeddingConfig

    def shape(self, config: EmbeddingConfig, in_shapes: Shapes) -> Shape:
        require_layout(in_shapes[0], 1, hint="Embedding reads one token number per place.")
        return checked((in_shapes[0][0], config.width))

    def module(self, config: EmbeddingConfig, in_shapes: Shapes) -> nn.Module:  # noqa: ARG002
        from deepdesk.nn.modules.embedding import Embedding as EmbeddingModule

        return EmbeddingModule(config.vocabulary, config.width)

    def summary_line(self, config: EmbeddingConfig) -> str:
        return f"{config.vocabulary:,} tokens, width {config.width}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionsConfig:
    """Which mark tells a place."""

    kind: Annotated[
        str,
        Knob(
            label="Kind",
            help="Waves are fixed; learned marks need more data. A transformer with Rotary "
            "positions needs neither.",
            choices=(("sinusoidal", "Waves"), ("learned", "Learned")),
            more=False,
        ),
    ] = "sinusoidal"
    dropout: Annotated[float, DROPOUT_KNOB] = 0.0


class Positions(Block[PositionsConfig]):
    """Adds to each place a mark that tells where it is: (T, C) -> (T, C)."""

    key = "positions"
    title = "Positions"
    family = "layers"
    summary = "Use it before attention, which cannot tell places apart by itself."
    formula = "y[t] = x[t] + p[t], p[t, 2i] = sin(t / 10000^(2i / C)), p[t, 2i + 1] = cos(same)"
    paper = "https://arxiv.org/abs/1706.03762"
    config = PositionsConfig

    def shape(self, config: PositionsConfig, in_shapes: Shapes) -> Shape:  # noqa: ARG002
        require_layout(in_shapes[0], 2, hint="Put Embedding or Map to sequence before this block.")
        return in_shapes[0]

    def module(self, config: PositionsConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.embedding import POSITIONS

        return POSITIONS[config.kind](*in_shapes[0], dropout=config.dropout)

    def summary_line(self, config: PositionsConfig) -> str:
        return {"sinusoidal": "waves", "learned": "learned"}[config.kind]
