"""Reading sounds: every format, every broken file, and numbers checked another way."""

import contextlib
import os

import numpy as np
import pytest
import soundfile

from deepdesk.core.errors import BadSampleError, DatasetError
from deepdesk.data import sound_files
from deepdesk.data.sound_files import SOUND_SUFFIXES, read_sound, resampled
from deepdesk.data.sounds import SoundReader, length_words, sound_facts

RATE_HZ = 8_000


def sine(pitch_hz=440.0, seconds=0.5, rate_hz=RATE_HZ, level=0.5):
    times_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return (level * np.sin(2 * np.pi * pitch_hz * times_s)).astype(np.float32)


def written(path, samples, rate_hz=RATE_HZ, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, rate_hz, **options)
    return path


def pitch_of(samples_T, rate_hz):
    """Return the strongest pitch in Hz."""
    strength = np.abs(np.fft.rfft(samples_T * np.hanning(len(samples_T))))
    return float(np.argmax(strength)) * rate_hz / len(samples_T)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".mp3", ".aiff"])
def test_every_format_is_read_with_its_length_rate_and_pitch(tmp_path, suffix):
    path = written(tmp_path / f"a{suffix}", sine(seconds=1.0, rate_hz=16_000), 16_000)

    sound = read_sound(path)

    assert suffix in SOUND_SUFFIXES
    assert sound.samples_T.dtype == np.float32
    assert (sound.rate_hz, sound.channels, sound.note) == (16_000, 1, "")
    assert len(sound.samples_T) / 16_000 == pytest.approx(1.0, abs=0.08)
    assert pitch_of(sound.samples_T, 16_000) == pytest.approx(440.0, abs=3.0)


def test_stereo_becomes_the_mean_of_its_channels(tmp_path):
    left, right = sine(300.0), sine(700.0)
    path = written(tmp_path / "two.wav", np.stack([left, right], 1), subtype="FLOAT")

    np.testing.assert_allclose(read_sound(path).samples_T, (left + right) / 2, atol=1e-6)
    assert sound_facts(path).detail == "0.50 s, 8 kHz, stereo"


def test_another_rate_keeps_a_pitch_and_loses_what_would_fold_back():
    low = resampled(sine(440.0, rate_hz=44_100), 44_100, RATE_HZ)
    high = resampled(sine(6_000.0, rate_hz=44_100), 44_100, RATE_HZ)

    assert len(low) == pytest.approx(RATE_HZ / 2, abs=1)
    # The values of a sine are known everywhere, so they can be computed at the new rate.
    np.testing.assert_allclose(low[400:-400], sine(440.0)[400 : len(low) - 400], atol=2e-3)
    assert np.abs(high[400:-400]).max() < 1e-3


def test_only_the_middle_of_a_long_sound_is_read_when_that_is_enough(tmp_path):
    samples = np.linspace(-0.5, 0.5, 80_000, dtype=np.float32)
    path = written(tmp_path / "long.wav", samples, subtype="FLOAT")

    np.testing.assert_array_equal(read_sound(path, max_s=1.0).samples_T, samples[36_000:44_000])


def broken(folder):
    """Return code to a file that has to be refused with it."""
    good = written(folder / "good.wav", sine()).read_bytes()
    flac = written(folder / "good.flac", sine()).read_bytes()
    nan = sine()
    nan[7] = np.nan
    files = {
        "empty": b"",
        "truncated": flac[: len(flac) // 2],
        "not_a_sound": b"hello, I am no sound at all " * 40,
        "unsupported": b"\0\0\0\x20ftypM4A " + bytes(500),
    }
    paths = {}
    for code, data in files.items():
        paths[code] = folder / f"{code}.wav"
        paths[code].write_bytes(data)
    header = folder / "header.wav"
    header.write_bytes(good[:44])
    return {
        **paths,
        "silent": written(folder / "silent.wav", np.zeros(4000)),
        "not_numbers": written(folder / "nan.wav", nan, subtype="FLOAT"),
        "missing": folder / "gone.wav",
    } | {"empty ": header}


def test_every_kind_of_broken_file_has_its_reason(tmp_path):
    for code, path in broken(tmp_path).items():
        with pytest.raises(BadSampleError) as caught:
            read_sound(path)
        assert caught.value.code == code.strip(), path


def test_noise_in_a_file_is_refused_and_never_fatal(tmp_path):
    generator = np.random.default_rng(0)
    whole = written(tmp_path / "a.wav", sine()).read_bytes()
    for number in range(60):
        data = bytearray(whole)
        for place in generator.integers(0, 60, 6):
            data[place] = generator.integers(0, 256)
        path = tmp_path / f"{number}.wav"
        path.write_bytes(data)
        with contextlib.suppress(BadSampleError):
            assert np.isfinite(read_sound(path).samples_T).all()


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [(22, 200, "too_large"), (24, 10, "unsupported"), (24, 2**31 - 1, "unsupported")],
    ids=["channels", "too slow", "too fast"],
)
def test_headers_that_ask_for_too_much_are_refused(tmp_path, place, value, code):
    data = bytearray(written(tmp_path / "a.wav", np.tile(sine(), 40)).read_bytes())
    size = 2 if place == 22 else 4
    data[place : place + size] = value.to_bytes(size, "little")
    if place == 22:
        data[32:34] = (2 * value).to_bytes(2, "little")
    path = tmp_path / "b.wav"
    path.write_bytes(data)

    with pytest.raises(BadSampleError) as caught:
        read_sound(path)

    assert caught.value.code == code


