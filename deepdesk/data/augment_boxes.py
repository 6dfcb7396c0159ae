"""Augmentation of pictures with boxes, in batches, on the device, from stateless draws.

All geometry of a picture is one map and one resampling; where four pictures are put together
(a mosaic), it samples all four at once.
Letters in names: N batch, F some of it, M boxes; boxes are (left, top, right, bottom), px.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from deepdesk.core.chance import Draws
from deepdesk.data.augment import recoloured

LEAST_VISIBLE = 0.25
_LEAST_PX = 2.0
_MEET = (0.75, 1.25)  # where four pictures meet lies off the middle by up to a quarter


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxAugmentation:
    """How strongly pictures are varied; 0 switches a part off.

    Attributes:
        mirror: Mirror half of the pictures left to right.
        upend: Mirror half of them upside down.
        zoom: Largest change of scale: at 1 from half as large to twice as large.
        shift: Largest shift as a share of the side.
        colour: Largest change of brightness, contrast and saturation as a share.
        mosaic: Share of pictures that are put together from four.
    """

    mirror: bool = False
    upend: bool = False
    zoom: float = 0.0
    shift: float = 0.0
    colour: float = 0.0
    mosaic: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxed:
    """Pictures with boxes.

    Attributes:
        images_NCHW: float32, centred on 0.
        boxes_NM4: float32, px.
        labels_NM: int64, -1 for no box.
        crowd_NM: bool.
    """

    images_NCHW: Tensor
    boxes_NM4: Tensor
    labels_NM: Tensor
    crowd_NM: Tensor


def augment_boxed(given: Boxed, draws: Draws, how: BoxAugmentation) -> Boxed:
    """Return varied pictures with their boxes, (N, C, H, W) and (N, M, 4), of another M.

    Boxes are cut off at the sides of the picture; of which less than a quarter is left, they are
    dropped. Which pictures are put together follows from the draws of the sample and from the
    order of the batch.

    Args:
        given: N pictures.
        draws: One row of randomness per picture.
        how: Strengths.
    """
    moved = given
    if how.mosaic or how.mirror or how.upend or how.zoom or how.shift:
        moved = _resampled(given, draws, how)
    if how.colour:
        moved = replace(moved, images_NCHW=recoloured(moved.images_NCHW, draws, how.colour))
    return moved


def partners(draws: Draws) -> Tensor:
    """Return which pictures of the batch a mosaic of each shows, itself first, int64, (N, 4)."""
    count = len(draws)
    drawn_N3 = torch.from_numpy(draws.uniform("partners", 3))
    others_N3 = 1 + (drawn_N3 * max(1, count - 1)).long()
    own_N1 = torch.arange(count)[:, None]
    return torch.cat([own_N1, (own_N1 + others_N3) % count], 1)


def _resampled(given: Boxed, draws: Draws, how: BoxAugmentation) -> Boxed:
    """Return pictures moved, and some of them put together, with their boxes."""
    images = given.images_NCHW
    device = images.device
    size = torch.tensor([images.shape[3], images.shape[2]], dtype=torch.float32)
    scales_N2, shifts_N2 = _maps(draws, how)
    is_put = draws.uniform("mosaic")[:, 0] < how.mosaic
    # Chosen on the processor, where the draws are, so that no device is waited for.
    put_F, rest_F = (torch.from_numpy(np.flatnonzero(part)) for part in (is_put, ~is_put))
    low, high = _MEET
    meet_N2 = torch.from_numpy(draws.uniform("meet", 2)) * (high - low) + low
    middles_N2 = torch.where(
        torch.from_numpy(is_put)[:, None], meet_N2 * size, size * (0.5 - shifts_N2 / scales_N2)
    )
    parts = []
    if len(rest_F):
        parts.append(_chosen(given, rest_F.to(device)))
    if len(put_F):
        parts.append(_sheets(given, partners(draws)[put_F].to(device)))
    order = torch.cat([rest_F, put_F])
    scales_N2, middles_N2 = scales_N2[order].to(device), middles_N2[order].to(device)
    moved, first = [], 0
    for part in parts:
        rows = slice(first, first + len(part.labels_NM))
        moved.append(
            _seen(part, scales_N2[rows], middles_N2[rows], (images.shape[3], images.shape[2]))
        )
        first = rows.stop
    return _together(moved, torch.argsort(order).to(device))


def _maps(draws: Draws, how: BoxAugmentation) -> tuple[Tensor, Tensor]:
    """Return scales, below 0 where mirrored, and shifts as shares of the side, (N, 2) each."""
    # As often half as large as twice as large: the logarithm is drawn evenly.
    exponents_N1 = torch.from_numpy(draws.uniform("zoom")) * 2.0 - 1.0
    scales_N2 = (1.0 + how.zoom) ** exponents_N1.expand(-1, 2)
    is_turned = (draws.uniform("turned", 2) < 0.5) & np.array([how.mirror, how.upend])
    scales_N2 = torch.where(torch.from_numpy(is_turned), -scales_N2, scales_N2)
    shifts_N2 = (torch.from_numpy(draws.uniform("shift", 2)) * 2.0 - 1.0) * how.shift
    return scales_N2, shifts_N2


def _chosen(given: Boxed, rows_F: Tensor) -> Boxed:
    return Boxed(
        images_NCHW=given.images_NCHW[rows_F],
        boxes_NM4=given.boxes_NM4[rows_F],
        labels_NM=given.labels_NM[rows_F],
        crowd_NM=given.crowd_NM[rows_F],
    )


def _sheets(given: Boxed, partners_F4: Tensor) -> Boxed:
    """Return sheets of two by two pictures, (F, C, 2 H, 2 W), with all their boxes, (F, 4 M, 4).

    After Bochkovskiy et al. (2020, arXiv:2004.10934).
    """
    images = given.images_NCHW
    _count, channels, height, width = images.shape
    four = images[partners_F4.flatten()].view(-1, 2, 2, channels, height, width)
    sheets = four.permute(0, 3, 1, 4, 2, 5).reshape(-1, channels, 2 * height, 2 * width)
    corners = [[0, 0], [width, 0], [0, height], [width, height]]
    corners_44 = torch.tensor(corners, dtype=torch.float32, device=images.device).repeat(1, 2)
    boxes_F4M4 = given.boxes_NM4[partners_F4] + corners_44[None, :, None]
    return Boxed(
        images_NCHW=sheets,
        boxes_NM4=boxes_F4M4.flatten(1, 2),
        labels_NM=given.labels_NM[partners_F4].flatten(1),
        crowd_NM=given.crowd_NM[partners_F4].flatten(1),
    )


def _seen(given: Boxed, scales_F2: Tensor, middles_F2: Tensor, window: tuple[int, ...]) -> Boxed:
    """Return what is seen of pictures through a window of a size.

    Args:
        given: F pictures, which may be larger than the window.
        scales_F2: Factors on lengths, below 0 for mirrored.
        middles_F2: Which place of the picture lies in the middle of the window, px.
        window: Its width and height, px.
    """
    images = given.images_NCHW
    size = torch.tensor(window, dtype=torch.float32, device=images.device)
    own = torch.tensor([images.shape[3], images.shape[2]], device=images.device)
    factors = size / own / scales_F2
    offsets = middles_F2 / own * 2.0 - 1.0
    zeros = torch.zeros_like(offsets[:, 0])
    rows = (factors[:, 0], zeros, offsets[:, 0], zeros, factors[:, 1], offsets[:, 1])
    maps = torch.stack(rows, 1).view(-1, 2, 3)
    shape = [*images.shape[:2], *reversed(window)]
    grid = functional.affine_grid(maps, shape, align_corners=False)
    sampled = functional.grid_sample(images, grid, mode="bilinear", align_corners=False)
    corners = given.boxes_NM4.unflatten(2, (2, 2)) - middles_F2[:, None, None]
    corners = corners * scales_F2[:, None, None] + size / 2
    # Mirrored boxes have their corners turned over.
    boxes = torch.cat([corners.amin(2), corners.amax(2)], 2)
    return _visible(replace(given, images_NCHW=sampled, boxes_NM4=boxes), size)


def _visible(given: Boxed, size: Tensor) -> Boxed:
    """Return boxes cut off at the window, without those of which too little is left."""
    cut = torch.minimum(given.boxes_NM4.clamp_min(0.0), size.repeat(2))
    whole = given.boxes_NM4[..., 2:] - given.boxes_NM4[..., :2]
    left = cut[..., 2:] - cut[..., :2]
    is_enough = left.prod(-1) >= LEAST_VISIBLE * whole.prod(-1)
    is_kept = is_enough & (left >= _LEAST_PX).all(-1)
    return replace(given, boxes_NM4=cut, labels_NM=torch.where(is_kept, given.labels_NM, -1))


def _together(parts: list[Boxed], order_N: Tensor) -> Boxed:
    """Return parts of a batch as one in an order, with as many boxes as the fullest one has."""
    most = max(part.labels_NM.shape[1] for part in parts)
    padded = [
        Boxed(
            images_NCHW=part.images_NCHW,
            boxes_NM4=functional.pad(part.boxes_NM4, (0, 0, 0, most - part.labels_NM.shape[1])),
            labels_NM=functional.pad(part.labels_NM, (0, most - part.labels_NM.shape[1]), value=-1),
            crowd_NM=functional.pad(part.crowd_NM, (0, most - part.labels_NM.shape[1])),
        )
        for part in parts
    ]
    whole = padded[0]
    if len(padded) > 1:
        names = ("images_NCHW", "boxes_NM4", "labels_NM", "crowd_NM")
        whole = Boxed(**{name: torch.cat([getattr(p, name) for p in padded]) for name in names})
    return _packed(_chosen(whole, order_N))


def _packed(given: Boxed) -> Boxed:
    """Return a batch whose places without a box come last, and are as few as can be.

    A device would have to be waited for to learn how few; there they stay.
    """
    order = torch.argsort((given.labels_NM < 0).to(torch.uint8), dim=1, stable=True)
    if given.labels_NM.device.type == "cpu":
        most = int((given.labels_NM >= 0).sum(1).max())
        order = order[:, : max(1, most)]
    return Boxed(
        images_NCHW=given.images_NCHW,
        boxes_NM4=given.boxes_NM4.gather(1, order[..., None].expand(-1, -1, 4)),
        labels_NM=given.labels_NM.gather(1, order),
        crowd_NM=given.crowd_NM.gather(1, order),
    )
