"""Sound files that end too soon, hide a second one, or say nothing of their length."""

import os
import struct
import subprocess
import sys
import warnings

import numpy as np
import pytest
import soundfile

from deepdesk.core.errors import BadSampleError
from deepdesk.data.sound_files import pieces, read_sound, scanned, windows
from deepdesk.data.sound_quiet import chatter_silenced
from deepdesk.data.sounds import sound_facts

RATE_HZ = 8_000


def noise(count=60_000):
    """Return what does not compress, so that there are many pages and frames."""
    return np.random.default_rng(0).uniform(-0.5, 0.5, count)


def written(path, samples, rate_hz=RATE_HZ, **options):
    soundfile.write(path, samples, rate_hz, **options)
    return path


def refused(path):
    with pytest.raises(BadSampleError) as caught:
        sound_facts(path)
    return caught.value


def starts_of_frames(mp3):
    """Return where the frames begin; all but the first, which says the length."""
    first = mp3[:2]
    return [at for at in range(1, len(mp3)) if mp3[at : at + 2] == first]


@pytest.mark.parametrize("suffix", [".ogg", ".opus"])
@pytest.mark.parametrize("part", [0.55, 0.75, 0.9, 0.999])
def test_an_ogg_without_its_last_page_is_cut_off(tmp_path, suffix, part):
    subtype = {".ogg": "VORBIS", ".opus": "OPUS"}[suffix]
    data = written(tmp_path / f"a{suffix}", noise(), format="OGG", subtype=subtype).read_bytes()
    path = tmp_path / f"b{suffix}"
    path.write_bytes(data[: int(len(data) * part)])

    assert read_sound(tmp_path / f"a{suffix}").note == ""
    assert sound_facts(path).note == "cut off"


def test_what_lies_behind_a_whole_ogg_does_not_make_it_cut_off(tmp_path):
    path = written(tmp_path / "a.opus", noise(), format="OGG", subtype="OPUS")
    path.write_bytes(path.read_bytes() + bytes(3_000))

    assert sound_facts(path).note == ""


def test_an_ogg_of_two_sounds_says_that_one_is_read(tmp_path):
    first = written(tmp_path / "a.ogg", noise(16_000)).read_bytes()
    second = written(tmp_path / "b.ogg", noise(16_000), 44_100).read_bytes()
    path = tmp_path / "c.ogg"
    path.write_bytes(first + second)

    facts = sound_facts(path)

    assert facts.size == (16_000, RATE_HZ)
    assert facts.note == "several sounds in one file, of which the first is read"


def test_a_hole_in_an_ogg_is_noted(tmp_path):
    data = bytearray(written(tmp_path / "a.ogg", noise()).read_bytes())
    third = len(data) // 3
    data[third : 2 * third] = bytes(third)
    path = tmp_path / "b.ogg"
    path.write_bytes(data)

    assert sound_facts(path).note == "damaged: a part of it is missing"


