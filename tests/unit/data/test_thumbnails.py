"""Thumbnails: kept on disk, newest request first."""

from __future__ import annotations

import os
import queue
import threading

import numpy as np
import pytest
from PIL import Image

from deepdesk.core.errors import BadSampleError
from deepdesk.core.payloads import Image as Picture
from deepdesk.data.images import ImageReader
from deepdesk.data.thumbnails import (
    FILE_NAME,
    MAX_WAITING,
    ThumbnailCache,
    ThumbnailLoader,
    thumbnail,
)


class CountingReader(ImageReader):
    def __init__(self):
        self.made = 0

    def thumbnail(self, path, side_px):
        self.made += 1
        return super().thumbnail(path, side_px)


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "noise.png"
    rng = np.random.default_rng(0)
    rising = np.broadcast_to(np.arange(120)[None, :, None], (90, 120, 3))
    Image.fromarray((rising + rng.integers(0, 99, (90, 120, 3))).astype(np.uint8)).save(path)
    return path


@pytest.fixture
def cache(tmp_path):
    cache = ThumbnailCache(tmp_path / "cache")
    yield cache
    cache.close()


def test_a_kept_thumbnail_is_not_made_again(cache, picture):
    reader = CountingReader()

    first = cache.get(reader, picture, 40)
    second = cache.get(reader, picture, 40)

    assert reader.made == 1
    assert first.shape == second.shape == (30, 40, 3)
    # Only the coding to JPEG lies between the two.
    assert np.abs(first.astype(int) - second.astype(int)).mean() < 6


def test_another_size_or_a_changed_file_is_made_anew(cache, picture):
    reader = CountingReader()
    cache.get(reader, picture, 40)
    cache.get(reader, picture, 20)
    os.utime(picture, ns=(1, 1))
    cache.get(reader, picture, 40)

    assert reader.made == 3


def test_a_new_connection_finds_what_an_old_one_kept(picture, tmp_path):
    reader = CountingReader()
    for _ in range(2):
        thumbnail(tmp_path / "cache", reader, picture, 40)

    assert reader.made == 1


@pytest.mark.parametrize("damage", [b"no database", b"", b"SQLite format 3\0" + bytes(200)])
def test_a_damaged_cache_is_made_anew(damage, picture, tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / FILE_NAME).write_bytes(damage)
    reader = CountingReader()

    for _ in range(2):
        assert thumbnail(tmp_path / "cache", reader, picture, 40).shape == (30, 40, 3)

    assert reader.made == 1


def test_without_a_writable_folder_thumbnails_are_still_made(picture, tmp_path):
    (tmp_path / "cache").write_text("in the way")

    assert thumbnail(tmp_path / "cache", ImageReader(), picture, 40).shape == (30, 40, 3)


def test_the_reason_of_a_bad_sample_comes_through(cache, tmp_path):
    with pytest.raises(BadSampleError) as caught:
        cache.get(ImageReader(), tmp_path / "gone.png", 40)

    assert caught.value.code == "missing"


class GatedReader:
    """Waits before each picture; remembers the order."""

    def __init__(self):
        self.gate = threading.Semaphore(0)
        self.begun = queue.SimpleQueue()

    def thumbnail(self, path, side_px):
        self.begun.put(path.name)
        self.gate.acquire(timeout=5)
        if path.name == "bad":
            raise BadSampleError("empty", "The file is empty.")
        return Picture(pixels_HWC=np.zeros((1, 1, 3), np.uint8))


@pytest.fixture
def loading(tmp_path):
    reader, answers = GatedReader(), queue.SimpleQueue()
    loader = ThumbnailLoader(
        tmp_path / "cache", reader, 8, lambda n, made: answers.put((n, made)), threads=1
    )
    yield loader, reader, answers, tmp_path
    reader.gate.release(10_000)
    loader.close()


def test_the_newest_request_is_served_first(loading):
    loader, reader, answers, folder = loading
    loader.request(0, folder / "0")
    assert reader.begun.get(timeout=5) == "0"

    for number in (1, 2, 3, 1):
        loader.request(number, folder / str(number))
    reader.gate.release(10)

    assert [answers.get(timeout=5)[0] for _ in range(4)] == [0, 1, 3, 2]


def test_what_scrolled_by_long_ago_is_dropped(loading):
    loader, reader, answers, folder = loading
    loader.request(-1, folder / "first")
    reader.begun.get(timeout=5)

    for number in range(MAX_WAITING + 50):
        loader.request(number, folder / str(number))
    reader.gate.release(10_000)

    served = {answers.get(timeout=5)[0] for _ in range(MAX_WAITING + 1)}
    assert served == {-1, *range(50, MAX_WAITING + 50)}


def test_a_bad_sample_is_answered_with_its_reason_and_the_loader_goes_on(loading):
    loader, reader, answers, folder = loading
    reader.gate.release(10)

    loader.request(1, folder / "bad")
    number, made = answers.get(timeout=5)
    loader.request(2, folder / "good")

    assert (number, made.code) == (1, "empty")
    assert answers.get(timeout=5)[0] == 2


def test_forgotten_requests_are_not_served(loading):
    loader, reader, answers, folder = loading
    loader.request(0, folder / "0")
    reader.begun.get(timeout=5)
    loader.request(1, folder / "1")

    loader.forget()
    loader.request(2, folder / "2")
    reader.gate.release(10)

    assert [answers.get(timeout=5)[0] for _ in range(2)] == [0, 2]


def test_closing_ends_the_threads(tmp_path):
    loader = ThumbnailLoader(tmp_path, GatedReader(), 8, lambda _n, _made: None, threads=3)

    loader.close()

    assert not [t for t in threading.enumerate() if t.name.startswith("deepdesk-thumbnails")]


def test_pictures_that_are_not_worth_keeping_leave_the_file_alone(tmp_path):
    path = tmp_path / "small.png"
    Image.new("RGB", (8, 8)).save(path)

    thumbnail(tmp_path / "cache", ImageReader(), path, 64)

    assert not (tmp_path / "cache").exists()
