"""Augmentation of pictures together with their classes of pixels, on the device.

All geometry is one affine map per picture: the picture is resampled smoothly and mirrored at its
borders, its mask by nearest pixels, with no class outside.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from deepdesk.core.chance import Draws
from deepdesk.data.augment import Augmentation, augment, is_flipped

_STRETCH = 0.1  # largest change of proportions
_BRIGHTER = 1.2  # deviations of a picture, at full strength
_TINT = 0.3  # of a channel beside the others, likewise


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskAugmentation:
    """How strongly pictures and masks are varied; 0 switches a part off.

    Attributes:
        flip: Mirror half of the pictures left to right.
        zoom: Largest factor of enlarging; pictures are made smaller by up to half as much.
        shift: Largest shift as a share of the sides, beside that within an enlarged picture.
        turn_degrees: Largest turn, both ways.
        light: How strongly brightness, contrast, saturation and tint vary, 0 to 1.
        erase: Side of the blanked square as a share of the side; its truth stays.
    """

    flip: bool = False
    zoom: float = 1.0
    shift: float = 0.0
    turn_degrees: float = 0.0
    light: float = 0.0
    erase: float = 0.0


def augment_with_masks(
    images_NCHW: Tensor, masks_NHW: Tensor, draws: Draws, how: MaskAugmentation
) -> tuple[Tensor, Tensor]:
    """Return varied pictures, float32, (N, C, H, W), and their masks, int64, (N, H', W').

    Args:
        images_NCHW: float32, centred on 0.
        masks_NHW: Class indices, below 0 for none; may be larger than the pictures, (N, H', W').
        draws: One row of randomness per picture.
        how: Strengths.
    """
    if how.flip or how.shift or how.turn_degrees or how.zoom > 1.0:
        height, width = masks_NHW.shape[1:]
        maps = affine_maps(draws, how, width / height).to(images_NCHW.device)
        images_NCHW = _resampled(images_NCHW, maps, "bilinear", "reflection")
        # One more than the index, so that what comes from outside is no class.
        moved = _resampled((masks_NHW + 1).float()[:, None], maps, "nearest", "zeros")
        masks_NHW = moved[:, 0].round().long() - 1
    if how.light:
        images_NCHW = relit(images_NCHW, draws, how.light)
    return augment(images_NCHW, draws, Augmentation(erase=how.erase)), masks_NHW


def relit(images_NCHW: Tensor, draws: Draws, strength: float) -> Tensor:
    """Return pictures as in another light, float32, (N, C, H, W), centred on 0 as they came.

    Args:
        images_NCHW: float32, deviations of about 1.
        draws: One row of randomness per picture.
        strength: 0 to 1.
    """
    device = images_NCHW.device

    def between(name: str) -> Tensor:
        drawn = torch.from_numpy(draws.uniform(name, 3) * 2.0 - 1.0)
        return (drawn * strength).to(device)[:, :, None, None]

    brightness, contrast, saturation = between("colour").split(1, dim=1)
    grey = images_NCHW.mean(1, keepdim=True)
    middle = grey.mean((2, 3), keepdim=True)
    coloured = grey + (images_NCHW - grey) * (1.0 + saturation)
    changed: Tensor = middle + (coloured - middle) * contrast.exp() + _BRIGHTER * brightness
    tinted: Tensor = changed * (1.0 + _TINT * between("gain")) + _TINT * between("tint")
    return tinted


def affine_maps(draws: Draws, how: MaskAugmentation, proportion: float) -> Tensor:
    """Return where each place of the result comes from, float32, (N, 2, 3), in -1 to 1.

    Args:
        draws: One row of randomness per picture.
        how: Strengths.
        proportion: Width over height.
    """

    def drawn(name: str) -> Tensor:
        return torch.from_numpy(draws.uniform(name)[:, 0])

    most, least = how.zoom, 1.0 / (1.0 + (how.zoom - 1.0) / 2.0)
    scale = least * (most / least) ** drawn("zoom")
    stretch = 1.0 + (2.0 * drawn("stretch") - 1.0) * (_STRETCH if how.zoom > 1.0 else 0.0)
    angle = (2.0 * drawn("turn") - 1.0) * math.radians(how.turn_degrees)
    mirror = torch.where(is_flipped(draws), -1.0, 1.0) if how.flip else torch.ones(len(draws))
    across, down = 1.0 / (scale * stretch), stretch / scale
    # An enlarged picture may be looked at anywhere; a smaller one may stand anywhere.
    room = (1.0 - 1.0 / scale).abs() + 2.0 * how.shift
    shift = torch.from_numpy(draws.uniform("shift", 2)) * 2.0 - 1.0
    cos, sin = torch.cos(angle), torch.sin(angle)
    first = (mirror * across * cos, -across * sin / proportion, shift[:, 0] * room)
    second = (mirror * down * sin * proportion, down * cos, shift[:, 1] * room)
    return torch.stack((torch.stack(first, 1), torch.stack(second, 1)), 1).float()


def _resampled(maps_NCHW: Tensor, affine: Tensor, mode: str, padding: str) -> Tensor:
    grid = functional.affine_grid(affine, list(maps_NCHW.shape), align_corners=False)
    moved: Tensor = functional.grid_sample(
        maps_NCHW, grid, mode=mode, padding_mode=padding, align_corners=False
    )
    return moved
