"""Every way in which a picture can be bad is listed with its reason; none stops an import."""

from __future__ import annotations

import io
import os
import struct
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepdesk.core.errors import BadSampleError
from deepdesk.core.events import Ended, Result
from deepdesk.core.work import StopToken, run
from deepdesk.data.images import ImageReader, image_facts, read_image
from deepdesk.data.importing import import_work
from deepdesk.data.verify import verify_work
from deepdesk.project.folder import Project
from deepdesk.project.index import Filter, SampleIndex

GRADIENT = np.stack(np.broadcast_arrays(*np.ogrid[0:40, 0:60], 128), axis=2).astype(np.uint8)


def encoded(image, file_format, **options):
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def picture():
    return Image.fromarray(GRADIENT)


def patched(data, at, new):
    return data[:at] + new + data[at + len(new) :]


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width, height, data, *, depth=1, colour=0, extra=b""):
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = chunk(b"IHDR", head) + extra + chunk(b"IDAT", zlib.compress(data))
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


def huge_jpeg():
    data = bytearray(encoded(picture(), "JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", 65500, 65500)
    return bytes(data)


def many_scans():
    data = encoded(picture(), "JPEG", progressive=True)
    at = data.rindex(b"\xff\xda")
    return data[:at] + data[at:-2] * 10_000 + data[-2:]


def tiff_in_a_ring():
    data = bytearray(encoded(picture(), "TIFF"))
    directory = struct.unpack_from("<I", data, 4)[0]
    entries = struct.unpack_from("<H", data, directory)[0]
    struct.pack_into("<I", data, directory + 2 + 12 * entries, directory)
    return bytes(data)


def tiff_claiming(width, height):
    data = bytearray(encoded(picture(), "TIFF"))
    directory = struct.unpack_from("<I", data, 4)[0]
    for at in range(directory + 2, directory + 26, 12):
        tag = struct.unpack_from("<H", data, at)[0]
        value = {256: width, 257: height}.get(tag)
        if value:
            struct.pack_into("<HII", data, at + 2, 4, 1, value)
    return bytes(data)


def webp_claiming(width, height):
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    head = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + size
    return b"RIFF" + struct.pack("<I", len(head) + 4) + b"WEBP" + head


BAD = {
    "empty.jpg": ("empty", lambda: b""),
    "text.jpg": ("not_a_picture", lambda: b"this is a shopping list\n" * 20),
    "zeros.jpg": ("not_a_picture", lambda: bytes(5000)),
    "half.jpg": ("truncated", lambda: encoded(picture(), "JPEG")[:700]),
    "half.png": ("truncated", lambda: encoded(picture(), "PNG")[:-40]),
    "half.webp": ("truncated", lambda: encoded(picture(), "WEBP", quality=90)[:100]),
    "half.bmp": ("truncated", lambda: encoded(picture(), "BMP")[:3000]),
    "half.gif": ("truncated", lambda: encoded(picture(), "GIF")[:400]),
    "half.tif": ("truncated", lambda: encoded(picture(), "TIFF")[:3000]),
    "half.pgm": ("truncated", lambda: b"P5\n100 100\n255\n" + bytes(500)),
    "start.jpg": ("truncated", lambda: b"\xff\xd8\xff\xe0"),
    "huge.jpg": ("too_large", huge_jpeg),
    "huge.png": ("too_large", lambda: png(100_000, 100_000, bytes(10))),
    "huge.bmp": (
        "too_large",
        lambda: patched(encoded(picture(), "BMP"), 18, struct.pack("<ii", 60_000, 60_000)),
    ),
    "huge.gif": (
        "too_large",
        lambda: patched(encoded(picture(), "GIF"), 6, struct.pack("<HH", 65535, 65535)),
    ),
    "huge.tif": ("too_large", lambda: tiff_claiming(90_000, 90_000)),
    "huge.webp": ("too_large", lambda: webp_claiming(16_000, 16_000)),
    "huge.pgm": ("too_large", lambda: b"P5\n70000 70000\n255\n" + bytes(99)),
    "text.pgm": ("too_large", lambda: b"P2\n9000 9000\n255\n" + b"1 " * 99),
    "scans.jpg": ("too_large", many_scans),
    "drawing.jpg": ("unsupported", lambda: b"<?xml version='1.0'?><svg xmlns='x'></svg>"),
    "paper.jpg": ("unsupported", lambda: b"%PDF-1.7\n" + bytes(99)),
    "script.jpg": ("unsupported", lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n" + bytes(99)),
    "stars.jpg": ("unsupported", lambda: b"SIMPLE  =                    T" + bytes(99)),
    "icon.png": ("unsupported", lambda: encoded(picture(), "ICO")),
    "phone.jpg": ("unsupported", lambda: b"\0\0\0\x18ftypheic" + bytes(99)),
    "new.jpg": ("unsupported", lambda: b"\0\0\0\x1cftypavif" + bytes(99)),
    "photoshop.jpg": ("unsupported", lambda: b"8BPS\0\1" + bytes(99)),
    "old.jpg": ("unsupported", lambda: b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(99)),
    "lab.tif": ("unsupported", lambda: encoded(Image.new("LAB", (8, 8)), "TIFF")),
}


@pytest.mark.parametrize("name", BAD)
def test_each_bad_picture_has_its_reason(name, tmp_path):
    code, make = BAD[name]
    path = tmp_path / name
    path.write_bytes(make())
    start_s = time.monotonic()

    with pytest.raises(BadSampleError) as caught:
        image_facts(path)

    assert caught.value.code == code
    assert caught.value.message.endswith(".")
    assert "!" not in str(caught.value)
    assert time.monotonic() - start_s < 2


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
@pytest.mark.parametrize("name", [name for name in BAD if BAD[name][0] == "too_large"])
def test_bombs_are_refused_before_their_pixels_are_allocated(name, tmp_path):
    import resource

    path = tmp_path / name
    path.write_bytes(BAD[name][1]())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(BadSampleError):
        image_facts(path)

    grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kb < 60_000


def test_png_that_inflates_to_more_than_its_header_says_costs_nothing(tmp_path):
    path = tmp_path / "inflates.png"
    path.write_bytes(png(8, 8, bytes(20_000_000), depth=8))

    assert image_facts(path).size == (8, 8)


@pytest.mark.parametrize("name", [b"zTXt", b"iCCP"])
def test_metadata_that_inflate_without_end_make_a_picture_bad(name, tmp_path):
    path = tmp_path / "inflates.png"
    bomb = chunk(name, b"a\0\0" + zlib.compress(bytes(90_000_000)))
    path.write_bytes(png(8, 8, bytes(72), depth=8, extra=bomb))

    with pytest.raises(BadSampleError):
        image_facts(path)


def test_huge_colour_profiles_are_ignored(tmp_path):
    path = tmp_path / "profile.jpg"
    path.write_bytes(encoded(picture(), "JPEG", icc_profile=bytes(8_000_000)))

    assert image_facts(path).size == (60, 40)


def test_only_the_first_of_many_frames_is_read(tmp_path):
    path = tmp_path / "frames.gif"
    one = encoded(Image.new("P", (4, 4)), "GIF")
    frame = one[one.index(b",") : -1]
    path.write_bytes(one[:-1] + frame * 100_000 + b";")
    start_s = time.monotonic()

    facts = image_facts(path)

    assert facts.note == "first of several frames"
    assert time.monotonic() - start_s < 0.5


def test_tiff_whose_pages_go_in_a_ring_is_read_once(tmp_path):
    path = tmp_path / "ring.tif"
    path.write_bytes(tiff_in_a_ring())

    assert image_facts(path).size == (60, 40)


def test_folder_named_like_a_picture_is_told_apart(tmp_path):
    (tmp_path / "a.jpg").mkdir()

    with pytest.raises(BadSampleError) as caught:
        read_image(tmp_path / "a.jpg")

    assert caught.value.code == "not_a_picture"


def test_missing_files_are_told_apart(tmp_path):
    with pytest.raises(BadSampleError) as caught:
        read_image(tmp_path / "gone.jpg")

    assert caught.value.code == "missing"


def test_name_with_a_nul_is_no_crash():
    with pytest.raises(BadSampleError) as caught:
        read_image(Path("a\0b.jpg"))

    assert caught.value.code == "unreadable"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_pipes_are_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")

    with pytest.raises(BadSampleError) as caught:
        read_image(tmp_path / "pipe.jpg")

    assert caught.value.code == "not_a_picture"


def test_locked_files_are_unreadable(tmp_path, monkeypatch):
    path = tmp_path / "locked.png"
    path.write_bytes(encoded(picture(), "PNG"))

    def refuse(*_args, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(BadSampleError) as caught:
        read_image(path)

    assert caught.value.code == "unreadable"
    assert "Permission denied" in caught.value.message


def test_an_import_of_bad_pictures_goes_through_and_lists_every_one(tmp_path):
    source = tmp_path / "source"
    for label in ("cats", "dogs"):
        (source / label).mkdir(parents=True)
        for i in range(4):
            shifted = Image.fromarray(np.roll(GRADIENT, 7 * i, axis=1))
            shifted.save(source / label / f"{i}.png")
    for name, (_code, make) in BAD.items():
        (source / "cats" / f"bad {name}").write_bytes(make())
    with Project.create(tmp_path / "p", name="p", task="image_classification") as made:
        project = made.path
    events = []

    run(import_work(project, [source], reader_of=ImageReader), events.append, StopToken())
    run(verify_work(project, ImageReader), events.append, StopToken())

    assert [e for e in events if isinstance(e, Ended)] == [Ended(), Ended()]
    imported, verified = (e.value for e in events if isinstance(e, Result))
    assert imported.added == len(BAD) + 8
    assert verified.checked == len(BAD) + 8
    assert sum(verified.bad.values()) == len(BAD)
    assert len(verified.rejected) == len(BAD)
    with SampleIndex(project / "index.sqlite") as index:
        found = {s.path.name: s.code for s in index.page(Filter(problem="bad"), 0, 100)}
        assert found == {f"bad {name}": code for name, (code, _) in BAD.items()}
        assert sum(len(index.training_rows(s)[0]) for s in ("train", "validation", "test")) == 8
