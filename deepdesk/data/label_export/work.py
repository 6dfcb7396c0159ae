"""Exporting the labels of a project: written beside, and moved to its place when it is whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deepdesk.core.drawing import drawing_of, is_drawing
from deepdesk.core.errors import BadSampleError, ConfigError, DatasetError
from deepdesk.core.events import Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.data.importing import MAX_LISTED
from deepdesk.data.label_export import boxes, coco, label_studio, labelme, masks, yolo
from deepdesk.data.label_export.truth_table import TruthTable
from deepdesk.data.label_export.writing import Item, Losses, Place, Writer
from deepdesk.data.pace import Pace
from deepdesk.data.painted import check_size
from deepdesk.data.sources import readable, shown
from deepdesk.project.folder import Project
from deepdesk.project.full_disk import is_full, storage_error
from deepdesk.project.index import Sample, SampleIndex
from deepdesk.project.safe_write import fsync_folder, remove_killed, replace, temporary_beside

_AT_ONCE = 500
_LONGEST_STEM = 150
_LEFT = "Pictures that are not labelled yet were left out"
_TURNED = "Labels are of pictures as they are shown; pictures that are stored turned"


@dataclass(frozen=True, slots=True)
class Format:
    """One format that can be written.

    Attributes:
        key: For the terminal.
        title: On screen.
        says: What it holds, in a few words.
        make: Makes the writer.
    """

    key: str
    title: str
    says: str
    make: Callable[[Place, Sequence[str], Losses], Writer]


FORMATS: dict[str, Format] = {
    one.key: one
    for one in (
        Format("coco", coco.TITLE, "boxes, outlines, painted regions, points", coco.CocoWriter),
        Format("voc", boxes.VOC_TITLE, "boxes in whole pixels", boxes.VocWriter),
        Format("yolo", yolo.TITLE, "boxes and outlines", yolo.YoloWriter),
        Format("labelme", labelme.TITLE, "everything", labelme.LabelMeWriter),
        Format(
            "labelstudio",
            label_studio.TITLE,
            "boxes, outlines, painted regions, points",
            label_studio.StudioWriter,
        ),
        Format("masks", masks.TITLE, "a class for every pixel", masks.MaskWriter),
        Format(
            "csv", boxes.TABLE_TITLE, "boxes, or classes, texts and numbers", boxes.BoxTableWriter
        ),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """What came of an export.

    Attributes:
        folder: Where it lies.
        title: Of the format.
        pictures: That were written.
        labels: On them.
        losses: What the format cannot say, and what was left out, a sentence each.
        refused: (file, reason) of pictures that could not be written, at most `MAX_LISTED`.
    """

    folder: Path
    title: str
    pictures: int
    labels: int
    losses: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()

    @property
    def sentence(self) -> str:
        """The report in one sentence."""
        pictures = "picture" if self.pictures == 1 else "pictures"
        labels = "label" if self.labels == 1 else "labels"
        return (
            f"Exported {self.pictures:,} {pictures} with {self.labels:,} {labels} as"
            f" {self.title} to {shown(self.folder)}"
        )


def export_work(project_path: Path, key: str, folder: Path, *, is_copying: bool = True) -> Work:
    """Return work that exports the labels of a project; its `Result` is an `ExportReport`.

    Nothing is at its place until all of it is there; stopping leaves nothing behind.

    Args:
        project_path: Folder of the project.
        key: Of the format, from `FORMATS`.
        folder: Is made, or is empty.
        is_copying: Whether pictures are copied beside the labels.

    Raises:
        ConfigError: There is no such format.
    """
    if key not in FORMATS:
        known = ", ".join(FORMATS)
        raise ConfigError("format", f'There is no format "{key}".', f"Known are: {known}.")

    def work(emit: EventSink, stop: StopToken) -> None:
        check_free(folder)
        _check_outside(folder, project_path)
        remove_killed(folder)
        part = temporary_beside(folder)
        try:
            part.mkdir(parents=True)
            job = _Export(FORMATS[key], Place(part, is_copying=is_copying))
            with Project.open(project_path, read_only=True) as project, project.index() as index:
                job.run(index, Pace("Exporting pictures", emit, stop))
            report = job.report(folder)
            if not report.pictures:
                raise _nothing(report)
            if folder.exists():
                folder.rmdir()
            replace(part, folder)
            fsync_folder(folder.parent)
        except OSError as error:
            raise storage_error(error, folder) from error
        finally:
            shutil.rmtree(part, ignore_errors=True)
        emit(Result(value=report))

    return work


def _nothing(report: ExportReport) -> DatasetError:
    """Return the error of an export without a picture, with what was in the way."""
    others = [loss for loss in report.losses if not loss.startswith(_LEFT)]
    if report.refused:
        return DatasetError(f"There is nothing to export. {report.refused[0][1]}")
    if others:
        return DatasetError(f"There is nothing to export. {others[0]}", "Choose another format.")
    return DatasetError("There is nothing to export. No picture is labelled yet.", "Draw labels.")


def check_free(folder: Path) -> None:
    """Check that nothing is in the way of an export.

    Raises:
        DatasetError: There is a file, or a folder with something in it.
    """
    try:
        is_taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        raise storage_error(error, folder) from error
    if is_taken:
        raise DatasetError(f'"{shown(folder)}" is not empty.', "Choose a new folder.")


def _check_outside(folder: Path, project_path: Path) -> None:
    """Check that an export would not lie among the files of its project."""
    inside, project = folder.resolve(), project_path.resolve()
    if inside.is_relative_to(project) and not inside.is_relative_to(project / "exports"):
        raise DatasetError(
            f'"{shown(folder)}" lies in the project itself.', "Choose a folder beside it."
        )


class _Export:
    """One export under way."""

    def __init__(self, wanted: Format, place: Place) -> None:
        self._format = wanted
        self._place = place
        self._losses = Losses()
        self._names: set[str] = set()
        self._refused: list[tuple[str, str]] = []
        self._table = TruthTable(place) if wanted.key == "csv" else None
        self._pictures = self._labels = 0

    def run(self, index: SampleIndex, pace: Pace) -> None:
        classes = [row.name for row in index.classes()]
        writer = self._format.make(self._place, classes, self._losses)
        ids = index.ids()
        for start in range(0, len(ids), _AT_ONCE):
            for number, sample in enumerate(index.samples(ids[start : start + _AT_ONCE]), start):
                pace.tell(number, len(ids))
                self._add(sample, writer)
        writer.finish()
        if self._table is not None:
            self._table.finish()

    def report(self, folder: Path) -> ExportReport:
        return ExportReport(
            folder=folder,
            title=self._format.title,
            pictures=self._pictures,
            labels=self._labels,
            losses=self._losses.sentences(),
            refused=tuple(self._refused),
        )

    def _add(self, sample: Sample, writer: Writer) -> None:
        try:
            labels = self._written(sample, writer)
        except (BadSampleError, ConfigError) as error:
            self._refuse(sample.path, error.message)
        except OSError as error:
            if is_full(error):
                raise
            self._refuse(sample.path, f"It cannot be read: {error.strerror or 'no reason known'}.")
        else:
            if labels is not None:
                self._losses.add(_TURNED, int("turned" in sample.note))
                self._pictures += 1
                self._labels += labels

    def _written(self, sample: Sample, writer: Writer) -> int | None:
        name = self._name(sample.path)
        if is_drawing(sample.target):
            drawing = drawing_of(sample.target)
            check_size(drawing.width_px, drawing.height_px)
            return writer.add(Item(sample.path, name, drawing, sample.split))
        if self._table is not None and self._table.add(sample, name):
            return 1
        self._losses.add(_LEFT)
        return None

    def _name(self, path: Path) -> str:
        """Return a name that no other picture has, also without its ending."""
        plain = "".join(c if c.isprintable() and c not in '<>:"/\\|?*,' else "_" for c in path.stem)
        stem = readable(plain)[:_LONGEST_STEM].strip(" .") or "picture"
        free, number = stem, 1
        while free.casefold() in self._names:
            number += 1
            free = f"{stem}_{number}"
        self._names.add(free.casefold())
        return f"{free}{path.suffix}"

    def _refuse(self, path: Path, reason: str) -> None:
        if len(self._refused) < MAX_LISTED:
            self._refused.append((shown(path), reason))


def free_folder(beside: Path, name: str) -> Path:
    """Return a folder that is not there yet, in `beside`, for a person to agree to."""
    free, number = beside / name, 1
    while os.path.lexists(free):
        number += 1
        free = beside / f"{name} {number}"
    return free
