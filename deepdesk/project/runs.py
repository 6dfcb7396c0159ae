"""The runs of a project: one folder each, with its config, its state, metrics and checkpoints."""

from __future__ import annotations

import builtins
import os
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from deepdesk.core.errors import ProjectError
from deepdesk.project.checkpoints import Checkpoints
from deepdesk.project.full_disk import storage_error
from deepdesk.project.metrics import MetricsLog
from deepdesk.project.owner import Owner
from deepdesk.project.safe_write import (
    fsync_folder,
    make_folder,
    read_json,
    remove_leftovers,
    write_json,
)
from deepdesk.project.taking_turns import taking_turns
from deepdesk.project.trash import to_trash

STATUSES = ("running", "paused", "stopped", "finished", "failed", "interrupted")
_ALIVE = ("running", "paused")
_NAME = re.compile(r"(\d{3,9})(-[a-z0-9_]{1,40})?")
_TITLE_CHARACTERS = 200
_NOTE_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """How a run stands.

    Attributes:
        name: Of its folder, for instance "003-balanced".
        title: What a person called it; the name until then.
        status: "running", "paused", "stopped", "finished", "failed" or "interrupted": its
            process ended before the run did.
        created: ISO time.
        seconds: Spent training, pauses not counted.
        best_epoch: From 1, 0 while there is none.
        metrics: Of the best epoch.
        units: Metric name to the unit of its values, for those that have one.
        step: Optimiser steps done.
        without_gain: Epochs without a gain after which it finished early, 0 if it did not.
        joules: Energy of training so far, 0.0 where nothing measures it.
        energy_from: What measured it: "GPU", "processor", "stated watts", or "".
        queued: Id that it waited under, "" where it did not wait.
    """

    name: str
    path: Path
    title: str = ""
    note: str = ""
    status: str = "interrupted"
    created: str = ""
    seconds: float = 0.0
    epochs_done: int = 0
    epochs: int = 0
    best_epoch: int = 0
    metrics: Mapping[str, float] = field(default_factory=dict)
    main_metric: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    dial: str = ""
    device: str = ""
    step: int = 0
    without_gain: int = 0
    joules: float = 0.0
    energy_from: str = ""
    queued: str = ""


