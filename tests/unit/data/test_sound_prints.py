"""Near twins of sounds: copies are found, other takes are not."""

import io

import numpy as np
import pytest
import soundfile

from deepdesk.core.errors import BadSampleError
from deepdesk.data.likeness import Likeness
from deepdesk.data.sound_files import resampled
from deepdesk.data.sound_prints import correlation, fingerprint
from deepdesk.data.sounds import SoundReader, sound_facts
from deepdesk.data.twins import MAX_DISTANCE_BITS

RATE_HZ = 16_000


def spoken(seed, seconds=0.6):
    """Return something like a word: tones that glide and swell, drawn by a seed."""
    generator = np.random.default_rng(seed)
    times_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    wave = np.zeros(len(times_s))
    for low_hz, high_hz in ((200, 500), (600, 1_400), (1_500, 2_800)):
        knots = generator.uniform(low_hz, high_hz, 5)
        pitch_hz = np.interp(times_s, np.linspace(0, seconds, 5), knots)
        swell = np.interp(times_s, np.linspace(0, seconds, 7), generator.uniform(0, 1, 7))
        wave += swell * np.sin(2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ)
    return (0.2 * wave).astype(np.float32)


def coded(samples, rate_hz, form, **options):
    data = io.BytesIO()
    soundfile.write(data, samples, rate_hz, format=form, **options)
    data.seek(0)
    return soundfile.read(data, dtype="float32")


def bits_apart(first, second):
    return (first ^ second).bit_count()


@pytest.mark.parametrize(
    "changed",
    [
        lambda s: (0.2 * s, RATE_HZ),
        lambda s: (resampled(s, RATE_HZ, 44_100), 44_100),
        lambda s: (resampled(s, RATE_HZ, 8_000), 8_000),
        lambda s: (np.pad(s, (4_000, 1_000)), RATE_HZ),
        lambda s: coded(s, RATE_HZ, "OGG"),
        lambda s: coded(s, RATE_HZ, "MP3"),
        lambda s: coded(s, RATE_HZ, "WAV", subtype="ULAW"),
    ],
    ids=["level", "44 kHz", "8 kHz", "silence around", "ogg", "mp3", "telephone"],
)
def test_copies_share_nearly_all_bits_and_the_wave(changed):
    apart = []
    for seed in range(5):
        samples, rate_hz = changed(spoken(seed))
        apart.append(bits_apart(fingerprint(spoken(seed), RATE_HZ), fingerprint(samples, rate_hz)))
        wave = resampled(samples.astype(np.float32), rate_hz, 8_000)
        assert correlation(wave, resampled(spoken(seed), RATE_HZ, 8_000)) > 0.95

    assert sorted(apart)[3] <= MAX_DISTANCE_BITS


def test_other_words_share_half_the_bits_and_no_wave():
    prints = [fingerprint(spoken(seed), RATE_HZ) for seed in range(12)]

    apart = [bits_apart(a, b) for at, a in enumerate(prints) for b in prints[:at]]

    assert min(apart) > MAX_DISTANCE_BITS
    assert 20 < np.mean(apart) < 44
    assert correlation(spoken(1), spoken(2)) < 0.7


def test_correlation_is_that_of_the_best_shift():
    first, second = spoken(1)[:800], spoken(1)[300:900]
    shifts = range(-599, 800)
    padded = np.pad(first.astype(float), 600)
    best = max(abs(padded[600 + k : 1_200 + k] @ second.astype(float)) for k in shifts)

    expected = best / np.sqrt((first.astype(float) ** 2).sum() * (second.astype(float) ** 2).sum())
    assert correlation(first, second) == pytest.approx(expected, rel=1e-5)
    assert correlation(first, -first) == pytest.approx(1.0)
    assert correlation(first, np.zeros(50, dtype=np.float32)) == 0.0


def test_tiny_and_silent_sounds_have_no_print():
    assert fingerprint(spoken(1)[:300], RATE_HZ) is None
    assert fingerprint(np.zeros(8_000, dtype=np.float32), RATE_HZ) is None
    assert fingerprint(np.zeros(0, dtype=np.float32), RATE_HZ) is None


def test_facts_have_prints_and_the_reader_decides(tmp_path, monkeypatch):
    names = {"a.wav": spoken(1), "a.ogg": 0.5 * spoken(1), "b.wav": spoken(2)}
    for name, samples in names.items():
        soundfile.write(tmp_path / name, samples, RATE_HZ)
    paths = [tmp_path / name for name in (*names, "gone.wav")]
    likeness = Likeness(SoundReader(), lambda number: paths[number])

    assert likeness.is_alike(0, 1)
    assert not likeness.is_alike(0, 2)
    assert not likeness.is_alike(0, 3)
    prints = [sound_facts(path).fingerprint for path in paths[:3]]
    assert bits_apart(prints[0], prints[1]) <= MAX_DISTANCE_BITS < bits_apart(*prints[1:])
    monkeypatch.setattr("deepdesk.data.sounds.LONG_S", 0.1)
    assert sound_facts(paths[0]).fingerprint is None
    assert not likeness.is_alike(0, 1)
    with pytest.raises(BadSampleError):
        SoundReader().is_alike(paths[0], paths[3])
