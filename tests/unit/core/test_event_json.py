"""Events come back out of JSON as they were, and nothing else does."""

import dataclasses
import json
import math

import pytest

from deepdesk.core import events
from deepdesk.core.errors import DeepDeskError
from deepdesk.core.event_json import event_from_json
from deepdesk.core.events import (
    Candidate,
    Choice,
    Choices,
    Ended,
    EpochEnded,
    RunStarted,
    Said,
    Stepped,
    TrialEnded,
    event_to_json,
)


def there_and_back(event):
    """Return an event after a way through text."""
    return event_from_json(json.loads(json.dumps(event_to_json(event))))


@pytest.mark.parametrize(
    "event",
    [
        Said(text="A choice", level="warning"),
        RunStarted(
            run="001", device="cpu", epochs=2, steps_per_epoch=3, samples=9, plot_metrics=("a", "b")
        ),
        Choices(rows=(Choice(what="P", chosen="x", candidates=(Candidate(value=1, words="1"),)),)),
        Stepped(
            step=1,
            epoch=0.5,
            values={"loss": 1.5},
            samples_per_second=2.0,
            memory_bytes=3,
            seconds=4.0,
        ),
        EpochEnded(
            epoch=1, step=2, train={}, validation={"a": 1.0}, is_best=True, details={"m": [1, [2]]}
        ),
        TrialEnded(search="001", number=0, run="r", state="done", value=None),
        Ended(stopped=True, report="text"),
    ],
)
def test_an_event_comes_back_as_it_was(event):
    assert there_and_back(event) == event


def test_an_error_comes_back_with_its_remedy():
    ended = there_and_back(Ended(error=DeepDeskError("It broke.", "Mend it.")))

    assert (ended.error.message, ended.error.hint) == ("It broke.", "Mend it.")


def test_a_number_that_json_cannot_hold_comes_back_as_none_at_all():
    values = {**event_to_json(Said(text="")), "event": "trial_ended", "value": None}
    del values["text"], values["level"]
    ended = event_from_json({**values, "search": "s", "number": 0, "run": "r", "state": "done"})
    told = event_to_json(
        Stepped(step=0, epoch=0.0, values={}, samples_per_second=0, memory_bytes=0, seconds=0)
    )

    assert ended.value is None
    assert math.isnan(event_from_json({**told, "values": {"loss": None}}).values["loss"])


@pytest.mark.parametrize(
    "values",
    [
        None,
        [],
        "said",
        {},
        {"event": 3},
        {"event": "said"},
        {"event": "said", "text": 3},
        {"event": "said", "text": "x", "more": 1},
        {"event": "dataclass", "text": "x"},
        {"event": "ended", "stopped": 1},
        {"event": "ended", "error": "text"},
        {"event": "choices", "rows": [[1]]},
        {"event": "run_ended", "run": "r", "status": "s", "metrics": [], "seconds": 1.0},
    ],
)
def test_what_is_no_event_becomes_none(values):
    assert event_from_json(values) is None


def test_every_event_there_is_can_be_read():
    kinds = [kind for kind in vars(events).values() if dataclasses.is_dataclass(kind)]
    for kind in kinds:
        # A field of a kind that cannot be read would make the whole event unreadable.
        event_from_json({"event": events.snake_name(kind.__name__)})

    assert len(kinds) > 10
