"""Each sample is decoded once, and a changed file again."""

import errno
import os
import shutil
from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

from deepdesk.core.errors import BadSampleError, StorageError
from deepdesk.core.task import Field
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.data.cache import DecodedCache, stamp_of
from deepdesk.data.feed import Feed, Source

FIELDS = {"image": Field(shape=(2,), dtype="uint8")}


@pytest.fixture
def files(tmp_path):
    paths = [tmp_path / f"{i}.bin" for i in range(5)]
    for i, path in enumerate(paths):
        path.write_bytes(bytes([i, i + 1]))
    return paths


class Decoder:
    def __init__(self, paths):
        self.paths = paths
        self.calls = []

    def __call__(self, position, _path):
        self.calls.append(position)
        data = self.paths[position].read_bytes()
        if not data:
            raise BadSampleError("empty", "The file is empty.")
        return {"image": np.frombuffer(data, dtype=np.uint8)}


def fill(cache, samples, paths, stop=None):
    """Decode what is missing; return who decoded and what could not be."""
    decoder, bad = Decoder(paths), {}
    source = Source(
        opened=lambda: nullcontext(lambda positions: [paths[i] for i in positions]),
        decode=decoder,
        lost=lambda _bad: None,
        note=bad.update,
    )
    feed = Feed(cache, samples, source, emit=lambda _event: None, workers=(2, 2))
    try:
        feed.start()
        feed.wait(np.arange(len(samples)), stop or StopToken())
    finally:
        feed.close()
    return decoder, bad


def missing(cache, samples, paths):
    """Return the positions whose row is not there, out of date or damaged."""
    return [at for at, row in enumerate(samples) if not cache.held(int(row), stamp_of(paths[at]))]


@pytest.fixture
def cache_of(tmp_path):
    made = []

    def make(capacity, key=""):
        made.append(DecodedCache(tmp_path, fields=FIELDS, capacity=capacity, key=key))
        return made[-1]

    yield make
    for cache in made:
        cache.close()


def test_a_second_filling_decodes_nothing(cache_of, files):
    samples = np.array([3, 7, 1, 4, 9])
    first, _bad = fill(cache_of(10), samples, files)

    again = cache_of(10)
    second, _bad = fill(again, samples, files)

    assert sorted(first.calls) == [0, 1, 2, 3, 4]
    assert second.calls == []
    assert again.arrays["image"][samples].tolist() == [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]]


def test_a_changed_file_is_decoded_again(cache_of, files):
    samples = np.arange(5)
    cache = cache_of(5)
    fill(cache, samples, files)
    files[2].write_bytes(b"\x50\x51")
    os.utime(files[2], ns=(1, 1))

    cache = cache_of(5)
    decoder, _bad = fill(cache, samples, files)

    assert decoder.calls == [2]
    assert cache.arrays["image"][2].tolist() == [0x50, 0x51]


def test_a_bad_file_is_named_and_asked_again_next_time(cache_of, files):
    files[1].write_bytes(b"")

    _decoder, bad = fill(cache_of(5), np.arange(5), files)
    decoder, _bad = fill(cache_of(5), np.arange(5), files)

    assert {position: error.code for position, error in bad.items()} == {1: "empty"}
    assert decoder.calls == [1]


def test_other_settings_do_not_see_these_rows(cache_of, files):
    fill(cache_of(5, "crop"), np.arange(5), files)

    other = cache_of(5, "pad")

    assert len(missing(other, np.arange(5), files)) == 5


def test_more_samples_keep_the_rows_that_are_there(cache_of, files):
    fill(cache_of(3), np.arange(3), files[:3])

    larger = cache_of(5)

    assert missing(larger, np.arange(5), files) == [3, 4]


def test_a_stop_is_obeyed(cache_of, files):
    stop = StopToken()
    stop.stop()

    with pytest.raises(StoppedError):
        fill(cache_of(5), np.arange(5), files, stop)


def test_a_file_replaced_by_one_of_the_same_size_and_time_is_decoded_again(cache_of, files):
    fill(cache_of(5), np.arange(5), files)
    before = files[2].stat()
    files[2].write_bytes(b"\x50\x51")
    os.utime(files[2], ns=(before.st_atime_ns, before.st_mtime_ns))

    decoder, _bad = fill(cache_of(5), np.arange(5), files)

    assert decoder.calls == [2]


def full(_file, _offset=0, _data=b""):
    raise OSError(errno.ENOSPC, "No space left on device")


def gone(_file, _offset=0, _data=b""):
    raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize("call", ["_write", "fsync_file"])
def test_a_disk_that_fills_up_marks_nothing_as_decoded_and_rows_stay_in_memory(
    cache_of, files, monkeypatch, call
):
    cache = cache_of(5)
    monkeypatch.setattr(f"deepdesk.data.cache.{call}", full)

    fill(cache, np.arange(5), files)
    whole = cache.whole_arrays(np.arange(5))["image"]

    assert whole.tolist() == [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]]
    assert missing(cache, np.arange(5), files) == [0, 1, 2, 3, 4]


def test_a_full_disk_and_a_full_memory_are_an_error(cache_of, files, monkeypatch):
    cache = cache_of(5)
    monkeypatch.setattr("deepdesk.data.cache._write", full)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=6))

    with pytest.raises(StorageError, match="is full"):
        fill(cache, np.arange(5), files)


def test_a_disk_that_is_gone_is_an_error(cache_of, files, monkeypatch):
    cache = cache_of(5)
    monkeypatch.setattr("deepdesk.data.cache._write", gone)

    with pytest.raises(StorageError, match="reports errors"):
        fill(cache, np.arange(5), files)


@pytest.mark.parametrize("name", ["image", "marks"])
def test_a_flipped_bit_is_found_and_the_row_decoded_anew(cache_of, files, name):
    first = cache_of(5)
    fill(first, np.arange(5), files)
    place = first.folder / f"{name}.bin"
    data = bytearray(place.read_bytes())
    data[len(data) // 2] ^= 4
    place.write_bytes(data)

    again = cache_of(5)
    decoder, _bad = fill(again, np.arange(5), files)

    assert decoder.calls == [2]
    assert again.arrays["image"][2].tolist() == [2, 3]


def test_a_folder_deleted_while_it_is_used_costs_only_another_decoding(cache_of, files):
    cache = cache_of(5)
    shutil.rmtree(cache.folder)

    fill(cache, np.arange(5), files)
    decoder, _bad = fill(cache_of(5), np.arange(5), files)

    assert cache.arrays["image"][4].tolist() == [4, 5]
    assert sorted(decoder.calls) == [0, 1, 2, 3, 4]


def test_a_link_in_the_folder_is_not_written_through(cache_of, tmp_path, files):
    cache = cache_of(5)
    other = tmp_path / "other"
    other.write_bytes(b"mine")
    place = cache.folder / "image.bin"
    place.unlink()
    place.symlink_to(other)

    fill(cache_of(5), np.arange(5), files)

    assert other.read_bytes() == b"mine"
