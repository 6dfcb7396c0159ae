"""Pictures of a film as samples of a project: written into it, all of them or none.

pieces/<name>-<key>/<name> 000123.jpg    picture 123 of the film, counted from 0
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from deepdesk.core.errors import DatasetError
from deepdesk.core.task import Found
from deepdesk.core.work import StopToken
from deepdesk.data.copying import folder_for
from deepdesk.data.drawing import FRACTIONS, SEED, draw_new
from deepdesk.data.project_index import writable_index
from deepdesk.data.sources import readable
from deepdesk.project.full_disk import storage_error
from deepdesk.project.index import Change, SampleIndex
from deepdesk.project.safe_write import make_folder, write_bytes
from deepdesk.project.undone_pieces import FOLDER, mark_undone, marked

QUALITY = 95


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """One picture of a film: its number from 0, and uint8, (H, W, 3), sRGB."""

    number: int
    pixels_HWC: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmReport:
    """What came of a film.

    Attributes:
        name: Of the film.
        offered: Pictures that were taken.
        added: Ids of those that are new in the project, int64, (N,).
        folder: Where the files are.
    """

    name: str
    offered: int
    added: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    folder: Path = field(default_factory=Path)

    @property
    def sentence(self) -> str:
        """The report in one sentence."""
        count = len(self.added)
        words = "picture" if count == 1 else "pictures"
        known = self.offered - count
        rest = f", {known:,} were there already" if known else ""
        return f"Took {count:,} {words} of {self.name}{rest}"


def take_in(
    project_path: Path, film: Path, pictures: Iterable[Picture], stop: StopToken
) -> FilmReport:
    """Write pictures into a project and add them to its index.

    The film is their origin, so that they stay on one side of a split where origins do.

    Args:
        project_path: Folder of the project.
        film: That they are of; it stays as it is.
        pictures: In order, of arrays (H, W, 3).
        stop: Until the last one is written, stopping leaves nothing behind.

    Raises:
        DatasetError: There is no picture.
        StorageError: The disk is full or not writable.
        StoppedError: A stop was asked for.
    """
    folder = folder_for(project_path / FOLDER, film)
    with writable_index(project_path) as index:
        before = index.ids()
        last = int(before[-1]) if len(before) else 0
        _make(folder)
        used = index.names_in(folder)
        with marked(folder), _none_on_failure(used) as written:
            for path in _written(folder, pictures, used):
                written.append(path)
                stop.check()
            if not written:
                named = readable(film.name)
                raise DatasetError(f"No picture of {named} can be read.", "Choose another.")
            origin = readable(film.stem)
            index.add([Found(path=path, origin=origin) for path in written], source=str(folder))
        if index.keeps_origins():
            draw_new(index, last, {None})
        else:
            # Neighbours look alike: drawn by chance they would stand on both sides.
            index.draw_splits(FRACTIONS, SEED, in_order=True, known=last)
        ids = index.ids()
        return FilmReport(
            name=readable(film.name),
            offered=len(written),
            added=np.sort(ids[ids > last]),
            folder=folder,
        )


def undo_taking(index: SampleIndex, report: FilmReport) -> list[Change]:
    """Take the pictures of a film out of an index.

    Their files stay until the project is opened the next time: the undoing can be undone.
    """
    mark_undone([report.folder])
    return [index.remove(report.added)]


@contextlib.contextmanager
def _none_on_failure(used: frozenset[str]) -> Iterator[list[Path]]:
    """Give a list for what is written; if anything fails, all but `used` of it goes."""
    written: list[Path] = []
    try:
        yield written
    except BaseException:
        for path in written:
            if path.name not in used:
                with contextlib.suppress(OSError):
                    path.unlink()
        raise


def _written(folder: Path, pictures: Iterable[Picture], used: frozenset[str]) -> Iterator[Path]:
    stem = folder.name.rpartition("-")[0][:40] or "film"
    for picture in pictures:
        target = folder / f"{stem} {picture.number:06}.jpg"
        # What a sample is made of stays as it is: it may have been drawn on.
        if target.name not in used:
            write_bytes(target, jpeg_of(picture.pixels_HWC))
        yield target


def _make(folder: Path) -> None:
    try:
        make_folder(folder.parent)
        make_folder(folder)
    except OSError as error:
        raise storage_error(error, folder) from error


def jpeg_of(pixels_HWC: NDArray[np.uint8], quality: int = QUALITY) -> bytes:
    """Return a picture, uint8, (H, W, 3), as a JPEG file."""
    target = io.BytesIO()
    PIL.Image.fromarray(pixels_HWC).save(target, "JPEG", quality=quality, subsampling=0)
    return target.getvalue()
