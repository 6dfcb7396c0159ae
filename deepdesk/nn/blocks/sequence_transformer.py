"""Attention as a block of its own, and the transformer decoder."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, ClassVar

from deepdesk.core.settings import Knob
from deepdesk.nn.block import Block, Shape, Shapes, require_layout
from deepdesk.nn.blocks.dense import DROPOUT_KNOB
from deepdesk.nn.blocks.transformer import (
    CAUSAL_KNOB,
    HEADS_KNOB,
    LAYERS_KNOB,
    RATIO_KNOB,
    ROTARY_KNOB,
    SILENT_KNOB,
    counted,
    require_heads,
    require_tokens,
)

if TYPE_CHECKING:
    from torch import nn

_WITH_MEMORY = "Says nothing where there is a memory."
_SEQUENCES = "Put Embedding, Patches or Map to sequence before this block."


def _as_sequence(shape: Shape) -> Shape:
    """Return (T, C) of a sequence, or of a map read place by place."""
    return shape if len(shape) == 2 else (math.prod(shape[1:]), shape[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionConfig:
    """Heads, and what stands around the attention."""

    heads: Annotated[int, HEADS_KNOB] = 4
    shortcut: Annotated[
        bool,
        Knob(
            label="Shortcut",
            help="Norms its input and adds the attention to it. It changes nothing at first, so it "
            "can be put into a trained network. Off gives the attention alone.",
            more=False,
        ),
    ] = True
    causal: Annotated[bool, replace(CAUSAL_KNOB, help=f"{CAUSAL_KNOB.help} {_WITH_MEMORY}")] = False
    rotary: Annotated[bool, replace(ROTARY_KNOB, help=f"{ROTARY_KNOB.help} {_WITH_MEMORY}")] = False


class Attention(Block[AttentionConfig]):
    """Every place looks at every other, or at the places of a second input.

    (T, C) or (C, H, W), and a memory (S, D) or (D, H, W) or none -> the shape of the first.
    """

    key = "attention"
    title = "Attention"
    family = "layers"
    summary = (
        "Use it to let far apart places of a map or a sequence see each other; a second input is "
        "the memory that the first one looks at."
    )
    formula = "y = x + W · softmax(Q Kᵀ / √d) V, with Q of norm(x) and K, V of norm(x) or a memory"
    paper = "https://arxiv.org/abs/1706.03762"
    config = AttentionConfig
    ports: ClassVar[tuple[int, int]] = (1, 2)

    def shape(self, config: AttentionConfig, in_shapes: Shapes) -> Shape:
        for shape in in_shapes:
            require_layout(shape, 2, 3, hint=_SEQUENCES)
            require_tokens(_as_sequence(shape))
        is_alone = len(in_shapes) == 1
        width = _as_sequence(in_shapes[0])[1]
        require_heads(config.heads, width, is_rotary=config.rotary and is_alone)
        return in_shapes[0]

    def module(self, config: AttentionConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.attention import AttentionBlock

        widths = [_as_sequence(shape)[1] for shape in in_shapes]
        return AttentionBlock(
            *widths,
            heads=config.heads,
            is_causal=config.causal,
            is_rotary=config.rotary,
            has_shortcut=config.shortcut,
        )

    def summary_line(self, config: AttentionConfig) -> str:
        return counted(config.heads, "head") + (", causal" if config.causal else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformerDecoderConfig:
    """Depth, heads and the width inside."""

    layers: Annotated[int, LAYERS_KNOB] = 6
    heads: Annotated[int, HEADS_KNOB] = 4
    ratio: Annotated[float, RATIO_KNOB] = 4.0
    dropout: Annotated[float, DROPOUT_KNOB] = 0.0
    causal: Annotated[bool, CAUSAL_KNOB] = True
    rotary: Annotated[bool, ROTARY_KNOB] = False
    silent_start: Annotated[bool, SILENT_KNOB] = False


class TransformerDecoder(Block[TransformerDecoderConfig]):
    """Each place looks at earlier ones, then at a memory, layer after layer.

    (T, C), and a memory (S, D) or none -> (T, C).
    """

    key = "transformer_decoder"
    title = "Transformer decoder"
    family = "blocks"
    summary = (
        "Use it to write one sequence while reading another, the memory at its second input; "
        "without a memory it predicts what comes next."
    )
    formula = "x = x + attention(norm(x)); x = x + attention(norm(x), memory); x = x + mlp(norm(x))"
    paper = "https://arxiv.org/abs/1706.03762"
    config = TransformerDecoderConfig
    ports: ClassVar[tuple[int, int]] = (1, 2)

    def shape(self, config: TransformerDecoderConfig, in_shapes: Shapes) -> Shape:
        for shape in in_shapes:
            require_layout(shape, 2, hint=_SEQUENCES)
            require_tokens(shape)
        require_heads(config.heads, in_shapes[0][1], is_rotary=config.rotary)
        return in_shapes[0]

    def module(self, config: TransformerDecoderConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.transformer import LayerPlan, transformer

        plan = LayerPlan(
            width=in_shapes[0][1],
            heads=config.heads,
            hidden=max(1, round(config.ratio * in_shapes[0][1])),
            dropout=config.dropout,
            memory_width=in_shapes[1][1] if len(in_shapes) > 1 else 0,
            is_causal=config.causal,
            is_rotary=config.rotary,
            is_silent=config.silent_start,
        )
        return transformer(plan, config.layers)

    def summary_line(self, config: TransformerDecoderConfig) -> str:
        causal = ", causal" if config.causal else ""
        return f"{counted(config.layers, 'layer')}, {counted(config.heads, 'head')}{causal}"
