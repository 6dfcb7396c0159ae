"""Jobs: every event arrives, in order, in the window's thread, and the end comes once, last."""

from __future__ import annotations

import gc
import os
import sys
import threading

import pytest
from PySide6.QtCore import QObject

from deepdesk.core import priority
from deepdesk.core.errors import DatasetError
from deepdesk.core.events import Ended, Progress
from deepdesk.ui import jobs
from deepdesk.ui.jobs import Job

PATIENCE_MS = 5000


def counting(emit, stop):
    for number in range(1000):
        stop.check()
        emit(number)


def waiting(emit, stop):
    emit("began")
    while True:
        stop.check()


def collected(job):
    batches, ends = [], []
    job.batch.connect(batches.append)
    job.ended.connect(ends.append)
    return batches, ends


def test_every_event_arrives_in_order_and_the_end_comes_last(qtbot):
    job = Job(counting, "count")
    batches, ends = collected(job)

    with qtbot.waitSignal(job.ended, timeout=PATIENCE_MS):
        job.start()

    events = [event for batch in batches for event in batch]
    assert events == [*range(1000), Ended()]
    assert ends == [Ended()]
    assert len(batches) < 100
    assert not job.is_running


def test_batch_promises_a_list_and_ended_an_ended(qtbot):
    job = Job(counting, "count")
    batches, ends = collected(job)

    with qtbot.waitSignal(job.ended, timeout=PATIENCE_MS):
        job.start()

    assert all(type(batch) is list and batch for batch in batches)
    assert [type(end) for end in ends] == [Ended]


def test_slots_run_in_the_windows_thread_and_work_does_not(qtbot):
    threads = {}

    def work(emit, _stop):
        threads["work"] = threading.current_thread()
        emit(1)

    job = Job(work, "place")
    job.batch.connect(lambda _events: threads.setdefault("slot", threading.current_thread()))

    with qtbot.waitSignal(job.ended, timeout=PATIENCE_MS):
        job.start()

    assert threads["slot"] is threading.main_thread()
    assert threads["work"].name == "deepdesk-job-place"


def test_stop_ends_work_at_its_next_check(qtbot):
    job = Job(waiting, "wait")
    _batches, ends = collected(job)
    with qtbot.waitSignal(job.batch, timeout=PATIENCE_MS):
        job.start()

    with qtbot.waitSignal(job.ended, timeout=PATIENCE_MS):
        job.stop()

    assert ends == [Ended(stopped=True)]


def test_paused_work_stands_still_and_goes_on_where_it_was(qtbot):
    arrived = threading.Event()

    def work(emit, stop):
        arrived.wait()
        stop.check()
        emit("after the pause")

    job = Job(work, "pause")
    batches, _ends = collected(job)
    job.pause()
    job.start()
    arrived.set()
    assert not job.wait(50)
    assert batches == []

    with qtbot.waitSignal(job.ended, timeout=PATIENCE_MS):
        job.go_on()

    assert batches[0][0] == "after the pause"


def test_paused_work_can_be_stopped(qtbot):
    job = Job(waiting, "pause")
    with qtbot.waitSignal(job.batch, timeout=PATIENCE_MS):
        job.start()
    job.pause()

    with qtbot.waitSignal(job.ended, timeout=PATIENCE_MS) as told:
        job.stop()

    assert told.args == [Ended(stopped=True)]


def test_an_error_of_the_world_arrives_without_a_report(qtbot):
    def work(_emit, _stop):
        raise DatasetError("No pictures.", "Choose a folder with pictures.")

    job = Job(work, "fail")

    with qtbot.waitSignal(job.ended, timeout=PATIENCE_MS) as told:
        job.start()

    (ended,) = told.args
    assert isinstance(ended.error, DatasetError)
    assert ended.report == ""


def test_a_bug_arrives_with_its_traceback(qtbot):
    def work(_emit, _stop):
        raise KeyError("lost")

    job = Job(work, "bug")

    with qtbot.waitSignal(job.ended, timeout=PATIENCE_MS) as told:
        job.start()

    assert "KeyError: 'lost'" in told.args[0].report