_UNIT = 100  # characters; what is longer is none
_KINDS: dict[str, tuple[type[Any], ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "Mapping[str, float]": (dict,),
    "Mapping[str, str]": (dict,),
}
_STORED = {f.name: _KINDS[str(f.type)] for f in fields(RunInfo) if f.name not in ("name", "path")}


class RunFolder:
    """One run on disk.

    Safe to use from several threads; one process writes, any number read.

    Attributes:
        is_mine: Whether this process is the one that may write.
    """

    is_mine = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self.metrics = MetricsLog(path / "metrics.jsonl")
        self.checkpoints = Checkpoints(path / "checkpoints")
        self._lock = threading.Lock()

    def config(self) -> dict[str, Any]:
        """Return the settings and the graph as they were when the run was made.

        Raises:
            ProjectError: They are missing or damaged.
        """
        config = read_json(self.path / "config.json")
        if not isinstance(config, dict):
            raise ProjectError(f"The config of run {self.path.name} is damaged.", "Train again.")
        return config

    def info(self) -> RunInfo:
        """Return how the run stands; one whose process is gone shows as "interrupted"."""
        try:
            values = _legal(read_json(self.path / "run.json"))
        except ProjectError as error:
            values = {"status": "failed", "note": error.message}
        if values.get("status") in _ALIVE and not self._has_live_owner():
            values["status"] = "interrupted"
        values["title"] = values.get("title") or self.path.name
        return RunInfo(name=self.path.name, path=self.path, **values)

    def update(self, **changes: Any) -> None:
        """Write fields of `RunInfo` down, all at once.

        Raises:
            StorageError: The disk is full, gone or not writable.
        """
        unknown = set(changes) - set(_STORED)
        if unknown:
            raise TypeError(f"no such fields: {sorted(unknown)}")
        # A run in another process writes its state while the window gives it a title.
        with self._lock, taking_turns(self.path):
            path = self.path / "run.json"
            try:
                values = _legal(read_json(path))
            except ProjectError:
                values = {}
            write_json(path, {**values, **_plain(changes)})

    def lost_of_log(self) -> str:
        """Return in words what is missing of the log that was last read, "" if nothing is."""
        if self.metrics.damaged:
            return f"{self.metrics.damaged:,} damaged lines of the curves were left out."
        step = self.checkpoints.latest()
        offset = 0 if step is None else self.checkpoints.meta(step).get("log_offset", 0)
        is_short = type(offset) is int and self.metrics.read_to < offset
        return "The end of the curves is missing." if is_short else ""

    def claim(self) -> None:
        """Say that this process writes the run.

        Raises:
            ProjectError: Another living process does.
        """
        owner = self._owner()
        if owner is not None and owner.is_alive() and not owner.is_me():
            raise ProjectError(
                f"Run {self.path.name} is being trained by {owner.words()}.", "Stop it there first."
            )
        remove_leftovers(self.path)
        write_json(self._owner_path, Owner.me().to_json())

    def release(self) -> None:
        """Say that this process no longer writes the run."""
        self.metrics.close()
        self._owner_path.unlink(missing_ok=True)

    @property
    def _owner_path(self) -> Path:
        return self.path / "owner.json"

    def _owner(self) -> Owner | None:
        try:
            return Owner.from_json(read_json(self._owner_path, limit_bytes=64 << 10))
        except ProjectError:
            return None

    def _has_live_owner(self) -> bool:
        owner = self._owner()
        return owner is not None and owner.is_alive()


class Runs:
    """All runs in a folder.

    Raises:
        StorageError: The disk is full, gone or not writable.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def list(self) -> list[RunInfo]:
        """Return all runs, newest first; a damaged one is listed as failed."""
        return [RunFolder(self.folder / name).info() for name in reversed(self._names())]

    def interrupted(self) -> builtins.list[RunInfo]:
        """Return the runs whose process ended before they did, newest first."""
        return [info for info in self.list() if info.status == "interrupted"]

    def new(self, dial: str, config: dict[str, Any]) -> RunFolder:
        """Make the folder of a new run, in the status "interrupted" until it starts.

        Args:
            dial: Becomes part of the name.
            config: JSON-ready; never changed afterwards.
        """
        slug = re.sub(r"[^a-z0-9_]", "", dial.lower())[:40]
        path = self._make(f"-{slug}" if slug else "")
        run = RunFolder(path)
        write_json(path / "config.json", config)
        created = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        run.update(status="interrupted", created=created, dial=dial)
        return run

    def get(self, name: str) -> RunFolder:
        """Return a run by the name of its folder.

        Raises:
            ProjectError: There is none.
        """
        if name not in self._names():
            known = ", ".join(self._names()) or "none yet"
            raise ProjectError(f"There is no run {name}.", f"The project has: {known}.")
        return RunFolder(self.folder / name)

    def rename(self, name: str, title: str) -> None:
        """Give a run a title; an empty one brings the name back."""
        self.get(name).update(title=title.strip()[:_TITLE_CHARACTERS])

    def annotate(self, name: str, note: str) -> None:
        """Give a run a note."""
        self.get(name).update(note=note[:_NOTE_CHARACTERS])

    def trash(self, name: str) -> None:
        """Move a run to the trash.

        Raises:
            ProjectError: It is still running.
        """
        run = self.get(name)
        if run.info().status in _ALIVE:
            raise ProjectError(f"Run {name} is still running.", "Stop it first.")
        run.metrics.close()
        to_trash(run.path, otherwise=self.folder / ".trash")

    def _names(self) -> tuple[str, ...]:
        """Return the folder names of runs, oldest first."""
        try:
            names = [e.name for e in os.scandir(self.folder) if e.is_dir()]
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise storage_error(error, self.folder) from error
        return tuple(sorted((n for n in names if _NAME.fullmatch(n)), key=_number))

    def _make(self, ending: str) -> Path:
        # Also past numbers in our own trash, so that a name never means two runs.
        trashed = [path.name for path in (self.folder / ".trash").glob("*")]
        numbers = [_number(name) for name in (*self._names(), *trashed)]
        number = max(numbers, default=0) + 1
        while True:
            path = self.folder / f"{number:03d}{ending}"
            try:
                if not any(_number(name) == number for name in self._names()):
                    make_folder(self.folder)
                    path.mkdir()
                    fsync_folder(self.folder)
                    return path
            except FileExistsError:
                number += 1  # another process was first; the next number is tried
                continue
            except OSError as error:
                raise storage_error(error, path) from error
            number += 1


def _number(name: str) -> int:
    match = _NAME.match(name)
    return int(match[1]) if match else 0


def _legal(values: Any) -> dict[str, Any]:
    """Return the fields of a run.json that have the right type; a damaged file is refused."""
    if not isinstance(values, dict):
        raise ProjectError("run.json is damaged.", "Restore it from a copy.")
    legal = {
        key: values[key]
        for key, kinds in _STORED.items()
        if isinstance(values.get(key), kinds) and not isinstance(values[key], bool)
    }
    metrics = legal.get("metrics", {})
    legal["metrics"] = {k: float(v) for k, v in metrics.items() if type(v) in (int, float)}
    units = legal.get("units", {})
    legal["units"] = {k: v for k, v in units.items() if isinstance(v, str) and len(v) <= _UNIT}
    if legal.get("status", STATUSES[-1]) not in STATUSES:
        del legal["status"]
    return legal


def _plain(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields as JSON holds them; metrics that are not finite are left out."""
    plain = dict(changes)
    if "metrics" in plain:
        plain["metrics"] = {
            str(name): float(value)
            for name, value in plain["metrics"].items()
            if float("-inf") < float(value) < float("inf")
        }
    return plain
