"""Work in another process: its events, its wishes, its crashes, and that nothing stays behind."""

import sys
import threading
import time

import psutil
import pytest

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended, Progress, Said
from deepdesk.core.work import StopToken, run
from deepdesk.engine.child import child_work

WAIT_S = 30


def told_by(script, *, stop=None, after=None, **settings):
    """Run a script as the child; return its events. `after` is called with each."""
    events = []

    def emit(event):
        events.append(event)
        if after is not None:
            after(event)

    run(child_work([sys.executable, "-c", script], **settings), emit, stop or StopToken())
    return events


def test_events_of_a_child_come_back_and_garbage_between_them_is_passed_over():
    script = """
print("some library says hello")
print('{"event": "progress", "what": "Decoding", "done": 1, "total": 2}')
print('{"event": "progress", "what": 3}')
print('{"event": "no_such_event"}')
print('{broken')
print('{"event": "ended", "stopped": false, "error": null, "report": ""}')
"""
    assert told_by(script) == [Progress(what="Decoding", done=1, total=2), Ended()]


def test_what_a_child_says_went_wrong_is_this_works_error():
    script = """
print('{"event": "ended", "error": {"message": "The disk is full.", "hint": "Free some."}}')
raise SystemExit(1)
"""
    (ended,) = told_by(script)

    assert str(ended.error) == "The disk is full. Free some."
    assert not ended.report


@pytest.mark.parametrize(
    ("signal", "words"), [("SIGKILL", "ended from outside"), ("SIGSEGV", "crashed")]
)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such signals")
def test_a_child_that_dies_is_one_sentence_with_a_remedy(signal, words):
    script = f"import os, signal; os.kill(os.getpid(), signal.{signal})"

    (ended,) = told_by(script)

    assert isinstance(ended.error, DeepDeskError)
    assert words in ended.error.message
    assert "Resume" in ended.error.hint


def test_wishes_reach_the_child_in_their_order():
    script = """
import sys
print('{"event": "progress", "what": "Ready"}', flush=True)
for line in sys.stdin:
    print('{"event": "said", "text": "' + line.strip() + '"}', flush=True)
    if line.strip() == "stop":
        break
print('{"event": "ended", "stopped": true}')
raise SystemExit(130)
"""
    stop = StopToken()
    next_wish = {"Ready": stop.pause, "pause": stop.go_on, "go on": stop.stop}

    def after(event):
        text = getattr(event, "what", getattr(event, "text", ""))
        next_wish.get(text, int)()

    events = told_by(script, stop=stop, after=after)

    said = [event.text for event in events if isinstance(event, Said)]
    assert said == ["pause", "go on", "stop"]
    assert events[-1] == Ended(stopped=True)


def test_a_child_that_does_not_stop_is_ended_with_all_that_it_started():
    script = """
import subprocess, sys, time
other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print('{"event": "progress", "what": "Started", "done": %d}' % other.pid, flush=True)
time.sleep(600)
"""
    stop, pids = StopToken(), []

    def after(event):
        if isinstance(event, Progress):
            pids.append(event.done)
            stop.stop()

    events = told_by(script, stop=stop, after=after, patience_s=0.2)

    assert isinstance(events[-1].error, DeepDeskError)
    assert not is_running(pids[0])


def is_running(pid):
    """Return whether a process is there and not only waiting to be taken note of."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_child_leaves_no_thread_behind():
    before = set(threading.enumerate())
    told_by('print(\'{"event": "ended"}\')')
    deadline_s = time.monotonic() + WAIT_S
    while set(threading.enumerate()) - before and time.monotonic() < deadline_s:
        time.sleep(0.01)

    assert set(threading.enumerate()) <= before
