"""Between a page of pictures that go on and the work that asks about them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from deepdesk.core.events import Ended, Result
from deepdesk.ui.desk import Desk
from deepdesk.ui.jobs import Job
from deepdesk.ui.tabs.inference.models import Choice, Model
from deepdesk.ui.tabs.inference.moving.figures import Figures
from deepdesk.ui.tabs.inference.moving.figures_panel import FiguresPanel
from deepdesk.ui.tabs.inference.moving.frames import FrameSource, Opened, Over, Seen
from deepdesk.ui.tabs.inference.moving.page import MovingPage
from deepdesk.ui.tabs.inference.moving.remote import Remote
from deepdesk.ui.tabs.inference.moving.work import watching_work
from deepdesk.ui.tabs.inference.networks import Loading, Networks

FRAME_MS = 8
FIGURES_EVERY_MS = 500


class Watching(QObject):
    """One source at a time, from its opening to its end.

    Signals:
        running_changed: bool.
        opened: `Opened`.
        seen: `Seen`, after it was handed to the view.
        playing_changed: bool, whether pictures go on.
        over: `Over`.
        ended: `Ended` of the work.
    """

    running_changed = Signal(object)
    opened = Signal(object)
    seen = Signal(object)
    playing_changed = Signal(object)
    over = Signal(object)
    ended = Signal(object)

    def __init__(
        self, desk: Desk, page: MovingPage, panel: FiguresPanel, networks: Networks, noun: str
    ) -> None:
        super().__init__(page)
        self._desk = desk
        self._page = page
        self._panel = panel
        self._networks = networks
        self._noun = noun
        self.choice: Choice | None = None
        self.source: FrameSource | None = None
        self.remote = Remote()
        self.figures = Figures()
        self.at_s = 0.0
        self._rate = 0.0
        self._speed = 1.0
        self._size = self._asked_size = (0, 0)
        self._job: Job | None = None
        self._asked: Model | None = None
        self._next: Callable[[], None] | None = None
        self._is_closed = False
        self._takers: Mapping[type[Any], Callable[[Any], None]] = {
            Loading: lambda _none: page.title.setText(
                f"{title_of(self.source)} · loading the network"
            ),
            Opened: self._take_opened,
            Seen: self._take_seen,
            Over: self._take_over,
        }
        self._timer = QTimer(self)
        self._timer.setInterval(FIGURES_EVERY_MS)
        self._timer.timeout.connect(self.show_figures)
        page.view.painted.connect(self.figures.painted)

    @property
    def is_running(self) -> bool:
        """Whether a source is open, or about to be."""
        return self._job is not None

    @property
    def is_playing(self) -> bool:
        """Whether pictures go on."""
        return self._job is not None and self.remote.is_playing

    def watch(self, source: FrameSource, *, from_s: float = 0.0, is_playing: bool = True) -> None:
        """Let go of what is open, and open something else."""
        if source != self.source:
            self._page.view.clear("")
        self.source = source
        if self._job is not None:
            self._next = lambda: self._begin(from_s, is_playing=is_playing)
            self._job.stop()
        else:
            self._begin(from_s, is_playing=is_playing)

    def toggle(self) -> None:
        """Go on, or stay; what has ended or failed begins anew."""
        if self._job is None:
            if self.source is not None:
                self.watch(self.source)
        elif self.remote.is_playing:
            self.pause()
        else:
            self.remote.play()
            self.playing_changed.emit(True)

    def pause(self) -> None:
        """Stay where it is."""
        self.remote.pause()
        self._rest()

    def step(self, count: int) -> None:
        """Stay, and look at the next picture, or at the one before."""
        if self._job is not None:
            self.remote.step(count)
            self._rest()

    def seek(self, to_s: float) -> None:
        """Go to a second of the film."""
        if self._job is not None:
            self.figures.rest()
            self.remote.seek(to_s)

    def use_speed(self, speed: float) -> None:
        """Show it so many times as fast as it was taken."""
        self._speed = self.remote.speed = speed
        self.figures.rest()

    def stop(self) -> None:
        """Let go of what is open."""
        self._next = None
        if self._job is not None:
            self._job.stop()

    def close(self) -> None:
        """Let go of what is open, and hear of it no more: the page may be gone by then."""
        self._is_closed = True
        self._timer.stop()
        self.stop()

    def use(self, choice: Choice | None) -> None:
        """Let another network answer from now on; newer weights are taken over by themselves."""
        self.choice = choice
        if self._job is None or choice is None or choice.model == self._asked or not self.source:
            return
        self.watch(self.source, from_s=self.at_s, is_playing=self.remote.is_playing)

    def show_figures(self) -> None:
        """Show what was measured lately."""
        self._panel.show_figures(self.figures, self._rate, self._noun)
        self._page.view.tell_reader()

    def _begin(self, from_s: float, *, is_playing: bool) -> None:
        if self.choice is None or self.source is None:
            return
        self._page.problem.hide()
        self._page.note.hide()
        self._asked = self.choice.model
        self.remote = Remote(is_playing=is_playing)
        self.remote.speed = self._speed
        self.remote.least_px = self._page.view.seen_px()
        self._asked_size = (0, 0)
        if from_s > 0 or not is_playing:
            self.remote.seek(from_s)
        self.figures.clear()
        self._page.title.setText(f"{self.source.name} · opening")
        self._job = self._desk.start(
            watching_work(self.source, self._networks, self._asked, self.remote),
            "inference",
            on_event=self._take,
            on_ended=self._end,
            frame_ms=FRAME_MS,
        )
        self._timer.start()
        self.running_changed.emit(True)
        self.playing_changed.emit(is_playing)

    def _take(self, event: object) -> None:
        if self._is_closed:
            return
        if isinstance(event, Result) and type(event.value) in self._takers:
            self._takers[type(event.value)](event.value)

    def _take_opened(self, opened: Opened) -> None:
        self._rate = opened.facts.rate if opened.facts.length_s > 0 else 0.0
        self._size = self._asked_size = opened.facts.size
        self._page.title.setText(title_of(self.source, self._size, self._size))
        self.opened.emit(opened)

    def _take_seen(self, seen: Seen) -> None:
        self.remote.seen()
        if self._next is not None:
            return
        self.at_s = seen.at_s
        self.figures.take(seen, time.perf_counter())
        self._page.view.show_seen(seen)
        self.remote.least_px = self._page.view.seen_px()
        if seen.size not in ((0, 0), self._asked_size):
            self._asked_size = seen.size
            self._page.title.setText(title_of(self.source, self._size, seen.size))
        self.seen.emit(seen)

    def _take_over(self, over: Over) -> None:
        self._rest()
        self.over.emit(over)

    def _rest(self) -> None:
        self.show_figures()
        self.figures.rest()
        self.playing_changed.emit(False)

    def _end(self, ended: Ended) -> None:
        self._job = None
        if self._is_closed:
            return
        self._timer.stop()
        if ended.error is not None and not ended.report:
            self._page.show_problem(ended.error)
            self._page.title.setText(title_of(self.source))
        begin, self._next = self._next, None
        self.ended.emit(ended)
        if begin is not None:
            begin()
        else:
            self._rest()
            self.running_changed.emit(False)


def title_of(
    source: FrameSource | None, size: tuple[int, int] = (0, 0), asked: tuple[int, int] = (0, 0)
) -> str:
    """Return what is said below a picture.

    Args:
        source: Where it comes from.
        size: (width, height) as it came, (0, 0) while that is not known.
        asked: At which it was asked about; smaller where less of it is seen on the screen.
    """
    words = source.name if source is not None else ""
    if max(size):
        words += f" · {size[0]:,} x {size[1]:,}"
    if max(asked) < max(size):
        words += f", asked about at {asked[0]:,} x {asked[1]:,}"
    return words
