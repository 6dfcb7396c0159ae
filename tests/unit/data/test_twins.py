"""Exact and near twins."""

from __future__ import annotations

import hashlib
import io
import tracemalloc

import numpy as np
import pytest
from PIL import Image

from deepdesk.core.errors import BadSampleError
from deepdesk.core.payloads import Image as Picture
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.data.likeness import MIN_CORRELATION, Likeness, correlation
from deepdesk.data.twins import Prints, exact_twins, near_pairs, near_twins

RNG = np.random.default_rng(3)


def prints(fingerprints, digests=None):
    names = digests or range(len(fingerprints))
    return Prints.of_rows(
        (i, hashlib.sha256(str(name).encode()).hexdigest(), fingerprint)
        for i, (fingerprint, name) in enumerate(zip(fingerprints, names, strict=True))
    )


def flipped(value, *bits):
    for bit in bits:
        value ^= 1 << bit
    return value - (1 << 64) if value >> 63 else value


def smooth(size=64, seed=0):
    coarse = np.random.default_rng(seed).integers(0, 256, (7, 7, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((size, size), Image.Resampling.BICUBIC)


def recoded(image, quality):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def test_equal_digests_are_exact_twins():
    found = exact_twins(prints([None] * 6, digests="abcaba"))

    assert sorted(found) == [[0, 3, 5], [1, 4]]


def test_no_samples_have_no_twins():
    assert exact_twins(prints([])) == []
    assert near_pairs(prints([]), StopToken()).shape == (0, 2)


def test_all_pairs_within_four_bits_are_found_and_no_others():
    # By brute force over all pairs; families around centres make many distances small.
    centres = RNG.integers(0, 2**63, 40, dtype=np.int64)
    values = [
        flipped(int(centre), *RNG.choice(64, RNG.integers(0, 6), replace=False).tolist())
        for centre in centres
        for _ in range(8)
    ]
    values = list(dict.fromkeys(values))
    bits = np.array(values, dtype=np.int64).view(np.uint64)
    distance = np.bitwise_count(bits[:, None] ^ bits[None, :])
    wanted = {(i, j) for i, j in np.argwhere(distance <= 4).tolist() if i < j}

    found = near_pairs(prints(values), StopToken())

    assert {tuple(pair) for pair in found.tolist()} == wanted


def test_equal_fingerprints_are_paired_with_the_first_of_them():
    value = 0x0F0F_F0F0_1234_5678

    assert near_pairs(prints([value] * 4), StopToken()).tolist() == [[0, 1], [0, 2], [0, 3]]


def test_exact_twins_are_no_near_twins_of_each_other():
    value = 0x0F0F_F0F0_1234_5678

    assert near_pairs(prints([value] * 3, digests="aab"), StopToken()).tolist() == [[0, 2]]


def test_flat_pictures_and_samples_without_a_fingerprint_are_left_out():
    assert near_pairs(prints([0, 0, -1, -1, 3, 3, None, None]), StopToken()).shape == (0, 2)


def test_twins_of_twins_are_one_group():
    pairs = np.array([[1, 2], [2, 5], [7, 8]])

    assert near_twins(pairs, lambda a, b: True, StopToken()) == [[1, 2, 5], [7, 8]]
    assert near_twins(pairs, lambda a, b: (a, b) == (7, 8), StopToken()) == [[7, 8]]


def test_looking_for_twins_can_be_stopped():
    stop = StopToken()
    stop.stop()

    with pytest.raises(StoppedError):
        near_pairs(prints([0x0F0F_F0F0_1234_5678] * 3), stop)


def test_comparing_thousands_takes_little_memory(monkeypatch):
    # All in one bucket of the first band: 1,000 x 1,000 distances, a few rows at a time.
    monkeypatch.setattr("deepdesk.data.twins._PAIRS_AT_ONCE", 10_000)
    values = (RNG.integers(0, 2**50, 1000, dtype=np.int64) << 13).tolist()
    tracemalloc.start()

    near_pairs(prints(values), StopToken())

    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 1_000_000


def test_recoded_resized_and_brightened_pictures_are_alike():
    image = smooth(96)
    small = np.asarray(image.resize((64, 64), Image.Resampling.BOX))

    for quality in (90, 60, 30):
        other = Image.fromarray(recoded(image, quality)).resize((64, 64), Image.Resampling.BOX)
        assert correlation(small, np.asarray(other)) > MIN_CORRELATION
    assert correlation(small, (small * 0.8).astype(np.uint8)) > MIN_CORRELATION
    half = np.asarray(image.resize((40, 40), Image.Resampling.BOX))
    assert correlation(small, half) > MIN_CORRELATION


def test_other_pictures_are_not_alike():
    assert correlation(np.asarray(smooth(seed=1)), np.asarray(smooth(seed=2))) < 0.7


def test_correlation_is_numpys():
    one, other = (RNG.integers(0, 256, (5, 7, 1), dtype=np.uint8) for _ in range(2))

    expected = np.corrcoef(one.ravel(), other.ravel())[0, 1]

    assert correlation(one, other) == pytest.approx(expected, abs=1e-5)


def test_flat_pictures_and_other_proportions_are_alike_to_nothing():
    flat = np.full((8, 8, 3), 90, np.uint8)

    assert correlation(flat, flat) == 0.0
    assert correlation(np.asarray(smooth(64)), np.asarray(smooth(64))[:32]) == 0.0


def test_samples_that_became_unreadable_are_alike_to_nothing():
    class Reader:
        def thumbnail(self, path, side_px):
            if path == "gone":
                raise BadSampleError("missing", "The file is not there.")
            return Picture(pixels_HWC=np.asarray(smooth(side_px)))

    likeness = Likeness(Reader(), ["gone", "here", "here too"].__getitem__)

    assert not likeness.is_alike(0, 1)
    assert likeness.is_alike(1, 2)
