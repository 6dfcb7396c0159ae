"""Between the page of a drive, the work that plays it, and the work that measures it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from deepdesk.core.errors import ConfigError, DeepDeskError
from deepdesk.core.events import Ended, Result
from deepdesk.core.payloads import Image, Number
from deepdesk.data.steering import Road
from deepdesk.ui.desk import Desk
from deepdesk.ui.jobs import Job
from deepdesk.ui.tabs.inference.drive.page import DrivePage
from deepdesk.ui.tabs.inference.drive.recording import (
    DriveSource,
    Measured,
    Stop,
    listing_stops,
    measuring_work,
    steering_of,
    values_of,
)
from deepdesk.ui.tabs.inference.drive.side import DriveSide
from deepdesk.ui.tabs.inference.drive.summary import errors_of, shift_facts
from deepdesk.ui.tabs.inference.live.column import LiveColumn
from deepdesk.ui.tabs.inference.models import Choice
from deepdesk.ui.tabs.inference.moving.figures_panel import FiguresPanel
from deepdesk.ui.tabs.inference.moving.frames import Opened, Seen
from deepdesk.ui.tabs.inference.moving.watching import Watching
from deepdesk.ui.tabs.inference.workspace import Workspace
from deepdesk.ui.video.film import FilmFacts

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec
    from deepdesk.ui.tabs.inference.networks import Networks

PAUSE_MS = 500
# Behind the beginning of a picture, whatever is rounded on the way.
NUDGE_S = 1e-4


class Drive(QObject):
    """Plays the samples of a split in their order, for tasks that answer with numbers.

    Args:
        networks: Makes networks that nobody else uses.

    Signals:
        running_changed: bool, whether it plays or measures.
    """

    running_changed = Signal(object)

    def __init__(self, desk: Desk, workspace: Workspace, networks: Callable[[], Networks]) -> None:
        super().__init__(workspace)
        self._desk = desk
        self.page = DrivePage()
        self.side = DriveSide()
        self.column = LiveColumn(self.side)
        workspace.add_page("drive", self.page, self.column)
        workspace.top.offer_page("drive", "In order")
        # How fast it is stands on the pages of films and cameras.
        self._figures = FiguresPanel()
        self._figures.setParent(self.page)
        self._figures.hide()
        self.watching = Watching(desk, self.page.moving, self._figures, networks(), "drive")
        self._networks = networks()
        self.road = Road()
        self.stops: tuple[Stop, ...] = ()
        self.header = ""
        self.facts: FilmFacts | None = None
        self.measured: dict[int, Measured] = {}
        self._measured_px = self.road.shift_px
        self._job: Job | None = None
        self._again = self._is_closed = self._has_looked = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._measure)
        self._connect(workspace)

    @property
    def is_running(self) -> bool:
        """Whether it plays or measures."""
        return self.watching.is_playing or self._job is not None

    def use(self, choice: Choice | None, *, grew: bool = False) -> None:
        """Let another network drive."""
        before = self.watching.choice
        self.watching.use(choice)
        is_other = before is None or choice is None or before.model != choice.model
        if self.stops and (is_other or grew):
            self._measure()

    def close(self) -> None:
        """Let everything go."""
        self._is_closed = True
        self._pause.stop()
        self.watching.close()
        if self._job is not None:
            self._job.stop()

    def _connect(self, workspace: Workspace) -> None:
        page, watching = self.page, self.watching
        for toggled in (page.moving.toggled, page.bar.toggled):
            toggled.connect(lambda _none: watching.toggle())
        for stepped in (page.moving.stepped, page.bar.stepped):
            stepped.connect(watching.step)
        page.bar.sought.connect(watching.seek)
        page.plot.sought.connect(self._go_to)
        page.split_chosen.connect(self._list)
        page.speed_chosen.connect(watching.use_speed)
        page.moving.hidden.connect(lambda _none: watching.pause() if watching.is_playing else None)
        watching.opened.connect(self._show_opened)
        watching.seen.connect(self._show_seen)
        watching.playing_changed.connect(self._show_playing)
        self.side.form.changed.connect(lambda _road: self._take_road())
        workspace.top.page_chosen.connect(self._open_page)

    def _open_page(self, key: str) -> None:
        if key != "drive":
            return
        self.page.moving.setFocus()
        if not self._has_looked:
            self._has_looked = True
            self._list(self.page.splits.value())

    def _list(self, split: str) -> None:
        self.page.splits.choose(split)

        def take(event: object) -> None:
            if isinstance(event, Result) and not self._is_closed:
                self._show_stops(event.value)

        self._desk.start(listing_stops(self._desk.project, split), "inference", on_event=take)

    def _show_stops(self, stops: tuple[Stop, ...]) -> None:
        self.measured = {}
        try:
            self.header = steering_of(stops)
        except DeepDeskError as error:
            self.watching.stop()
            self.stops = ()
            self.page.moving.view.clear("")
            self.page.moving.show_problem(error)
            return
        self.stops = stops
        truths = [abs(stop.truth.get(self.header, 0.0)) for stop in stops]
        self.page.needles.full = max([*truths, 1e-6])
        self.side.set_steers(steers=points_both_ways(stops, self.header))
        self._show_measured()
        self.watching.watch(
            DriveSource(
                stops, self._desk.spec.reader(), f"{self.header} · {len(stops):,} pictures"
            ),
            is_playing=False,
        )
        self._measure()

    def _measure(self) -> None:
        choice = self.watching.choice
        if self._is_closed or choice is None or not self.stops:
            return
        if self._job is not None:
            self._again = True
            self._job.stop()
            return
        self.measured = {}
        self._measured_px = self.road.shift_px
        reader = self._desk.spec.reader()
        self._job = self._desk.start(
            measuring_work(self.stops, reader, self._networks, choice.model, self._measured_px),
            "inference",
            on_event=self._take,
            on_ended=self._end,
            lowered=True,
        )
        self.running_changed.emit(True)

    def _take(self, event: object) -> None:
        if self._is_closed or self._again or not isinstance(event, Result):
            return
        if isinstance(event.value, tuple):
            self.measured |= {one.number: one for one in event.value}
            self._show_measured()

    def _end(self, ended: Ended) -> None:
        self._job = None
        if self._is_closed:
            return
        again, self._again = self._again, False
        if ended.error is not None and not ended.report:
            self.page.moving.show_problem(ended.error)
        elif again:
            self._measure()
        self.running_changed.emit(self.is_running)

    def _show_measured(self) -> None:
        header, nan = self.header, float("nan")
        human = [stop.truth.get(header, nan) for stop in self.stops]
        network = [nan] * len(human)
        for number, one in self.measured.items():
            network[number] = one.plain.get(header, nan)
        self.page.plot.show_drive(np.array(human), np.array(network))
        errors = errors_of(self.stops, self.measured, header)
        self.side.show_errors(errors, len(self.measured), len(self.stops))
        self._show_shift()

    def _show_shift(self) -> None:
        facts = shift_facts(self.road, self.measured, self.header, self._measured_px)
        self.side.show_shift(self.road, facts)

    def _take_road(self) -> None:
        self.side.form.clear_errors()
        try:
            road = self.side.form.value()
        except ConfigError as error:
            self.side.form.show_error(error)
            return
        assert isinstance(road, Road), "the form is of a road"
        self.road = road
        self.page.needles.right_is_positive = road.right_is_positive
        self._show_shift()
        if road.shift_px != self._measured_px:
            self._pause.start()

    def _show_opened(self, opened: Opened) -> None:
        self.facts = opened.facts
        self.page.bar.show_length(opened.facts.length_s)
        title = self.page.moving.title
        title.setText(f"{title.text()} · {pace_words(opened.facts)}")
        self.page.bar.save.hide()

    def _show_seen(self, seen: Seen) -> None:
        if seen.number >= len(self.stops):
            return
        human = self.stops[seen.number].truth.get(self.header)
        network = values_of(seen.answer).get(self.header)
        self.page.needles.human, self.page.needles.network = human, network
        self.page.bar.show_place(seen.at_s)
        self.page.plot.show_place(seen.number)
        self.side.show_picture(human, network)

    def _show_playing(self, is_playing: bool) -> None:
        self.page.bar.show_playing(is_playing=is_playing)
        self.running_changed.emit(self.is_running)

    def _go_to(self, number: int) -> None:
        if self.facts is not None:
            self.watching.seek(self.facts.start_of(number) + NUDGE_S)


def pace_words(facts: FilmFacts) -> str:
    """Return how fast a drive is played, and how that is known."""
    how = "as recorded" if facts.starts_s else "its times are not known"
    return f"{facts.rate:.3g} a second, {how}"


def points_both_ways(stops: Sequence[Stop], header: str) -> bool:
    """Return whether a number lies clearly on both sides of zero, as what steers does."""
    values = [stop.truth.get(header, 0.0) for stop in stops] or [0.0]
    reach = 0.1 * max(map(abs, values))
    return min(values) < -reach and max(values) > reach


def is_steering(spec: TaskSpec) -> bool:
    """Return whether a task answers pictures with numbers, so that a drive can be played."""
    return spec.takes is Image and spec.gives is Number
