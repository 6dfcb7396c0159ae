"""Films through the real decoder and encoder, each in a process of its own."""

import importlib.util
import struct

import numpy as np
import pytest

from deepdesk.core.errors import BadSampleError, DeviceError
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.ui.video import camera, film
from deepdesk.ui.video.camera import CameraHost, OpenCamera
from deepdesk.ui.video.film import opened_film
from deepdesk.ui.video.process import EndedError, VideoProcess
from tests.ui.film_stage import cut_off, film_file

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("PySide6.QtMultimedia") is None, reason="no QtMultimedia"
    ),
]
LEVELS = tuple(range(0, 250, 10))


@pytest.fixture
def stop():
    return StopToken()


def levels_of(path, stop, **how):
    with opened_film(path, stop, pace=100.0) as opened:
        found = []
        while (frame := opened.next(stop, **how)) is not None:
            found.append((frame.number, round(float(frame.pixels_HWC.mean()))))
        return opened.facts, found


@pytest.mark.parametrize("name", ["film.avi", "film.mp4"])
def test_every_picture_comes_once_in_order(tmp_path, stop, name):
    path = film_file(tmp_path / name, LEVELS, size=(64, 48))

    facts, found = levels_of(path, stop)

    assert (facts.size, facts.rate, facts.length_s) == ((64, 48), 10.0, 2.5)
    assert [number for number, _level in found] == list(range(25))
    assert all(abs(level - LEVELS[number]) <= 4 for number, level in found)


def test_places_are_found_forward_and_back(tmp_path, stop):
    path = film_file(tmp_path / "film.mp4", LEVELS, size=(64, 48))

    with opened_film(path, stop) as opened:
        for to_s, number in ((1.0, 10), (0.35, 3), (2.4, 24), (0.0, 0), (99.0, 24), (1.25, 12)):
            opened.seek(to_s, stop)
            frame = opened.next(stop)
            assert frame.number == number
            assert abs(float(frame.pixels_HWC.mean()) - LEVELS[number]) <= 4


def test_pictures_that_are_over_are_left_out_and_counted(tmp_path, stop):
    path = film_file(tmp_path / "film.avi", LEVELS)

    with opened_film(path, stop) as opened:
        opened.next(stop)
        frame = opened.next(stop, from_s=1.05)

    assert (frame.number, frame.passed) == (10, 9)


def test_pictures_are_made_smaller_on_the_other_side(tmp_path, stop):
    path = film_file(tmp_path / "film.avi", LEVELS[:2], size=(64, 48))

    with opened_film(path, stop) as opened:
        assert opened.next(stop, side_px=32).pixels_HWC.shape == (24, 32, 3)


@pytest.mark.parametrize(
    ("least_px", "size"), [(0, (64, 48)), (33, (64, 48)), (32, (32, 24)), (20, (22, 16))]
)
def test_pictures_are_made_smaller_by_whole_numbers_only(tmp_path, stop, least_px, size):
    path = film_file(tmp_path / "film.avi", LEVELS[:2], size=(64, 48))

    with opened_film(path, stop) as opened:
        pixels_HWC = opened.next(stop, least_px=least_px).pixels_HWC

    assert pixels_HWC.shape == (size[1], size[0], 3)
    assert abs(int(pixels_HWC.mean()) - LEVELS[0]) < 8


def test_a_film_that_was_turned_is_turned_back(tmp_path, stop):
    path = film_file(tmp_path / "film.mp4", LEVELS, size=(64, 48))
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 44
    assert struct.unpack(">9i", data[at : at + 36])[0] == 65536
    data[at : at + 36] = struct.pack(">9i", 0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30)
    path.write_bytes(data)

    facts, _found = levels_of(path, stop)

    assert facts.size == (48, 64)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.mp4", b"", "empty"),
        ("words.mp4", b"no film at all " * 500, "no video that can be read"),
        ("sound.avi", None, "only sound"),
        ("codec.avi", b"MJPG", "no video that can be read|not known"),
        ("huge.avi", (4097, 2305), "4,097 x 2,305 pixels"),
    ],
)
def test_what_is_no_film_is_refused_with_one_sentence(tmp_path, stop, name, data, words):
    path = tmp_path / name
    if data is None:
        samples = bytes(16_000)
        head = struct.pack("<4sI8sIHHIIHH4sI", b"RIFF", 16_036, b"WAVEfmt ", 16, 1, 1, 8000, 16000,
                           2, 16, b"data", 16_000)  # fmt: skip
        path.write_bytes(head + samples)
    elif data == b"MJPG":
        film_file(path, LEVELS)
        path.write_bytes(path.read_bytes().replace(b"MJPG", b"ZZZZ"))
    elif isinstance(data, tuple):
        film_file(path, (9,), size=data)
    else:
        path.write_bytes(data)

    with pytest.raises(BadSampleError, match=words) as told, opened_film(path, stop):
        pass

    assert told.value.hint


