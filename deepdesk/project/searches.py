"""The searches of a project: `searches/NNN/search.json` keeps what was asked, runs keep the rest.

A trial is an ordinary run whose config says which trial of which search it is. Nothing else is
kept, so that a search can never disagree with its runs. Files are checked as if from anybody.
"""

from __future__ import annotations

import dataclasses
import math
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepdesk.core.errors import ProjectError
from deepdesk.project.full_disk import storage_error
from deepdesk.project.queue import check_request
from deepdesk.project.runs import RunFolder, Runs
from deepdesk.project.safe_write import read_json, write_json

FORMAT = 1
FILE = "search.json"
# In the folder of a run: the search let go of it before its end.
PRUNED_FILE = "pruned.json"
METHODS = ("random", "bayesian", "halving")
WHERE = ("training", "task", "network", "block")
KINDS = ("int", "float", "choice")
MOST_TRIALS = 10_000
MOST_DIMENSIONS = 64
_MOST_CHOICES = 200
_TEXT_CHARACTERS = 300
_LIMIT_BYTES = 16 << 20
_NAME = re.compile(r"\d{3,9}")
_REMEDY = "Start a new search; its runs are kept."


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One thing that a search varies.

    Attributes:
        where: "training", "task", "network" (a name) or "block" (a setting of one block).
        key: Of the setting, "network" for networks.
        node: Id of the block, "" for what is no block's.
        label: What it is called on screen.
        kind: "int", "float" or "choice".
        low: Smallest number, for numbers.
        high: Largest number, for numbers.
        is_log: Whether orders of magnitude are equally likely.
        choices: Values to choose among, for choices.
    """

    where: str
    key: str
    kind: str
    node: str = ""
    label: str = ""
    low: float = 0.0
    high: float = 0.0
    is_log: bool = False
    choices: tuple[Any, ...] = ()

    @property
    def name(self) -> str:
        """What it is called in a trial's params: its key, with the block before it."""
        return f"{self.node}.{self.key}" if self.node else self.key

    def holds(self, value: Any) -> bool:
        """Return whether a value lies in the dimension."""
        if self.kind == "choice":
            return any(type(value) is type(c) and value == c for c in self.choices)
        kinds: tuple[type[Any], ...] = (int,) if self.kind == "int" else (int, float)
        return type(value) in kinds and self.low <= value <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFile:
    """What a search was asked to do.

    Attributes:
        id: Name of its folder, for instance "001".
        created: ISO time.
        base: What every trial has in common: the fields of a `RunRequest` as JSON.
        space: What is varied.
        method: One of `METHODS`.
        trials: How many at most.
        seconds: Of training at most, 0 for no bound; a trial under way is finished.
        seed: Draws are a function of it and of the trial's number.
        metric: What counts, on validation.
        is_higher_better: Whether more of it is better.
    """

    id: str
    created: str
    base: Mapping[str, Any]
    space: tuple[Dimension, ...]
    method: str
    trials: int
    seconds: float
    seed: int
    metric: str
    is_higher_better: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One run of a search, as its folder tells it.

    Attributes:
        number: From 0.
        state: "done", "pruned", "failed" or "open": not at its end yet.
        value: The metric at its best, None while there is none.
        epochs: (epoch, value) of the metric, in order.
        status: Of the run.
    """

    number: int
    run: str
    params: Mapping[str, Any]
    state: str
    value: float | None
    epochs: tuple[tuple[int, float], ...] = ()
    seconds: float = 0.0
    status: str = ""


class Searches:
    """All searches in a folder.

    Raises:
        StorageError: The disk is full, gone or not writable.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def new(self, **asked: Any) -> SearchFile:
        """Keep a new search; arguments are the fields of `SearchFile` but id and created."""
        created = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        number = 1 + max((int(name) for name in self.names()), default=0)
        search = SearchFile(id=f"{number:03d}", created=created, **asked)
        _checked(search)
        try:
            (self.folder / search.id).mkdir(parents=True)
        except OSError as error:
            raise storage_error(error, self.folder) from error
        values = {"format": FORMAT, **dataclasses.asdict(search)}
        del values["id"]
        write_json(self.folder / search.id / FILE, values)
        return search

    def get(self, search_id: str) -> SearchFile:
        """Return a search.

        Raises:
            ProjectError: There is none of that name, or its file is damaged.
        """
        if search_id not in self.names():
            known = ", ".join(self.names()) or "none yet"
            raise ProjectError(f"There is no search {search_id[:20]}.", f"There is: {known}.")
        values = read_json(self.folder / search_id / FILE, limit_bytes=_LIMIT_BYTES)
        known_keys = {f.name for f in dataclasses.fields(SearchFile)} - {"id"} | {"format"}
        if not isinstance(values, dict) or set(values) != known_keys:
            raise ProjectError(f"Search {search_id} is damaged.", _REMEDY)
        if values.pop("format") != FORMAT:
            raise ProjectError(
                f"Search {search_id} is of a newer version.", "Update DeepDesk to go on with it."
            )
        space = values.pop("space")
        if not isinstance(space, list) or len(space) > MOST_DIMENSIONS:
            raise ProjectError(f"Search {search_id} varies nothing, or too much.", _REMEDY)
        dimensions = tuple(_dimension(row) for row in space)
        return _checked(SearchFile(id=search_id, space=dimensions, **values))

    def names(self) -> tuple[str, ...]:
        """Return the names of all searches, oldest first."""
        try:
            names = [entry.name for entry in os.scandir(self.folder) if entry.is_dir()]
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise storage_error(error, self.folder) from error
        return tuple(sorted((n for n in names if _NAME.fullmatch(n)), key=int))


