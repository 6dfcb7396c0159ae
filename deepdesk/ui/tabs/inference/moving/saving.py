"""Answering every picture of a film, into a video with answers drawn over it or into a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepdesk.core.answer_filter import AnswerFilter, Drawn, filtered
from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Result
from deepdesk.core.payloads import Boxes, Mask
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.data.pace import Pace
from deepdesk.ui.payload_views import image_of, pixels_of
from deepdesk.ui.tabs.inference.models import Model
from deepdesk.ui.tabs.inference.moving.words_over import framed
from deepdesk.ui.tabs.inference.moving.work import Asker
from deepdesk.ui.tabs.inference.networks import Networks
from deepdesk.ui.video.film import Film, FilmFrame, opened_film

if TYPE_CHECKING:
    from deepdesk.core.payloads import Payload

PACE = 50.0
VIDEOS = {
    ".mp4": "MP4 video",
    ".avi": "AVI video (larger, plays everywhere)",
}
PICTURES = "Pictures, numbered, in a folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """How many pictures were answered and written, and where they are."""

    pictures: int
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingOrder:
    """What is to be saved, and where.

    Attributes:
        film: The video file.
        target: Ends in .mp4, .avi, .json or .csv; without an ending it becomes a folder.
        model: Whose weights answer.
        gives: Payload class of the answers.
        kept: What of drawn answers counts.
    """

    film: Path
    target: Path
    model: Model
    gives: type[Any]
    kept: AnswerFilter = field(default_factory=AnswerFilter)


def formats_for(gives: type[Any]) -> dict[str, str]:
    """Return what films can be saved as: ending to title."""
    tables = {".csv": "CSV table of the answers"}
    if gives in (Boxes, Mask):
        tables = {".json": "COCO JSON of the answers", **tables}
    return {**VIDEOS, **tables, "": PICTURES}


def saving_work(order: SavingOrder, networks: Networks) -> Work:
    """Return work that answers every picture of a film and writes all of it, or nothing.

    Its `Result` is a `Saved`; on the way it tells `Progress`.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        if order.target.resolve() == order.film.resolve():
            raise DeepDeskError("That is the film itself.", "Save it under another name.")
        with opened_film(order.film, stop, pace=PACE) as film:
            asker = Asker(networks.newest(order.model, emit))
            answered = _Answered(film, asker, Pace("Saving", emit, stop), stop)
            write = _WRITES.get(order.target.suffix.lower(), _write_film)
            write(answered, order, stop)
            emit(Result(value=Saved(pictures=answered.count, path=order.target)))

    return work


class _Answered:
    """Pictures of a film with their answers, and how far it is."""

    def __init__(self, film: Film, asker: Asker, pace: Pace, stop: StopToken) -> None:
        self.film = film
        self.count = 0
        self._asker = asker
        self._pace = pace
        self._stop = stop

    def __iter__(self) -> Iterator[tuple[FilmFrame, Payload]]:
        while (frame := self.film.next(self._stop)) is not None:
            self._stop.check()
            answer, _times = self._asker.answer(frame, self._stop)
            if answer is None:
                continue
            yield frame, answer
            self.count += 1
            self._pace.tell(min(self.count, self.film.facts.frames), self.film.facts.frames)
        if not self.count:
            raise DeepDeskError("No picture of it can be read.", "Choose another video.")


def _write_film(answered: _Answered, order: SavingOrder, stop: StopToken) -> None:
    from deepdesk.ui.video.writing import written_film

    with written_film(order.target, answered.film.facts.rate, stop) as writer:
        for frame, answer in answered:
            made = framed(image_of(frame.pixels_HWC), answer, order.kept)
            writer.write(pixels_of(made), stop)


def _write_table(answered: _Answered, order: SavingOrder, _stop: StopToken) -> None:
    from deepdesk.data.answer_files import PictureAnswer, write_answers
    from deepdesk.data.film_tables import FilmAnswer, film_table
    from deepdesk.project.safe_write import write_bytes

    if order.gives in (Boxes, Mask):
        named = (
            PictureAnswer(name=picture_name(frame.number), answer=_of_size(frame, answer, order))
            for frame, answer in answered
        )
        write_answers(named, order.target, order.gives)
        return
    lines = (
        FilmAnswer(number=frame.number, at_s=frame.start_s, answer=answer)
        for frame, answer in answered
    )
    # The mark makes spreadsheets read UTF-8.
    write_bytes(order.target, film_table(lines).encode("utf-8-sig", errors="replace"))


_WRITES = {".csv": _write_table, ".json": _write_table}


def picture_name(number: int) -> str:
    """Return how the picture of that number, from 0, is called in tables and folders."""
    return f"frame {number:06}.jpg"


def _of_size(frame: FilmFrame, answer: Payload, order: SavingOrder) -> Drawn:
    from dataclasses import replace

    assert isinstance(answer, Boxes | Mask), "tables of drawn answers alone come here"
    drawn = filtered(answer, order.kept)
    if isinstance(drawn, Boxes) and not min(drawn.size):
        height, width = frame.pixels_HWC.shape[:2]
        return replace(drawn, size=(width, height))
    return drawn