def test_an_mp4_that_was_cut_off_is_refused(tmp_path, stop):
    path = cut_off(film_file(tmp_path / "film.mp4", LEVELS, size=(64, 48)))

    with pytest.raises(BadSampleError, match="cut off"), opened_film(path, stop):
        pass


def test_an_avi_that_was_cut_off_gives_what_is_there(tmp_path, stop):
    path = cut_off(film_file(tmp_path / "film.avi", LEVELS, size=(64, 48)))

    _facts, found = levels_of(path, stop)

    assert 3 < len(found) < len(LEVELS)


def test_a_film_that_went_away_is_said(tmp_path, stop):
    with (
        pytest.raises(BadSampleError, match="cannot be read"),
        opened_film(tmp_path / "x.mp4", stop),
    ):
        pass


def test_waiting_ends_when_it_is_asked_to_stop(tmp_path, stop):
    path = film_file(tmp_path / "film.avi", LEVELS)

    with opened_film(path, stop) as opened:
        stop.stop()
        with pytest.raises(StoppedError):
            opened.next(stop)


def test_a_decoder_that_dies_is_told_as_a_damaged_film(tmp_path, stop):
    path = film_file(tmp_path / "film.avi", LEVELS)

    with opened_film(path, stop) as opened:
        opened._process._process.kill()
        opened._process._process.wait()
        with pytest.raises(BadSampleError, match="damaged"):
            [opened.next(stop) for _each in LEVELS]


def test_a_process_that_does_not_answer_is_ended(stop):
    process = VideoProcess("deepdesk.ui.video.decode_child")

    with pytest.raises(EndedError, match="too long"):
        process.ask({"do": "next", "from_us": 0}, stop, within_s=0.5)

    assert process._process.poll() is not None


def test_a_film_stands_for_a_camera(tmp_path, stop, monkeypatch):
    host = CameraHost()
    host.use_film(film_file(tmp_path / "film.avi", (10, 60, 110, 160), rate=20.0))
    monkeypatch.setattr(camera, "HOST", host)
    opened = OpenCamera("", stop)
    try:
        frames = [opened.next(stop) for _each in range(6)]
    finally:
        opened.close()

    # It begins anew when it is over, and nothing comes twice.
    assert [frame.number for frame in frames] == sorted({frame.number for frame in frames})
    assert len({round(float(frame.pixels_HWC.mean()), -1) for frame in frames}) >= 2
    assert all(0 <= frame.age_ms < 2000 for frame in frames)
    assert opened.facts.length_s == 0.0


def test_a_mirrored_camera_changes_left_and_right(tmp_path, stop, monkeypatch):
    from deepdesk.ui.video.writing import written_film

    picture_HWC = np.zeros((32, 48, 3), np.uint8)
    picture_HWC[:, :16] = 250
    with written_film(tmp_path / "film.avi", 20.0, stop) as writer:
        for _each in range(5):
            writer.write(picture_HWC, stop)
    host = CameraHost()
    host.use_film(tmp_path / "film.avi")
    monkeypatch.setattr(camera, "HOST", host)

    opened = OpenCamera("", stop, mirrored=True)
    frame = opened.next(stop)
    opened.close()

    assert frame.pixels_HWC[:, :16].mean() < 20 < 200 < frame.pixels_HWC[:, -12:].mean()


def test_no_camera_is_said_with_what_to_do(stop):
    if CameraHost().devices(stop):
        pytest.skip("this machine has a camera")

    with pytest.raises(DeviceError, match="No camera was found") as told:
        OpenCamera("", stop)

    assert told.value.hint


def test_a_camera_that_is_not_allowed_is_not_opened(stop, monkeypatch):
    host = CameraHost()
    host.ask_with(lambda: False)
    monkeypatch.setattr(camera, "HOST", host)

    with pytest.raises(DeviceError, match="not allowed"):
        OpenCamera("", stop)


def test_a_film_without_a_length_is_refused(tmp_path, stop, monkeypatch):
    path = film_file(tmp_path / "film.avi", LEVELS)
    monkeypatch.setattr(film, "LONGEST_S", 1.0)

    with pytest.raises(BadSampleError, match="how long"), opened_film(path, stop):
        pass
