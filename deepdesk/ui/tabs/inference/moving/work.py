"""Watching as work in one thread: pictures in, answers out, as fast as the network is. No Qt."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Result
from deepdesk.core.payloads import Image, Payload
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.ui.tabs.inference.models import Model
from deepdesk.ui.tabs.inference.moving.frames import (
    FrameSource,
    FrameTap,
    Opened,
    Over,
    Seen,
    StageTimes,
)
from deepdesk.ui.tabs.inference.moving.remote import Remote, Wish
from deepdesk.ui.tabs.inference.networks import Network, Networks
from deepdesk.ui.tabs.inference.sizes import SHOWN_PX, fitted
from deepdesk.ui.video.film import FilmFrame

RENEWED_EVERY_S = 2.0
# A window that is hidden or busy is not waited for any longer.
PATIENCE_S = 0.5
_LOOK_S = 0.1
Clock = Callable[[], float]


def watching_work(
    source: FrameSource,
    networks: Networks,
    model: Model,
    remote: Remote,
    *,
    clock: Clock = time.perf_counter,
) -> Work:
    """Return work that shows a film or a camera with answers until it is stopped.

    A picture is asked about when the answer before is there; those in between are passed over
    and counted. It emits `Result`s of `Loading`, `Opened`, `Seen` and `Over`.

    Args:
        source: What is watched.
        networks: Used by this work alone.
        model: Whose weights answer.
        remote: What a person wants meanwhile.
        clock: The one of `Seen.came_s`.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        with _open(source, stop) as tap:
            network = networks.newest(model, emit)
            emit(Result(value=Opened(facts=tap.facts, classes=_classes(network))))
            watching = _Watching(tap, Asker(network), remote, emit, clock)
            renewed_s = clock()
            while True:
                stop.check()
                watching.go_on(stop)
                if clock() - renewed_s > RENEWED_EVERY_S:
                    network = _renewed(networks, model, network, emit)
                    watching.asker = watching.asker.for_network(network)
                    renewed_s = clock()

    return work


class Asker:
    """Asks a network about pictures, and times the stages."""

    def __init__(self, network: Network) -> None:
        from deepdesk.engine.network_clock import NetworkClock

        self._network = network
        self._clock = NetworkClock(getattr(network.predictor, "model", None))
        self._is_cold = True

    def for_network(self, network: Network) -> Asker:
        """Return what asks this network: itself, if it is the same one."""
        return self if network is self._network else Asker(network)

    def answer(self, frame: FilmFrame, stop: StopToken) -> tuple[Payload | None, StageTimes]:
        """Return the final answer to a picture, and how long each stage took."""
        given = Image(pixels_HWC=frame.pixels_HWC)
        if self._is_cold:
            # The first pass sets up kernels; it would be told as the longest.
            self._last(given, stop)
            self._is_cold = False
        self._clock.begin()
        try:
            answer = self._last(given, stop)
        finally:
            times = self._clock.end()
        return answer, StageTimes(
            decode_ms=frame.decode_ms,
            prepare_ms=times.prepare_ms,
            network_ms=times.network_ms,
            read_ms=times.read_ms,
        )

    def _last(self, given: Image, stop: StopToken) -> Payload | None:
        answer: Payload | None = None
        for told in self._network.predictor.answer(given, stop):
            answer = told.answer
        return answer


