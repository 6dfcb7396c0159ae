"""The worst answers of a run's best epoch, read from its folder. No Qt."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Result
from deepdesk.core.task import TaskSpec
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.data.writing import never_written
from deepdesk.ui.tabs.training.works import Answered, kept_answers

if TYPE_CHECKING:
    from pathlib import Path

    from deepdesk.core.payloads import Payload
    from deepdesk.project.folder import Project

MOST_ROWS, MOST_CHARACTERS, MOST_ANSWERS = 40, 12, 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistakes:
    """What was answered wrong.

    Attributes:
        run: Folder name of the run.
        count: Samples that were measured.
        wrong: Samples whose answer is not right.
        rows: The worst of them, worst first; where all are right those that could be better.
        answers: All answers, in the order of the split, up to `MOST_ANSWERS`.
        unwritable: Characters of the truths that training never had.
    """

    run: str
    count: int = 0
    wrong: int = 0
    rows: tuple[Answered, ...] = ()
    answers: tuple[Answered, ...] = ()
    unwritable: tuple[str, ...] = ()

    @property
    def warning(self) -> str:
        """What no answer can have, and why; "" for nothing."""
        if not self.unwritable:
            return ""
        shown = " ".join(self.unwritable[:MOST_CHARACTERS])
        shown += " …" if len(self.unwritable) > MOST_CHARACTERS else ""
        return (
            f"It cannot write {shown} because no text of training has that. Add samples with it,"
            " or draw the split anew."
        )

    @property
    def words(self) -> str:
        """How many there are, in a few words."""
        if not self.count:
            return "Nothing was measured on validation."
        if not self.wrong and self.rows:
            return f"all {self.count:,} count as right, the least good first"
        if not self.wrong:
            return f"All {self.count:,} are right."
        return f"worst first, {self.wrong:,} of {self.count:,} are not right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A sample that is looked at."""

    path: Path
    payload: Payload


def worst(answers: list[Answered]) -> list[Answered]:
    """Return the answers that are not right, the farthest from right first.

    Of two as far the surer one comes first; one of which that is not known comes last.
    """
    wrong = [row for row in answers if not row.is_right]
    return sorted(
        wrong, key=lambda row: (math.isnan(row.error), -_number(row.error), -_number(row.score))
    )


def least_good(answers: list[Answered]) -> list[Answered]:
    """Return right answers that could be better, the farthest from wholly right first."""
    return sorted((row for row in answers if row.error > 0.0), key=lambda row: -row.error)


def mistakes_work(project: Project, run: str) -> Work:
    """Return work whose `Result` is `Mistakes`, or None while the run keeps no answers."""

    def work(emit: EventSink, _stop: StopToken) -> None:
        if not run or not (project.runs.get(run).path / "evaluation.json").is_file():
            emit(Result(value=None))
            return
        answers = kept_answers(project, run)
        found = worst(answers)
        told = Mistakes(
            run=run,
            count=len(answers),
            wrong=len(found),
            rows=tuple((found or least_good(answers))[:MOST_ROWS]),
            answers=tuple(answers[:MOST_ANSWERS]),
            unwritable=never_written(
                _learned(project.runs.get(run).config()), (row.truth for row in answers)
            ),
        )
        emit(Result(value=told))

    return work


def opening_work(project: Project, spec: TaskSpec, sample_id: int) -> Work:
    """Return work that reads a sample; its `Result` is an `Opened`.

    Raises:
        DeepDeskError: It is no longer in the project, or cannot be read.
    """

    def work(emit: EventSink, _stop: StopToken) -> None:
        with project.index() as index:
            samples = index.samples([sample_id])
        if not samples:
            raise DeepDeskError("This sample is no longer in the project.", "Choose another one.")
        path = samples[0].path
        emit(Result(value=Opened(path=path, payload=spec.reader().payload(path))))

    return work


def _learned(config: Mapping[str, Any]) -> Mapping[str, Any]:
    facts = config.get("facts")
    learned = facts.get("learned") if isinstance(facts, dict) else None
    return learned if isinstance(learned, dict) else {}


def _number(value: float) -> float:
    return 0.0 if math.isnan(value) else value
