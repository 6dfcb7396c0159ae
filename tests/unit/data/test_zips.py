"""Zip archives made to do harm, and ordinary ones."""

from __future__ import annotations

import io
import os
import struct
import time
import zipfile
from contextlib import suppress

import pytest

from deepdesk.core.errors import DatasetError, StorageError
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.data import zips
from deepdesk.data.zip_structure import MAX_ENTRIES
from deepdesk.data.zips import unpack


def entry(name, data=b"x", *, mode=0, stored=False):
    info = zipfile.ZipInfo("placeholder")
    info.filename = info.orig_filename = name
    info.external_attr = mode << 16
    info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    return info, data


def archive(path, *entries):
    with zipfile.ZipFile(path, "w") as file:
        for info, data in entries:
            file.writestr(info, data)
    return path


def unpacked(path, stop=None):
    return unpack(path, path.parent / "into" / "files", lambda _event: None, stop or StopToken())


def refused(path, error=DatasetError):
    """Try to unpack and return the reason, after checking that nothing was written."""
    before = sorted(path.parent.parent.rglob("*"))
    start_s = time.monotonic()
    with pytest.raises(error) as caught:
        unpacked(path)
    assert time.monotonic() - start_s < 2
    left = [found for found in path.parent.parent.rglob("*") if found not in before]
    assert [found.name for found in left if found.name != "into"] == []
    return str(caught.value)


def patched(path, change):
    data = bytearray(path.read_bytes())
    change(data)
    path.write_bytes(data)
    return path


@pytest.fixture
def zip_path(tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    return tmp_path / "deep" / "er" / "a.zip"


def test_an_ordinary_archive_comes_out_whole(zip_path):
    names = ["cat/1.jpg", "cat/with space.jpg", "dog/\N{CAT FACE}.jpg", "dog/o'clock.jpg"]
    archive(zip_path, *(entry(name, name.encode()) for name in names), entry("cat/", b""))

    assert unpacked(zip_path) == 4
    into = zip_path.parent / "into" / "files"
    assert {p.relative_to(into).as_posix() for p in into.rglob("*.jpg")} == set(names)
    assert all((into / name).read_bytes() == name.encode() for name in names)


def test_hidden_and_macos_entries_are_passed_over(zip_path):
    archive(zip_path, entry("cat/1.jpg"), entry("__MACOSX/cat/._1.jpg"), entry(".DS_Store"))

    assert unpacked(zip_path) == 1


def test_backslashes_of_old_windows_tools_are_folders(zip_path):
    unpacked(archive(zip_path, entry("cat\\1.jpg")))

    assert (zip_path.parent / "into" / "files" / "cat" / "1.jpg").is_file()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../evil.jpg", "leads out"),
        ("cat/../../evil.jpg", "leads out"),
        ("cat/..", "leads out"),
        ("..\\evil.jpg", "leads out"),
        ("/etc/evil.jpg", "another place"),
        ("\\evil.jpg", "another place"),
        ("\\\\server\\share\\evil.jpg", "another place"),
        ("\\\\?\\C:\\evil.jpg", "another place"),
        ("C:\\evil.jpg", "Windows refuses"),
        ("C:evil.jpg", "Windows refuses"),
        ("a.jpg:stream", "Windows refuses"),
        ("a\0.jpg", "Windows refuses"),
        ("a\n.jpg", "Windows refuses"),
        ("what?.jpg", "Windows refuses"),
        ("CON", "reserved"),
        ("cat/aux.txt", "reserved"),
        ("cat/nul .jpg", "reserved"),
        ("Com1.jpg", "reserved"),
        ("LPT\u00b9.jpg", "reserved"),
        ("cat./1.jpg", "dot or a space"),
        ("cat /1.jpg", "dot or a space"),
        ("1.jpg.", "dot or a space"),
        ("x" * 300 + ".jpg", "too long"),
        ("/".join(["deep" * 20] * 50), "too long"),
        ("d/" * 2000 + "a.jpg", "too long"),
    ],
)
def test_names_that_lead_elsewhere_or_cannot_be_on_windows_are_refused(name, reason, zip_path):
    assert reason in refused(archive(zip_path, entry("good.jpg"), entry(name)))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("cat/1.jpg", "cat/1.JPG"),
        ("cat/1.jpg", "Cat/2.jpg"),
        ("caf\u00e9.jpg", "cafe\u0301.jpg"),
        ("stra\u00dfe.jpg", "STRASSE.jpg"),
        ("a", "a/1.jpg"),
        ("a/1.jpg", "a"),
        ("./a.jpg", "a.jpg"),
        ("a//b.jpg", "a/b.jpg"),
    ],
)
def test_names_that_clash_on_some_system_are_refused(first, second, zip_path):
    refused(archive(zip_path, entry(first), entry(second)))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_there_twice_is_refused(zip_path):
    assert "twice" in refused(archive(zip_path, entry("a.jpg"), entry("a.jpg", b"other")))


