"""Answers of the project's own networks for pictures that are to be labelled."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from deepdesk.core.drawing import Drawing
from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended, Progress, Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.data.proposals import Proposal, proposals_of, unsureness
from deepdesk.ui.desk import Desk
from deepdesk.ui.jobs import Job
from deepdesk.ui.metric_words import metric_text, metric_words
from deepdesk.ui.run_names import spoken

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec
    from deepdesk.engine.predict import Predictor
    from deepdesk.project.folder import Project

Make = Callable[["Project", "TaskSpec", str], "Predictor"]
MOST_MEASURED = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A run that can be asked; `step` is that of its newest weights."""

    run: str
    words: str
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A sample whose picture is asked about."""

    id: int
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What a network proposes for a picture, or why it does not."""

    id: int
    run: str
    proposals: tuple[Proposal, ...] = ()
    unsure: float | None = None
    error: str = ""


@dataclass(slots=True)
class _Wishes:
    """What is to be answered, the picture in sight first; safe from every thread."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    newest: Picture | None = None
    rest: list[Picture] = field(default_factory=list)
    total: int = 0

    def next(self) -> tuple[Picture | None, bool]:
        """Return the next picture and whether a person looks at it."""
        with self.lock:
            if self.newest is not None:
                picture, self.newest = self.newest, None
                return picture, True
            return (self.rest.pop(0), False) if self.rest else (None, False)


class Proposer(QObject):
    """Asks one network at a time, in one thread.

    Args:
        make: Loads the weights of a run; torch is imported only then.

    Signals:
        networks_found: tuple of `Network`, the best first.
        proposed: `Proposed` for the picture in sight.
        measured: `Proposed` of a picture in the background.
        progressed: `Progress`, or None when nothing is under way.
        failed: `DeepDeskError`.
    """

    networks_found = Signal(object)
    proposed = Signal(object)
    measured = Signal(object)
    progressed = Signal(object)
    failed = Signal(object)

    def __init__(self, desk: Desk, make: Make | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._make = make or _load
        self._wishes = _Wishes()
        self._kept: dict[tuple[str, int], Predictor] = {}
        self._job: Job | None = None
        self._finder: Job | None = None
        self._is_closed = False
        self._is_chosen = False
        self._finds_again = False
        self.network: Network | None = None
        self.networks: tuple[Network, ...] = ()
        desk.runs_changed.connect(self.find)

    def find(self, _run: object = "") -> None:
        """Look which runs can be asked."""
        self._finds_again = self._finder is not None
        if self._is_closed or self._finds_again:
            return
        project = self._desk.project
        self._finder = self._desk.start(
            finding(project), "dataset", on_event=self._found, on_ended=self._end_finding
        )

    def choose(self, run: str) -> None:
        """Ask another run from now on."""
        self.network = next((one for one in self.networks if one.run == run), None)
        self._is_chosen = True
        self._ask_anew()

    def ask(self, picture: Picture) -> None:
        """Answer this before anything else that waits."""
        with self._wishes.lock:
            self._wishes.newest = picture
        self._begin()

    def measure(self, pictures: Sequence[Picture]) -> None:
        """Measure how unsure the network is of pictures, one after another."""
        with self._wishes.lock:
            self._wishes.rest = list(pictures[:MOST_MEASURED])
            self._wishes.total = len(self._wishes.rest)
        self._begin()

    def stop_measuring(self) -> None:
        """Measure no more."""
        with self._wishes.lock:
            self._wishes.rest = []

    def close(self) -> None:
        """Answer nothing more."""
        self._is_closed = True
        self.stop_measuring()
        self._kept = {}
        for job in (self._job, self._finder):
            if job is not None:
                job.stop()

    def _begin(self) -> None:
        if self._job is not None or self._is_closed or self.network is None:
            return
        desk, network = self._desk, self.network

        def load() -> Predictor:
            key = (network.run, network.step)
            made = self._kept.get(key)
            if made is None:
                made = self._make(desk.project, desk.spec, network.run)
                # One at a time; the window's thread may have let go of it meanwhile.
                self._kept = {} if self._is_closed else {key: made}
            return made

        work = _answering(self._wishes, desk.spec, network.run, load)
        self._job = desk.start(
            work, "dataset", on_event=self._take, on_ended=self._end, lowered=True
        )

    def _take(self, event: object) -> None:
        if self._is_closed:
            return
        if isinstance(event, Progress):
            self.progressed.emit(event)
        elif isinstance(event, Result):
            proposed, is_seen = event.value
            (self.proposed if is_seen else self.measured).emit(proposed)

    def _end(self, ended: Ended) -> None:
        self._job = None
        if self._is_closed:
            return
        self.progressed.emit(None)
        if ended.error is not None:
            self.stop_measuring()
            if not ended.report:
                self.failed.emit(ended.error)
        elif self._wishes.newest is not None or self._wishes.rest:
            self._begin()

    def _found(self, event: object) -> None:
        if isinstance(event, Result) and not self._is_closed:
            self.networks = event.value
            run = "" if self.network is None else self.network.run
            known = next((one for one in self.networks if one.run == run), None)
            best = self.networks[0] if self.networks else None
            # A run that has become the best since is taken; one that a person chose stays.
            before = self.network
            self.network = known if known is not None and self._is_chosen else best
            if before is not None and self.network != before:
                self._ask_anew()
            self.networks_found.emit(self.networks)

    def _ask_anew(self) -> None:
        """Let the network of before answer nothing more."""
        self.stop_measuring()
        if self._job is not None:
            self._job.stop()

    def _end_finding(self, _ended: Ended) -> None:
        self._finder = None
        if self._finds_again:
            # A run has changed while others were being read.
            self.find()


def finding(project: Project) -> Work:
    """Return work whose `Result` holds the runs with weights, the best first.

    Best is by their main figure, where they have the same; of equal ones the newest.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        found: list[tuple[Any, Network]] = []
        for order, info in enumerate(project.runs.list()):
            stop.check()
            step = project.runs.get(info.name).checkpoints.latest() or 0
            if not step or not info.best_epoch:
                continue
            value = info.metrics.get(info.main_metric, float("-inf"))
            title = info.title if info.title and info.title != info.name else spoken(info.name)
            figure = metric_text(info.main_metric, value) if info.metrics else ""
            label = metric_words(info.main_metric).label
            words = f"{title} · {label} {figure}" if figure else title
            rank = (float("-inf") if math.isnan(value) else value, -order)
            found.append((rank, Network(run=info.name, words=words, step=step)))
        found.sort(key=lambda pair: pair[0], reverse=True)
        emit(Result(value=tuple(network for _rank, network in found)))

    return work


