"""Thresholds and smoothing of a run's live answers, kept in its folder. No Qt."""

from __future__ import annotations

import math
from collections.abc import Mapping
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.project.safe_write import read_json, write_json
from deepdesk.ui.tabs.inference.live.recogniser import Tuning

if TYPE_CHECKING:
    from deepdesk.project.folder import Project

_FILE = "live.json"
_LIMIT_BYTES = 4 << 20
MOST_SMOOTHING_S = 2.0
# While a mark is dragged, every step of the way would be written.
KEPT_AFTER_S = 0.6
_LOOK_S = 0.05


def kept_tuning(project: Project, run: str) -> Tuning | None:
    """Return what was kept with a run; None where nothing was, or where it is damaged."""
    try:
        values = read_json(project.runs.get(run).path / _FILE, limit_bytes=_LIMIT_BYTES)
    except DeepDeskError:
        return None
    return _legal(values)


def finding_tuning(project: Project, run: str) -> Work:
    """Return work whose `Result` is the kept `Tuning` or None."""

    def work(emit: EventSink, _stop: StopToken) -> None:
        emit(Result(value=kept_tuning(project, run)))

    return work


def keeping_tuning(project: Project, run: str, tunings: SimpleQueue[Tuning]) -> Work:
    """Return work that keeps the newest of some tunings, once no other has come for a while.

    Asked to stop, it writes at once. Where the project is read only it keeps nothing.

    Args:
        project: Of the run.
        run: Folder name.
        tunings: At least one; the newest last.
    """

    def work(_emit: EventSink, stop: StopToken) -> None:
        tuning = _settled(tunings, stop)
        if not project.read_only:
            values = {"thresholds": dict(tuning.thresholds), "smoothing_s": tuning.smoothing_s}
            write_json(project.runs.get(run).path / _FILE, values)

    return work


def _settled(tunings: SimpleQueue[Tuning], stop: StopToken) -> Tuning:
    """Wait until a person has let go of the control, and return the newest tuning."""
    tuning = tunings.get()
    quiet_s = 0.0
    while quiet_s < KEPT_AFTER_S and not stop.is_stopping:
        try:
            tuning, quiet_s = tunings.get(timeout=_LOOK_S), 0.0
        except Empty:
            quiet_s += _LOOK_S
    while not tunings.empty():
        tuning = tunings.get()
    return tuning


def _legal(values: Any) -> Tuning | None:
    if not isinstance(values, dict) or not isinstance(values.get("thresholds"), Mapping):
        return None
    thresholds = {
        name: float(value)
        for name, value in values["thresholds"].items()
        if isinstance(name, str) and _is_between(value, 1.0)
    }
    smoothing_s: Any = values.get("smoothing_s")
    if not _is_between(smoothing_s, MOST_SMOOTHING_S):
        return Tuning(thresholds=thresholds)
    return Tuning(thresholds=thresholds, smoothing_s=float(smoothing_s))


def _is_between(value: Any, most: float) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and 0.0 <= value <= most