def trial_of(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return which trial of which search a run's config says it is, {} where it says none."""
    search = config.get("search")
    if not isinstance(search, dict) or set(search) != {"id", "number", "params"}:
        return {}
    is_legal = (
        isinstance(search["id"], str)
        and bool(_NAME.fullmatch(search["id"]))
        and type(search["number"]) is int
        and 0 <= search["number"] < MOST_TRIALS
        and isinstance(search["params"], dict)
    )
    return search if is_legal else {}


def mark_pruned(run: RunFolder, epoch: int) -> None:
    """Write down that a search lets go of a run after so many epochs."""
    write_json(run.path / PRUNED_FILE, {"epoch": epoch})


def trial_from(run: RunFolder, search: SearchFile) -> Trial | None:
    """Return what a run tells of a search, None where it is no trial of it."""
    try:
        told = trial_of(run.config())
    except ProjectError:
        return None
    names = {dimension.name: dimension for dimension in search.space}
    if told.get("id") != search.id or set(told["params"]) != set(names):
        return None
    if not all(names[name].holds(value) for name, value in told["params"].items()):
        return None
    info = run.info()
    epochs = tuple(_epochs(run, search.metric))
    best = max if search.is_higher_better else min
    value = info.metrics.get(search.metric)
    if value is None and epochs:
        value = best(v for _epoch, v in epochs)
    return Trial(
        number=told["number"],
        run=info.name,
        params=told["params"],
        state=_state(run, info.status),
        value=value,
        epochs=epochs,
        seconds=info.seconds,
        status=info.status,
    )


def trials_of(runs: Runs, search: SearchFile) -> list[Trial]:
    """Return the trials of a search as their runs tell, by number."""
    found = (trial_from(runs.get(info.name), search) for info in runs.list())
    return sorted((t for t in found if t is not None), key=lambda trial: trial.number)


def best_of(search: SearchFile, trials: list[Trial]) -> Trial | None:
    """Return the trial that reached the most, None while none has an answer."""
    measured = [t for t in trials if t.value is not None and t.state != "failed"]
    sign = 1 if search.is_higher_better else -1
    return max(measured, key=lambda t: (sign * (t.value or 0.0), -t.number), default=None)


def _state(run: RunFolder, status: str) -> str:
    ends = {"finished": "done", "failed": "failed"}
    if status in ends:
        return ends[status]
    is_over = status in ("stopped", "interrupted") and (run.path / PRUNED_FILE).exists()
    return "pruned" if is_over else "open"


def _epochs(run: RunFolder, metric: str) -> list[tuple[int, float]]:
    found: dict[int, float] = {}
    for line in run.metrics.read():
        values = line.get("validation")
        if line.get("kind") != "epoch" or not isinstance(values, dict):
            continue
        epoch, value = line.get("epoch"), values.get(metric)
        if type(epoch) is int and value is not None and _is_number(value):
            found[epoch] = float(value)
    return sorted(found.items())


def _dimension(row: Any) -> Dimension:
    known = {f.name for f in dataclasses.fields(Dimension)}
    if not isinstance(row, dict) or set(row) != known or not isinstance(row["choices"], list):
        raise ProjectError("The search varies something in an unknown form.", _REMEDY)
    return Dimension(**{**row, "choices": tuple(row["choices"])})


def _checked(search: SearchFile) -> SearchFile:
    check_request(search.base, FILE)
    is_legal = (
        search.method in METHODS
        and type(search.trials) is int
        and 1 <= search.trials <= MOST_TRIALS
        and _is_number(search.seconds)
        and search.seconds >= 0
        and type(search.seed) is int
        and isinstance(search.is_higher_better, bool)
        and all(_is_text(text) for text in (search.metric, search.created))
        and 1 <= len(search.space) <= MOST_DIMENSIONS
        and len({dimension.name for dimension in search.space}) == len(search.space)
    )
    if not is_legal or not all(map(_is_dimension, search.space)):
        raise ProjectError("The search asks for something that is not possible.", _REMEDY)
    return search


def _is_dimension(one: Dimension) -> bool:
    is_named = (
        one.where in WHERE
        and one.kind in KINDS
        and all(_is_text(text) for text in (one.key, one.node, one.label))
        and isinstance(one.is_log, bool)
        and _is_number(one.low)
        and _is_number(one.high)
    )
    if not is_named:
        return False
    if one.kind == "choice":
        kinds = (str, int, float, bool)
        return 1 <= len(one.choices) <= _MOST_CHOICES and all(type(c) in kinds for c in one.choices)
    return one.low <= one.high and (one.low > 0 or not one.is_log)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _TEXT_CHARACTERS and value.isprintable()
