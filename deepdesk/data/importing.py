"""Importing: what sources offer goes into the index, a million files without opening one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from deepdesk.core.errors import DatasetError
from deepdesk.core.events import Progress, Result, Said
from deepdesk.core.task import Found, Reader, Remark
from deepdesk.core.work import EventSink, StoppedError, StopToken, Work
from deepdesk.data.copying import Copies, folder_for
from deepdesk.data.drawing import draw_new
from deepdesk.data.mask_files import mask_of_target, with_mask
from deepdesk.data.pace import Pace
from deepdesk.data.project_index import writable_index
from deepdesk.data.sources import shown
from deepdesk.data.zips import unpack
from deepdesk.project.index import SampleIndex

MAX_LISTED = 1000
_FILES_PER_LOOK = 64
ZIP_SUFFIXES = frozenset({".zip"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What came of an import.

    Attributes:
        added: Samples that are new in the project.
        skipped: Files that were in it already.
        classes: Class names of the project now.
        splits: Samples of the project now, by split.
        rejected: (file, reason) of those left out, at most `MAX_LISTED`.
        num_rejected: How many were left out.
        remarks: (file, sentence) about files of labels that were left out, and about labels that
            were left out or changed, at most `MAX_LISTED`.
        sources: Where the samples lie now; importing these again gives the same index.
        seconds: It took.
    """

    added: int
    skipped: int
    classes: tuple[str, ...]
    splits: dict[str, int]
    rejected: tuple[tuple[str, str], ...] = ()
    num_rejected: int = 0
    remarks: tuple[tuple[str, str], ...] = ()
    sources: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def sentence(self) -> str:
        """The report in one sentence."""
        files = self.added + self.skipped + self.num_rejected
        known = f", {self.skipped:,} were there already" if self.skipped else ""
        return f"Imported {self.added:,} of {files:,} files in {self.seconds:.1f} s{known}"


