"""Blocks that read a sequence place by place and remember."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from deepdesk.core.errors import GraphError
from deepdesk.core.settings import Knob
from deepdesk.nn.block import (
    MAX_CHANNELS,
    Block,
    Shape,
    Shapes,
    checked,
    require_layout,
    strided,
)
from deepdesk.nn.blocks.dense import DROPOUT_KNOB
from deepdesk.nn.blocks.transformer import MAX_TOKENS, counted

if TYPE_CHECKING:
    from torch import nn

MAX_PLACES = 4 * MAX_TOKENS  # each waits for the one before it
_WIDTH_KNOB = Knob(
    label="Width",
    help="Numbers that it remembers; 64 to 512 is usual.",
    low=1,
    high=8192,
    scale="log",
    more=False,
)
_LAYERS_KNOB = Knob(label="Layers", help="One above the other; 1 to 3 is usual.", low=1, high=16)
_SEQUENCES = "Put Embedding or Map to sequence before this block."


def _require_places(count: int) -> None:
    if count > MAX_PLACES:
        raise GraphError(
            f"The sequence has {count:,} places, more than {MAX_PLACES:,}.",
            "Pool or stride before this block: it reads one place after the other.",
            code="too_large",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrentConfig:
    """How much is remembered, and what comes out."""

    width: Annotated[int, _WIDTH_KNOB] = 128
    layers: Annotated[int, _LAYERS_KNOB] = 1
    bidirectional: Annotated[
        bool,
        Knob(
            label="Both ways",
            help="A second one reads from the end; twice as many numbers come out.",
            more=False,
        ),
    ] = False
    last: Annotated[
        bool,
        Knob(
            label="Only the end",
            help="Gives one vector for the whole sequence; off gives one per place.",
            more=False,
        ),
    ] = False
    dropout: Annotated[float, DROPOUT_KNOB] = 0.0


class _Recurrent(Block[RecurrentConfig]):
    """(T, C) -> (T, D), or (D,) with only the end; D is the width, twice that both ways."""

    family = "layers"
    config = RecurrentConfig

    def shape(self, config: RecurrentConfig, in_shapes: Shapes) -> Shape:
        require_layout(in_shapes[0], 2, hint=_SEQUENCES)
        places = in_shapes[0][0]
        _require_places(places)
        width = config.width * (2 if config.bidirectional else 1)
        return (width,) if config.last else checked((places, width))

    def module(self, config: RecurrentConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.recurrent import Recurrent

        return Recurrent(
            self.key,
            in_shapes[0][1],
            config.width,
            layers=config.layers,
            is_bidirectional=config.bidirectional,
            takes_last=config.last,
            dropout=config.dropout,
        )

    def summary_line(self, config: RecurrentConfig) -> str:
        ways = ", both ways" if config.bidirectional else ""
        return f"{counted(config.layers, 'layer')}, width {config.width}{ways}"


class Lstm(_Recurrent):
    """A memory that gates let in, keep and give out: (T, C) -> (T, D) or (D,)."""

    key = "lstm"
    title = "LSTM"
    summary = "Use it on sequences in which early parts matter much later, with few samples."
    formula = "c = f · c + i · tanh(W x + U h); h = o · tanh(c); i, f, o = sigmoid(W x + U h + b)"
    paper = "https://doi.org/10.1162/neco.1997.9.8.1735"


class Gru(_Recurrent):
    """A memory with one gate less than the LSTM: (T, C) -> (T, D) or (D,)."""

    key = "gru"
    title = "GRU"
    summary = "Use it as a smaller, faster LSTM: on short sequences it is about as good."
    formula = "h = (1 - z) · tanh(W x + r · (U h)) + z · h, with r, z = sigmoid(W x + U h + b)"
    paper = "https://arxiv.org/abs/1406.1078"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvolutionalRecurrentConfig:
    """The filters, and the memory behind them."""

    channels: Annotated[
        int,
        Knob(
            label="First filters",
            help="Of the first level; each level doubles them.",
            low=1,
            high=1024,
            scale="log",
            more=False,
        ),
    ] = 32
    levels: Annotated[
        int,
        Knob(label="Levels", help="Each halves the height.", low=1, high=8, more=False),
    ] = 3
    halved: Annotated[
        int,
        Knob(
            label="Levels that halve the width",
            help="The first so many halve the columns too: faster, and coarser in time.",
            low=0,
            high=8,
        ),
    ] = 1
    width: Annotated[int, _WIDTH_KNOB] = 128
    layers: Annotated[int, _LAYERS_KNOB] = 1


class ConvolutionalRecurrent(Block[ConvolutionalRecurrentConfig]):
    """Filters see shapes, a memory in both ways reads them along the width.

    (C, H, W) -> (ceil(W / 2^halved), 2 * width).
    """

    key = "convolutional_recurrent"
    title = "Filters and memory"
    family = "blocks"
    summary = "Use it on spectrograms and on pictures of written lines: columns become places."
    formula = "y = GRU over the columns of pool(ReLU(norm(filters(x)))), both ways"
    paper = "https://arxiv.org/abs/1507.05717"
    config = ConvolutionalRecurrentConfig
    ports: ClassVar[tuple[int, int]] = (1, 1)

    def shape(self, config: ConvolutionalRecurrentConfig, in_shapes: Shapes) -> Shape:
        require_layout(in_shapes[0], 3, hint="Put it after a picture or a spectrogram.")
        columns = in_shapes[0][2]
        widest = config.channels << (config.levels - 1)
        if widest > MAX_CHANNELS:
            raise GraphError(
                f"The last level would have {widest:,} filters, more than {MAX_CHANNELS:,}.",
                "Choose fewer levels or fewer first filters.",
                code="too_large",
            )
        places = strided(columns, 1 << min(config.halved, config.levels))
        _require_places(places)
        self._check_levels(config, in_shapes[0])
        return checked((places, 2 * config.width))

    @staticmethod
    def _check_levels(config: ConvolutionalRecurrentConfig, shape: Shape) -> None:
        """Check the map of every level before its pool, the largest that is ever held."""
        _channels, bands, columns = shape
        for level in range(config.levels):
            halved = 1 << min(config.halved, level)
            map_shape = (strided(bands, 1 << level), strided(columns, halved))
            checked((config.channels << level, *map_shape))

    def module(self, config: ConvolutionalRecurrentConfig, in_shapes: Shapes) -> nn.Module:
        from deepdesk.nn.modules.recurrent import ConvolutionalRecurrent as Module

        return Module(
            in_shapes[0],
            channels=config.channels,
            levels=config.levels,
            halved=config.halved,
            width=config.width,
            layers=config.layers,
        )

    def summary_line(self, config: ConvolutionalRecurrentConfig) -> str:
        return f"{counted(config.levels, 'level')}, width {config.width}"
