"""Reading every sample to its end in the background."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepdesk.core.errors import BadSampleError
from deepdesk.core.events import Ended, Progress, Result
from deepdesk.core.task import Facts, Found
from deepdesk.core.work import StopToken, run
from deepdesk.data.images import ImageReader
from deepdesk.data.verify import facts_or_reason, verify_work
from deepdesk.project.folder import Project
from deepdesk.project.index import Filter, SampleIndex


class FakeReader:
    """Knows facts without reading; names with "bad" in them are bad."""

    noun = ("picture", "pictures")

    def __init__(self, act=lambda path: None):
        self._act = act

    def facts(self, path):
        self._act(path)
        if "bad" in path.name:
            raise BadSampleError("empty", "The file is empty.")
        return Facts(size=(1, 1), detail="1 x 1", digest=f"{hash(path.name) % 2**64:064x}")


@pytest.fixture
def project(tmp_path):
    with Project.create(tmp_path / "p", name="p", task="image_classification") as project:
        return project.path


def fill(project, *names, split=None):
    with SampleIndex(project / "index.sqlite") as index:
        found = (Found(path=project / "s" / name, label="a", split=split) for name in names)
        index.add(found, source=str(project / "s"))


def verified(project, reader, stop=None):
    events = []
    run(verify_work(project, lambda: reader), events.append, stop or StopToken())
    if events[-1].error:
        raise events[-1].error
    return events


def report_of(events):
    return next(e.value for e in events if isinstance(e, Result))


def test_every_sample_is_read_once_and_bad_ones_are_told(project):
    fill(project, *(f"{i}.jpg" for i in range(90)), "bad1.jpg", "bad2.jpg")
    read = []

    report = report_of(verified(project, FakeReader(lambda path: read.append(path.name))))
    again = report_of(verified(project, FakeReader()))

    assert len(read) == len(set(read)) == 92
    assert report.bad == {"empty": 2}
    assert {file.rpartition(os.sep)[2] for file, _ in report.rejected} == {"bad1.jpg", "bad2.jpg"}
    assert report.sentence.startswith("Checked 92 pictures in ")
    assert report.sentence.endswith(" s, 2 unusable")
    assert again.checked == 0


def test_progress_counts_to_the_end(project):
    fill(project, *(f"{i}.jpg" for i in range(50)))

    events = verified(project, FakeReader())

    checking = [e for e in events if isinstance(e, Progress) and e.what == "Checking pictures"]
    assert (checking[-1].done, checking[-1].total) == (50, 50)


def test_two_threads_of_lower_priority_read(project):
    fill(project, *(f"{i}.jpg" for i in range(64)))
    seen = set()
    both = threading.Barrier(2, timeout=5)

    def note(path):
        if threading.current_thread().name not in seen:
            seen.add(threading.current_thread().name)
            both.wait()
            if sys.platform == "linux":
                assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) > 0

    verified(project, FakeReader(note))

    assert len(seen) == 2
    assert all(name.startswith("deepdesk-check") for name in seen)


def test_a_stop_keeps_what_was_read_and_the_next_time_goes_on(project):
    fill(project, *(f"{i}.jpg" for i in range(200)))
    stop = StopToken()
    read = []

    def note(path):
        read.append(path)
        if len(read) == 60:
            stop.stop()

    events = verified(project, FakeReader(note), stop)
    rest = report_of(verified(project, FakeReader()))

    assert events[-1] == Ended(stopped=True)
    assert 0 < rest.checked < 200


def test_a_stop_does_not_wait_for_a_slow_file(project, monkeypatch):
    monkeypatch.setattr("deepdesk.data.verify._GRACE_S", 0.01)
    fill(project, "slow.jpg", "other.jpg")
    stop = StopToken()
    release = threading.Event()

    def hang(path):
        stop.stop()
        release.wait(5)

    start_s = time.monotonic()
    verified(project, FakeReader(hang), stop)
    took_s = time.monotonic() - start_s
    release.set()

    assert took_s < 1.0


def test_a_bug_in_a_reader_is_told_and_not_hidden(project):
    fill(project, "1.jpg")

    def fail(path):
        raise KeyError("a bug")

    with pytest.raises(Exception, match="a bug"):
        verified(project, FakeReader(fail))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that are no text")
def test_names_that_are_no_text_are_bad(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.jpg"))

    reason = facts_or_reason(FakeReader(), path)

    assert isinstance(reason, BadSampleError)
    assert reason.code == "name"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that are no text")
def test_a_name_that_is_no_text_goes_through_import_and_check(project):
    fill(project, os.fsdecode(b"\xff.jpg"), "1.jpg")

    report = report_of(verified(project, FakeReader()))

    assert report.bad == {"name": 1}
    assert report.rejected[0][0].endswith("\\xff.jpg")


def test_twins_are_found_and_told_across_splits(project):
    rng = np.random.default_rng(5)
    folder = project / "s"
    folder.mkdir()
    coarse = rng.integers(0, 256, (6, 6, 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize((96, 96), Image.Resampling.BICUBIC)
    image.save(folder / "a.png")
    image.save(folder / "b.bmp")
    image.save(folder / "c.jpg", quality=80)
    other = rng.integers(0, 256, (6, 6, 3), dtype=np.uint8)
    Image.fromarray(other).resize((96, 96), Image.Resampling.BICUBIC).save(folder / "d.png")
    fill(project, "a.png", "d.png", split="train")
    fill(project, "b.bmp", "c.jpg", split="test")

    report = report_of(verified(project, ImageReader()))

    with SampleIndex(project / "index.sqlite") as index:
        names = {s.id: s.path.name for s in index.page(Filter(), 0, 9)}
        groups = {(kind, *sorted(names[i] for i in ids)) for kind, ids in index.twins()}
    assert groups == {("exact", "a.png", "b.bmp"), ("near", "a.png", "c.jpg")}
    assert report.twin_groups == 2
    assert report.twins_across_splits == 2
