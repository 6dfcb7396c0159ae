"""By which names blocks can be typed, and which letters stand for which settings. No torch.

Every block of the catalogue has its key and its title; the table adds what people type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from deepdesk.core.settings import settings_of
from deepdesk.nn.catalogue import BLOCKS

# Settings that a letter, a size or a number of times can stand for; the first that a block has.
SIDES: tuple[str, ...] = ("kernel", "size", "patch", "window", "side")
LISTS = ("target", "means", "deviations")  # texts that hold several numbers
STRIDES: tuple[str, ...] = ("stride", "factor", "patch", "size")
TIMES: tuple[str, ...] = ("blocks", "layers", "repeats", "depth", "count")
SHORT: Mapping[str, tuple[str, ...]] = {
    "k": ("kernel", "size", "window"),
    "s": ("stride", "step", "size"),
    "g": ("groups",),
    "d": ("dilation", "depth"),
    "h": ("heads", "height", "hidden"),
    "w": ("width",),
    "c": ("channels", "classes"),
    "f": ("features", "filters", "channels"),
    "l": ("layers",),
    "b": ("blocks",),
    "p": ("patch", "padding", "dropout", "share"),
    "r": ("ratio", "rate", "expansion"),
    "x": TIMES,
    "filter": ("channels",),
    "filters": ("channels",),
    "units": ("features", "channels", "width", "hidden"),
    "outputs": ("features", "classes"),
    "times": TIMES,
    "rate": ("share", "dropout"),
    "side": SIDES,
    "act": ("activation",),
    "expand": ("expansion", "ratio"),
}

# What people type, and the key it stands for: the first of them that the catalogue has.
_ALIASES: Mapping[str, tuple[str, ...]] = {
    "conv": ("convolution",),
    "conv2d": ("convolution",),
    "filters": ("convolution",),
    "conv1d": ("convolution_1d",),
    "conv 1d": ("convolution_1d",),
    "conv block": ("convolution_block",),
    "conv bn relu": ("convolution_block",),
    "block": ("convolution_block",),
    "deconv": ("transposed_convolution",),
    "conv transpose": ("transposed_convolution",),
    "transposed conv": ("transposed_convolution",),
    "depthwise": ("depthwise_convolution", "separable_convolution"),
    "dwconv": ("depthwise_convolution", "separable_convolution"),
    "separable": ("separable_convolution",),
    "linear": ("linear",),
    "dense": ("linear",),
    "fc": ("linear",),
    "fully connected": ("linear",),
    "mlp": ("mlp", "linear"),
    "head": ("classifier_head",),
    "classifier": ("classifier_head",),
    "classes": ("classifier_head",),
    "softmax": ("classifier_head",),
    "drop": ("dropout",),
    "do": ("dropout",),
    "norm": ("batch_norm",),
    "bn": ("batch_norm",),
    "batchnorm": ("batch_norm",),
    "ln": ("layer_norm",),
    "layernorm": ("layer_norm",),
    "gn": ("group_norm",),
    "groupnorm": ("group_norm",),
    "act": ("activation",),
    "nonlinearity": ("activation",),
    "pool": ("max_pool",),
    "maxpool": ("max_pool",),
    "avgpool": ("average_pool",),
    "avg pool": ("average_pool",),
    "mean pool": ("average_pool",),
    "gap": ("global_pool",),
    "global": ("global_pool",),
    "pool to one": ("global_pool",),
    "global average pool": ("global_pool",),
    "adaptive pool": ("global_pool",),
    "flat": ("flatten",),
    "up": ("upsample",),
    "scale": ("resize",),
    "residual": ("residual_stage",),
    "res": ("residual_stage",),
    "resblock": ("residual_stage",),
    "stage": ("residual_stage",),
    "inverted": ("inverted_residual_stage",),
    "mbconv": ("inverted_residual_stage",),
    "unet": ("unet", "unet_level"),
    "attention": ("attention", "transformer_encoder"),
    "self attention": ("attention", "transformer_encoder"),
    "mha": ("attention", "transformer_encoder"),
    "cross attention": ("cross_attention", "attention"),
    "transformer": ("transformer_encoder",),
    "encoder": ("transformer_encoder",),
    "decoder": ("transformer_decoder",),
    "patches": ("patch_embedding",),
    "patch": ("patch_embedding",),
    "embed": ("embedding",),
    "position": ("positions",),
    "positional encoding": ("positions",),
    "pos": ("positions",),
    "view": ("reshape",),
    "to sequence": ("map_to_sequence",),
    "to map": ("sequence_to_map",),
    "transpose": ("swap_axes",),
    "permute": ("swap_axes",),
    "instancenorm": ("instance_norm",),
    "rmsnorm": ("rms_norm",),
    "rnn": ("gru",),
    "crnn": ("convolutional_recurrent",),
    "speech encoder": ("conformer",),
    "segmentation head": ("dense_head",),
    "pixel head": ("dense_head",),
    "regression": ("regression_head",),
    "boxes": ("point_head",),
    "detection head": ("point_head",),
    "fcos": ("point_head",),
    "anchors": ("anchor_head",),
    "retinanet": ("anchor_head",),
    "ssd": ("anchor_head",),
    "rpn": ("proposal_head",),
    "roi": ("region_head",),
    "fpn": ("pyramid_level",),
    "pyramid": ("pyramid_level",),
    "mean": ("normalise",),
    "standardise": ("normalise",),
    "lstm": ("lstm",),
    "gru": ("gru",),
    "spectrogram": ("spectrogram",),
    "mel": ("spectrogram",),
    "mfcc": ("mfcc",),
    "dct": ("mfcc",),
    "pcen": ("pcen",),
    "agc": ("pcen",),
    "cmvn": ("band_norm",),
    "cmn": ("band_norm",),
    "add": ("add",),
    "sum": ("add",),
    "plus": ("add",),
    "skip": ("add",),
    "concat": ("concatenate",),
    "cat": ("concatenate",),
    "join": ("concatenate",),
    "mul": ("multiply",),
    "times": ("multiply",),
    "gate": ("multiply",),
    "picture": ("input",),
    "image": ("input",),
    "data": ("input",),
    "sound": ("input",),
    "wave": ("input",),
    "pretrained": ("backbone",),
    "squeeze": ("squeeze_excite",),
    "se": ("squeeze_excite",),
}
# Settings whose choices are names by themselves: `relu`, `resnet18`.
_NAMING = {"activation": "function", "backbone": "name", "timm_backbone": "name", "timm": "name"}
COMMON = ("conv", "relu", "norm", "pool", "linear", "dropout", "residual", "add", "gap", "flatten")
_BETWEEN = re.compile(r"[\s_,;\-]+")
_ALIAS_RANK, _TITLE_RANK, _CHOICE_RANK = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Name:
    """One way to type a block.

    Attributes:
        text: In small letters.
        block: Key in the catalogue.
        preset: Settings that the name alone sets.
        rank: 0 for what people type, 1 for keys and titles, 2 for choices.
        shown: Behind the block's title, "" for nothing.
    """

    text: str
    block: str
    preset: Mapping[str, Any] = field(default_factory=dict, hash=False)
    rank: int = _ALIAS_RANK
    shown: str = ""
    words: tuple[str, ...] = ()


@cache
def names() -> Mapping[str, Name]:
    """Return every name by its text."""
    found: dict[str, Name] = {}
    for text, keys in _ALIASES.items():
        key = next((key for key in keys if key in BLOCKS), "")
        if key:
            _add(found, text, key)
    for key, kind in BLOCKS.items():
        _add(found, key, key, rank=_TITLE_RANK)
        _add(found, kind.title, key, rank=_TITLE_RANK)
    for key, setting in _NAMING.items():
        _add_choices(found, key, setting)
    return found


def _add(
    found: dict[str, Name],
    text: str,
    block: str,
    *,
    preset: Mapping[str, Any] | None = None,
    rank: int = _ALIAS_RANK,
    shown: str = "",
) -> None:
    words = tuple(_BETWEEN.sub(" ", text.casefold()).split())
    text = " ".join(words)
    if text and text not in found:
        found[text] = Name(text, block, dict(preset or {}), rank, shown, words)


def _add_choices(found: dict[str, Name], block: str, setting: str) -> None:
    if block not in BLOCKS:
        return
    listed = (s for s in settings_of(BLOCKS[block].config) if s.key == setting)
    for value, words in (choice for s in listed for choice in s.knob.choices):
        preset = {setting: value}
        for text in (str(value), words):
            _add(found, text, block, preset=preset, rank=_CHOICE_RANK, shown=words)
