"""Whatever happens in work, exactly one Ended comes, last."""

import json
import pickle
import threading

import pytest

from deepdesk.core.errors import DatasetError
from deepdesk.core.events import (
    Candidate,
    Choice,
    Choices,
    Ended,
    Progress,
    RunEnded,
    event_to_json,
)
from deepdesk.core.work import StoppedError, StopToken, run


def events_of(work, stop=None):
    events = []
    run(work, events.append, stop or StopToken())
    return events


def test_work_that_returns_ends_without_an_error():
    events = events_of(lambda emit, stop: emit(Progress(what="Counting", done=1, total=2)))

    assert events == [Progress(what="Counting", done=1, total=2), Ended()]


def test_an_expected_error_arrives_as_itself():
    error = DatasetError("No pictures here.", "Choose another folder.")

    def work(emit, stop):
        raise error

    assert events_of(work) == [Ended(error=error)]
    assert str(error) == "No pictures here. Choose another folder."


def test_a_bug_arrives_with_its_traceback():
    (ended,) = events_of(lambda emit, stop: {}["missing"])

    assert "KeyError" in ended.report
    assert ended.error is not None


def test_a_stop_is_no_error():
    stop = StopToken()
    stop.stop()

    assert events_of(lambda emit, token: token.check(), stop) == [Ended(stopped=True)]


def test_paused_work_waits_and_goes_on():
    stop = StopToken()
    stop.pause()
    waited = []
    thread = threading.Thread(target=lambda: waited.append(stop.check()))
    thread.start()
    assert thread.is_alive()
    assert stop.is_paused

    stop.go_on()
    thread.join(5)

    assert waited[0] > 0


def test_stopping_wakes_a_paused_work():
    stop = StopToken()
    stop.pause()
    stop.stop()

    with pytest.raises(StoppedError):
        stop.check()


def test_events_survive_pickling_and_become_json():
    event = RunEnded(run="001-quick", status="finished", metrics={"accuracy": 0.5}, seconds=1.5)

    assert pickle.loads(pickle.dumps(event)) == event
    assert json.loads(json.dumps(event_to_json(event))) == {
        "event": "run_ended",
        "run": "001-quick",
        "status": "finished",
        "metrics": {"accuracy": 0.5},
        "seconds": 1.5,
        "without_gain": 0,
    }


def test_an_event_that_holds_others_is_json_ready():
    row = Choice(what="Precision", chosen="float32", candidates=(Candidate(value=1, words="1"),))

    told = json.loads(json.dumps(event_to_json(Choices(rows=(row,)))))

    assert told["rows"][0]["what"] == "Precision"
    assert told["rows"][0]["candidates"][0]["words"] == "1"
    assert told["limit"] is None
