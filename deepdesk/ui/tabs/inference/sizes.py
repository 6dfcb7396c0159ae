"""Payloads made small enough to be shown or kept, off the window's thread. No Qt."""

from __future__ import annotations

from functools import singledispatch
from pathlib import Path

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from deepdesk.core.errors import BadSampleError
from deepdesk.core.payloads import Audio, Image, Payload, Recording

# The stage of a window of 2560 x 1440 is about as wide.
SHOWN_PX = 2048
# Twice the strip's tiles, for screens of density 2.
SMALL_PX = 192


@singledispatch
def fitted(payload: Payload, side_px: int) -> Payload:
    """Return `payload` with no side longer than `side_px`, where it has sides."""
    del side_px
    return payload


@fitted.register
def _(payload: Image, side_px: int) -> Payload:
    if max(payload.pixels_HWC.shape[:2]) <= side_px:
        return payload
    return Image(pixels_HWC=_shrunk(payload.pixels_HWC, side_px), name=payload.name)


@singledispatch
def small(payload: object) -> Image | None:
    """Return a small picture of `payload`, None where it has none."""
    del payload
    return None


@small.register
def _(payload: Image) -> Image | None:
    pixels_HWC = payload.pixels_HWC
    if max(pixels_HWC.shape[:2]) > SMALL_PX:
        pixels_HWC = _shrunk(pixels_HWC, SMALL_PX)
    return Image(pixels_HWC=pixels_HWC, name=payload.name)


@small.register
def _(payload: Audio) -> Image | None:
    from deepdesk.data.sound_pictures import sound_picture

    samples_T = payload.samples_TC.mean(1, dtype=np.float32)
    pixels_HWC = sound_picture(samples_T, payload.sample_rate_hz, SMALL_PX)
    return Image(pixels_HWC=pixels_HWC, name=payload.name)


@small.register
def _(payload: Recording) -> Image | None:
    from deepdesk.data.sounds import SoundReader

    try:
        return SoundReader().thumbnail(Path(payload.path), SMALL_PX)
    except BadSampleError:
        # The file went away since its outline was read; the answer will say so.
        return None


def _shrunk(pixels_HWC: NDArray[np.uint8], side_px: int) -> NDArray[np.uint8]:
    picture = PIL.Image.fromarray(pixels_HWC)
    picture.thumbnail((side_px, side_px), PIL.Image.Resampling.BICUBIC, reducing_gap=2.0)
    return np.array(picture)
