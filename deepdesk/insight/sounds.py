"""What samples look like, and what is special where sounds are heard: waves, pitch over time.

Letters in names: T samples over time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.data.sound_pictures import sound_picture
from deepdesk.insight.pictures import MOST_NUMBERS, SIDE_PX, Seen, shown_picture
from deepdesk.nn.graph import Graph

_FULL = 32_768.0
_SPECTROGRAM = "spectrogram"
_PICTURE_CHANNELS = (1, 3)


def waves_in(graph: Graph) -> frozenset[str]:
    """Return the ids of inputs that a spectrogram is made of."""
    heard = {
        source
        for node in graph.nodes
        if node.block == _SPECTROGRAM
        for source in graph.sources[node.id]
    }
    return frozenset(node.id for node in graph.inputs if node.id in heard)


def pitches_in(graph: Graph) -> frozenset[str]:
    """Return the ids of all blocks that a spectrogram reaches: rows of their maps are pitches."""
    found: set[str] = set()
    for node in graph.order:
        if node.block == _SPECTROGRAM or found & set(graph.sources[node.id]):
            found.add(node.id)
    return frozenset(found)


def as_wave(values_T: NDArray[np.float32]) -> Seen:
    """Return a waveform as numbers, one for each stretch: the one farthest from silence.

    Args:
        values_T: float32, (T,).
    """
    stretches = np.array_split(values_T, min(len(values_T), MOST_NUMBERS))
    farthest = [part[np.abs(part).argmax()] for part in stretches]
    return Seen(
        kind="wave",
        pictures=np.empty((0, 0, 0), np.uint8),
        numbers=np.array(farthest, dtype=np.float32),
        channels=(),
        shape=values_T.shape,
    )


def upright(seen: Seen) -> Seen:
    """Return maps with the highest pitch on top, as spectrograms are drawn; others as they are."""
    if seen.kind != "maps":
        return seen
    return replace(seen, kind="pitches", pictures=np.ascontiguousarray(seen.pictures[:, ::-1]))


def sample_picture(
    arrays: Mapping[str, NDArray[Any]], sample: int, rate_hz: int
) -> NDArray[np.uint8] | None:
    """Return a decoded sample as a picture, uint8, (H, W, 3), if a field is one or a sound.

    Args:
        arrays: Field name to rows: pictures, uint8, (samples, 1 or 3, H, W), or sounds, int16,
            (samples, T).
        sample: Its row.
        rate_hz: Samples a second, 0 for tasks without sounds.
    """
    for values in arrays.values():
        row = np.asarray(values[sample])
        if row.ndim == 3 and row.dtype == np.uint8 and row.shape[0] in _PICTURE_CHANNELS:
            return shown_picture(row)
        if rate_hz and row.ndim == 1 and row.dtype == np.int16 and row.any():
            last = int(np.flatnonzero(row)[-1])
            return sound_picture(row[: last + 1].astype(np.float32) / _FULL, rate_hz, SIDE_PX)
    return None