@pytest.mark.parametrize("mode", [0o120777, 0o020666, 0o060666, 0o010666, 0o140777])
def test_links_and_devices_are_refused(mode, zip_path):
    assert "link or a device" in refused(archive(zip_path, entry("a.jpg", b"/etc", mode=mode)))


def test_setuid_bits_are_not_taken_over(zip_path):
    unpacked(archive(zip_path, entry("a.jpg", mode=0o106777)))

    assert (zip_path.parent / "into" / "files" / "a.jpg").stat().st_mode & 0o6111 == 0


def test_bombs_are_refused_by_what_they_claim(zip_path, monkeypatch):
    monkeypatch.setattr(zips, "RATIO_FREE_BYTES", 1 << 20)
    archive(zip_path, *(entry(f"{i}.jpg", bytes(500_000)) for i in range(4)))

    assert "would become" in refused(zip_path)


def test_bombs_that_lie_about_their_size_write_no_more_than_they_claim(zip_path):
    archive(zip_path, entry("a.jpg", bytes(3_000_000)))

    def lie(data):
        for signature, offset in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
            struct.pack_into("<I", data, data.index(signature) + offset, 10)

    refused(patched(zip_path, lie))


def test_archives_in_archives_are_not_unpacked(zip_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as file:
        file.writestr("a.jpg", bytes(1000))

    assert unpacked(archive(zip_path, entry("inner.zip", inner.getvalue()))) == 1
    assert (zip_path.parent / "into" / "files" / "inner.zip").is_file()


def test_entries_that_share_their_bytes_are_refused(zip_path):
    archive(zip_path, entry("a.jpg", os.urandom(500)), entry("b.jpg", os.urandom(500)))

    def overlap(data):
        second = data.rindex(b"PK\1\2")
        struct.pack_into("<I", data, second + 42, 0)

    refused(patched(zip_path, overlap))


def test_another_name_in_the_local_header_is_refused(zip_path):
    archive(zip_path, entry("a.jpg", b"data"))

    def rename(data):
        at = data.index(b"a.jpg")
        data[at : at + 5] = b"b.jpg"

    refused(patched(zip_path, rename))


def test_a_wrong_checksum_is_refused_and_what_was_written_goes(zip_path):
    archive(zip_path, entry("a.jpg", b"fine", stored=True), entry("b.jpg", b"data", stored=True))

    def damage(data):
        data[data.index(b"data")] ^= 1

    assert "damaged" in refused(patched(zip_path, damage))


def test_broken_compressed_data_are_refused(zip_path):
    archive(zip_path, entry("a.jpg", b"some longer text " * 50))

    def damage(data):
        data[36:44] = b"\xff" * 8

    assert "damaged" in refused(patched(zip_path, damage))


def test_passwords_are_refused(zip_path):
    archive(zip_path, entry("a.jpg"))

    def lock(data):
        for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
            data[data.index(signature) + offset] |= 1

    assert "password" in refused(patched(zip_path, lock))


@pytest.mark.parametrize("method", [9, 12, 14, 93, 99])
def test_unusual_compression_is_refused(method, zip_path):
    archive(zip_path, entry("a.jpg"))

    def change(data):
        for signature, offset in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
            struct.pack_into("<H", data, data.index(signature) + offset, method)

    assert "compressed in a way" in refused(patched(zip_path, change))


def test_more_entries_than_fit_into_memory_are_refused_unread(zip_path):
    archive(zip_path, entry("a.jpg"))

    def claim(data):
        end = data.rindex(b"PK\5\6")
        locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
        end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 10**6, 10**6, 46 * 10**6, 0)
        data[end:end] = end64 + locator

    assert f"more than {MAX_ENTRIES:,}" in refused(patched(zip_path, claim))


