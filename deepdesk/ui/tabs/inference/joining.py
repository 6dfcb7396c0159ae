"""How an answer that was confirmed or corrected joins the data set. No Qt."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepdesk.core.answer_filter import Drawn
from deepdesk.core.drawing import target_of
from deepdesk.core.errors import DatasetError
from deepdesk.core.events import Result
from deepdesk.core.payloads import Boxes, LabelScores, Mask, Number, Text
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.data.answer_drawing import drawing_from
from deepdesk.project.index import Change, Filter, Sample, SampleIndex
from deepdesk.ui.tabs.inference.given import Given
from deepdesk.ui.truth_words import written_truth

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec
    from deepdesk.project.folder import Project

# Folder in the project's files for what had no file of its own.
OWN_FOLDER = "answered"
LONGEST_TOLD = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What was changed, in order; nothing when the data said the same before.

    Attributes:
        sample_id: -1 where it is not known.
    """

    label: str
    text: str
    changes: tuple[Change, ...] = ()
    sample_id: int = -1


def joining(
    project: Project,
    spec: TaskSpec,
    given: Given,
    label: str,
    drawn: Callable[[], Drawn] | None = None,
) -> Work:
    """Return work that adds `given` to the data under `label`; its `Result` is a `Joined`.

    A file that is among the data already gets the label instead of coming in twice.

    Args:
        drawn: Gives what is to be drawn on it, where answers are; `label` only says it then.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        project.check_writable()
        kept = given.file(project.files / OWN_FOLDER)
        # Not resolve: the index keeps links as they are.
        path = Path(os.path.abspath(kept))  # noqa: PTH100
        with project.index() as index:
            coming = _Coming(
                project=project, spec=spec, index=index, path=path, stop=stop, drawn=drawn
            )
            joined = _JOINERS[spec.gives](coming, label)
            sample = _sample_at(index, path)
            known = -1 if sample is None else sample.id
            emit(Result(value=replace(joined, sample_id=known)))

    return work


@dataclass(frozen=True, slots=True, kw_only=True)
class _Coming:
    """A file that joins the data."""

    project: Project
    spec: TaskSpec
    index: SampleIndex
    path: Path
    stop: StopToken
    drawn: Callable[[], Drawn] | None = None


def _with_class(coming: _Coming, label: str) -> Joined:
    index, name = coming.index, coming.path.name
    changes = []
    class_id = _class_id(index, label)
    if class_id is None:
        changes.append(index.add_class(label))
        class_id = changes[0].made
    before = _sample_at(index, coming.path)
    if before is not None and before.class_id == class_id:
        return Joined(label=label, text=f"{name} is in the data as “{label}” already")
    if before is not None:
        changes.append(index.set_class([before.id], class_id))
        text = f"{name} is “{label}” in the data now"
    else:
        changes.append(_added(coming, label))
        text = f"{name} joined the data as “{label}”"
    return Joined(label=label, text=text, changes=tuple(changes))


def _with_target(coming: _Coming, label: str) -> Joined:
    truth = written_truth(coming.spec)
    return _told(coming, label, label if truth is None else truth.target_of(label))


def _with_drawing(coming: _Coming, label: str) -> Joined:
    if coming.drawn is None:
        raise DatasetError("There is nothing to draw on this picture.", "Ask about it again.")
    return _told(coming, label, target_of(drawing_from(coming.drawn())))


def _told(coming: _Coming, label: str, target: Any) -> Joined:
    index, name, said = coming.index, coming.path.name, _short(label)
    before = _sample_at(index, coming.path)
    if before is not None and before.target == target:
        return Joined(label=label, text=f"{name} is in the data as “{said}” already")
    changes = [] if before is not None else [_added(coming, None)]
    sample = _sample_at(index, coming.path)
    if sample is not None:
        changes.append(index.set_target([sample.id], target))
    where = "joined the data as “{}”" if before is None else "is “{}” in the data now"
    return Joined(label=label, text=f"{name} {where.format(said)}", changes=tuple(changes))


_JOINERS: dict[type[Any], Callable[[_Coming, str], Joined]] = {
    LabelScores: _with_class,
    Text: _with_target,
    Number: _with_target,
    Boxes: _with_drawing,
    Mask: _with_drawing,
}


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TOLD else f"{text[: LONGEST_TOLD - 1]}…"


def _class_id(index: SampleIndex, label: str) -> int | None:
    return next((row.id for row in index.classes() if row.name == label), None)


def _sample_at(index: SampleIndex, path: Path) -> Sample | None:
    ids = index.ids(Filter(text=path.name))
    return next((sample for sample in index.samples(ids) if sample.path == path), None)


def _added(coming: _Coming, label: str | None) -> Change:
    from deepdesk.data.importing import import_work

    index, path = coming.index, coming.path
    reports: list[Any] = []
    work = import_work(coming.project.path, [path], reader_of=coming.spec.reader, label=label)
    work(reports.append, coming.stop)
    sample = _sample_at(index, path)
    if sample is None:
        raise DatasetError(f"{path.name} could not join the data.", "Add it in the Dataset tab.")
    # Undoing a removal is adding, as a change that can itself be undone.
    return index.undo(index.remove([sample.id]))
