"""After a window that ended without being closed: its report, and the run that it took with it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.ui.welcome_facts import InterruptedRun

if TYPE_CHECKING:
    from deepdesk.project.care.aftermath import Aftermath
    from deepdesk.project.runs import RunInfo

# A run in a process of its own outlives the window that started it by as long as it takes to keep
# what it has learned.
PATIENCE_S = 60.0
_LOOK_S = 0.25
_ALIVE = ("running", "paused")


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterCrash:
    """What the window offers.

    Attributes:
        found: Newest first, at least one.
        run: That can go on, or None.
    """

    found: tuple[Aftermath, ...]
    run: InterruptedRun | None = None


def looking_back(logs: Path, system: str) -> Work:
    """Return work whose `Result`, if there is one, is an `AfterCrash`; the second has the run."""

    def work(emit: EventSink, stop: StopToken) -> None:
        from deepdesk.project.care.aftermath import look_back

        found = tuple(look_back(logs, system))
        if not found:
            return
        marks = [one.broken.mark for one in found]
        cut_off = [(Path(mark.project), mark.run) for mark in marks if mark.project and mark.run]
        run = _first_to_go_on(cut_off, stop)
        emit(Result(value=AfterCrash(found=found, run=run)))

    return work


def words_for(after: AfterCrash) -> tuple[str, str]:
    """Return what the window says: a sentence and what follows from it."""
    newest = after.found[0]
    sentence = "DeepDesk was not closed properly last time."
    if len(after.found) > 1:
        sentence = f"{len(after.found)} windows of DeepDesk were not closed properly last time."
    hints = [newest.broken.sentence]
    if after.run is not None:
        run = after.run
        hints.append(f"{run.title} in {run.project_name} can go on from step {run.step:,}.")
    elif newest.is_at_start:
        hints.append(
            "If that happens again, open a terminal and type deepdesk --safe-mode: it then starts"
            " without your settings and without the graphics card."
        )
    if newest.report is not None:
        hints.append("A report was written on this computer; nothing was sent.")
    else:
        hints.append("No report could be written; perhaps the disk is full.")
    return sentence, " ".join(hints)


def _first_to_go_on(cut_off: list[tuple[Path, str]], stop: StopToken) -> InterruptedRun | None:
    # It comes with the whole list of runs, which only a window that trained makes worth loading.
    from deepdesk.ui.tabs.training.run_words import RESUMABLE

    for project, run in cut_off:
        info = _ended(project, run, stop)
        if info is not None and info.status in RESUMABLE and info.step > 0:
            title = info.title if info.title != info.name else info.name.replace("-", " ", 1)
            return InterruptedRun(
                project=project,
                project_name=_name_of(project),
                run=info.name,
                title=title,
                step=info.step,
            )
    return None


def _name_of(project: Path) -> str:
    from deepdesk.project.project_file import load

    try:
        return load(project / "project.json").name
    except DeepDeskError:
        return project.stem


def _ended(project: Path, run: str, stop: StopToken) -> RunInfo | None:
    """Return how a run stands once nobody works on it any more, None if there is none."""
    from deepdesk.project.runs import Runs

    until_s = time.monotonic() + PATIENCE_S
    while True:
        stop.check()
        try:
            info = Runs(project / "runs").get(run).info()
        except (DeepDeskError, OSError):
            return None
        if info.status not in _ALIVE or time.monotonic() > until_s:
            return info
        time.sleep(_LOOK_S)