def import_work(
    project_path: Path,
    sources: list[Path],
    *,
    reader_of: Callable[[], Reader],
    copy: bool = False,
    label: str | None = None,
    keep_origins: bool | None = None,
) -> Work:
    """Return work that adds sources to a project's index; its `Result` is an `ImportReport`.

    Stopping keeps what was added; doing it again goes on, since files that are in
    the index are passed over. Zips are unpacked into the project first.

    Args:
        project_path: Folder of the project.
        sources: Folders, tables, zips or single files.
        reader_of: Makes the reader of the task.
        copy: Copy the files into the project instead of referring to them.
        label: Class for everything, whatever the sources say.
        keep_origins: Whether splits are drawn so that all samples of one origin are on one side;
            None for whatever `SampleIndex.keeps_origins` says.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        job = _Import(project_path, reader_of(), emit, stop)
        job.copies = Copies(project_path / "files") if copy else None
        job.label = label
        job.keep_origins = keep_origins
        emit(Result(value=job.run(sources)))

    return work


class _Import:
    """One import under way."""

    def __init__(
        self, project_path: Path, reader: Reader, emit: EventSink, stop: StopToken
    ) -> None:
        self._project_path = project_path
        self._reader = reader
        self._emit = emit
        self._stop = stop
        self._pace = Pace(f"Finding {reader.noun[1]}", emit, stop)
        self._rejected: list[tuple[str, str]] = []
        self._remarks: list[tuple[str, str]] = []
        self._num_rejected = 0
        self._sources: list[str] = []
        self._seen = 0
        self._given: set[str | None] = set()
        self.copies: Copies | None = None
        self.label: str | None = None
        self.keep_origins: bool | None = None

    def run(self, sources: list[Path]) -> ImportReport:
        start_s = time.monotonic()
        with writable_index(self._project_path) as index:
            known = _settled(index)
            try:
                added = self._add_all(index, sources)
            finally:
                # Also after a stop: what was added would stay in training for good otherwise.
                self._emit(Progress(what="Drawing splits", done=self._seen))
                draw_new(index, known, self._given, self.keep_origins)
            return ImportReport(
                added=added,
                skipped=self._seen - added,
                classes=tuple(row.name for row in index.classes()),
                splits=index.split_counts(),
                rejected=tuple(self._rejected),
                num_rejected=self._num_rejected,
                remarks=tuple(self._remarks),
                sources=tuple(self._sources),
                seconds=time.monotonic() - start_s,
            )

    def _add_all(self, index: SampleIndex, sources: list[Path]) -> int:
        added = 0
        problems: list[DatasetError] = []
        failed: list[Path] = []
        for source in sources:
            try:
                folder = self._unpacked(source)
                self._stop.check()
                root = str(self._root(folder))
                added += index.add(self._offers(folder), source=root)
                self._sources.append(root)
                self._stop.check()
            except DatasetError as error:
                problems.append(error)
                failed.append(source)
                self._reject(source, error.message)
        if problems and not self._seen:
            raise problems[0]
        if problems:
            more = len(problems) - 1
            others = f" {more:,} more {'was' if more == 1 else 'were'} left out." if more else ""
            text = f"{shown(failed[0])} was left out: {problems[0]}{others}"
            self._emit(Said(text=text, level="warning"))
        return added

    def _unpacked(self, source: Path) -> Path:
        if source.suffix.lower() not in ZIP_SUFFIXES or source.is_dir():
            return source
        into = folder_for(self._project_path / "files", source)
        unpack(source, into, self._emit, self._stop)
        return into

    def _root(self, source: Path) -> Path:
        return self.copies.root(source) if self.copies else source

    def _offers(self, source: Path) -> Iterator[Found]:
        lone: set[Path] = set()
        for found in self._found(source):
            # The folder of the files so far: none of them has a truth, or the answer is known.
            if len(lone) < 2:
                is_told = found.label is not None or found.target is not None
                lone.add(source if is_told else found.path.parent)
            # A look at the clock for each file would take a tenth of the whole time.
            if (self.copies or self._seen % _FILES_PER_LOOK == 0) and not self._goes_on():
                # Ending early, unlike raising, lets the index keep what it was given so far.
                return
            taken = self._taken(found, source)
            if taken is not None:
                self._seen += 1
                self._given.add(taken.split)
                yield taken
        if self.label is None and len(lone) == 1:
            self._say_no_class(source, lone.pop())

    def _found(self, source: Path) -> Iterator[Found]:
        """Yield what a source offers; where it breaks in the middle, what came before is kept."""
        is_any = False
        left_out: list[Remark] = []
        try:
            for found in self._reader.discover(source):
                if isinstance(found, Remark):
                    self._note(found, left_out)
                    continue
                is_any = True
                yield found
            self._say_left_out(left_out)
        except DatasetError as error:
            if not is_any:
                raise
            self._reject(source, error.message)
            self._emit(Said(text=str(error), level="warning"))

    def _say_no_class(self, source: Path, folder: Path) -> None:
        """Say it when a lone folder was stepped into: somebody may have meant it as a class."""
        if folder == source or not folder.is_relative_to(source):
            return
        text = (
            f'All files of "{shown(source)}" lie in the one folder "{shown(folder)}", which is not'
            " taken for a class: they have none. Give them one in the Dataset tab, or import"
            " folders of several classes together."
        )
        self._emit(Said(text=text, level="warning"))

    def _goes_on(self) -> bool:
        try:
            self._pace.tell(self._seen)
        except StoppedError:
            return False
        return True

    def _taken(self, found: Found, source: Path) -> Found | None:
        if self.label is not None:
            found = replace(found, label=self.label)
        if self.copies is None or self.copies.is_inside(found.path):
            return found
        try:
            copy = self.copies.copied(found.path, source)
            mask = mask_of_target(found.path, found.target)
            target = found.target
            if mask is not None:
                target = with_mask(target, copy, self.copies.copied(mask, source))
            return replace(found, path=copy, target=target)
        except DatasetError as error:
            self._reject(found.path, error.message)
            return None

    def _note(self, remark: Remark, left_out: list[Remark]) -> None:
        if len(self._remarks) < MAX_LISTED:
            self._remarks.append((shown(remark.path), remark.reason))
        if remark.is_left_out:
            # A thousand broken files are one sentence, and a list to look into.
            left_out.append(remark)
        else:
            self._emit(Said(text=remark.reason, level="warning"))

    def _say_left_out(self, left_out: list[Remark]) -> None:
        if left_out:
            first, more = left_out[0], len(left_out) - 1
            others = f" {more:,} more {'was' if more == 1 else 'were'} left out." if more else ""
            text = f"{shown(first.path)} was left out: {first.reason}{others}"
            self._emit(Said(text=text, level="warning"))

    def _reject(self, path: Path, reason: str) -> None:
        self._num_rejected += 1
        if len(self._rejected) < MAX_LISTED:
            self._rejected.append((shown(path), reason))


def _settled(index: SampleIndex) -> int:
    """Return the highest id whose split was drawn before, 0 when none ever was.

    An import that was killed left everything in training; the next one draws for it too.
    """
    counts = index.split_counts()
    if not counts["validation"] and not counts["test"]:
        return 0
    ids = index.ids()
    return int(ids[-1]) if len(ids) else 0