def test_zip64_sizes_beyond_any_disk_are_refused(zip_path):
    archive(zip_path, entry("a.jpg", b"abcd"))
    lie = struct.pack("<HHQ", 1, 8, 1 << 62)

    def claim(data):
        at = data.index(b"PK\1\2")
        struct.pack_into("<I", data, at + 24, 0xFFFFFFFF)
        struct.pack_into("<H", data, at + 30, len(lie))
        data[at + 46 + 5 : at + 46 + 5] = lie
        end = data.rindex(b"PK\5\6")
        struct.pack_into("<I", data, end + 12, end - at)

    assert "TB" in refused(patched(zip_path, claim))


@pytest.mark.parametrize("data", [b"", b"PK", b"no archive at all" * 50, b"PK\5\6" + bytes(18)])
def test_what_is_no_archive_is_refused_or_empty(data, zip_path):
    zip_path.write_bytes(data)

    with suppress(DatasetError):
        assert unpacked(zip_path) == 0


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9, 0.99])
def test_a_cut_off_archive_is_refused(kept, zip_path):
    archive(zip_path, *(entry(f"{i}.jpg", os.urandom(99)) for i in range(9)))
    data = zip_path.read_bytes()
    zip_path.write_bytes(data[: int(len(data) * kept)])

    refused(zip_path)


def test_every_changed_byte_is_refused_or_harmless(zip_path):
    archive(zip_path, entry("cat/a.jpg", b"abc" * 9), entry("cat/b.jpg", b"xyz", stored=True))
    whole = zip_path.read_bytes()
    for at in range(0, len(whole), 11):
        changed = bytearray(whole)
        changed[at] ^= 0x41
        zip_path.write_bytes(changed)
        into = zip_path.parent / f"into{at}"
        try:
            unpack(zip_path, into, lambda _event: None, StopToken())
        except (DatasetError, StorageError):
            assert not into.exists()
    outside = [p for p in zip_path.parent.parent.rglob("*") if "into" not in str(p)]
    assert sorted(p.name for p in outside) == ["a.zip", "er"]


def test_a_full_disk_is_told_before_writing(zip_path, monkeypatch):
    archive(zip_path, entry("a.jpg", bytes(1000)))
    monkeypatch.setattr(zips, "KEPT_FREE_BYTES", 1 << 60)

    assert "lacks room" in refused(zip_path, StorageError)


def test_a_stop_leaves_nothing_behind_and_a_second_try_works(zip_path):
    archive(zip_path, entry("a.jpg"), entry("b.jpg"))
    stop = StopToken()
    stop.stop()

    with pytest.raises(StoppedError):
        unpacked(zip_path, stop)

    assert list((zip_path.parent / "into").iterdir()) == []
    assert unpacked(zip_path) == 2
    assert unpacked(zip_path) == 2


def test_a_picture_that_is_an_archive_too_is_unpacked_as_one(zip_path):
    archive(zip_path, entry("a.jpg", b"data"))
    zip_path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(60) + zip_path.read_bytes())

    assert unpacked(zip_path) == 1