def _answering(wishes: _Wishes, spec: TaskSpec, run: str, load: Callable[[], Predictor]) -> Work:
    def work(emit: EventSink, stop: StopToken) -> None:
        predictor: Predictor | None = None
        while True:
            stop.check()
            picture, is_seen = wishes.next()
            if picture is None:
                return
            if predictor is None:
                emit(Progress(what="Loading the network"))
                predictor = load()
            if not is_seen:
                left = len(wishes.rest)
                emit(Progress(what="Measuring", done=wishes.total - left, total=wishes.total))
            emit(Result(value=(_answer(predictor, spec, run, picture, stop), is_seen)))

    return work


def _answer(
    predictor: Predictor, spec: TaskSpec, run: str, picture: Picture, stop: StopToken
) -> Proposed:
    try:
        given: Any = spec.reader().payload(picture.path)
        answer: object = None
        for prediction in predictor.answer(given, stop):
            answer = prediction.answer
        height, width = given.pixels_HWC.shape[:2]
        empty = Drawing(width_px=width, height_px=height)
        return Proposed(
            id=picture.id,
            run=run,
            proposals=tuple(proposals_of(answer, empty)),
            unsure=unsureness(answer),
        )
    except DeepDeskError as error:
        return Proposed(id=picture.id, run=run, error=str(error))


def _load(project: Project, spec: TaskSpec, run: str) -> Predictor:
    from deepdesk.engine.answering import kept_answering
    from deepdesk.engine.predict import Predictor

    wished: Mapping[str, Any] = kept_answering(project.runs.get(run).path, spec)
    return Predictor(project, spec, run, answering=wished)
