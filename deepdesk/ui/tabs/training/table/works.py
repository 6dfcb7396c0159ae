"""What the table does in the background: reads runs, judges two of them, writes files."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from deepdesk.core.events import Result
from deepdesk.core.spreadsheet import harmless
from deepdesk.core.task import TaskSpec
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.engine.comparison.differences import Line, differences_of
from deepdesk.engine.comparison.facts import RunFacts, facts_of, siblings
from deepdesk.engine.comparison.verdict import Verdict, verdicts
from deepdesk.project.runs import RunFolder
from deepdesk.project.safe_write import write_bytes
from deepdesk.ui.run_names import title_of
from deepdesk.ui.tabs.training.table.rows import Column, Row, contents_of

if TYPE_CHECKING:
    from deepdesk.project.folder import Project

Known = dict[str, tuple[int, RunFacts]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came out of comparing two rows."""

    names: tuple[str, str]
    lines: tuple[Line, ...]
    said: tuple[Verdict, ...]


def reading(project: Project, spec: TaskSpec, known: Known) -> Work:
    """Return work that reads every run; its `Result` is `Contents`.

    Args:
        project: Whose runs.
        spec: Its task.
        known: Settings read before, by run; taken where the file is the same, and added to.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        found: list[RunFacts] = []
        for info in project.runs.list():
            stop.check()
            mark = _mark(info.path / "config.json")
            if known.get(info.name, (0, None))[0] != mark or not mark:
                known[info.name] = (mark, facts_of(RunFolder(info.path)))
            facts = known[info.name][1]
            found.append(facts if facts.info == info else replace(facts, info=info))
        emit(Result(value=contents_of(found, spec)))

    return work


def judging(spec: TaskSpec, rows: tuple[Row, Row], facts: Sequence[RunFacts]) -> Work:
    """Return work that compares two rows; its `Result` is `Judged`."""

    def work(emit: EventSink, _stop: StopToken) -> None:
        first, second = of_one_seed(*rows)
        groups = (siblings(first, facts), siblings(second, facts))
        judged = Judged(
            names=(title_of(first.info), title_of(second.info)),
            lines=differences_of(first, second, spec),
            said=verdicts(first, second, groups),
        )
        emit(Result(value=judged))

    return work


def of_one_seed(first: Row, second: Row) -> tuple[RunFacts, RunFacts]:
    """Return a run of each row, with the same seed where both rows have one of it.

    A row may be one run of the group that the other row is: never is a run set against itself.
    """
    pairs = [(a, b) for a in first.facts for b in second.facts if a.name != b.name]
    alike = [pair for pair in pairs if pair[0].seed == pair[1].seed]
    return next(iter(alike or pairs), (first.first, second.first))


def saving(rows: Sequence[Row], columns: Sequence[Column], path: Path) -> Work:
    """Return work that writes the table as CSV; it raises StorageError.

    Runs of a group come one by one: spreads are for people to read.
    """
    single = [run for row in rows for run in (row.inside or (row,)) if not row.is_inside]

    def work(_emit: EventSink, _stop: StopToken) -> None:
        target = io.StringIO(newline="")
        writer = csv.writer(target)
        writer.writerow([column.head for column in columns])
        writer.writerows([[_cell(row, column) for column in columns] for row in single])
        # The mark makes Excel read UTF-8.
        write_bytes(path, target.getvalue().encode("utf-8-sig", errors="replace"))

    return work


def _cell(row: Row, column: Column) -> object:
    value = row.values.get(column.key)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return harmless(row.texts.get(column.key, ""))


def _mark(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
