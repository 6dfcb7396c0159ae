"""How an answer that was confirmed or corrected joins the data set. No Qt."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepdesk.core.errors import DatasetError
from deepdesk.core.events import Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.project.index import Change, Filter, Sample, SampleIndex
from deepdesk.ui.tabs.inference.given import Given

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec
    from deepdesk.project.folder import Project

# Folder in the project's files for what had no file of its own.
OWN_FOLDER = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What was changed, in order; nothing when the data said the same before."""

    label: str
    text: str
    changes: tuple[Change, ...] = ()


def joining(project: Project, spec: TaskSpec, given: Given, label: str) -> Work:
    """Return work that adds `given` to the data under `label`; its `Result` is a `Joined`.

    A file that is among the data already gets the label instead of coming in twice.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        project.check_writable()
        kept = given.file(project.files / OWN_FOLDER)
        # Not resolve: the index keeps links as they are.
        path = Path(os.path.abspath(kept))  # noqa: PTH100
        with project.index() as index:
            changes = []
            class_id = _class_id(index, label)
            if class_id is None:
                changes.append(index.add_class(label))
                class_id = changes[0].made
            before = _sample_at(index, path)
            if before is not None and before.class_id == class_id:
                text = f"{path.name} is in the data as “{label}” already"
                emit(Result(value=Joined(label=label, text=text)))
                return
            if before is not None:
                changes.append(index.set_class([before.id], class_id))
                text = f"{path.name} is “{label}” in the data now"
            else:
                changes.append(_added(project, spec, index, path, label, stop))
                text = f"{path.name} joined the data as “{label}”"
        emit(Result(value=Joined(label=label, text=text, changes=tuple(changes))))

    return work


def _class_id(index: SampleIndex, label: str) -> int | None:
    return next((row.id for row in index.classes() if row.name == label), None)


def _sample_at(index: SampleIndex, path: Path) -> Sample | None:
    ids = index.ids(Filter(text=path.name))
    return next((sample for sample in index.samples(ids) if sample.path == path), None)


def _added(
    project: Project, spec: TaskSpec, index: SampleIndex, path: Path, label: str, stop: StopToken
) -> Change:
    from deepdesk.data.importing import import_work

    reports: list[Any] = []
    import_work(project.path, [path], reader_of=spec.reader, label=label)(reports.append, stop)
    sample = _sample_at(index, path)
    if sample is None:
        raise DatasetError(f"{path.name} could not join the data.", "Add it in the Dataset tab.")
    # Undoing a removal is adding, as a change that can itself be undone.
    return index.undo(index.remove([sample.id]))