class _Watching:
    """A source that is open, and where it is."""

    def __init__(
        self, tap: FrameTap, asker: Asker, remote: Remote, emit: EventSink, clock: Clock
    ) -> None:
        self.asker = asker
        self._tap = tap
        self._remote = remote
        self._emit = emit
        self._clock = clock
        self._is_live = tap.facts.length_s <= 0
        self._frame_s = 1.0 / tap.facts.rate
        self._at_s = 0.0
        self._speed = remote.speed
        self._is_over = False
        # Second 0 of the film is shown at this moment of the clock; None until it goes on.
        self._zero_s: float | None = None

    def go_on(self, stop: StopToken) -> None:
        """Do what is wanted, or show the next picture, or wait for a moment."""
        wish = self._remote.take()
        if wish.is_jump:
            self._jump(wish, stop)
        elif not wish.is_playing:
            self._zero_s = None
            self._remote.wait(_LOOK_S, is_playing=False)
        elif self._is_over:
            self._jump(Wish(seek_s=0.0), stop)
        else:
            self._play(stop)

    def _jump(self, wish: Wish, stop: StopToken) -> None:
        to_s = wish.seek_s
        if wish.steps < 0:
            to_s = self._place_before(-wish.steps)
        if to_s is not None:
            self._tap.seek(to_s, stop)
        self._zero_s = None
        self._is_over = False
        for _skipped in range(max(0, wish.steps - 1)):
            self._tap.next(stop)
        frame = self._tap.next(stop, least_px=self._remote.least_px)
        if frame is None:
            self._end()
        else:
            self._show(frame, self._clock(), 0, stop)

    def _place_before(self, count: int) -> float:
        """Return a place in the picture so many before the one that is shown."""
        starts_s = self._tap.facts.starts_s
        if starts_s:
            return starts_s[max(0, bisect_left(starts_s, self._at_s) - count)]
        # To the middle of that picture: whatever is rounded on the way, it is that one.
        return max(0.0, self._at_s - (count - 0.5) * self._frame_s)

    def _play(self, stop: StopToken) -> None:
        if self._speed != self._remote.speed:
            self._speed = self._remote.speed
            self._zero_s = None
        now_s = self._clock()
        is_first = self._zero_s is None
        due_s = 0.0 if self._zero_s is None else (now_s - self._zero_s) * self._speed
        from_s = 0.0 if self._is_live else due_s
        frame = self._tap.next(stop, from_s=from_s, least_px=self._remote.least_px)
        if frame is None:
            self._end()
            return
        arrived_s = self._clock()
        if self._zero_s is None:
            self._zero_s = arrived_s - frame.start_s / self._speed
        came_s = arrived_s - frame.age_ms / 1000.0
        if not self._is_live:
            came_s = self._zero_s + frame.start_s / self._speed
            if came_s > arrived_s:
                self._remote.wait(came_s - arrived_s, is_playing=True)
            # A decoder that is slower than the film puts it off; it does not run after it.
            elif arrived_s - came_s > 2 * PATIENCE_S:
                self._zero_s = arrived_s - frame.start_s / self._speed
        self._show(frame, came_s, 0 if is_first else frame.passed, stop)

    def _show(self, frame: FilmFrame, came_s: float, dropped: int, stop: StopToken) -> None:
        answer, times = self.asker.answer(frame, stop)
        small = fitted(Image(pixels_HWC=frame.pixels_HWC), SHOWN_PX)
        assert isinstance(small, Image), "a picture stays one"
        self._at_s = frame.start_s
        seen = Seen(
            pixels_HWC=small.pixels_HWC,
            answer=answer,
            at_s=frame.start_s,
            number=frame.number,
            came_s=came_s,
            times=times,
            dropped=dropped,
            length_s=self._frame_s,
            size=(frame.pixels_HWC.shape[1], frame.pixels_HWC.shape[0]),
        )
        self._remote.sent()
        self._emit(Result(value=seen))
        self._remote.wait_for_window(PATIENCE_S)

    def _end(self) -> None:
        missing_s = self._tap.facts.length_s - self._at_s - self._frame_s
        self._is_over = True
        self._remote.pause()
        self._emit(Result(value=Over(missing_s=max(0.0, missing_s))))


@contextmanager
def _open(source: FrameSource, stop: StopToken) -> Iterator[FrameTap]:
    tap = source.opened(stop)
    try:
        yield tap
    finally:
        tap.close()


def _classes(network: Network) -> tuple[str, ...]:
    return tuple(getattr(network.predictor, "classes", ()))


def _renewed(networks: Networks, model: Model, network: Network, emit: EventSink) -> Network:
    """Return newer weights where there are some; those that are loaded answer well enough."""
    try:
        return networks.newest(model, emit)
    except DeepDeskError:
        return network
