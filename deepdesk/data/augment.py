"""Augmentation of pictures in batches, on the device, from stateless draws.

All geometry of a batch is one affine map per picture and one resampling; all
colour is one scale and shift per picture and channel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from deepdesk.core.chance import Draws


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmentation:
    """How strongly pictures are varied; 0 switches a part off.

    Attributes:
        flip: Mirror half of the pictures left to right.
        shift: Largest shift as a share of the side.
        zoom: Largest change of scale as a share, both ways.
        turn_degrees: Largest turn, both ways.
        colour: Largest change of brightness, contrast and saturation as a share.
        erase: Side of the blanked square as a share of the side.
    """

    flip: bool = False
    shift: float = 0.0
    zoom: float = 0.0
    turn_degrees: float = 0.0
    colour: float = 0.0
    erase: float = 0.0


def augment(images_NCHW: Tensor, draws: Draws, how: Augmentation) -> Tensor:
    """Return varied pictures, float32, (N, C, H, W), same range as given.

    Args:
        images_NCHW: float32, (N, C, H, W), centred on 0, which is the blank of `erase`.
        draws: One row of randomness per picture.
        how: Strengths.
    """
    images = _moved(images_NCHW, draws, how)
    if how.colour:
        images = recoloured(images, draws, how.colour)
    if how.erase:
        images = _erased(images, draws, how.erase)
    return images


def is_flipped(draws: Draws) -> Tensor:
    """Return which pictures are mirrored where `flip` is on, bool, (N,), on the processor."""
    return torch.from_numpy(draws.uniform("flip")[:, 0] < 0.5)


def _between(draws: Draws, name: str, columns: int, device: torch.device) -> Tensor:
    """Return draws in [-1, 1), float32, (N, columns)."""
    return torch.from_numpy(draws.uniform(name, columns) * 2.0 - 1.0).to(device)


def _moved(images: Tensor, draws: Draws, how: Augmentation) -> Tensor:
    if how.zoom or how.turn_degrees:
        return _resampled(images, draws, how)
    if how.shift or how.flip:
        return _shifted(images, draws, how)
    return images


def _shifted(images: Tensor, draws: Draws, how: Augmentation) -> Tensor:
    """Flip and shift by whole pixels with mirrored borders: a gather, no arithmetic."""
    count, channels, height, width = images.shape
    rows = _axis(height, how.shift, draws, "shift_rows", images.device)
    columns = _axis(width, how.shift, draws, "shift_columns", images.device)
    if how.flip:
        mirrored = is_flipped(draws).to(images.device)
        columns = torch.where(mirrored[:, None], width - 1 - columns, columns)
    index = (rows[:, :, None] * width + columns[:, None, :]).view(count, 1, height * width)
    flat = images.reshape(count, channels, height * width)
    moved = flat.gather(2, index.expand(count, channels, height * width))
    return moved.view(count, channels, height, width)


def _axis(size: int, shift: float, draws: Draws, name: str, device: torch.device) -> Tensor:
    """Return source indices along one axis, int64, (N, size), mirrored at the borders."""
    reach = min(size - 1, round(shift * size))
    offsets = torch.from_numpy(draws.uniform(name)[:, 0] * (2 * reach + 1)).long().to(device)
    index = torch.arange(size, device=device)[None, :] + (offsets - reach)[:, None]
    index = index.abs()
    return torch.where(index >= size, 2 * (size - 1) - index, index)


def _resampled(images: Tensor, draws: Draws, how: Augmentation) -> Tensor:
    """Flip, shift, zoom and turn in one bilinear resampling with mirrored borders."""
    device = images.device
    count, _channels, height, width = images.shape
    angle = _between(draws, "turn", 1, device)[:, 0] * math.radians(how.turn_degrees)
    scale = 1.0 + _between(draws, "zoom", 1, device)[:, 0] * how.zoom
    shift = _between(draws, "shift", 2, device) * (2.0 * how.shift)
    mirror = torch.ones(count, device=device)
    if how.flip:
        mirror = is_flipped(draws).to(device) * -2.0 + 1.0
    aspect = width / height
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    maps = torch.stack(
        (
            torch.stack((mirror * cos, -sin / aspect, shift[:, 0]), 1),
            torch.stack((mirror * sin * aspect, cos, shift[:, 1]), 1),
        ),
        1,
    )
    grid = functional.affine_grid(maps, list(images.shape), align_corners=False)
    moved: Tensor = functional.grid_sample(
        images, grid, mode="bilinear", padding_mode="reflection", align_corners=False
    )
    return moved


def recoloured(images: Tensor, draws: Draws, strength: float) -> Tensor:
    """Return pictures of other brightness, contrast and saturation, float32, (N, C, H, W)."""
    drawn = _between(draws, "colour", 3, images.device) * strength
    brightness, contrast, saturation = drawn.T[:, :, None, None, None]
    grey = images.mean(1, keepdim=True)
    middle = grey.mean((2, 3), keepdim=True)
    coloured = grey + (images - grey) * (1.0 + saturation)
    changed: Tensor = middle + (coloured - middle) * (1.0 + contrast) + brightness
    return changed


def _erased(images: Tensor, draws: Draws, side: float) -> Tensor:
    """Blank one square per picture (Cutout, DeVries and Taylor, 2017, arXiv:1708.04552)."""
    _count, _channels, height, width = images.shape
    device = images.device
    centre = torch.from_numpy(draws.uniform("erase", 2)).to(device)
    rows = torch.arange(height, device=device)[None, :] - centre[:, :1] * height
    columns = torch.arange(width, device=device)[None, :] - centre[:, 1:] * width
    inside = (rows.abs() < side * height / 2)[:, None, :, None] & (
        columns.abs() < side * width / 2
    )[:, None, None, :]
    return images.masked_fill(inside, 0.0)