def test_wait_delivers_what_is_left_and_tells_whether_it_is_over(qtbot):
    job = Job(lambda emit, _stop: emit(Progress(what="Reading", done=1)), "wait")
    batches, ends = collected(job)

    assert job.start().wait(PATIENCE_MS)

    assert batches == [[Progress(what="Reading", done=1), Ended()]]
    assert ends == [Ended()]


def test_wait_gives_up_on_work_that_does_not_end(qtbot):
    job = Job(waiting, "wait").start()

    assert not job.wait(1)

    job.stop()
    assert job.wait(PATIENCE_MS)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the priority from Linux")
def test_lowered_work_is_nicer_than_the_window(qtbot):
    def work(emit, _stop):
        emit(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    plain, lowered = Job(work, "plain"), Job(work, "lowered", lowered=True)
    found = [collected(job)[0] for job in (plain, lowered)]

    assert all(job.start().wait(PATIENCE_MS) for job in (plain, lowered))

    assert found[1][0][0] == priority.NICE > found[0][0][0]
    assert os.getpriority(os.PRIO_PROCESS, 0) < priority.NICE


def test_a_system_that_refuses_leaves_the_priority_alone(monkeypatch):
    def refuse():
        raise PermissionError

    monkeypatch.setitem(priority.WAYS, sys.platform, refuse)

    assert priority.lower_this_thread() is False


def test_the_thread_of_a_job_is_never_the_last_to_know_it(qtbot):
    told = []
    job = Job(waiting, "wait")
    job.ended.connect(told.append)
    job.start()
    seen = [job._thread._target, *job._thread._args]

    assert not any(isinstance(part, Job) or hasattr(part, "__func__") for part in seen)
    job.stop()
    del job, seen
    qtbot.waitUntil(lambda: bool(told), timeout=PATIENCE_MS)


def test_a_job_is_forgotten_once_its_end_was_told(qtbot):
    job = Job(counting, "count")
    ends = collected(job)[1]
    job.start()
    assert job in jobs._under_way.values()

    qtbot.waitUntil(lambda: bool(ends), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: job not in jobs._under_way.values(), timeout=PATIENCE_MS)


def test_the_window_does_not_wait_until_the_thread_runs(qtbot, monkeypatch):
    may_start, told = threading.Event(), []
    start = threading.Thread.start

    def late(thread):
        may_start.wait(PATIENCE_MS / 1000)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", late)
    job = Job(counting, "late").start()
    job.ended.connect(told.append)
    assert job.is_running
    assert not job.wait(1)
    may_start.set()

    qtbot.waitUntil(lambda: told == [Ended()], timeout=PATIENCE_MS)


def test_a_computer_without_room_for_a_thread_is_told_in_a_sentence(qtbot, monkeypatch):

    def refuse(_thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    job = Job(counting, "none")
    ends = collected(job)[1]

    assert job.start().wait(PATIENCE_MS)

    assert ends == [Ended(error=jobs.NO_THREAD)]


def test_not_even_room_for_the_thread_that_starts_it_is_told_alike(qtbot, monkeypatch):
    def refuse(*_given):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(jobs._thread, "start_new_thread", refuse)

    job = Job(counting, "none")
    ends = collected(job)[1]

    assert job.start().wait(PATIENCE_MS)
    assert ends == [Ended(error=jobs.NO_THREAD)]


def test_a_stop_before_the_thread_runs_ends_the_work_at_its_first_check(qtbot):
    job = Job(waiting, "wait").start()
    job.stop()

    assert job.wait(PATIENCE_MS)
    assert not job.is_running


def test_hundreds_of_jobs_dropped_at_once_come_to_their_ends(qtbot):
    parent, told = QObject(), []
    gc.disable()
    try:
        for number in range(300):
            job = Job(counting, "drop", lowered=number % 2 == 0, parent=parent)
            job.ended.connect(told.append)
            job.ended.connect(job.deleteLater)
            job.start()
            if number % 3 == 0:
                job.stop()
            del job
        qtbot.waitUntil(lambda: len(told) == 300, timeout=10 * PATIENCE_MS)
    finally:
        gc.enable()
    assert not jobs._under_way
