"""What losses need of the truths of a run's samples, without those that are damaged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.errors import BadSampleError, ConfigError
from deepdesk.core.task import Task
from deepdesk.engine.run_data import Ids, Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Truths:
    """The truths of a run's samples.

    Attributes:
        rows: As they were given.
        extras: What losses need of them, by split.
        damaged: Position in the run to what is wrong with a truth; it has extras as if it had none.
    """

    rows: Rows
    extras: Mapping[str, Mapping[str, NDArray[Any]]]
    damaged: Mapping[int, BadSampleError]


def truths_of(task: Task, rows: Rows) -> Truths:
    """Return the truths of a run's samples, with those found out that are damaged.

    Raises:
        ConfigError: The extras cannot be made although each truth is legal.
    """
    extras: dict[str, Mapping[str, NDArray[Any]]] = {}
    damaged: dict[int, BadSampleError] = {}
    first = 0
    for split, (ids, classes, targets) in rows.items():
        try:
            extras[split] = task.extras(classes, targets)
        except ConfigError:
            bad = _damaged(task, classes, targets)
            if not bad:
                raise
            kept = [None if at in bad else target for at, target in enumerate(targets)]
            extras[split] = task.extras(classes, kept)
            damaged |= {first + at: reason for at, reason in bad.items()}
        first += len(ids)
    return Truths(rows=rows, extras=extras, damaged=damaged)


def _damaged(task: Task, classes: Ids, targets: list[Any]) -> dict[int, BadSampleError]:
    bad = {}
    for at, target in enumerate(targets):
        try:
            task.extras(np.array(classes[at : at + 1]), [target])
        except ConfigError as error:
            bad[at] = BadSampleError("drawing", error.message, error.hint)
    return bad
