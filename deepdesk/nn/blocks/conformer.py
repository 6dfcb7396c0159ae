"""Attention and filters together, for speech and other sequences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from deepdesk.core.errors import GraphError
from deepdesk.core.settings import Knob
from deepdesk.nn.block import Block, Shape, Shapes, require_divides, require_layout
from deepdesk.nn.blocks.dense import DROPOUT_KNOB
from deepdesk.nn.blocks.transformer import (
    CAUSAL_KNOB,
    HEADS_KNOB,
    LAYERS_KNOB,
    RATIO_KNOB,
    counted,
    require_tokens,
)

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, slots=True, kw_only=True)
class ConformerConfig:
    """Depth, heads, and how far a filter sees."""

    layers: Annotated[int, LAYERS_KNOB] = 4
    heads: Annotated[int, HEADS_KNOB] = 4
    kernel: Annotated[
        int,
        Knob(
            label="Kernel",
            help="Places that a filter sees at once; 7 to 31 is usual.",
            low=1,
            high=255,
            more=False,
        ),
    ] = 15
    ratio: Annotated[float, RATIO_KNOB] = 4.0
    dropout: Annotated[float, DROPOUT_KNOB] = 0.1
    causal: Annotated[bool, CAUSAL_KNOB] = False


class Conformer(Block[ConformerConfig]):
    """Attention sees what is far apart, filters what is near: (T, C) -> (T, C)."""

    key = "conformer"
    title = "Conformer"
    family = "blocks"
    summary = "Use it on speech, behind filters that shorten a spectrogram."
    formula = "x += ½ mlp(x); x += attention(x); x += filters(x); x = norm(x + ½ mlp(x))"
    paper = "https://arxiv.org/abs/2005.08100"
    config = ConformerConfig

    def shape(self, config: ConformerConfig, in_shapes: Shapes) -> Shape:
        require_layout(in_shapes[0], 2, hint="Put Map to sequence before this block.")
        _require_even_heads(config.heads, in_shapes[0][1])
        require_tokens(in_shapes[0])
        return in_shapes[0]

    def module(self, config: ConformerConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.conformer import ConformerPlan, conformer

        width = in_shapes[0][1]
        plan = ConformerPlan(
            width=width,
            heads=config.heads,
            kernel=config.kernel,
            hidden=max(1, round(config.ratio * width)),
            dropout=config.dropout,
            is_causal=config.causal,
        )
        return conformer(plan, config.layers)

    def summary_line(self, config: ConformerConfig) -> str:
        causal = ", causal" if config.causal else ""
        return f"{counted(config.layers, 'layer')}, {counted(config.heads, 'head')}{causal}"


def _require_even_heads(heads: int, width: int) -> None:
    require_divides(heads, width, what="Heads", of="the width")
    if width // heads % 2:
        raise GraphError(
            f"Places are told by turning pairs of numbers, but each head has {width // heads}.",
            "Choose heads that leave an even width to each.",
            code="odd_head",
        )
