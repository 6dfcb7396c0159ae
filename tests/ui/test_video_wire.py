"""Messages between this program and its processes for video, and films that are written."""

import io
import struct

import numpy as np
import PIL.Image
import pytest

from deepdesk.core.errors import StorageError
from deepdesk.core.work import StopToken
from deepdesk.ui.video import wire, writing
from deepdesk.ui.video.film import is_film
from deepdesk.ui.video.writing import written_film
from tests.ui.film_stage import film_file, message, plain


def test_a_message_arrives_as_it_was_sent():
    pipe = io.BytesIO()
    body = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)

    wire.put(pipe, {"is": "frame", "size": [4, 2]}, body.data)
    pipe.seek(0)
    head, got = wire.take(pipe)

    assert head == {"is": "frame", "size": [4, 2], "bytes": 24}
    assert (np.frombuffer(got, np.uint8).reshape(2, 4, 3) == body).all()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\x10",
        b"\xff\xff\xff\xff" + b"x" * 100,
        struct.pack("<I", 7) + b"no json",
        struct.pack("<I", 2) + b"[]",
        struct.pack("<I", 12) + b'{"bytes":-1}',
        struct.pack("<I", 20) + b'{"bytes":9999999999}',
    ],
)
def test_what_is_no_message_ends_the_talk(sent):
    assert wire.take(io.BytesIO(sent)) is None


def test_a_message_that_breaks_off_ends_the_talk():
    whole = message({"is": "frame"}, b"12345678").getvalue()

    assert wire.take(io.BytesIO(whole[:-3])) is None


def test_an_avi_has_the_pictures_that_were_written(tmp_path):
    path = film_file(tmp_path / "film.avi", (0, 128, 250), rate=12.5)

    data = path.read_bytes()

    assert data[:4] == b"RIFF"
    assert data[8:12] == b"AVI "
    assert struct.unpack("<I", data[4:8])[0] == len(data) - 8
    assert data.count(b"00dc") == 6  # three pictures, and three lines of the index
    at = data.index(b"idx1") + 8
    movi = data.index(b"movi")
    for number, level in enumerate((0, 128, 250)):
        name, _flags, place, size = struct.unpack("<4s3I", data[at + 16 * number :][:16])
        picture = data[movi + place + 8 :][:size]
        assert name == b"00dc"
        assert abs(int(np.asarray(PIL.Image.open(io.BytesIO(picture))).mean()) - level) <= 1


def test_the_head_of_an_avi_says_size_speed_and_length(tmp_path):
    data = film_file(tmp_path / "film.avi", (1, 2, 3, 4), rate=12.5).read_bytes()

    main = struct.unpack("<14I", data[data.index(b"avih") + 8 :][:56])
    stream = data[data.index(b"strh") + 8 :]
    scale, rate = struct.unpack("<2I", stream[20:28])

    assert main[0] == 80_000  # microseconds a picture
    assert main[4] == 4
    assert main[8:10] == (48, 32)
    assert rate / scale == 12.5


def test_pictures_are_numbered_from_zero(tmp_path):
    film_file(tmp_path / "film", (5, 6))

    assert sorted(p.name for p in (tmp_path / "film").iterdir()) == [
        "frame 000000.jpg",
        "frame 000001.jpg",
    ]


def broken_off(path, stop):
    with written_film(path, 10.0, stop) as writer:
        writer.write(plain(3), stop)
        raise KeyError


@pytest.mark.parametrize("name", ["film.avi", "film"])
def test_a_film_that_is_not_finished_leaves_nothing(tmp_path, name):
    stop = StopToken()

    with pytest.raises(KeyError):
        broken_off(tmp_path / name, stop)

    assert not list(tmp_path.glob("*film*"))


def test_a_film_that_is_not_finished_leaves_the_one_before(tmp_path):
    path = film_file(tmp_path / "film.avi", (1,))
    before, stop = path.read_bytes(), StopToken()

    with pytest.raises(KeyError):
        broken_off(path, stop)

    assert path.read_bytes() == before


def test_an_avi_that_grows_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "MOST_AVI_BYTES", 500)

    with pytest.raises(StorageError, match="2 GB"):
        film_file(tmp_path / "film.avi", (1, 2, 3))

    assert not list(tmp_path.glob("*film*"))


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(StorageError):
        film_file(tmp_path / "nowhere" / "film.avi", (1,))


def test_videos_are_told_by_their_names(tmp_path):
    assert is_film(tmp_path / "A.MP4")
    assert not is_film(tmp_path / "a.jpg")


def test_a_film_that_changes_its_size_keeps_that_of_its_first_picture(tmp_path):
    with written_film(tmp_path / "a.avi", 10.0, StopToken()) as film:
        for size in ((24, 32, 3), (60, 16, 3)):
            film.write(np.full(size, 200, np.uint8), StopToken())

    data = (tmp_path / "a.avi").read_bytes()
    starts = [at for at in range(len(data)) if data.startswith(b"\xff\xd8\xff", at)]
    sizes = [PIL.Image.open(io.BytesIO(data[start:])).size for start in starts]
    assert sizes == [(32, 24), (32, 24)]


@pytest.mark.parametrize("name", ["a.avi", "pictures"])
def test_what_stands_in_the_way_is_said_before_a_picture_is_written(tmp_path, name):
    target = tmp_path / name
    if target.suffix:
        target.mkdir()
    else:
        target.write_text("mine", encoding="utf-8")
    written = []

    with (
        pytest.raises(StorageError, match=r"There is a (folder|file) named"),
        written_film(target, 10.0, StopToken()) as film,
    ):
        written.append(film)

    assert written == []
    assert target.exists()


def test_a_disk_that_fills_up_while_an_encoder_writes_is_called_full(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "free_bytes", lambda _folder: 0)

    error = writing.encoder_error(
        {"message": "It cannot be written: Cannot write trailer", "hint": ""}, tmp_path / "a.mp4"
    )

    assert "is full" in error.message
