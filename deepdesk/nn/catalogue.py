"""The closed set of blocks. What is not listed here cannot be in a network."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from deepdesk.core.errors import GraphError
from deepdesk.nn.block import Block
from deepdesk.nn.blocks.activation import Activation
from deepdesk.nn.blocks.backbone import Backbone
from deepdesk.nn.blocks.convolution import Convolution, ConvolutionBlock
from deepdesk.nn.blocks.dense import ClassifierHead, Dropout, Flatten, Linear
from deepdesk.nn.blocks.inputs import Input
from deepdesk.nn.blocks.merging import Add, Concatenate
from deepdesk.nn.blocks.normalisation import BatchNorm, GroupNorm, LayerNorm
from deepdesk.nn.blocks.pooling import AveragePool, GlobalPool, MaxPool
from deepdesk.nn.blocks.residual import ResidualStage
from deepdesk.nn.blocks.resizing import Resize, Upsample
from deepdesk.nn.blocks.transformer import PatchEmbedding, TransformerEncoder

_KINDS: tuple[type[Block[Any]], ...] = (
    Input,
    Convolution,
    BatchNorm,
    LayerNorm,
    GroupNorm,
    Activation,
    Linear,
    Dropout,
    MaxPool,
    AveragePool,
    GlobalPool,
    Flatten,
    Upsample,
    Resize,
    ConvolutionBlock,
    ResidualStage,
    PatchEmbedding,
    TransformerEncoder,
    Add,
    Concatenate,
    Backbone,
    ClassifierHead,
)
BLOCKS: Mapping[str, Block[Any]] = MappingProxyType({kind.key: kind() for kind in _KINDS})


def block_of(key: object, *, node: str = "") -> Block[Any]:
    """Return the block called `key`.

    Raises:
        GraphError: Code "unknown_block", naming `node` and the nearest known block.
    """
    if isinstance(key, str) and key in BLOCKS:
        return BLOCKS[key]
    # In ASCII, so that a lookalike letter shows itself.
    name = ascii(key[:40]) if isinstance(key, str) else type(key).__name__
    near = difflib.get_close_matches(key[:40], BLOCKS, 1) if isinstance(key, str) else []
    raise GraphError(
        f"There is no block called {name}.",
        f"Nearest is {near[0]!r}." if near else f"Known are: {', '.join(BLOCKS)}.",
        node=node,
        code="unknown_block",
    )
