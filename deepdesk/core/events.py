"""What work tells whoever watches: frozen, picklable, without torch and Qt."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deepdesk.core.errors import DeepDeskError


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The last event of every work, exactly once.

    Attributes:
        stopped: Somebody asked for the end.
        error: What went wrong, or None.
        report: The traceback of a bug, "" otherwise.
    """

    stopped: bool = False
    error: DeepDeskError | None = None
    report: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far something is.

    Attributes:
        what: Present participle and object, for instance "Reading pictures".
        done: Units done.
        total: Units in all, 0 while unknown.
    """

    what: str
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """An answer of work that answers; `value` is whatever that work promises."""

    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A plain sentence for the person: a choice made, a remedy applied.

    Attributes:
        level: "info", "warning" or "error".
    """

    text: str
    level: str = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """A run begins or goes on.

    Attributes:
        run: Folder name of the run, for instance "003-balanced".
        device: Name of the device, for instance "cpu".
        epochs: Epochs in all.
        steps_per_epoch: Optimiser steps in an epoch.
        samples: Training samples.
        step: Optimiser step the run starts from; above 0 when resumed.
        plot_metrics: Metric names in the order in which to plot them, main one first.
        units: Metric name to the unit of its values, for those that have one.
        patience: Epochs without a gain after which it stops early, 0 for never.
    """

    run: str
    device: str
    epochs: int
    steps_per_epoch: int
    samples: int
    step: int = 0
    plot_metrics: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    patience: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One way of doing something that was weighed.

    Attributes:
        value: Of the setting, JSON-ready.
        words: The value for people.
        gain: How many times as fast as the plain way, 0.0 where it was not measured.
        why: Why it was not taken, "" for the one that was.
        is_possible: Whether a person can pin it here.
    """

    value: Any
    words: str
    gain: float = 0.0
    why: str = ""
    is_possible: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the engine picked in one respect.

    Attributes:
        what: "Precision".
        key: Of the setting that a person can pin it by, "" for none.
        chosen: In words.
        gain: How many times as fast as the plain way, 0.0 where it was not measured.
        how: "measured", "kept" of an earlier run, "pinned" by a person, or "usual": not weighed.
        candidates: Every way there is, the plain one first.
        note: What else to know of it, one sentence, or "".
    """

    what: str
    chosen: str
    key: str = ""
    gain: float = 0.0
    how: str = "usual"
    candidates: tuple[Candidate, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The shortest time that a step could take on this machine, from what was measured of it.

    Attributes:
        floors: (what bounds it, seconds of a step), the longest first.
        batch: Samples of a step.
        lever: What would lower the longest, one sentence, or "".
    """

    floors: tuple[tuple[str, float], ...]
    batch: int
    lever: str = ""

    @property
    def seconds(self) -> float:
        """Return the longest of the floors."""
        return self.floors[0][1]

    def share(self, samples_per_second: float) -> float:
        """Return how much of the limit is reached, 0 to about 1."""
        return self.seconds * samples_per_second / self.batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the engine picked for this machine.

    Attributes:
        place: The name that what was measured is kept under on this machine, "" for none.
        device: torch's name of the device.
        limit: What bounds the speed, None where this machine was not calibrated.
    """

    rows: tuple[Choice, ...]
    place: str = ""
    device: str = ""
    limit: Limit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepped:
    """Training went on; several steps are told in one event.

    Attributes:
        step: Optimiser steps done so far in the whole run.
        epoch: Epoch under way, from 0, as a fraction: step / steps_per_epoch.
        values: Means since the last such event: "loss", each part, metrics, "learning_rate".
        samples_per_second: Over the last second or so.
        memory_bytes: Of the device while training, 0 if unknown.
        seconds: Spent training so far, pauses not counted.
    """

    step: int
    epoch: float
    values: Mapping[str, float]
    samples_per_second: float
    memory_bytes: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochEnded:
    """An epoch was evaluated on the validation split.

    Attributes:
        epoch: Epochs done, from 1.
        step: Optimiser steps done.
        train: Means over the epoch.
        validation: Means over the split, empty when there is none.
        is_best: Whether the main metric is the best so far.
        details: JSON-ready extras such as the confusion matrix.
        seconds: Spent training so far.
    """

    epoch: int
    step: int
    train: Mapping[str, float]
    validation: Mapping[str, float]
    is_best: bool
    details: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A checkpoint was committed to disk and verified."""

    step: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveFailed:
    """Nothing can be saved just now; training goes on, and what was committed stays.

    A `Saved` says that it is over.

    Attributes:
        text: What is wrong, with the room that is free and that is needed.
        hint: What to do about it.
        waits: Whether the run has come to its end and waits for it.
    """

    text: str
    hint: str
    waits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Retreated:
    """A run went back to an earlier good state and goes on from there with something changed.

    Attributes:
        step: Optimiser steps done in the state that it went back to.
        epoch: The same in epochs, as a fraction: points of the curves behind it no longer count.
        best_epoch: The best one of that state, 0 for none.
        failed_step: Step at which it went wrong, from 1.
        block: Id of the block that went wrong first, "" when it is not known or not of a block.
        text: What happened and what was changed, in plain words.
    """

    step: int
    epoch: float
    best_epoch: int
    failed_step: int
    block: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded:
    """A run came to its end; `Ended` follows.

    Attributes:
        status: "finished", "stopped" or "failed".
        metrics: Of the best epoch on validation, and of the test split as "test_<name>".
        without_gain: Epochs without a gain after which it finished early, 0 if it did not.
    """

    run: str
    status: str
    metrics: Mapping[str, float]
    seconds: float
    without_gain: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialStarted:
    """A search begins a trial, or goes on with one; the events of its run follow.

    Attributes:
        search: Name of the search, for instance "001".
        number: From 0.
        trials: How many there are to be at most.
        params: What is tried, by name.
    """

    search: str
    number: int
    trials: int
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialEnded:
    """A trial of a search came to its end.

    Attributes:
        run: Folder name of its run.
        state: "done", "pruned" (let go before its end) or "failed".
        value: What counts, at its best; None where there is none.
    """

    search: str
    number: int
    run: str
    state: str
    value: float | None


def snake_name(name: str) -> str:
    """Return the name of an event's class as it is written in JSON."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def event_to_json(event: Any) -> dict[str, Any]:
    """Return an event as a JSON-ready object with its name in lower_snake under "event"."""
    snake = snake_name(type(event).__name__)
    values = {f.name: getattr(event, f.name) for f in dataclasses.fields(event)}
    return {"event": snake, **{key: _plain(value) for key, value in values.items()}}


def _plain(value: Any) -> Any:
    if isinstance(value, DeepDeskError):
        return {"message": value.message, "hint": value.hint}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, tuple):
        return tuple(_plain(part) for part in value)
    return value
