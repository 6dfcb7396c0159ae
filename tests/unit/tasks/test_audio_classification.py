"""Sound classification: one length and level, what the network hears, against plain sums."""

import numpy as np
import pytest
import soundfile
import torch
from torch import nn

from deepdesk.core.chance import Draws
from deepdesk.core.payloads import Audio, Text
from deepdesk.core.task import DataFacts, Truth
from deepdesk.core.work import StopToken
from deepdesk.data.sound_files import recording_facts
from deepdesk.tasks import all_tasks
from deepdesk.tasks.audio_classification import Config
from deepdesk.tasks.audio_classification.data import (
    automatic_length_s,
    automatic_rate_hz,
    fitted,
    levelled,
    trimmed,
)
from deepdesk.tasks.audio_classification.sample import write_synthetic_sounds
from deepdesk.tasks.audio_classification.task import AudioClassification

FACTS = DataFacts(classes=("cat", "dog", "owl"), typical_size=(3_360, 8_000))
PLAIN = {"shift": False, "speed": False, "loudness": False, "noise": False, "tone": False}


def task_with(**settings):
    return AudioClassification(Config(**settings), FACTS)


def hum(seconds=0.3, rate_hz=8_000, level=0.4):
    times_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return (level * np.sin(2 * np.pi * 300 * times_s)).astype(np.float32)


class Levels(nn.Module):
    """Answers with the loudness of what it hears for one class, and nothing for the others."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, sounds_NT):
        loudness = sounds_NT.square().mean(1).sqrt()
        return torch.stack([loudness * 0, loudness, loudness * 0], 1)


@pytest.mark.parametrize(
    ("size", "rate_hz", "length_s"),
    [
        ((), 16_000, 1.0),
        ((3_360, 8_000), 8_000, 1.0),
        ((132_300, 44_100), 16_000, 5.0),
        ((9_600_000, 48_000), 16_000, 10.0),
        ((32, 32), 8_000, 1.5),
    ],
)
def test_rate_and_length_follow_from_the_typical_sound(size, rate_hz, length_s):
    assert automatic_rate_hz(size) == rate_hz
    assert automatic_length_s(size) == length_s


def test_silence_at_both_ends_is_left_out():
    quiet = np.zeros(4_000, dtype=np.float32)

    kept = trimmed(np.concatenate([quiet, hum(), quiet]), 8_000)

    assert len(hum()) <= len(kept) <= len(hum()) + 2 * 4 * 80
    assert np.abs(kept).max() == pytest.approx(0.4, abs=1e-3)


@pytest.mark.parametrize("level", [0.01, 0.4, 1.0])
def test_all_sounds_are_equally_loud(level):
    made = levelled(hum(level=level))

    assert np.sqrt((made.astype(float) ** 2).mean()) == pytest.approx(0.1, rel=1e-3)


def test_a_single_loud_click_is_not_clipped():
    click = np.zeros(8_000, dtype=np.float32)
    click[10] = 0.5

    assert np.abs(levelled(click)).max() == pytest.approx(1.0)


def test_a_longer_sound_is_cut_around_its_middle_and_a_shorter_one_keeps_its_length():
    ramp = np.linspace(0, 0.9, 100, dtype=np.float32)

    cut, cut_length = fitted(ramp, 40)
    short, short_length = fitted(ramp, 160)

    np.testing.assert_array_equal(cut, np.round(ramp[30:70] * 32767))
    assert (cut_length, short_length) == (40, 100)
    assert not short[100:].any()


def test_what_is_decoded_is_what_was_in_the_file(tmp_path):
    soundfile.write(tmp_path / "a.wav", hum(), 8_000)
    task = task_with(trim=False, level=False)

    row = task.decode(tmp_path / "a.wav", Truth())

    assert row["sound"].shape == (8_000,)
    assert row["length"].tolist() == [2_400]
    np.testing.assert_allclose(row["sound"][:2_400] / 32767, hum(), atol=1e-4)


def test_a_file_and_the_same_sound_as_a_payload_are_heard_alike(tmp_path):
    soundfile.write(tmp_path / "a.wav", hum(), 8_000)
    task = task_with()
    row = task.decode(tmp_path / "a.wav", Truth())
    batch = {name: torch.from_numpy(values)[None] for name, values in row.items()}
    expected = Levels()(task.prepare(batch, None)["sound"])[0].softmax(0)
    samples, rate_hz = soundfile.read(tmp_path / "a.wav", dtype="float32", always_2d=True)

    (answer,) = task.predict(
        Levels().eval(), Audio(samples_TC=samples, sample_rate_hz=rate_hz), StopToken()
    )

    assert dict(answer.scores)["dog"] == pytest.approx(float(expected[1]), abs=1e-6)


def test_a_preview_of_a_long_recording_is_of_its_middle(tmp_path):
    task = task_with(**PLAIN)
    samples = np.concatenate([np.zeros(80_000, dtype=np.float32), hum(2.0), np.zeros(80_000)])
    soundfile.write(tmp_path / "long.wav", samples, 8_000)
    given = recording_facts(tmp_path / "long.wav")

    (shown,) = task.preview(given, Draws(1, 0, np.arange(1)))

    assert np.abs(shown.samples_TC).max() > 0.01
    assert len(shown.samples_TC) == task.samples


def test_a_preview_without_augmentation_is_the_sound_in_the_middle():
    task = task_with(trim=False, level=False, **PLAIN)
    given = Audio(samples_TC=hum()[:, None], sample_rate_hz=8_000)

    (shown,) = task.preview(given, Draws(1, 0, np.arange(1)))

    assert shown.sample_rate_hz == 8_000
    np.testing.assert_allclose(shown.samples_TC[2_800:5_200, 0], hum(), atol=1e-3)


def test_other_payloads_are_refused():
    with pytest.raises(TypeError, match="Audio"):
        next(task_with().predict(nn.Linear(1, 1), Text(text="cat"), StopToken()))


@pytest.mark.slow
def test_the_sample_is_the_same_every_time(tmp_path):
    first, second = (write_synthetic_sounds(tmp_path / name) for name in ("a", "b"))

    files = sorted(path.relative_to(first) for path in first.rglob("*.wav"))
    assert len(files) == 300
    assert all((first / f).read_bytes() == (second / f).read_bytes() for f in files[::7])


def test_pictures_stay_the_first_task_and_so_the_sample_of_the_tour():
    assert next(iter(all_tasks())) == "image_classification"
