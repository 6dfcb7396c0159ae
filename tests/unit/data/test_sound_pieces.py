"""Long sounds: pieces without seams, outlines, and memory that does not grow with them."""

import tracemalloc

import numpy as np
import pytest
import soundfile

from deepdesk.core.errors import BadSampleError
from deepdesk.core.payloads import Audio, Recording
from deepdesk.data import sound_files, sound_opening, sounds
from deepdesk.data.sound_files import pieces, read_sound, recording_facts
from deepdesk.data.sounds import SoundReader, length_words, sound_facts

RATE_HZ = 8_000


def sweep(seconds=3.0, rate_hz=RATE_HZ, level=0.5):
    times_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return (level * np.sin(2 * np.pi * (200 + 150 * times_s) * times_s)).astype(np.float32)


def written(path, samples, rate_hz=RATE_HZ, **options):
    soundfile.write(path, samples, rate_hz, **options)
    return path


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".mp3"])
@pytest.mark.parametrize("rate_hz", [0, 5_000])
def test_pieces_join_to_the_whole_without_a_seam(tmp_path, monkeypatch, suffix, rate_hz):
    monkeypatch.setattr(sound_files, "_BLOCK_FRAMES", 1_500)
    path = written(tmp_path / f"a{suffix}", np.stack([sweep(), -0.3 * sweep()], 1))

    found = list(pieces(path, rate_hz=rate_hz, piece_s=0.25))
    whole = read_sound(path, rate_hz=rate_hz).samples_T

    assert {len(piece) for piece in found[:-1]} == {(rate_hz or RATE_HZ) // 4}
    assert {piece.dtype.name for piece in found} == {"float32"}
    np.testing.assert_allclose(np.concatenate(found), whole, atol=2e-6)


def test_pieces_begin_where_they_are_asked_to(tmp_path):
    ramp = np.linspace(-0.5, 0.5, 8_000, dtype=np.float32)
    path = written(tmp_path / "a.wav", ramp, subtype="FLOAT")

    (first, *_) = pieces(path, rate_hz=0, piece_s=0.1, start_s=0.5)

    np.testing.assert_array_equal(first, ramp[4_000:4_800])
    assert not list(pieces(path, rate_hz=0, piece_s=0.1, start_s=1.0))
    assert len(list(pieces(path, rate_hz=0, piece_s=0.0, start_s=0.999))) == 8


def test_pieces_of_a_file_beyond_full_scale_keep_their_form(tmp_path):
    path = written(tmp_path / "a.wav", sweep(level=4.0), subtype="FLOAT")

    joined = np.concatenate(list(pieces(path, rate_hz=0, piece_s=0.5)))

    np.testing.assert_allclose(joined, read_sound(path).samples_T, atol=1e-6)


def test_an_outline_holds_lowest_and_highest_of_each_stretch(tmp_path, monkeypatch):
    monkeypatch.setattr(sound_files, "_BLOCK_FRAMES", 3_000)
    samples = np.random.default_rng(0).uniform(-0.9, 0.9, 32_000).astype(np.float32)
    path = written(tmp_path / "a.wav", samples, subtype="FLOAT")

    found = recording_facts(path)

    assert (found.length_s, found.sample_rate_hz, found.name) == (4.0, RATE_HZ, "a.wav")
    expected = samples.reshape(2_000, 16)
    np.testing.assert_array_equal(found.peaks_K2, np.stack([expected.min(1), expected.max(1)], 1))


def test_an_outline_of_few_samples_repeats_them(tmp_path):
    found = recording_facts(written(tmp_path / "a.wav", sweep(0.1), subtype="FLOAT"))

    assert found.peaks_K2.shape == (2_000, 2)
    assert found.peaks_K2.max() == pytest.approx(sweep(0.1).max())


def test_only_short_sounds_are_held_in_memory(tmp_path, monkeypatch):
    path = written(tmp_path / "a.wav", sweep())

    assert isinstance(SoundReader().payload(path), Audio)
    monkeypatch.setattr(sounds, "LONG_S", 2.0)
    assert isinstance(SoundReader().payload(path), Recording)
    assert SoundReader().thumbnail(path, 48).pixels_HWC.shape == (48, 48, 3)


def test_a_picture_of_a_long_sound_shows_all_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr(sounds, "LONG_S", 2.0)
    low = np.sin(2 * np.pi * 200 * np.arange(24_000) / RATE_HZ)
    high = np.sin(2 * np.pi * 2_000 * np.arange(24_000) / RATE_HZ)
    path = written(tmp_path / "a.wav", 0.4 * np.concatenate([low, high]))

    pixels = SoundReader().thumbnail(path, 64).pixels_HWC.astype(int).sum(2)

    assert pixels[:, 8].argmax() > pixels[:, 56].argmax() + 10


@pytest.mark.parametrize("read", [sound_facts, recording_facts, SoundReader().payload])
def test_silence_and_values_that_are_no_numbers_are_found_piece_by_piece(
    tmp_path, monkeypatch, read
):
    monkeypatch.setattr(sound_files, "_BLOCK_FRAMES", 1_000)
    broken = sweep()
    broken[20_000] = np.inf
    for samples, code in ((broken, "not_numbers"), (np.full(9_000, 0.25), "silent")):
        path = written(tmp_path / f"{code}.wav", samples, subtype="FLOAT")
        with pytest.raises(BadSampleError) as caught:
            read(path)
        assert caught.value.code == code


def test_pieces_stop_at_a_value_that_is_no_number(tmp_path):
    broken = sweep()
    broken[20_000] = np.nan
    path = written(tmp_path / "a.wav", broken, subtype="FLOAT")

    with pytest.raises(BadSampleError, match="no numbers"):
        list(pieces(path, rate_hz=0, piece_s=0.1))


def test_facts_say_the_same_as_a_whole_reading(tmp_path, monkeypatch):
    path = written(tmp_path / "a.wav", np.clip(sweep(level=2.0), -1, 1))
    whole = sound_facts(path)
    monkeypatch.setattr(sound_files, "_BLOCK_FRAMES", 777)

    assert sound_facts(path) == whole
    assert whole.note == read_sound(path).note
    assert whole.note.startswith("clipped")


def test_a_day_is_the_limit_of_a_recording_and_half_an_hour_of_a_sample(tmp_path, monkeypatch):
    path = written(tmp_path / "a.wav", sweep())
    monkeypatch.setattr(sound_files, "MAX_SECONDS", 2.0)

    assert recording_facts(path).length_s == 3.0
    assert len(read_sound(path, max_s=1.0).samples_T) == RATE_HZ
    with pytest.raises(BadSampleError, match="Cut it into pieces"):
        read_sound(path)
    monkeypatch.setattr(sound_opening, "MAX_RECORDING_S", 2.0)
    with pytest.raises(BadSampleError, match="too large"):
        recording_facts(path)


def test_memory_does_not_grow_with_the_length(tmp_path):
    peaks = []
    for seconds in (20, 80):
        path = written(tmp_path / f"{seconds}.wav", np.tile(sweep(1.0), seconds))
        tracemalloc.start()
        sound_facts(path)
        recording_facts(path)
        assert sum(map(len, pieces(path, rate_hz=4_000, piece_s=1.0))) == 4_000 * seconds
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[1] < 1.3 * peaks[0]


@pytest.mark.parametrize("claim", [0xFFFFFFFF, 0xFFFFFFF0, 0x7FFFFFFF])
def test_a_header_that_claims_gigabytes_is_not_believed(tmp_path, claim):
    data = bytearray(written(tmp_path / "a.wav", sweep()).read_bytes())
    data[4:8] = data[40:44] = claim.to_bytes(4, "little")
    path = tmp_path / "b.wav"
    path.write_bytes(data)

    assert sound_facts(path).size == (24_000, RATE_HZ)
    assert recording_facts(path).length_s == 3.0


@pytest.mark.parametrize("channels", [0, 33, 65_535])
def test_numbers_of_channels_that_no_sound_has_are_refused(tmp_path, channels):
    data = bytearray(written(tmp_path / "a.wav", np.tile(sweep(), 3)).read_bytes())
    data[22:24] = channels.to_bytes(2, "little")
    path = tmp_path / "b.wav"
    path.write_bytes(data)

    for read in (sound_facts, recording_facts, SoundReader().payload):
        with pytest.raises(BadSampleError):
            read(path)


def test_long_lengths_are_said_in_hours():
    assert length_words(3_600 + 62) == "1:01:02 h"


def without_length(mp3):
    """Return an MP3 without its first frame, which holds nothing but how long it is."""
    return mp3[mp3.index(mp3[:2], 4) :]


@pytest.mark.parametrize("suffix", [".mp3", ".ogg", ".wav"])
def test_files_that_end_too_soon_are_noted(tmp_path, suffix):
    # Noise does not compress, so that there are many pages or frames.
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 60_000)
    whole = written(tmp_path / f"whole{suffix}", noise)
    cut = tmp_path / f"cut{suffix}"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])

    assert sound_facts(whole).note == ""
    assert sound_facts(cut).note == read_sound(cut).note == "cut off"
    assert recording_facts(cut).length_s < 7.0


