"""The rows of the table, made in the background. No Qt.

Finished runs that differ in nothing but the seed make one row, which can be unfolded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, stdev
from typing import Any

from deepdesk.core.task import TaskSpec
from deepdesk.engine.comparison.facts import SEED, RunFacts, label_of, words_of
from deepdesk.ui.energy_words import energy_text
from deepdesk.ui.metric_words import metric_text, unit_of
from deepdesk.ui.run_names import title_of
from deepdesk.ui.tabs.training.run_words import metric_label, status_line
from deepdesk.ui.time_words import length_text

NAME, STATUS, TIME, ENERGY = "run", "status", "time", "energy"
_MEASURED = {TIME: length_text, ENERGY: energy_text}
_MANY_SEEDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column.

    Attributes:
        key: "run", "time", "energy", "metric.<name>", or a setting of `RunFacts`.
        names: What a filter may call it, lower case with "_".
        is_setting: Whether it is only shown where runs differ in it.
    """

    key: str
    head: str
    names: tuple[str, ...] = ()
    is_setting: bool = False
    is_number: bool = False


@dataclass(slots=True, kw_only=True)
class Row:
    """One run, or several that differ in nothing but the seed.

    Attributes:
        texts: What stands in each column, by its key.
        values: What is sorted and filtered by, where the text is not it.
        found: Every text in lower case, for the search.
        inside: The rows of the single runs of a group, oldest first.
        is_inside: Whether it is the row of a run of a group.
    """

    facts: tuple[RunFacts, ...]
    texts: dict[str, str]
    values: dict[str, Any]
    found: str = ""
    inside: tuple[Row, ...] = ()
    is_inside: bool = False

    @property
    def first(self) -> RunFacts:
        """The run, or the newest of the group."""
        return self.facts[0]

    @property
    def key(self) -> str:
        """Stays the same when the table is read again."""
        return f"group {self.first.kind}" if self.inside else self.first.name

    @property
    def title(self) -> str:
        """What it is called, without the mark of a group."""
        return title_of(self.first.info)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Everything the table is made from."""

    rows: tuple[Row, ...] = ()
    columns: tuple[Column, ...] = ()
    facts: tuple[RunFacts, ...] = field(default=())


def contents_of(runs: Sequence[RunFacts], spec: TaskSpec) -> Contents:
    """Return rows and columns for runs, newest first."""
    columns = _columns(runs, spec)
    single = {run.name: _single(run, columns, spec) for run in runs}
    groups: dict[str, list[Row]] = {}
    for run in runs:
        is_done = run.info.status == "finished" and run.value is not None
        key = run.kind if run.kind and is_done else run.name
        groups.setdefault(key, []).append(single[run.name])
    rows = tuple(_grouped(found) for found in groups.values())
    return Contents(rows=rows, columns=columns, facts=tuple(runs))


def _columns(runs: Sequence[RunFacts], spec: TaskSpec) -> tuple[Column, ...]:
    names = dict.fromkeys(name for run in runs for name in run.info.metrics)
    main = dict.fromkeys(run.info.main_metric for run in runs)
    ordered = sorted(names, key=lambda name: (_rank(name, main), name))
    keys = dict.fromkeys(key for run in runs for key in run.settings)
    settings = tuple(
        Column(
            key=key,
            head=label_of(key, spec),
            names=(key.partition(".")[2] or key, _plain(label_of(key, spec))),
            is_setting=True,
            is_number=any(_is_number(run.settings.get(key)) for run in runs),
        )
        for key in keys
    )
    measured = tuple(
        Column(key=f"metric.{name}", head=metric_label(name), names=(name,), is_number=True)
        for name in ordered
    )
    last = [Column(key=TIME, head="Time", names=("time", "seconds"), is_number=True)]
    if any(run.info.joules for run in runs):
        last.append(Column(key=ENERGY, head="Energy", names=("energy",), is_number=True))
    state = Column(key=STATUS, head="State", names=("status", "state"))
    name = Column(key=NAME, head="Run", names=("run", "name"))
    first = tuple(column for column in measured if _rank(column.names[0], main) < 2)
    rest = tuple(column for column in measured if column not in first)
    return (name, *first, *settings, *rest, *last, state)


def _rank(name: str, main: Mapping[str, None]) -> int:
    plain = name.removeprefix("test_")
    return (plain not in main) * 2 + name.startswith("test_")


def _single(run: RunFacts, columns: Sequence[Column], spec: TaskSpec) -> Row:
    info = run.info
    values: dict[str, Any] = {f"metric.{name}": value for name, value in info.metrics.items()}
    values |= {TIME: info.seconds or None, ENERGY: info.joules or None}
    texts = {key: text for key, value in values.items() if (text := _text(key, value, info.units))}
    for column in columns:
        if column.is_setting and column.key in run.settings:
            values[column.key] = run.settings[column.key]
            texts[column.key] = words_of(column.key, run.settings[column.key], spec)
    title = title_of(info)
    texts |= {NAME: title, STATUS: status_line(info)}
    values |= {NAME: info.name, STATUS: info.status}
    found = "\n".join((*texts.values(), info.name, info.note)).lower()
    return Row(facts=(run,), texts=texts, values=values, found=found)


def _grouped(rows: list[Row]) -> Row:
    """Return the row of a group: means with their spread where runs differ."""
    facts = tuple(row.first for row in rows)
    if len({run.seed for run in facts}) < 2:
        # The same run again: nothing varies that a spread could be told of.
        return rows[0] if len(rows) == 1 else _again(rows)
    for row in rows:
        row.is_inside = True
    first = rows[0]
    texts, values = dict(first.texts), dict(first.values)
    for key in dict.fromkeys(key for row in rows for key in row.values):
        numbers = [row.values[key] for row in rows if _is_number(row.values.get(key))]
        if key.startswith("metric.") or key in _MEASURED:
            values[key] = fmean(numbers) if numbers else None
            texts[key] = _spread_text(key, numbers, first.facts[0].info.units)
    seeds = sorted({run.seed for run in facts if isinstance(run.seed, int)})
    shown = ", ".join(map(str, seeds[:_MANY_SEEDS]))
    texts[SEED] = shown if len(seeds) <= _MANY_SEEDS else f"{shown}, and more"
    texts[NAME] = f"{first.texts[NAME]} and {len(rows) - 1} more seeds"
    if len(rows) == 2:
        texts[NAME] = f"{first.texts[NAME]} and another seed"
    texts[STATUS] = f"mean of {len(rows)} seeds"
    found = "\n".join(row.found for row in rows)
    return Row(facts=facts, texts=texts, values=values, found=found, inside=tuple(rows))


def _again(rows: list[Row]) -> Row:
    for row in rows:
        row.is_inside = True
    first = rows[0]
    texts = {**first.texts, NAME: f"{first.texts[NAME]}, run {len(rows)} times"}
    found = "\n".join(row.found for row in rows)
    facts = tuple(row.first for row in rows)
    return Row(facts=facts, texts=texts, values=first.values, found=found, inside=tuple(rows))


def _spread_text(key: str, numbers: list[float], units: Mapping[str, str]) -> str:
    if len(numbers) < 2 or key in _MEASURED:
        return _text(key, fmean(numbers), units) if numbers else ""
    is_share = unit_of(_metric(key), units) == "%"
    scale = 100 if is_share else 1
    return f"{_text(key, fmean(numbers), units)} ± {scale * stdev(numbers):.2g}"


def _metric(key: str) -> str:
    return key.removeprefix("metric.").removeprefix("test_")


def _text(key: str, value: float | None, units: Mapping[str, str]) -> str:
    if value is None:
        return ""
    if key in _MEASURED:
        return _MEASURED[key](value)
    return metric_text(_metric(key), value, units)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain(label: str) -> str:
    return label.lower().replace(" ", "_").replace("-", "_")
