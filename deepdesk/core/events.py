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
    """

    run: str
    device: str
    epochs: int
    steps_per_epoch: int
    samples: int
    step: int = 0
    plot_metrics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the engine picked for this machine.

    Attributes:
        rows: (what, choice, gain) with gain as a factor over the plain way, 0.0 if unmeasured.
    """

    rows: tuple[tuple[str, str, float], ...]


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
class RunEnded:
    """A run came to its end; `Ended` follows.

    Attributes:
        status: "finished", "stopped" or "failed".
        metrics: Of the best epoch on validation, and of the test split as "test_<name>".
    """

    run: str
    status: str
    metrics: Mapping[str, float]
    seconds: float


def event_to_json(event: Any) -> dict[str, Any]:
    """Return an event as a JSON-ready object with its name in lower_snake under "event"."""
    name = type(event).__name__
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
    values = {f.name: getattr(event, f.name) for f in dataclasses.fields(event)}
    plain = {k: str(v) if isinstance(v, BaseException) else v for k, v in values.items()}
    return {"event": snake, **plain}
