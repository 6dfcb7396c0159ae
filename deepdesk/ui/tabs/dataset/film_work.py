"""Reading films for the data set: small pictures to choose by, then the chosen ones. No Qt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.errors import BadSampleError
from deepdesk.core.events import Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.data.film_intake import Picture, take_in
from deepdesk.data.film_taking import SMALL_PX, Taking, changes_of, grey_of, taken
from deepdesk.data.pace import Pace
from deepdesk.ui.video.film import Film, FilmFacts, opened_film

PACE = 100.0
# A day at 25 pictures a second would be 1.2 GB of small ones.
MOST_SMALL = 400_000
# Within a picture, whatever its time was rounded to.
_INSIDE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FilmOutline:
    """A film that was looked through once.

    Attributes:
        facts: What it says of itself.
        starts_T: When each picture is shown, seconds, float64, (T,).
        greys_THW: Small pictures, uint8, (T, H, W).
        changes_T: How much each differs from the one before, per cent, float32, (T,).
    """

    facts: FilmFacts
    starts_T: NDArray[np.float64]
    greys_THW: NDArray[np.uint8]
    changes_T: NDArray[np.float32]


def outline_work(path: Path) -> Work:
    """Return work whose `Result` is a `FilmOutline`; on the way it tells `Progress`.

    Raises:
        BadSampleError: It is no video that can be read, or too long.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        starts: list[float] = []
        greys: list[NDArray[np.uint8]] = []
        with opened_film(path, stop, pace=PACE) as film:
            pace = Pace("Looking through the film", emit, stop)
            while (frame := film.next(stop, side_px=SMALL_PX)) is not None:
                starts.append(frame.start_s)
                greys.append(grey_of(frame.pixels_HWC))
                pace.tell(min(len(starts), film.facts.frames), film.facts.frames)
                if len(starts) > MOST_SMALL:
                    raise BadSampleError(
                        "film", f"{path.name} is too long.", "Cut it into films of a few hours."
                    )
            facts = film.facts
        if not greys:
            raise BadSampleError("film", f"No picture of {path.name} can be read.")
        same = [grey for grey in greys if grey.shape == greys[0].shape]
        greys_THW = np.stack(same)
        emit(
            Result(
                value=FilmOutline(
                    facts=facts,
                    starts_T=np.array(starts[: len(same)]),
                    greys_THW=greys_THW,
                    changes_T=changes_of(greys_THW),
                )
            )
        )

    return work


def chosen_work(outline: FilmOutline, settings: Taking) -> Work:
    """Return work whose `Result` is which pictures would be taken, int64, (N,)."""

    def work(emit: EventSink, _stop: StopToken) -> None:
        emit(Result(value=taken(outline.greys_THW, settings)))

    return work


def taking_work(project: Path, path: Path, outline: FilmOutline, settings: Taking) -> Work:
    """Return work that takes pictures of a film into a project; its `Result` is a `FilmReport`.

    Stopping leaves nothing of it behind.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        numbers = taken(outline.greys_THW, settings)
        pace = Pace("Taking pictures", emit, stop)
        with opened_film(path, stop, pace=PACE) as film:
            pictures = _pictures(film, outline, numbers, pace, stop)
            emit(Result(value=take_in(project, path, pictures, stop)))

    return work


def _pictures(
    film: Film, outline: FilmOutline, numbers: NDArray[np.int64], pace: Pace, stop: StopToken
) -> Iterator[Picture]:
    inside_s = _INSIDE / film.facts.rate
    for done, number in enumerate(numbers.tolist()):
        frame = film.next(stop, from_s=float(outline.starts_T[number]) + inside_s)
        if frame is None:
            return
        yield Picture(number=number, pixels_HWC=frame.pixels_HWC)
        pace.tell(done + 1, len(numbers))
