"""Sounds as arrays: facts and the reader of every task that takes sounds.

Letters in names: T samples over time, C channels.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from deepdesk.core import payloads
from deepdesk.core.task import Facts, Found
from deepdesk.data.name_pattern import labelled_by_name
from deepdesk.data.sound_files import (
    LONG_S,
    SOUND_SUFFIXES,
    SoundFacts,
    length_of,
    read_sound,
    recording_facts,
    scanned,
    windows,
)
from deepdesk.data.sound_pictures import WINDOW_S, picture_of_windows, sound_picture
from deepdesk.data.sound_prints import MIN_CORRELATION, RATE_HZ, correlation, fingerprint
from deepdesk.data.sources import discover

__all__ = ["SOUND_SUFFIXES", "SoundReader", "middle_of", "sound_facts"]

_CHANNELS = {1: "mono", 2: "stereo"}


def sound_facts(path: Path) -> Facts:
    """Read a sound to its end and return what is to be known of it.

    Its size is (samples, samples a second). The digest is SHA-256 over rate and decoded samples
    of 16 bits, so that a copy in another lossless format is a twin too.

    Raises:
        BadSampleError: The file cannot be used, with the reason.
    """
    found = scanned(path)
    print_64 = None
    if found.samples <= LONG_S * found.rate_hz:
        # A long recording would have to be held in memory; its exact copies are found all the same.
        sound = read_sound(path)
        print_64 = fingerprint(sound.samples_T, sound.rate_hz)
    return Facts(
        size=(found.samples, found.rate_hz),
        detail=detail_of(found),
        digest=found.digest,
        fingerprint=print_64,
        note=found.note,
    )


def detail_of(found: SoundFacts) -> str:
    """Return length, rate and channels in words: "0.52 s, 8 kHz, mono"."""
    channels = _CHANNELS.get(found.channels, f"{found.channels} channels")
    rate = f"{found.rate_hz / 1000:.4g} kHz"
    return f"{length_words(found.samples / found.rate_hz)}, {rate}, {channels}"


def length_words(seconds: float) -> str:
    """Return a length in words: "0.52 s", "3:07 min" or "1:02:07 h"."""
    if seconds < 60:
        return f"{seconds:.2f} s"
    whole = round(seconds)
    if whole >= 3600:
        return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02} h"
    return f"{whole // 60}:{whole % 60:02} min"


def middle_of(recording: payloads.Recording, max_s: float) -> payloads.Audio:
    """Return the middle of a long recording, float32, (T, 1), as training reads it.

    Raises:
        BadSampleError: The file cannot be used, with the reason.
    """
    sound = read_sound(Path(recording.path), max_s=max_s)
    return payloads.Audio(
        samples_TC=sound.samples_T[:, None], sample_rate_hz=sound.rate_hz, name=recording.name
    )


class SoundReader:
    """The light half of a task that takes sounds; safe to call from any thread."""

    noun = ("sound", "sounds")
    origin_noun = ("speaker", "speakers")
    comes_in_order = False
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

    def payload(self, path: Path) -> payloads.Audio | payloads.Recording:
        """Return the whole sound in mono, float32, (T, 1), or of a long one its outline.

        Raises:
            BadSampleError: It cannot be used, with the reason.
        """
        if length_of(path) > LONG_S:
            return recording_facts(path)
        sound = read_sound(path)
        return payloads.Audio(
            samples_TC=sound.samples_T[:, None], sample_rate_hz=sound.rate_hz, name=path.name
        )

    def is_alike(self, first: Path, second: Path) -> bool:
        """Whether two sounds are one recording but for rate, level, format or quality.

        Raises:
            BadSampleError: One of them cannot be used, with the reason.
        """
        if max(length_of(first), length_of(second)) > LONG_S:
            return False
        waves = [read_sound(path, rate_hz=RATE_HZ).samples_T for path in (first, second)]
        return correlation(*waves) >= MIN_CORRELATION

    def thumbnail(self, path: Path, side_px: int) -> payloads.Image:
        """Return pitch over time as a picture, uint8, (side, side, 3), of the whole sound.

        Raises:
            BadSampleError: It cannot be used, with the reason.
        """
        if length_of(path) > LONG_S:
            looks_NT, rate_hz = windows(path, count=side_px, window_s=WINDOW_S)
            pixels_HWC = picture_of_windows(looks_NT, rate_hz)
        else:
            sound = read_sound(path)
            pixels_HWC = sound_picture(sound.samples_T, sound.rate_hz, side_px)
        return payloads.Image(pixels_HWC=pixels_HWC, name=path.name)
