"""A run in the words of a list row, and in the lines of its details."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from deepdesk.project.preferences import load
from deepdesk.ui.energy_words import cost_text, energy_text
from deepdesk.ui.metric_words import LOSS, metric_text, metric_words
from deepdesk.ui.plots.figures import value_text
from deepdesk.ui.run_names import spoken, title_of
from deepdesk.ui.time_words import length_text
from deepdesk.ui.widgets.list_row import RowFacts

if TYPE_CHECKING:
    from deepdesk.project.runs import RunInfo

STATES = {
    "running": "working",
    "paused": "working",
    "finished": "ready",
    "stopped": "empty",
    "interrupted": "look",
    "failed": "wrong",
}
RESUMABLE = ("stopped", "interrupted", "failed")


def row_facts(info: RunInfo, *, is_compared: bool = False) -> RowFacts:
    """Return what the list shows of a run."""
    return RowFacts(
        title=title_of(info),
        note=info.note.splitlines()[0] if info.note else status_line(info),
        figure=main_figure(info),
        aside="compared" if is_compared else "",
        state=STATES.get(info.status, "empty"),
    )


def main_figure(info: RunInfo) -> str:
    """Return the main metric with its unit, "" while there is none."""
    value = info.metrics.get(info.main_metric)
    return "" if value is None else metric_text(info.main_metric, value, info.units)


def status_line(info: RunInfo) -> str:
    """Return how a run stands in a few words."""
    return _LINES.get(info.status, _of_stopped)(info)


def _of_running(info: RunInfo) -> str:
    epoch = min(info.epochs, info.epochs_done + 1)
    return f"{info.status} · epoch {epoch} of {info.epochs}"


def _of_finished(info: RunInfo) -> str:
    if info.without_gain:
        return f"stopped early after {info.epochs_done} of {info.epochs}"
    return f"{length_text(info.seconds)} · best after {info.best_epoch} of {info.epochs}"


def _of_stopped(info: RunInfo) -> str:
    kept = "best kept" if info.epochs_done else "nothing kept yet"
    return f"stopped after {info.epochs_done} of {info.epochs}, {kept}"


def _of_interrupted(info: RunInfo) -> str:
    return f"interrupted after {info.epochs_done} of {info.epochs}"


def _of_failed(info: RunInfo) -> str:
    return f"failed after {info.epochs_done} of {info.epochs}"


_LINES = {
    "running": _of_running,
    "paused": _of_running,
    "finished": _of_finished,
    "stopped": _of_stopped,
    "interrupted": _of_interrupted,
    "failed": _of_failed,
}


def details_of(info: RunInfo, config: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (name, value) lines about a run."""
    rows = [
        ("Network", str(config.get("architecture", ""))),
        ("Preset", info.dial),
        ("Weights from", spoken(str(config.get("continue_from") or ""))),
        ("Device", " · ".join(filter(None, (info.device, str(config.get("precision", "")))))),
        ("Began", began_text(info.created)),
        ("Took", _took(info, config)),
        ("Memory", _memory(config)),
        ("Energy", _energy(info)),
    ]
    for name in sorted(info.metrics, key=lambda name: _rank(name, info.main_metric)):
        text = metric_text(name.removeprefix("test_"), info.metrics[name], info.units)
        rows.append((metric_label(name), text))
    return [(name, value) for name, value in rows if value]


def _foretold(config: Mapping[str, Any], key: str) -> float:
    said = config.get("forecast")
    return float(said.get(key, 0.0)) if isinstance(said, Mapping) else 0.0


def _took(info: RunInfo, config: Mapping[str, Any]) -> str:
    said = _foretold(config, "seconds")
    took = length_text(info.seconds) if info.seconds else ""
    return f"{took}, forecast {length_text(said)}" if took and said else took


def _memory(config: Mapping[str, Any]) -> str:
    used, said = (_foretold(config, key) for key in ("used_bytes", "peak_bytes"))
    text = value_text(used, "B") if used else ""
    return f"{text}, forecast {value_text(said, 'B')}" if text and said else text


def _energy(info: RunInfo) -> str:
    if not info.joules:
        return ""
    return ", ".join(filter(None, (energy_text(info.joules), cost_text(info.joules, load()))))


def _rank(name: str, main: str) -> tuple[bool, bool, str, bool]:
    plain = name.removeprefix("test_")
    return plain == LOSS, plain != main, plain, name.startswith("test_")


def metric_label(name: str) -> str:
    """Return the label of a metric on validation, or on the test split."""
    plain = metric_words(name.removeprefix("test_")).label
    return f"{plain}, test" if name.startswith("test_") else plain


def began_text(created: str) -> str:
    """Return an ISO time in the clock of this machine, as it is where it cannot be read."""
    try:
        when = datetime.fromisoformat(created)
    except ValueError:
        return created
    return f"{when.astimezone():%d %b %Y %H:%M}"


def forecast(dial: str, runs: tuple[RunInfo, ...]) -> str:
    """Return what an earlier run says of the next one; only what was measured."""
    for info in runs:
        if info.dial == dial and info.status == "finished" and info.seconds:
            label = metric_words(info.main_metric).inline
            reached = f" and reached {main_figure(info)} {label}" if main_figure(info) else ""
            return f"The last {dial} run took {length_text(info.seconds)}{reached}."
    return "Time and memory are measured in the first steps."
