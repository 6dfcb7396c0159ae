"""The pictures of a drive in their order, as a source of pictures, and its answers. No Qt."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deepdesk.core.errors import BadSampleError, DatasetError
from deepdesk.core.events import Result
from deepdesk.core.payloads import Image, Number
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.data.drive_times import RATE, starts_of
from deepdesk.data.pace import Pace
from deepdesk.data.steering import shifted
from deepdesk.ui.tabs.inference.models import Model
from deepdesk.ui.tabs.inference.moving.frames import FrameTap
from deepdesk.ui.tabs.inference.networks import Network, Networks
from deepdesk.ui.video.film import FilmFacts, FilmFrame

if TYPE_CHECKING:
    from deepdesk.core.task import Reader
    from deepdesk.project.folder import Project

TOLD_EVERY_S = 0.2
ALL = "all"
STEERING = "steer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One picture of a drive with what the driver did: number by header."""

    path: Path
    truth: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was answered to one picture: as it is, and shifted to the right and to the left.

    Values are by header; none where the picture could not be read.
    """

    number: int
    plain: Mapping[str, float]
    right: Mapping[str, float]
    left: Mapping[str, float]
    size: tuple[int, int] = (0, 0)


def listing_stops(project: Project, split: str) -> Work:
    """Return work whose `Result` is the tuple of `Stop`s of a split, in the order of import."""
    from deepdesk.project.index import Filter

    def work(emit: EventSink, stop: StopToken) -> None:
        with project.index() as index:
            stop.check()
            wanted = Filter() if split == ALL else Filter(split=split)
            samples = index.samples(index.ids(wanted))
        found = tuple(
            Stop(path=sample.path, truth=_numbers(sample.target))
            for sample in samples
            if sample.state != "bad"
        )
        emit(Result(value=found))

    return work


def measuring_work(
    stops: Sequence[Stop], reader: Reader, networks: Networks, model: Model, shift_px: int
) -> Work:
    """Return work that asks about every picture of a drive, also shifted.

    Its `Result`s are tuples of `Measured`, in order; on the way it tells `Progress`.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        network = networks.newest(model, emit)
        pace = Pace("Asking about the drive", emit, stop)
        some: list[Measured] = []
        told_s = time.monotonic()
        for number, one in enumerate(stops):
            some.append(_measured(number, one, reader, network, shift_px, stop))
            pace.tell(number + 1, len(stops))
            if time.monotonic() - told_s > TOLD_EVERY_S:
                emit(Result(value=tuple(some)))
                some.clear()
                told_s = time.monotonic()
        emit(Result(value=tuple(some)))

    return work


def steering_of(stops: Sequence[Stop]) -> str:
    """Return the header of the number that steers, the first one where none is called so.

    Raises:
        DatasetError: No sample has a number.
    """
    headers = list(dict.fromkeys(header for stop in stops[:200] for header in stop.truth))
    if not headers:
        raise DatasetError(
            "No picture of this split has a number.", "Choose another split, or import a drive."
        )
    return next((header for header in headers if STEERING in header.lower()), headers[0])


def values_of(answer: object) -> dict[str, float]:
    """Return the numbers of an answer by header, as truths have them."""
    if not isinstance(answer, Number):
        return {}
    return {
        f"{name} [{unit}]" if unit else name: value for name, (value, unit) in answer.values.items()
    }


@dataclass(frozen=True, slots=True)
class DriveSource:
    """The pictures of a drive, as they were taken; ten a second where that is not known."""

    stops: tuple[Stop, ...]
    reader: Reader
    name: str = "Drive"

    def opened(self, stop: StopToken) -> FrameTap:
        """Open it.

        Raises:
            DatasetError: There is no picture.
        """
        stop.check()
        if not self.stops:
            raise DatasetError("There is no picture in this split.", "Choose another one.")
        return _DriveTap(self.stops, self.reader)


class _DriveTap:
    def __init__(self, stops: Sequence[Stop], reader: Reader) -> None:
        self._stops = stops
        self._reader = reader
        self._at = 0
        height, width = _read(reader, stops[0].path).pixels_HWC.shape[:2]
        starts_s = starts_of([one.path.name for one in stops], [one.truth for one in stops])
        rate = (len(stops) - 1) / starts_s[-1] if starts_s else RATE
        length_s = starts_s[-1] + 1.0 / rate if starts_s else len(stops) / RATE
        self.facts = FilmFacts(
            size=(width, height), length_s=length_s, rate=rate, starts_s=starts_s
        )

    def next(self, stop: StopToken, *, from_s: float = 0.0, least_px: int = 0) -> FilmFrame | None:
        """Return the next picture that can be read, as it is."""
        del least_px
        first = max(self._at, self._number_at(from_s))
        passed = first - self._at
        for number in range(first, len(self._stops)):
            stop.check()
            start_s = time.perf_counter()
            try:
                picture = _read(self._reader, self._stops[number].path)
            except BadSampleError:
                passed += 1
                continue
            self._at = number + 1
            return FilmFrame(
                pixels_HWC=picture.pixels_HWC,
                start_s=self.facts.start_of(number),
                number=number,
                passed=passed,
                decode_ms=1000.0 * (time.perf_counter() - start_s),
            )
        return None

    def seek(self, to_s: float, stop: StopToken) -> None:
        stop.check()
        self._at = max(0, min(len(self._stops) - 1, self._number_at(to_s)))

    def close(self) -> None:
        """Nothing is open."""

    def _number_at(self, at_s: float) -> int:
        starts_s = self.facts.starts_s
        if starts_s:
            return max(0, bisect_right(starts_s, at_s + 1e-6) - 1)
        return int(at_s * RATE + 1e-6)


def _measured(
    number: int, one: Stop, reader: Reader, network: Network, shift_px: int, stop: StopToken
) -> Measured:
    try:
        pixels_HWC = _read(reader, one.path).pixels_HWC
    except BadSampleError:
        return Measured(number=number, plain={}, right={}, left={})
    answers = []
    for shift in (0, shift_px, -shift_px):
        given = Image(pixels_HWC=shifted(pixels_HWC, shift) if shift else pixels_HWC)
        last: object = None
        for told in network.predictor.answer(given, stop):
            last = told.answer
        answers.append(values_of(last))
    height, width = pixels_HWC.shape[:2]
    return Measured(
        number=number, plain=answers[0], right=answers[1], left=answers[2], size=(width, height)
    )


def _read(reader: Reader, path: Path) -> Image:
    payload = reader.payload(path)
    if not isinstance(payload, Image):
        raise BadSampleError("no_picture", f"{path.name} is no picture.")
    return payload


def _numbers(target: object) -> dict[str, float]:
    if not isinstance(target, Mapping):
        return {}
    return {
        str(name): float(value)
        for name, value in target.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
