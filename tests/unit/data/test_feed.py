"""Rows are decoded in the background, in the order of their need, and the same for any threads."""

import errno
import threading
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from deepdesk.core.errors import BadSampleError, DatasetError
from deepdesk.core.events import Progress, Said
from deepdesk.core.task import Field
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.data.batches import SplitData, training_positions
from deepdesk.data.cache import DecodedCache
from deepdesk.data.feed import Feed, Source
from deepdesk.data.feed_record import RunRecord

FIELDS = {"value": Field(shape=(4,), dtype="uint8")}
COUNT = 60


class Decoder:
    """Decodes a position to its number; waits at some, refuses others."""

    def __init__(self):
        self.calls = []
        self.bad = set()
        self.gates = {}
        self.reached = threading.Event()

    def __call__(self, position, _path):
        if position in self.gates:
            self.reached.set()
            assert self.gates[position].wait(10)
        self.calls.append(position)
        if position in self.bad:
            raise BadSampleError("empty", "The file is empty.")
        return {"value": np.full(4, position, dtype=np.uint8)}


class Stage:
    """A feed over files that are all there, with everything it tells."""

    def __init__(self, folder):
        self.folder = folder
        self.decoder = Decoder()
        self.events = []
        self.noted = {}
        self.problem = None
        self.feeds = []
        self.file = folder / "source"
        self.file.write_bytes(b"x")

    def feed(self, *, workers=(1, 1), record=None, count=COUNT):
        paths = [self.file] * count
        source = Source(
            opened=lambda: nullcontext(lambda positions: [paths[i] for i in positions]),
            decode=self.decoder,
            lost=lambda _bad: self.problem,
            note=self.noted.update,
        )
        cache = DecodedCache(self.folder, fields=FIELDS, capacity=count)
        feed = Feed(
            cache,
            np.arange(count),
            source,
            emit=self.events.append,
            record=record,
            workers=workers,
        )
        self.feeds.append(feed)
        return feed

    def data(self, feed):
        return SplitData(samples=feed.samples, arrays=feed.cache.arrays, extras={}, feed=feed)

    def record(self):
        return RunRecord(self.folder / "decoded.bin", COUNT)


@pytest.fixture
def stage(tmp_path, monkeypatch):
    monkeypatch.setattr("deepdesk.data.feed._LOOK_EVERY_S", 0.005)
    stage = Stage(tmp_path)
    yield stage
    for gate in stage.decoder.gates.values():
        gate.set()
    for feed in stage.feeds:
        feed.close()


def epoch(data, stop=None):
    """Return the values of each batch of an epoch."""
    batches = training_positions(COUNT, batch_size=8, seed=1, epoch=0)
    return [b.fields["value"][:, 0].tolist() for b in data.stream(batches, stop=stop)]


def test_a_batch_is_there_before_everything_is_decoded(stage):
    stage.decoder.gates[50] = threading.Event()
    feed = stage.feed()
    feed.start([np.arange(COUNT)])

    batch = next(stage.data(feed).stream([np.array([3, 1, 2])]))

    assert batch.fields["value"][:, 0].tolist() == [3, 1, 2]
    assert not feed.is_complete


def test_rows_are_decoded_in_the_order_in_which_they_are_needed(stage):
    order = np.random.default_rng(0).permutation(COUNT)
    feed = stage.feed()
    feed.start([order[:40]])

    feed.wait(np.arange(COUNT), StopToken())

    assert stage.decoder.calls[:16] == order[:16].tolist()
    assert sorted(stage.decoder.calls) == list(range(COUNT))


def test_what_somebody_waits_for_comes_before_what_was_planned(stage):
    stage.decoder.gates[0] = threading.Event()
    feed = stage.feed()
    feed.start([np.arange(COUNT)])
    assert stage.decoder.reached.wait(10)

    # Looked at only once it was asked for, while the first lot still stands at its gate.
    feed.wait(np.array([COUNT - 1]), StopToken(), look=stage.decoder.gates[0].set)

    # The lot that was begun is finished, then the one that is waited for.
    assert stage.decoder.calls.index(COUNT - 1) == 16


@pytest.mark.parametrize("workers", [(1, 1), (4, 1), (4, 4)])
def test_batches_do_not_depend_on_the_number_of_threads(stage, workers):
    stage.decoder.bad = {5, 6, 30}
    feed = stage.feed(workers=workers)
    feed.start()

    order = training_positions(COUNT, batch_size=8, seed=1, epoch=0)
    wanted = [[p for p in batch.tolist() if p not in stage.decoder.bad] for batch in order]

    assert epoch(stage.data(feed)) == wanted


def test_a_second_epoch_decodes_nothing(stage):
    feed = stage.feed()
    feed.start()
    data = stage.data(feed)
    epoch(data)
    feed.wait(np.arange(COUNT), StopToken())
    stage.decoder.calls.clear()

    epoch(data)

    assert stage.decoder.calls == []