def test_a_sound_that_lasts_too_long_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(sound_files, "MAX_SECONDS", 0.4)
    path = written(tmp_path / "a.wav", sine())

    with pytest.raises(BadSampleError, match="lasts"):
        read_sound(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.wav")

    with pytest.raises(BadSampleError, match="pipe"):
        read_sound(tmp_path / "a.wav")


def test_what_is_unusual_is_noted(tmp_path):
    clipped = np.clip(sine(level=3.0), -1, 1)
    whole = written(tmp_path / "whole.wav", sine()).read_bytes()
    (tmp_path / "cut.wav").write_bytes(whole[: len(whole) // 2])
    loud = written(tmp_path / "loud.wav", sine(level=4.0), subtype="FLOAT")

    assert "clipped" in read_sound(written(tmp_path / "clipped.wav", clipped)).note
    assert read_sound(tmp_path / "cut.wav").note == "cut off"
    assert read_sound(loud).samples_T.max() <= 1.0
    assert "4 times full scale" in read_sound(loud).note
    assert read_sound(written(tmp_path / "quiet.wav", sine(level=0.002))).note == "very quiet"


def test_copies_in_other_lossless_formats_are_twins(tmp_path):
    steps = np.round(sine() * 32767).astype(np.int16)
    wav = sound_facts(written(tmp_path / "a.wav", steps))
    flac = sound_facts(written(tmp_path / "a.flac", steps))
    other = sound_facts(written(tmp_path / "b.wav", sine(450.0)))

    assert wav.digest == flac.digest != other.digest
    assert wav.size == (4_000, RATE_HZ)


def found_in(folder):
    return {found.path.name: found.label for found in SoundReader().discover(folder)}


def test_classes_are_read_from_names_when_all_of_them_fit(tmp_path):
    for name in ("7_anna_0.wav", "7_bert_12.wav", "one two_anna_1.wav"):
        written(tmp_path / name, sine())

    assert found_in(tmp_path) == {
        "7_anna_0.wav": "7",
        "7_bert_12.wav": "7",
        "one two_anna_1.wav": "one two",
    }
    written(tmp_path / "other.wav", sine())
    assert set(found_in(tmp_path).values()) == {None}


def origins_in(folder):
    return {found.path.name: found.origin for found in SoundReader().discover(folder)}


def test_speakers_are_read_from_names_beside_classes(tmp_path):
    names = ("7_anna_0.wav", "7_bert_12.wav", "8_anna_1.wav")
    for name in names:
        written(tmp_path / "flat" / name, sine())
        written(tmp_path / "folders" / name[0] / name, sine())
    expected = {names[0]: "anna", names[1]: "bert", names[2]: "anna"}

    assert origins_in(tmp_path / "flat") == expected
    assert origins_in(tmp_path / "folders") == expected
    assert origins_in(tmp_path / "flat" / names[0]) == {names[0]: None}
    written(tmp_path / "folders" / "8" / "9_anna_2.wav", sine())
    assert set(origins_in(tmp_path / "folders").values()) == {None}


def test_speech_commands_have_their_speakers_in_names(tmp_path):
    for label, name in (("cat", "0a7c2a8d"), ("dog", "0a7c2a8d"), ("dog", "1b88bf70")):
        written(tmp_path / label / f"{name}_nohash_0.wav", sine())

    found = [(f.label, f.origin) for f in SoundReader().discover(tmp_path)]

    assert found == [("cat", "0a7c2a8d"), ("dog", "0a7c2a8d"), ("dog", "1b88bf70")]


def test_a_table_of_classes_says_speakers_only_beside_a_named_class(tmp_path):
    table = tmp_path / "list.csv"
    table.write_text("audio,label,speaker_id\na.wav,miaow,Anna\nb.wav,miaow,\n")
    lone = tmp_path / "lone.csv"
    lone.write_text("audio,speaker\na.wav,Anna\n")

    assert [(f.label, f.origin) for f in SoundReader().discover(table)] == [
        ("miaow", "Anna"),
        ("miaow", None),
    ]
    (row,) = SoundReader().discover(lone)
    assert (row.label, row.origin) == ("Anna", None)


def test_folders_and_tables_say_the_class_before_names_do(tmp_path):
    for label in ("cat", "dog"):
        (tmp_path / "data" / label).mkdir(parents=True)
        written(tmp_path / "data" / label / "x_anna_1.wav", sine())
    table = tmp_path / "list.csv"
    table.write_text("audio,label,split\ndata/cat/x_anna_1.wav,miaow,test\n")

    assert sorted(f.label for f in SoundReader().discover(tmp_path / "data")) == ["cat", "dog"]
    (row,) = SoundReader().discover(table)
    assert (row.label, row.split) == ("miaow", "test")


def test_a_folder_without_sounds_is_refused(tmp_path):
    with pytest.raises(DatasetError):
        list(SoundReader().discover(tmp_path))


def test_a_high_pitch_is_drawn_above_a_low_one(tmp_path):
    rows = []
    for pitch_hz in (200.0, 2_000.0):
        path = written(tmp_path / f"{pitch_hz}.wav", sine(pitch_hz))
        pixels_HWC = SoundReader().thumbnail(path, 64).pixels_HWC
        assert pixels_HWC.shape == (64, 64, 3)
        rows.append(int(np.argmax(pixels_HWC[:, 16:48].astype(int).sum((1, 2)))))

    assert rows[1] < rows[0]


def test_lengths_are_said_in_seconds_then_in_minutes():
    assert [length_words(s) for s in (0.523, 59.0, 187.0)] == ["0.52 s", "59.00 s", "3:07 min"]
