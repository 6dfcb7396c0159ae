"""Questions to a network and what comes of them. No Qt, no torch."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING

from deepdesk.core.answer_filter import class_shares, sized
from deepdesk.core.drawn_json import for_tile
from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Result
from deepdesk.core.payloads import Boxes, Image, Mask, Payload
from deepdesk.core.work import EventSink, StoppedError, StopToken
from deepdesk.data.answer_files import packed
from deepdesk.ui.tabs.inference.given import Given, GivenFile
from deepdesk.ui.tabs.inference.models import Model
from deepdesk.ui.tabs.inference.networks import Network, Networks
from deepdesk.ui.tabs.inference.sizes import SHOWN_PX, SMALL_PX, fitted, small
from deepdesk.ui.tabs.inference.words import in_table, in_words

if TYPE_CHECKING:
    from deepdesk.core.task import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came of one question.

    Attributes:
        number: Of the question.
        step: Of the checkpoint that answered, 0 while none did.
        given: What was asked about, small enough to show; None if it could not be read, or was
            let go.
        small: A thumbnail of it, if it has one.
        problem: Why there is no answer, None when there is one.
        is_final: False while a growing answer goes on, or before it begins.
        is_stopped: Whether a person stopped it before its end.
        packed: The final answer in few bytes, for files, if it is drawn over a picture.
        arrived_s: When the network was given the picture of a drawn answer, on the clock of
            `time.perf_counter`; 0 for other answers.
    """

    number: int
    model: Model
    step: int = 0
    given: Payload | None = None
    small: Image | None = None
    answer: Payload | None = None
    milliseconds: float = 0.0
    problem: DeepDeskError | None = None
    is_final: bool = True
    is_stopped: bool = False
    packed: bytes = b""
    arrived_s: float = 0.0


def lightened(answered: Answered) -> Answered:
    """Return an answer without what only a large view of it needs."""
    answer = answered.answer
    if isinstance(answer, Mask):
        answer = for_tile(answer, SMALL_PX)
    return replace(answered, given=None, answer=answer)


class SkippedError(StoppedError):
    """A person has seen enough of this answer."""


class PostponedError(Exception):
    """An answer turned out to be long, and something else is under way."""


def _nothing() -> None:
    """Do nothing between two parts of an answer."""


class SkipToken(StopToken):
    """Stops one question, and with everything else when that stops."""

    def __init__(self, everything: StopToken) -> None:
        super().__init__()
        self._everything = everything

    def check(self) -> float:
        waited_s = self._everything.check()
        if self.is_stopping:
            raise SkippedError
        return waited_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One file of a folder with its answer; `score` is NaN where there is none.

    Attributes:
        packed: The answer in few bytes, for files, if it is drawn over a picture.
    """

    path: str
    answer: str = ""
    score: float = nan
    milliseconds: float = nan
    error: str = ""
    packed: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The network itself cannot be asked; whatever waited was let go."""

    error: DeepDeskError


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing that a person looks at."""

    number: int
    given: Given
    model: Model

    def answer(
        self,
        networks: Networks,
        reader: Reader,
        emit: EventSink,
        stop: StopToken,
        between: Callable[[], None] = _nothing,
    ) -> None:
        """Emit an `Answered`, several for a growing answer, and call `between` amid its parts."""
        told = Answered(number=self.number, model=self.model)
        try:
            payload = self.given.read(reader)
        except DeepDeskError as error:
            emit(Result(value=replace(told, problem=error)))
            return
        told = replace(told, given=fitted(payload, SHOWN_PX), small=small(payload))
        if not networks.has(self.model):
            # Loading takes seconds the first time; what was given is seen at once.
            emit(Result(value=replace(told, is_final=False)))
        network = networks.newest(self.model, emit)
        told = replace(told, step=network.step)
        try:
            for answer, milliseconds, is_final in _answers(network, payload, stop, between):
                told = replace(told, answer=answer, milliseconds=milliseconds, is_final=is_final)
                if isinstance(answer, Boxes | Mask):
                    arrived_s = time.perf_counter() - milliseconds / 1000.0
                    data = packed(answer) if is_final else b""
                    shown = _shown(answer)
                    told = replace(told, answer=shown, packed=data, arrived_s=arrived_s)
                emit(Result(value=told))
        except SkippedError:
            emit(Result(value=replace(told, is_final=True, is_stopped=True)))
        except DeepDeskError as error:
            emit(Result(value=replace(told, problem=error, is_final=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class RowQuestion:
    """One file of a folder; all rows of a table are answered by one network."""

    path: str
    model: Model
    table: int

    def answer(
        self,
        networks: Networks,
        reader: Reader,
        emit: EventSink,
        stop: StopToken,
        between: Callable[[], None] = _nothing,
    ) -> None:
        """Emit a `Row`, and call `between` amid the parts of an answer that grows."""
        network = networks.pinned(self.model, self.table, emit)
        try:
            payload = GivenFile(Path(self.path)).read(reader)
            # Of an answer that grows, only the last one is kept.
            answers = _answers(network, payload, stop, between)
            ((answer, milliseconds, _final),) = deque(answers, maxlen=1)
        except DeepDeskError as error:
            emit(Result(value=Row(path=self.path, error=str(error))))
            return
        _short, score = in_words(answer)
        sure = nan if score is None else score
        row = Row(path=self.path, answer=in_table(answer), score=sure, milliseconds=milliseconds)
        emit(Result(value=replace(row, packed=_packed(answer))))


def _answers(
    network: Network, payload: Payload, stop: StopToken, between: Callable[[], None]
) -> Iterator[tuple[Payload, float, bool]]:
    if network.is_cold:
        # The first pass sets up kernels, ten times as long; it would be told as the speed.
        for _first in islice(network.predictor.answer(payload, stop), 1):
            network.is_cold = False
    between_ms = 0.0
    for told in network.predictor.answer(payload, stop):
        assert told.answer is not None, "a predictor yields answers"
        if not told.is_final:
            start_s = time.perf_counter()
            between()
            between_ms += 1000.0 * (time.perf_counter() - start_s)
        answer = told.answer
        if isinstance(answer, Boxes) and isinstance(payload, Image):
            # The view shows a smaller picture than the one that the boxes are of.
            answer = sized(answer, payload.pixels_HWC)
        yield answer, told.milliseconds - between_ms, told.is_final


def _shown(answer: Boxes | Mask) -> Boxes | Mask:
    """Return an answer for the window: no larger than pictures are shown, and counted here."""
    if not isinstance(answer, Mask):
        return answer
    shown = for_tile(answer, SHOWN_PX)
    assert isinstance(shown, Mask), "a smaller mask is a mask"
    # The window asks again, and need not wait then.
    class_shares(shown)
    return shown


def _packed(answer: Payload) -> bytes:
    return packed(answer) if isinstance(answer, Boxes | Mask) else b""
