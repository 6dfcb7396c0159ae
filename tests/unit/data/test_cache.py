"""Each sample is decoded once, and a changed file again."""

import errno
import os

import numpy as np
import pytest

from deepdesk.core.errors import BadSampleError, StorageError
from deepdesk.core.task import Field
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.data.cache import DecodedCache

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

    def __call__(self, position):
        self.calls.append(position)
        data = self.paths[position].read_bytes()
        if not data:
            raise BadSampleError("empty", "The file is empty.")
        return {"image": np.frombuffer(data, dtype=np.uint8)}


def fill(cache, samples, paths, stop=None):
    decoder = Decoder(paths)
    bad = cache.fill(
        samples, paths, decoder, workers=2, told=lambda done: None, stop=stop or StopToken()
    )
    return decoder, bad


def test_a_second_filling_decodes_nothing(tmp_path, files):
    samples = np.array([3, 7, 1, 4, 9])
    first, _bad = fill(DecodedCache(tmp_path, fields=FIELDS, capacity=10), samples, files)

    again = DecodedCache(tmp_path, fields=FIELDS, capacity=10)
    second, _bad = fill(again, samples, files)

    assert sorted(first.calls) == [0, 1, 2, 3, 4]
    assert second.calls == []
    assert again.arrays["image"][samples].tolist() == [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]]


def test_a_changed_file_is_decoded_again(tmp_path, files):
    samples = np.arange(5)
    cache = DecodedCache(tmp_path, fields=FIELDS, capacity=5)
    fill(cache, samples, files)
    files[2].write_bytes(b"\x50\x51")
    os.utime(files[2], ns=(1, 1))

    decoder, _bad = fill(cache, samples, files)

    assert decoder.calls == [2]
    assert cache.arrays["image"][2].tolist() == [0x50, 0x51]


def test_a_bad_file_is_named_and_asked_again_next_time(tmp_path, files):
    files[1].write_bytes(b"")
    cache = DecodedCache(tmp_path, fields=FIELDS, capacity=5)

    _decoder, bad = fill(cache, np.arange(5), files)
    decoder, _bad = fill(cache, np.arange(5), files)

    assert {position: error.code for position, error in bad.items()} == {1: "empty"}
    assert decoder.calls == [1]


def test_other_settings_do_not_see_these_rows(tmp_path, files):
    fill(DecodedCache(tmp_path, fields=FIELDS, capacity=5, key="crop"), np.arange(5), files)

    other = DecodedCache(tmp_path, fields=FIELDS, capacity=5, key="pad")

    assert len(other.missing(np.arange(5), files)) == 5


def test_more_samples_keep_the_rows_that_are_there(tmp_path, files):
    fill(DecodedCache(tmp_path, fields=FIELDS, capacity=3), np.arange(3), files[:3])

    larger = DecodedCache(tmp_path, fields=FIELDS, capacity=5)

    assert larger.missing(np.arange(5), files).tolist() == [3, 4]


def test_a_stop_is_obeyed(tmp_path, files):
    stop = StopToken()
    stop.stop()

    with pytest.raises(StoppedError):
        fill(DecodedCache(tmp_path, fields=FIELDS, capacity=5), np.arange(5), files, stop)


def test_a_file_replaced_by_one_of_the_same_size_and_time_is_decoded_again(tmp_path, files):
    cache = DecodedCache(tmp_path, fields=FIELDS, capacity=5)
    fill(cache, np.arange(5), files)
    before = files[2].stat()
    files[2].write_bytes(b"\x50\x51")
    os.utime(files[2], ns=(before.st_atime_ns, before.st_mtime_ns))

    decoder, _bad = fill(cache, np.arange(5), files)

    assert decoder.calls == [2]


def test_a_disk_that_fills_up_is_an_error_and_marks_nothing_as_decoded(
    tmp_path, files, monkeypatch
):
    cache = DecodedCache(tmp_path, fields=FIELDS, capacity=5)
    monkeypatch.setattr("deepdesk.data.cache._flush", full_disk)

    with pytest.raises(StorageError, match="is full"):
        fill(cache, np.arange(5), files)

    assert len(cache.missing(np.arange(5), files)) == 5


def full_disk(_file):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_link_in_the_folder_is_not_written_through(tmp_path, files):
    cache = DecodedCache(tmp_path, fields=FIELDS, capacity=5)
    other = tmp_path / "other"
    other.write_bytes(b"mine")
    place = cache.folder / "image.bin"
    del cache
    place.unlink()
    place.symlink_to(other)

    fill(DecodedCache(tmp_path, fields=FIELDS, capacity=5), np.arange(5), files)

    assert other.read_bytes() == b"mine"
