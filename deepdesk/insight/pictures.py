"""What blocks say and what filters look for, as pictures. numpy alone, no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_CHANNELS = 64
MOST_NUMBERS = 1024  # of a vector
SIDE_PX = 64  # of the picture of one channel
SEQUENCE_SIDE = 256  # of the picture of a sequence, in steps and in channels
_GREY = 128
_FILTER_CHANNELS = (1, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one block says of one sample.

    Attributes:
        kind: "maps", "sequence" or "vector"; where sounds are heard also "wave", and "pitches" for
            maps with the highest pitch on top.
        pictures: Of maps uint8, (C, H, W), each channel from its least to its greatest number;
            of a sequence uint8, (1, T, C), all numbers alike; of a vector empty.
        numbers: Of a vector float32, (C,), its first 1,024; of a wave the farthest from silence of
            as many stretches; otherwise empty.
        channels: Number of the channel in each picture, strongest first; () for others than maps.
        shape: Of the whole output, without the batch axis.
    """

    kind: str
    pictures: NDArray[np.uint8]
    numbers: NDArray[np.float32]
    channels: tuple[int, ...]
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """The filters of the first convolution.

    Attributes:
        node: Id of its block.
        pictures: uint8, (F, H, W, 3): middle grey is a weight of zero, brighter a positive one.
        numbers: Number of the filter in each picture, strongest first.
        count: How many filters there are.
    """

    node: str
    pictures: NDArray[np.uint8]
    numbers: tuple[int, ...]
    count: int


def seen_of(values: NDArray[Any]) -> Seen | None:
    """Return one sample's output as pictures or numbers; None for shapes that have no picture.

    Args:
        values: float, (C, H, W), (T, C) or (C,).
    """
    way = _WAYS.get(values.ndim)
    return None if way is None or not values.size else way(values.astype(np.float32))


def _maps(values_CHW: NDArray[np.float32]) -> Seen:
    strength_C = np.abs(np.nan_to_num(values_CHW)).mean(axis=(1, 2), dtype=np.float64)
    order = np.argsort(-strength_C, kind="stable")[:MOST_CHANNELS]
    small = _shrunk(values_CHW[order], SIDE_PX, SIDE_PX)
    pictures = np.stack([_stretched(channel_HW) for channel_HW in small])
    return Seen(
        kind="maps",
        pictures=pictures,
        numbers=np.empty(0, np.float32),
        channels=tuple(order.tolist()),
        shape=values_CHW.shape,
    )


def _sequence(values_TC: NDArray[np.float32]) -> Seen:
    small = _shrunk(values_TC[None], SEQUENCE_SIDE, SEQUENCE_SIDE)
    return Seen(
        kind="sequence",
        pictures=_stretched(small),
        numbers=np.empty(0, np.float32),
        channels=(),
        shape=values_TC.shape,
    )


def _vector(values_C: NDArray[np.float32]) -> Seen:
    return Seen(
        kind="vector",
        pictures=np.empty((0, 0, 0), np.uint8),
        numbers=values_C[:MOST_NUMBERS].copy(),
        channels=(),
        shape=values_C.shape,
    )


_WAYS = {1: _vector, 2: _sequence, 3: _maps}


def filters_of(node: str, weights: NDArray[Any]) -> Filters | None:
    """Return filters over one or three channels as pictures; None for others and for 1 x 1.

    Args:
        node: Id of their block.
        weights: float, (F, C, H, W).
    """
    count, channels, height, width = weights.shape
    if channels not in _FILTER_CHANNELS or height * width < 2:
        return None
    clean = np.nan_to_num(weights.astype(np.float32), posinf=0.0, neginf=0.0)
    strength_F = np.abs(clean).sum(axis=(1, 2, 3), dtype=np.float64)
    order = np.argsort(-strength_F, kind="stable")[:MOST_CHANNELS]
    chosen = _shrunk(clean[order].reshape(-1, height, width), SIDE_PX, SIDE_PX)
    chosen = chosen.reshape(len(order), channels, *chosen.shape[1:])
    greatest = np.abs(chosen).max(axis=(1, 2, 3), keepdims=True)
    level = chosen / np.maximum(greatest, np.finfo(np.float32).tiny)
    grey = np.clip(_GREY + level * (_GREY - 1), 0, 255).astype(np.uint8)
    pictures = np.ascontiguousarray(np.broadcast_to(grey, (len(order), 3, *grey.shape[2:])))
    return Filters(
        node=node,
        pictures=np.ascontiguousarray(pictures.transpose(0, 2, 3, 1)),
        numbers=tuple(order.tolist()),
        count=count,
    )


def _shrunk(values: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """Return maps, (C, H, W), of at most `height` x `width`; a pixel is the mean of a square."""
    down, across = -(-values.shape[1] // height), -(-values.shape[2] // width)
    if down == across == 1:
        return values
    high, wide = values.shape[1] // down, values.shape[2] // across
    cut = values[:, : high * down, : wide * across]
    small: NDArray[np.float32] = cut.reshape(-1, high, down, wide, across).mean(axis=(2, 4))
    return small


def _stretched(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return values of any shape as grey, the least as 0 and the greatest as 255; uint8."""
    clean = np.nan_to_num(values.astype(np.float64), posinf=0.0, neginf=0.0)
    low, high = float(clean.min()), float(clean.max())
    if high <= low:
        return np.full(values.shape, _GREY, dtype=np.uint8)
    grey: NDArray[np.uint8] = np.round((clean - low) * (255.0 / (high - low))).astype(np.uint8)
    return grey


def shown_picture(pixels_CHW: NDArray[Any], side_px: int = SIDE_PX) -> NDArray[np.uint8]:
    """Return a picture of one or three channels for a strip, uint8, (H, W, 3), made small.

    Args:
        pixels_CHW: uint8 as it is; anything else is stretched over its range.
        side_px: Longest side of the result.
    """
    small = _shrunk(pixels_CHW.astype(np.float32), side_px, side_px)
    is_pixels = pixels_CHW.dtype == np.uint8
    grey = np.round(small).astype(np.uint8) if is_pixels else _stretched(small)
    three = np.broadcast_to(grey[:3] if len(grey) >= 3 else grey[:1], (3, *grey.shape[1:]))
    return np.ascontiguousarray(three.transpose(1, 2, 0))