def test_an_mp3_without_a_length_is_cut_off_when_its_last_frame_is_not_whole(tmp_path):
    options = {"bitrate_mode": "CONSTANT", "compression_level": 0.5}
    data = written(tmp_path / "a.mp3", noise(), **options).read_bytes()
    starts = starts_of_frames(data)
    data = data[starts[0] :]
    between = starts[len(starts) // 2] - starts[0]
    path = tmp_path / "b.mp3"
    for end, note in ((len(data), ""), (between, ""), (between + 90, "cut off")):
        path.write_bytes(data[:end])
        assert sound_facts(path).note == note, end
    path.write_bytes(data + b"TAG" + bytes(125))
    assert sound_facts(path).note == ""


@pytest.mark.parametrize("said", [0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFF000])
def test_a_wav_that_was_sent_before_its_length_was_known_is_whole(tmp_path, said):
    data = bytearray(written(tmp_path / "a.wav", noise(8_000)).read_bytes())
    data[40:44] = struct.pack("<I", said)
    path = tmp_path / "b.wav"
    path.write_bytes(data)

    assert (sound_facts(path).size, sound_facts(path).note) == ((8_000, RATE_HZ), "")


def test_a_recording_that_was_broken_off_is_not_called_empty_alone(tmp_path):
    data = bytearray(written(tmp_path / "a.wav", noise(8_000)).read_bytes())
    data[4:8] = data[40:44] = bytes(4)
    path = tmp_path / "b.wav"
    path.write_bytes(data)

    error = refused(path)

    assert error.code == "truncated"
    assert "header" in error.message
    assert "raw" in error.hint


def test_a_flac_that_does_not_say_its_length_is_refused_for_that(tmp_path):
    data = bytearray(written(tmp_path / "a.flac", noise(8_000)).read_bytes())
    data[21] &= 0xF0
    data[22:26] = bytes(4)
    path = tmp_path / "b.flac"
    path.write_bytes(data)

    error = refused(path)

    assert (error.code, "how long" in error.message) == ("unsupported", True)


@pytest.mark.parametrize(("place", "value"), [(20, 0xFFFE), (34, 64), (20, 0x161), (20, 0x55)])
def test_a_code_that_is_not_read_is_no_damage(tmp_path, place, value):
    data = bytearray(written(tmp_path / "a.wav", noise(8_000)).read_bytes())
    data[place : place + 2] = struct.pack("<H", value)
    path = tmp_path / "b.wav"
    path.write_bytes(data)

    assert refused(path).code == "unsupported"


@pytest.mark.parametrize("subtype", ["GSM610", "G721_32", "NMS_ADPCM_16"])
def test_a_sound_that_can_only_be_read_forwards_is_read_everywhere(tmp_path, subtype):
    path = written(tmp_path / "a.wav", noise(16_000), subtype=subtype, format="WAV")
    whole = read_sound(path).samples_T

    joined = np.concatenate(list(pieces(path, rate_hz=0, piece_s=0.5)))
    later = np.concatenate(list(pieces(path, rate_hz=0, piece_s=0.5, start_s=1.0)))
    looks, _ = windows(path, count=4, window_s=0.05)
    middle = read_sound(path, max_s=0.5)

    np.testing.assert_array_equal(joined, whole)
    np.testing.assert_array_equal(later, whole[RATE_HZ:])
    assert np.abs(looks).max(1).min() > 0
    start = (len(whole) - 4_000) // 2
    np.testing.assert_array_equal(middle.samples_T, whole[start : start + 4_000])


def test_samples_far_beyond_full_scale_have_a_digest_without_a_warning(tmp_path):
    path = written(tmp_path / "a.wav", noise(4_000) * 1e38, subtype="FLOAT")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert scanned(path).note.startswith("made quieter")


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes")
def test_names_and_links_that_cannot_be_opened_are_said_plainly(tmp_path):
    odd = tmp_path / os.fsdecode(b"a\xff.wav")
    odd.write_bytes(written(tmp_path / "a.wav", noise(100)).read_bytes())
    (tmp_path / "loop.wav").symlink_to("loop.wav")

    named = refused(odd)
    loop = refused(tmp_path / "loop.wav")
    long = refused(tmp_path / ("x" * 300 + ".wav"))

    assert (named.code, named.hint) == ("name", "Rename the file.")
    assert "leads to itself" in loop.message
    assert "too long" in long.message.lower()
    assert "permission" not in loop.hint + long.hint


NOTES = """
import ctypes, os, sys, threading
from deepdesk.data.sound_quiet import chatter_silenced
libc = ctypes.CDLL(None)
def chatter(text):
    stream = ctypes.c_void_p.in_dll(libc, "stderr")
    libc.fputs(text.encode(), stream); libc.fflush(stream)
chatter("before ")
with chatter_silenced():
    chatter("mpg123 ")
    print("ours", end=" ", file=sys.stderr, flush=True)
    def other():
        with chatter_silenced():
            chatter("mpg123 ")
    thread = threading.Thread(target=other); thread.start(); thread.join()
    chatter("mpg123 ")
    if os.fork() == 0:
        chatter("child ")
        with chatter_silenced():
            chatter("mpg123 ")
        os._exit(0)
    os.wait()
chatter("after")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the C library of Linux")
def test_notes_of_the_decoder_are_hidden_and_ours_are_not():
    done = subprocess.run([sys.executable, "-c", NOTES], capture_output=True, text=True)
    assert done.stderr == "before ours child after"


def test_an_mp3_is_read_without_a_note(tmp_path, capfd):
    path = written(tmp_path / "a.mp3", noise())
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    with chatter_silenced():
        sound_facts(path)

    assert sound_facts(path).note == "cut off"
    assert capfd.readouterr().err == ""


def test_an_ogg_of_which_every_page_of_sound_is_damaged_is_not_called_empty(tmp_path):
    data = bytearray(written(tmp_path / "a.ogg", noise()).read_bytes())
    for at in range(len(data) // 4, len(data), 400):
        data[at] ^= 255
    path = tmp_path / "b.ogg"
    path.write_bytes(data)

    assert refused(path).code == "truncated"
