"""Pictures as sequences of patches, and the transformer encoder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from deepdesk.core.errors import GraphError
from deepdesk.core.settings import Knob
from deepdesk.nn.block import (
    Block,
    Shape,
    Shapes,
    checked,
    divisors_near,
    require_divides,
    require_layout,
    shape_text,
    strided,
)
from deepdesk.nn.blocks.dense import DROPOUT_KNOB

if TYPE_CHECKING:
    from torch import nn

MAX_TOKENS = 16_384  # attention costs the square of it
WIDTH_KNOB = Knob(
    label="Width",
    help="Numbers per token; a multiple of the heads.",
    low=1,
    high=8192,
    scale="log",
    more=False,
)

LAYERS_KNOB = Knob(label="Layers", help="4 to 12 is usual.", low=1, high=64, more=False)
HEADS_KNOB = Knob(
    label="Heads",
    help="Each looks for its own relation; has to divide the width.",
    low=1,
    high=256,
    more=False,
)
RATIO_KNOB = Knob(
    label="Inner ratio", help="Width inside each layer over the width.", low=0.25, high=16
)
CAUSAL_KNOB = Knob(
    label="Causal",
    help="Each place sees itself and earlier ones alone, to predict what comes next.",
)
ROTARY_KNOB = Knob(
    label="Rotary positions",
    help="Tells places by turning queries and keys, so that distances count; needs no Positions.",
)
SILENT_KNOB = Knob(
    label="Begin as identity",
    help="Changes nothing at first and learns what to add: safe to put into a trained network.",
)


def counted(count: int, word: str) -> str:
    """Return a count with its noun, for instance "2 heads"."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def require_tokens(shape: Shape) -> None:
    """Refuse a sequence that is too long for attention.

    Args:
        shape: Of the sequence, (T, C).

    Raises:
        GraphError: Code "too_large".
    """
    if shape[0] > MAX_TOKENS:
        raise GraphError(
            f"The sequence has {shape[0]:,} tokens, more than {MAX_TOKENS:,}.",
            "Choose a larger patch, or pool before.",
            code="too_large",
        )


def require_heads(heads: int, width: int, *, is_rotary: bool) -> None:
    """Refuse heads that do not share the width evenly.

    Raises:
        GraphError: Code "divide", or "odd_head" where rotation needs pairs of numbers.
    """
    require_divides(heads, width, what="Heads", of="the width")
    if is_rotary and width // heads % 2:
        raise GraphError(
            f"Rotary positions turn pairs of numbers, but each head has {width // heads}.",
            "Turn off Rotary positions, or choose heads that leave an even width to each.",
            code="odd_head",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchEmbeddingConfig:
    """Size of the patches and of the tokens."""

    patch: Annotated[
        int,
        Knob(
            label="Patch",
            help="Side of a patch; smaller sees more and costs more.",
            unit="px",
            low=1,
            high=512,
            more=False,
        ),
    ] = 4
    width: Annotated[int, WIDTH_KNOB] = 192
    class_token: Annotated[
        bool,
        Knob(label="Class token", help="A learned first token that gathers the answer."),
    ] = False
    pad: Annotated[
        bool,
        Knob(label="Pad the edges", help="Fills with zeros up to the next whole patch."),
    ] = False
    dropout: Annotated[float, DROPOUT_KNOB] = 0.0


class PatchEmbedding(Block[PatchEmbeddingConfig]):
    """Cuts a picture into patches and makes a token of each, with its learned position."""

    key = "patch_embedding"
    title = "Patches"
    family = "blocks"
    summary = "Use it before a transformer, to read a picture as a sequence."
    formula = "y[t] = W · patch[t] + position[t]"
    paper = "https://arxiv.org/abs/2010.11929"
    config = PatchEmbeddingConfig

    def shape(self, config: PatchEmbeddingConfig, in_shapes: Shapes) -> Shape:
        require_layout(in_shapes[0], 3, hint="Patches are cut from a picture or a map.")
        rows, columns = self.grid(config, in_shapes[0])
        tokens = rows * columns + int(config.class_token)
        if tokens > MAX_TOKENS:
            raise GraphError(
                f"{shape_text(in_shapes[0])} gives {tokens:,} patches, more than {MAX_TOKENS:,}.",
                "Choose a larger patch.",
                code="too_large",
            )
        return checked((tokens, config.width))

    def grid(self, config: PatchEmbeddingConfig, shape: Shape) -> tuple[int, int]:
        """Return rows and columns of patches.

        Raises:
            GraphError: Code "divide": the patch does not divide the picture and is not padded.
        """
        _channels, height, width = shape
        if not config.pad and (height % config.patch or width % config.patch):
            near = sorted(
                set(divisors_near(height, config.patch)) & set(divisors_near(width, config.patch))
            )
            choices = ", ".join(str(d) for d in near)
            remedy = f"Choose one of: {choices}, or turn on" if near else "Turn on"
            raise GraphError(
                f"A patch of {config.patch} does not divide {shape_text(shape)}.",
                f"{remedy} Pad the edges.",
                code="divide",
            )
        return strided(height, config.patch), strided(width, config.patch)

    def module(self, config: PatchEmbeddingConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.transformer import PatchEmbedding as PatchEmbeddingModule

        return PatchEmbeddingModule(
            in_shapes[0],
            patch=config.patch,
            width=config.width,
            class_token=config.class_token,
            dropout=config.dropout,
        )

    def summary_line(self, config: PatchEmbeddingConfig) -> str:
        return f"{shape_text((config.patch, config.patch))} px, width {config.width}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformerEncoderConfig:
    """Depth, heads and the width inside."""

    layers: Annotated[int, LAYERS_KNOB] = 6
    heads: Annotated[int, HEADS_KNOB] = 3
    ratio: Annotated[float, RATIO_KNOB] = 4.0
    dropout: Annotated[float, DROPOUT_KNOB] = 0.0
    causal: Annotated[bool, CAUSAL_KNOB] = False
    rotary: Annotated[bool, ROTARY_KNOB] = False
    silent_start: Annotated[bool, SILENT_KNOB] = False


class TransformerEncoder(Block[TransformerEncoderConfig]):
    """Every token looks at every other, layer after layer: (T, C) -> (T, C)."""

    key = "transformer_encoder"
    title = "Transformer"
    family = "blocks"
    summary = (
        "Use it where far apart parts belong together; it wants more data than filters do, and "
        "with Causal it is the decoder of a language model."
    )
    formula = "x = x + attention(norm(x)); x = x + mlp(norm(x))"
    paper = "https://arxiv.org/abs/1706.03762"
    config = TransformerEncoderConfig

    def shape(self, config: TransformerEncoderConfig, in_shapes: Shapes) -> Shape:
        require_layout(in_shapes[0], 2, hint="Put Patches before this block.")
        require_heads(config.heads, in_shapes[0][1], is_rotary=config.rotary)
        require_tokens(in_shapes[0])
        return in_shapes[0]

    def module(self, config: TransformerEncoderConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.transformer import LayerPlan, transformer

        plan = LayerPlan(
            width=in_shapes[0][1],
            heads=config.heads,
            hidden=max(1, round(config.ratio * in_shapes[0][1])),
            dropout=config.dropout,
            is_causal=config.causal,
            is_rotary=config.rotary,
            is_silent=config.silent_start,
        )
        return transformer(plan, config.layers)

    def summary_line(self, config: TransformerEncoderConfig) -> str:
        causal = ", causal" if config.causal else ""
        return f"{counted(config.layers, 'layer')}, {counted(config.heads, 'head')}{causal}"
