"""Writing drawn answers: one file of all, a mask for each, or the pictures with them painted on."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import PIL.Image
from PySide6.QtGui import QColor

from deepdesk.core.answer_filter import AnswerFilter, Drawn, filtered
from deepdesk.core.errors import BadSampleError, DeepDeskError
from deepdesk.core.events import Progress, Result
from deepdesk.core.payloads import Image
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.data.answer_files import (
    PictureAnswer,
    free_path,
    names_below,
    unpacked,
    write_answers,
    write_masks,
)
from deepdesk.project.full_disk import storage_error
from deepdesk.project.safe_write import write_bytes
from deepdesk.ui.overlay import drawn_picture
from deepdesk.ui.payload_views import image_of, pixels_of
from deepdesk.ui.tabs.inference.given import Given
from deepdesk.ui.theme import tokens

if TYPE_CHECKING:
    from deepdesk.core.task import Reader

_QUALITY = 92
_SUFFIX = ".png"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredPicture:
    """A picture and what was answered, packed."""

    given: Given
    packed: bytes

    def counted(self, kept: AnswerFilter) -> Drawn:
        """Return what counts of the answer."""
        return filtered(unpacked(self.packed), kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What was written, `what` in words; `left_out` pictures could not be read any more."""

    pictures: int
    what: str
    path: Path
    left_out: int = 0

    @property
    def words(self) -> str:
        """What happened, for the footer."""
        rest = f"; {self.left_out:,} could not be read any more" if self.left_out else ""
        return f"Saved {self.what} to {self.path.name}{rest}"


def saving_file(
    pictures: Sequence[AnsweredPicture], kept: AnswerFilter, path: Path, gives: type[Any]
) -> Work:
    """Return work that writes what counts of all answers to one file; its `Result` is `Saved`."""

    def work(emit: EventSink, stop: StopToken) -> None:
        written = write_answers(_answers(pictures, kept, emit, stop), path, gives)
        what = _several(written.pictures, "the answer", "the answers to {} pictures")
        emit(Result(value=Saved(pictures=written.pictures, what=what, path=path)))

    return work


def saving_masks(pictures: Sequence[AnsweredPicture], kept: AnswerFilter, folder: Path) -> Work:
    """Return work that writes a mask picture for each answer; its `Result` is `Saved`."""

    def work(emit: EventSink, stop: StopToken) -> None:
        inks = [QColor(tokens().class_colour(at)) for at in range(256)]
        palette = [(ink.red(), ink.green(), ink.blue()) for ink in inks]
        written = write_masks(_answers(pictures, kept, emit, stop), folder, palette)
        what = _several(written.pictures, "a mask", "{} masks")
        emit(Result(value=Saved(pictures=written.pictures, what=what, path=folder)))

    return work


def saving_pictures(
    pictures: Sequence[AnsweredPicture], kept: AnswerFilter, to: Path, reader: Callable[[], Reader]
) -> Work:
    """Return work that writes pictures with what counts painted on; its `Result` is `Saved`.

    Args:
        to: A file for one picture, whose ending says its format, or a folder for several.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        read, left_out = reader(), 0
        # The name of a folder may have a dot in it.
        is_folder = to.is_dir() or not to.suffix
        try:
            (to if is_folder else to.parent).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise storage_error(error, to) from error
        for done, one in enumerate(pictures):
            stop.check()
            emit(Progress(what="Saving pictures", done=done, total=len(pictures)))
            stem = Path(one.given.name).stem or "picture"
            path = free_path(to, f"{stem} answered", _SUFFIX) if is_folder else to
            try:
                write_bytes(path, painted_file(one, kept, read, path.suffix))
            except BadSampleError:
                # The file went away since; the others are still wanted.
                left_out += 1
        if left_out == len(pictures):
            raise DeepDeskError("None of the pictures could be read.", "Ask about them again.")
        count = len(pictures) - left_out
        what = _several(count, "a picture with its answer", "{} pictures with their answers")
        emit(Result(value=Saved(pictures=count, what=what, path=to, left_out=left_out)))

    return work


def painted_file(one: AnsweredPicture, kept: AnswerFilter, reader: Reader, suffix: str) -> bytes:
    """Return a picture file of full size with what counts of its answer painted on.

    Raises:
        BadSampleError: The picture cannot be read any more.
    """
    given = one.given.read(reader)
    assert isinstance(given, Image), "answers are drawn over pictures"
    made = drawn_picture(image_of(given.pixels_HWC), one.counted(kept), kept)
    target = io.BytesIO()
    kind = "PNG" if suffix.lower() == ".png" else "JPEG"
    PIL.Image.fromarray(pixels_of(made)).save(target, kind, quality=_QUALITY)
    return target.getvalue()


def _answers(
    pictures: Sequence[AnsweredPicture], kept: AnswerFilter, emit: EventSink, stop: StopToken
) -> Iterator[PictureAnswer]:
    paths = [one.given.path or Path(one.given.name) for one in pictures]
    names = names_below(paths)
    for done, (one, name) in enumerate(zip(pictures, names, strict=True)):
        stop.check()
        emit(Progress(what="Saving answers", done=done, total=len(pictures)))
        yield PictureAnswer(name=name, answer=one.counted(kept))


def _several(count: int, one: str, many: str) -> str:
    return one if count == 1 else many.format(f"{count:,}")
