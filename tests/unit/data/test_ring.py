"""Things made ahead come in the order in which they were asked for, and no thread is left."""

import threading
from contextlib import closing

import numpy as np
import pytest
import torch

from deepdesk.core.work import StoppedError, StopToken
from deepdesk.data import batches as batches_module
from deepdesk.data.batches import SplitData
from deepdesk.data.ring import AHEAD, Ring
from deepdesk.data.shelf import Shelf, choose_place


def ring_threads():
    return [thread for thread in threading.enumerate() if thread.name == "deepdesk-ring"]


def test_everything_comes_in_order_and_the_thread_ends():
    with closing(Ring(iter(range(20)), lambda n, _look: n * n, look=lambda: None)) as ring:
        made = list(ring)

    assert made == [n * n for n in range(20)]
    assert ring_threads() == []


def test_only_a_few_things_are_made_ahead():
    made, enough = [], threading.Event()

    def make(number, _look):
        made.append(number)
        if number == AHEAD + 1:
            enough.set()
        return number

    with closing(Ring(iter(range(100)), make, look=lambda: None)) as ring:
        assert next(iter(ring)) == 0
        assert enough.wait(10)
        # One is taken, a few wait, one is in the hands of the thread.
        assert len(made) == AHEAD + 2


def test_an_error_while_making_is_raised_where_it_is_taken():
    def make(number, _look):
        return 1 // (3 - number)

    with closing(Ring(iter(range(9)), make, look=lambda: None)) as ring:
        taken = []
        with pytest.raises(ZeroDivisionError):
            taken.extend(ring)


def test_a_ring_that_waits_for_something_ends_when_it_is_closed():
    reached = threading.Event()

    def make(_number, look):
        reached.set()
        while True:
            look()

    ring = Ring(iter(range(9)), make, look=lambda: None)
    ring.start()
    assert reached.wait(10)
    ring.close()

    assert ring_threads() == []


def split(count=64):
    values = np.arange(count, dtype=np.int64) * 3
    return SplitData(
        samples=np.arange(count)[::-1].copy(),
        arrays={"value": values},
        extras={"label": np.arange(count)},
    )


def places(count=64):
    return [np.arange(at, at + 4) for at in range(0, count, 4)]


def values(data):
    return [b.fields["value"].tolist() + b.fields["label"].tolist() for b in data.stream(places())]


def test_slow_gathering_goes_to_a_thread_without_changing_the_batches(monkeypatch):
    plain = values(split())
    monkeypatch.setattr(batches_module, "_SLOW", -1.0)
    monkeypatch.setattr(batches_module, "_WATCHED", 2)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 0)

    assert values(split()) == plain
    assert ring_threads() == []


def test_leaving_early_leaves_no_thread(monkeypatch):
    monkeypatch.setattr(batches_module, "_SLOW", -1.0)
    monkeypatch.setattr(batches_module, "_WATCHED", 2)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 0)

    with closing(split().stream(places())) as stream:
        for _number in range(5):
            next(stream)
        assert len(ring_threads()) == 1

    assert ring_threads() == []


def test_a_stop_while_the_ring_makes_nothing_is_obeyed():
    stop, never = StopToken(), threading.Event()

    def look():
        if stop.is_stopping:
            raise StoppedError

    def make(_number, leave):
        stop.stop()
        while not never.is_set():
            leave()

    with closing(Ring(iter([1]), make, look=look)) as ring, pytest.raises(StoppedError):
        next(iter(ring))


@pytest.mark.parametrize("place", ["mapped", "memory"])
def test_batches_are_the_same_wherever_the_rows_lie(place):
    plain = split()
    choice = choose_place(place, kind="cpu", needed_bytes=1, device_bytes=0, memory_bytes=100)
    shelf = Shelf(choice, torch.device("cpu"))
    data = SplitData(samples=plain.samples, arrays=plain.arrays, extras=plain.extras, shelf=shelf)

    assert values(data) == values(plain)
    assert shelf.is_filled is (place == "memory")


def test_rows_that_do_not_fit_into_memory_stay_where_they_are(monkeypatch):
    def full(*_arguments, **_settings):
        raise MemoryError

    plain = split()
    choice = choose_place("memory", kind="cpu", needed_bytes=1, device_bytes=0, memory_bytes=100)
    shelf = Shelf(choice, torch.device("cpu"))
    data = SplitData(samples=plain.samples, arrays=plain.arrays, extras=plain.extras, shelf=shelf)
    expected = values(plain)
    monkeypatch.setattr(torch, "empty", full)

    assert values(data) == expected
    assert not shelf.is_filled


@pytest.mark.parametrize(
    ("asked", "kind", "needed", "device", "memory", "place"),
    [
        ("auto", "cuda", 10, 100, 1000, "device"),
        ("auto", "cuda", 50, 100, 1000, "memory"),
        ("auto", "cuda", 500, 100, 1000, "mapped"),
        ("auto", "cpu", 10, 0, 1000, "mapped"),
        ("mapped", "cuda", 10, 100, 1000, "mapped"),
        ("memory", "cpu", 10, 0, 1000, "memory"),
        ("device", "cuda", 10, 100, 1000, "device"),
        ("device", "cpu", 10, 0, 1000, "memory"),
    ],
)
def test_the_place_follows_the_wish_or_the_room(asked, kind, needed, device, memory, place):
    choice = choose_place(
        asked, kind=kind, needed_bytes=needed, device_bytes=device, memory_bytes=memory
    )

    assert choice.place == place
    assert choice.words.startswith("decoded once")
    assert choice.why.endswith(".")
    assert choice.is_pinned is (asked != "auto")