def test_where_the_middle_is_missing_the_beginning_is_read(tmp_path):
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 80_000)
    data = written(tmp_path / "a.mp3", noise).read_bytes()
    (tmp_path / "b.mp3").write_bytes(data[: len(data) // 5])

    sound = read_sound(tmp_path / "b.mp3", max_s=1.0)

    assert (len(sound.samples_T), sound.note) == (RATE_HZ, "cut off")


def test_an_ogg_of_which_no_page_is_whole_is_damaged(tmp_path):
    data = written(tmp_path / "a.ogg", sweep()).read_bytes()
    (tmp_path / "b.ogg").write_bytes(data[: len(data) * 9 // 10])

    with pytest.raises(BadSampleError) as caught:
        sound_facts(tmp_path / "b.ogg")
    assert caught.value.code == "truncated"


def test_an_mp3_that_says_no_length_is_not_accused(tmp_path):
    options = {"bitrate_mode": "CONSTANT", "compression_level": 0.5}
    data = without_length(written(tmp_path / "a.mp3", sweep(), **options).read_bytes())
    path = tmp_path / "b.mp3"
    for end in (len(data), len(data) // 2):
        path.write_bytes(data[:end])
        assert sound_facts(path).note == ""


@pytest.mark.parametrize("frames", [0, 1, 2, 3])
def test_an_mp3_of_few_frames_is_read_or_refused_with_a_reason(tmp_path, frames):
    data = written(tmp_path / "a.mp3", sweep()).read_bytes()
    path = tmp_path / "b.mp3"
    path.write_bytes(data[: 10 + frames * data.index(data[:2], 4)])

    try:
        code = "" if sound_facts(path).size[0] > 0 else "nothing"
    except BadSampleError as error:
        code = error.code
    assert code in {"", "truncated", "silent"}


def test_a_tag_with_a_picture_before_an_mp3_is_stepped_over(tmp_path):
    data = written(tmp_path / "a.mp3", sweep()).read_bytes()
    tag = b"ID3\x04\x00\x00" + bytes([0, 0, 70, 20]) + bytes(70 * 128 + 20)
    path = tmp_path / "b.mp3"
    path.write_bytes(tag + data[: len(data) // 2])

    assert sound_facts(path).note == "cut off"