def test_a_stop_ends_the_waiting(stage):
    stage.decoder.gates[0] = threading.Event()
    feed, stop = stage.feed(), StopToken()
    feed.start()
    assert stage.decoder.reached.wait(10)
    threading.Timer(0.0, stop.stop).start()

    with pytest.raises(StoppedError):
        epoch(stage.data(feed), stop)


def test_whoever_waits_sees_how_decoding_goes(stage):
    stage.decoder.gates[0] = threading.Event()
    feed, looks = stage.feed(), []
    feed.start()

    def look():
        feed.tell_progress()
        looks.append(1)
        if len(looks) == 2:
            stage.decoder.gates[0].set()

    feed.wait(np.arange(COUNT), StopToken(), look=look)

    told = [event for event in stage.events if isinstance(event, Progress)]
    assert (told[0].what, told[0].done, told[0].total) == ("Decoding", 0, COUNT)


def test_unreadable_samples_are_said_and_noted_and_a_batch_of_them_alone_is_empty(stage):
    stage.decoder.bad = {1, 2}
    feed = stage.feed()
    feed.start()
    batches = list(stage.data(feed).stream([np.array([0, 1]), np.array([1, 2])]))
    feed.wait(np.arange(COUNT), StopToken())
    feed.tell()

    assert [batch.samples.tolist() for batch in batches] == [[0], []]
    assert {at: error.code for at, error in stage.noted.items()} == {1: "empty", 2: "empty"}
    said = [event.text for event in stage.events if isinstance(event, Said)]
    assert said == ["2 files could not be read and are left out: The file is empty."]


def test_a_loss_that_is_too_large_is_raised_where_the_rows_are_waited_for(stage):
    stage.decoder.bad = {3}
    stage.problem = DatasetError("Too few.", "Add some.")
    feed = stage.feed()
    feed.start()

    with pytest.raises(DatasetError, match="Too few"):
        epoch(stage.data(feed))


def test_an_unexpected_error_of_a_thread_reaches_the_loop(stage):
    feed = stage.feed()
    feed.cache.put = None
    feed.start()

    with pytest.raises(TypeError):
        epoch(stage.data(feed))


class _Odd:
    """Fails when it is asked for 5."""

    def __contains__(self, position):
        return position == 5 and position + "one"


def test_an_unexpected_error_of_a_reader_costs_its_sample_alone_and_names_it(stage):
    stage.decoder.bad = _Odd()
    feed = stage.feed()
    feed.start()

    batches = epoch(stage.data(feed))
    feed.close()

    assert all(5 not in batch for batch in batches)
    said = [event.text for event in stage.events if isinstance(event, Said)]
    assert any('Reading "source" failed: TypeError' in text for text in said)


def test_what_was_left_out_once_stays_out_when_the_run_goes_on(stage):
    stage.decoder.bad = {5}
    first = stage.feed(record=stage.record())
    first.start()
    before = epoch(stage.data(first))
    first.close()
    stage.decoder.bad = set()

    second = stage.feed(record=stage.record())
    second.start()

    assert epoch(stage.data(second)) == before
    assert all(5 not in batch for batch in before)


def test_a_file_that_changed_since_the_run_began_is_said(stage):
    first = stage.feed(record=stage.record())
    first.start()
    first.wait(np.arange(COUNT), StopToken())
    first.close()
    stage.file.write_bytes(b"other")
    plain, stage.decoder = (
        stage.decoder,
        lambda position, path: {"value": plain(position, path)["value"] + (position == 7)},
    )
    second = stage.feed(record=stage.record())
    second.start()
    second.wait(np.arange(COUNT), StopToken())
    second.tell()
    stage.decoder = plain

    said = [event.text for event in stage.events if isinstance(event, Said)]
    assert said == ["1 file changed since this run began: its last bits may differ."]


def test_nothing_is_decoded_while_speed_is_measured_but_what_is_waited_for(stage):
    feed = stage.feed(workers=(2, 2))
    with feed.resting():
        feed.start()
        feed.wait(np.array([9]), StopToken())
        calls = list(stage.decoder.calls)
    feed.wait(np.arange(COUNT), StopToken())

    assert calls == [9]


def test_rows_that_a_full_disk_did_not_take_are_said_and_used(stage, monkeypatch):
    def full(_file, _offset, _data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("deepdesk.data.cache._write", full)
    feed = stage.feed()
    feed.start()

    batches = epoch(stage.data(feed))

    wanted = training_positions(COUNT, batch_size=8, seed=1, epoch=0)
    assert batches == [batch.tolist() for batch in wanted]
    said = [event.text for event in stage.events if isinstance(event, Said)]
    assert said == ["The disk is full: decoded samples stay in memory. Free some space."]


def test_a_damaged_record_counts_as_not_known(tmp_path):
    path = Path(tmp_path / "decoded.bin")
    RunRecord(path, 3).keep({0: 1, 1: (1 << 32) | 77, 2: 1}, must=True)
    data = bytearray(path.read_bytes())
    data[0] ^= 2
    path.write_bytes(data)

    record = RunRecord(path, 3)

    assert record.values.tolist() == [0, (1 << 32) | 77, 1]
    assert record.left_out.tolist() == [2]
    assert RunRecord(path, 4).values.tolist() == [0] * 4
