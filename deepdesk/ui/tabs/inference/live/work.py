"""Listening as work in one thread: pieces in, answers out. No Qt, no torch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Result
from deepdesk.core.payloads import Payload
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.ui.tabs.inference.live.pieces import (
    Begun,
    Heard,
    Piece,
    Replied,
    Skipped,
    Source,
    Tap,
)
from deepdesk.ui.tabs.inference.models import Model
from deepdesk.ui.tabs.inference.networks import Network, Networks

# What came in is told so often. Every frame more costs the window; 20 a second still run.
TOLD_EVERY_S = 1 / 20
# Answers that come later than this after their moment help nobody: what waits is skipped.
BEHIND_S = 0.5
# Then only so much of the newest is kept.
KEPT_S = 0.1
RENEWED_EVERY_S = 2.0

Clock = Callable[[], float]


def live_work(
    source: Source, networks: Networks, model: Model, *, clock: Clock = time.perf_counter
) -> Work:
    """Return work that answers what comes in until it is stopped.

    It emits `Result`s of `Loading`, `Begun`, `Heard`, `Replied` and `Skipped`. A run that still
    trains gives newer weights, which take over between two pieces.

    Args:
        source: What is listened to.
        networks: Used by this work alone.
        model: Whose weights answer.
        clock: The one of `Piece.came_s`.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        network = networks.newest(model, emit)
        answering = _Answering(network, emit, clock)
        with _open(source, network) as tap:
            emit(Result(value=_begun(tap, network, answering)))
            telling = _Telling(emit, clock)
            renewed_s = clock()
            try:
                while True:
                    stop.check()
                    piece = tap.read(stop)
                    telling.take(piece)
                    if tap.waiting_s > BEHIND_S:
                        answering.skip(_caught_up(tap, piece, telling, stop), telling.end_s)
                        continue
                    telling.say_lost(tap.lost)
                    answering.take(piece, telling.end_s)
                    if clock() - renewed_s > RENEWED_EVERY_S:
                        answering.use(_renewed(networks, model, network, emit))
                        renewed_s = clock()
            finally:
                telling.tell()
                answering.finish()

    return work


@contextmanager
def _open(source: Source, network: Network) -> Iterator[Tap]:
    # Tasks of sounds say which rate they hear.
    tap = source.opened(int(getattr(network.predictor.task, "rate_hz", 0)))
    try:
        yield tap
    finally:
        tap.close()


def _begun(tap: Tap, network: Network, answering: _Answering) -> Begun:
    predictor = network.predictor
    return Begun(
        name=tap.name,
        classes=tuple(predictor.classes),
        thresholds=dict(getattr(predictor.task, "thresholds", {})),
        window_s=answering.window_s,
    )


def _caught_up(tap: Tap, piece: Piece, telling: _Telling, stop: StopToken) -> float:
    """Read what waits without an answer, and return how much it was in seconds."""
    skipped_s = piece.length_s
    while tap.waiting_s > KEPT_S:
        stop.check()
        piece = tap.read(stop)
        telling.take(piece)
        skipped_s += piece.length_s
    tap.skip()
    return skipped_s


def _renewed(networks: Networks, model: Model, network: Network, emit: EventSink) -> Network:
    """Return newer weights where there are some; those that are loaded answer well enough."""
    try:
        return networks.newest(model, emit)
    except DeepDeskError:
        return network


class _Telling:
    """Gathers what came in, and tells it not too often."""

    def __init__(self, emit: EventSink, clock: Clock) -> None:
        self.end_s = 0.0
        self._emit = emit
        self._clock = clock
        self._blocks: list[NDArray[np.float32]] = []
        self._rate_hz = 0
        self._told_s = clock()
        self._lost = 0

    def take(self, piece: Piece) -> None:
        """Take a piece in."""
        self.end_s += piece.length_s
        self._rate_hz = piece.kept.sample_rate_hz
        self._blocks.append(piece.kept.samples_TC[:, 0])
        if self._clock() - self._told_s >= TOLD_EVERY_S:
            self.tell()

    def tell(self) -> None:
        """Tell what came since the last time."""
        if self._blocks:
            samples_T = np.concatenate(self._blocks)
            self._emit(
                Result(value=Heard(samples_T=samples_T, rate_hz=self._rate_hz, end_s=self.end_s))
            )
        self._blocks.clear()
        self._told_s = self._clock()

    def say_lost(self, lost: int) -> None:
        """Say it if something was lost since the last time."""
        if lost > self._lost:
            self._emit(Result(value=Skipped(length_s=0.0, end_s=self.end_s)))
        self._lost = lost


class _Answering:
    """A network that answers piece by piece."""

    def __init__(self, network: Network, emit: EventSink, clock: Clock) -> None:
        self._network = network
        self._stream = network.predictor.stream()
        self._since_s = 0.0
        self._emit = emit
        self._clock = clock
        self._end_s = self._came_s = 0.0

    @property
    def window_s(self) -> float:
        """How much an answer speaks of, 0 where that is not known."""
        return self._stream.window_s

    def take(self, piece: Piece, end_s: float) -> None:
        """Answer a piece, if there is something to say."""
        if not len(piece.given.samples_TC):
            # A change of rate holds samples back until more of them come.
            return
        start_s = self._clock()
        answer = self._stream.take(piece.given)
        self._end_s, self._came_s = end_s, piece.came_s
        self._reply(answer, start_s)

    def skip(self, length_s: float, end_s: float) -> None:
        """Begin anew after what was not heard."""
        self._emit(Result(value=Skipped(length_s=length_s, end_s=end_s)))
        self.finish()
        self._end_s = end_s
        self._begin()

    def use(self, network: Network) -> None:
        """Let other weights answer, if they are others."""
        if network is not self._network:
            self.finish()
            self._network = network
            self._begin()

    def finish(self) -> None:
        """Say what is left to say."""
        start_s = self._clock()
        self._reply(self._stream.finish(), start_s)

    def _begin(self) -> None:
        self._stream = self._network.predictor.stream()
        self._since_s = self._end_s

    def _reply(self, answer: Payload | None, start_s: float) -> None:
        if answer is None:
            return
        work_ms = (self._clock() - start_s) * 1000.0
        about_s = self._stream.about_s
        if about_s is not None:
            about_s = self._since_s + about_s[0], self._since_s + about_s[1]
        reply = Replied(
            answer=answer,
            end_s=self._end_s,
            came_s=self._came_s,
            work_ms=work_ms,
            about_s=about_s,
        )
        self._emit(Result(value=reply))
