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
from deepdesk.nn.blocks.backbone_stage import BackboneStage
from deepdesk.nn.blocks.conformer import Conformer
from deepdesk.nn.blocks.convolution import Convolution, ConvolutionBlock
from deepdesk.nn.blocks.convolution_kinds import (
    Convolution1d,
    SeparableConvolution,
    TransposedConvolution,
)
from deepdesk.nn.blocks.dense import ClassifierHead, Dropout, Flatten, Linear
from deepdesk.nn.blocks.detection import AnchorHead, PointHead
from deepdesk.nn.blocks.detection_regions import ProposalHead, RegionHead
from deepdesk.nn.blocks.embedding import Embedding, Positions
from deepdesk.nn.blocks.heads import DenseHead, RegressionHead
from deepdesk.nn.blocks.inputs import Input
from deepdesk.nn.blocks.merging import Add, Concatenate, Multiply
from deepdesk.nn.blocks.mobile import InvertedResidualStage, SqueezeExcite
from deepdesk.nn.blocks.normalisation import (
    BatchNorm,
    GroupNorm,
    InstanceNorm,
    LayerNorm,
    Normalise,
    RMSNorm,
)
from deepdesk.nn.blocks.pooling import AveragePool, GlobalPool, MaxPool
from deepdesk.nn.blocks.pyramid import PyramidLevel
from deepdesk.nn.blocks.recurrent import ConvolutionalRecurrent, Gru, Lstm
from deepdesk.nn.blocks.reshaping import MapToSequence, Reshape, SequenceToMap, SwapAxes
from deepdesk.nn.blocks.residual import ResidualStage
from deepdesk.nn.blocks.resizing import Resize, Upsample
from deepdesk.nn.blocks.segmentation import AtrousPyramid, LiteHead
from deepdesk.nn.blocks.sequence_ends import SequencePool, TokenHead
from deepdesk.nn.blocks.sequence_transformer import Attention, TransformerDecoder
from deepdesk.nn.blocks.sound import Spectrogram
from deepdesk.nn.blocks.sound_features import BandNorm, Mfcc, Pcen
from deepdesk.nn.blocks.timm_backbone import TimmBackbone
from deepdesk.nn.blocks.transformer import PatchEmbedding, TransformerEncoder
from deepdesk.nn.blocks.unet import Unet, UnetLevel

_KINDS: tuple[type[Block[Any]], ...] = (
    Input,
    Convolution,
    Convolution1d,
    TransposedConvolution,
    BatchNorm,
    LayerNorm,
    GroupNorm,
    InstanceNorm,
    RMSNorm,
    Normalise,
    Activation,
    Linear,
    Dropout,
    Embedding,
    Positions,
    Lstm,
    Gru,
    Attention,
    Spectrogram,
    Mfcc,
    Pcen,
    BandNorm,
    MaxPool,
    AveragePool,
    GlobalPool,
    SequencePool,
    Flatten,
    Reshape,
    MapToSequence,
    SequenceToMap,
    SwapAxes,
    Upsample,
    Resize,
    ConvolutionBlock,
    SeparableConvolution,
    ResidualStage,
    InvertedResidualStage,
    SqueezeExcite,
    UnetLevel,
    Unet,
    PyramidLevel,
    AtrousPyramid,
    PatchEmbedding,
    TransformerEncoder,
    TransformerDecoder,
    Conformer,
    ConvolutionalRecurrent,
    Add,
    Multiply,
    Concatenate,
    Backbone,
    BackboneStage,
    TimmBackbone,
    ClassifierHead,
    DenseHead,
    LiteHead,
    RegressionHead,
    TokenHead,
    PointHead,
    AnchorHead,
    ProposalHead,
    RegionHead,
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
        f"Nearest is {near[0]!r}." if near else "The list of blocks has all that there are.",
        node=node,
        code="unknown_block",
    )
