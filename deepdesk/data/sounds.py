"""Sounds as arrays: facts and the reader of every task that takes sounds.

Letters in names: T samples over time, C channels.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from deepdesk.core import payloads
from deepdesk.core.task import Facts, Found
from deepdesk.data.name_pattern import labelled_by_name
from deepdesk.data.sound_files import SOUND_SUFFIXES, Sound, read_sound
from deepdesk.data.sound_pictures import sound_picture
from deepdesk.data.sources import discover

__all__ = ["SOUND_SUFFIXES", "SoundReader", "sound_facts"]

# A small picture shows no more of a long recording than its middle.
_PICTURED_S = 30.0
_CHANNELS = {1: "mono", 2: "stereo"}


def sound_facts(path: Path) -> Facts:
    """Read a sound to its end and return what is to be known of it.

    Its size is (samples, samples a second). The digest is SHA-256 over rate and decoded samples
    of 16 bits, so that a copy in another lossless format is a twin too.

    Raises:
        BadSampleError: The file cannot be used, with the reason.
    """
    sound = read_sound(path)
    digest = hashlib.sha256(f"{sound.rate_hz}:{sound.channels}:".encode())
    digest.update(np.round(sound.samples_T * 32768).astype("<i4").tobytes())
    return Facts(
        size=(len(sound.samples_T), sound.rate_hz),
        detail=detail_of(sound),
        digest=digest.hexdigest(),
        note=sound.note,
    )


def detail_of(sound: Sound) -> str:
    """Return length, rate and channels in words: "0.52 s, 8 kHz, mono"."""
    channels = _CHANNELS.get(sound.channels, f"{sound.channels} channels")
    rate = f"{sound.rate_hz / 1000:.4g} kHz"
    return f"{length_words(len(sound.samples_T) / sound.rate_hz)}, {rate}, {channels}"


def length_words(seconds: float) -> str:
    """Return a length in words: "0.52 s" or "3:07 min"."""
    if seconds < 60:
        return f"{seconds:.2f} s"
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02} min"


class SoundReader:
    """The light half of a task that takes sounds; safe to call from any thread."""

    noun = ("sound", "sounds")
    origin_noun = ("speaker", "speakers")
    suffixes = SOUND_SUFFIXES

    def discover(self, source: Path) -> Iterator[Found]:
        """Yield the sounds of a folder, a table or a single file.

        A flat folder of names such as `seven_anna_3.wav` has its classes in them.

        Raises:
            DatasetError: The layout does not fit, with what would.
        """
        return labelled_by_name(lambda: discover(source, self.suffixes))

    def facts(self, path: Path) -> Facts:
        """Read a sound to its end.

        Raises:
            BadSampleError: It cannot be used, with the reason.
        """
        return sound_facts(path)

    def payload(self, path: Path) -> payloads.Audio:
        """Return the whole sound in mono, float32, (T, 1).

        Raises:
            BadSampleError: It cannot be used, with the reason.
        """
        sound = read_sound(path)
        return payloads.Audio(
            samples_TC=sound.samples_T[:, None], sample_rate_hz=sound.rate_hz, name=path.name
        )

    def thumbnail(self, path: Path, side_px: int) -> payloads.Image:
        """Return pitch over time as a picture, uint8, (side, side, 3).

        Raises:
            BadSampleError: It cannot be used, with the reason.
        """
        sound = read_sound(path, max_s=_PICTURED_S)
        pixels_HWC = sound_picture(sound.samples_T, sound.rate_hz, side_px)
        return payloads.Image(pixels_HWC=pixels_HWC, name=path.name)
