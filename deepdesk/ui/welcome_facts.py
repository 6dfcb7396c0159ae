"""What the welcome page shows, gathered off the window's thread; no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Result
from deepdesk.core.work import EventSink, StopToken, Work

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from deepdesk.core.task import TaskSpec
    from deepdesk.project.recent import RecentProject

THUMBNAIL_PX = 72
# Payload classes that a person would call otherwise; by name, because the classes load NumPy.
WORDS = {"LabelScores": "label", "Audio": "sound"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentRow:
    """A project on the welcome page.

    Attributes:
        when: Its last use in words, for instance "yesterday".
        picture_HWC: uint8, (H, W, 3), or None.
    """

    path: Path
    name: str
    note: str
    metric: str
    when: str
    picture_HWC: NDArray[Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InterruptedRun:
    """A run whose program ended before it did."""

    project: Path
    project_name: str
    run: str
    title: str
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WelcomeFacts:
    """Everything on the page.

    Attributes:
        tasks: In the order of their cards.
        is_whole: False while only the tasks are known.
    """

    tasks: tuple[TaskSpec, ...]
    recent: tuple[RecentRow, ...] = ()
    interrupted: InterruptedRun | None = None
    is_whole: bool = True


def gathering() -> Work:
    """Return work whose first `Result` has the tasks, and its second the projects as well."""

    def work(emit: EventSink, stop: StopToken) -> None:
        from deepdesk.project.recent import recent
        from deepdesk.tasks import all_tasks

        tasks = tuple(all_tasks().values())
        emit(Result(value=WelcomeFacts(tasks=tasks, is_whole=False)))
        projects = recent()
        rows, interrupted = [], None
        for project in projects:
            stop.check()
            rows.append(_row(project))
            interrupted = interrupted or interrupted_in(project.path, project.name)
        facts = WelcomeFacts(tasks=tasks, recent=tuple(rows), interrupted=interrupted)
        emit(Result(value=facts))

    return work


def interrupted_in(path: Path, name: str) -> InterruptedRun | None:
    """Return the newest run of a project that was cut off, or None."""
    from deepdesk.project.runs import Runs

    try:
        found = Runs(path / "runs").interrupted()
    except (DeepDeskError, OSError):
        return None
    if not found:
        return None
    run = found[0]
    # A run is called after its folder until a person gives it a title.
    title = run.title if run.title not in ("", run.name) else run.name.replace("-", " ", 1)
    return InterruptedRun(project=path, project_name=name, run=run.name, title=title, step=run.step)


def _row(project: RecentProject) -> RecentRow:
    from deepdesk.tasks import all_tasks

    spec = all_tasks().get(project.task)
    title = spec.title if spec else project.task
    count = f"{project.samples:,} {'sample' if project.samples == 1 else 'samples'}"
    return RecentRow(
        path=project.path,
        name=project.name,
        note=f"{title} · {count}",
        metric=project.metric,
        when=day_words(str(project.when), datetime.now()),
        picture_HWC=first_picture(project.path, spec) if spec else None,
    )


def first_picture(path: Path, spec: TaskSpec) -> NDArray[Any] | None:
    """Return a thumbnail of the first sample that can be read, uint8, (H, W, 3), or None."""
    from deepdesk.project.index import Filter, SampleIndex

    database = path / "index.sqlite"
    if not database.is_file():
        return None
    try:
        with SampleIndex(database) as index:
            samples = index.page(Filter(), 0, 4)
        for sample in samples:
            if sample.state != "bad" and Path(sample.path).is_file():
                return spec.reader().thumbnail(Path(sample.path), THUMBNAIL_PX).pixels_HWC
    except (DeepDeskError, OSError):
        return None
    return None


def day_words(iso: str, now: datetime) -> str:
    """Return how long ago a day was: "today", "yesterday", "3 days ago", or the date."""
    try:
        then = datetime.fromisoformat(iso)
    except ValueError:
        return ""
    if then.tzinfo is not None:
        then = then.astimezone().replace(tzinfo=None)
    days = (now.date() - then.date()).days
    if days <= 0:
        return "today"
    if days == 1:
        return "yesterday"
    return f"{days} days ago" if days < 14 else then.date().isoformat()


def arrow_of(spec: TaskSpec) -> str:
    """Return what a task takes and gives in words, for instance "Image → label"."""
    takes, gives = (_words(kind) for kind in (spec.takes, spec.gives))
    return f"{takes.capitalize()} \N{RIGHTWARDS ARROW} {gives}"


def _words(payload: type[Any] | tuple[type[Any], ...]) -> str:
    kinds = payload if isinstance(payload, tuple) else (payload,)
    return " or ".join(WORDS.get(kind.__name__, kind.__name__.lower()) for kind in kinds)
