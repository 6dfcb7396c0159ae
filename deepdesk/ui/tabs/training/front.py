"""What stands in the middle and at the right: the run under way, or one from the list."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from PySide6.QtCore import QObject

from deepdesk.core.events import Choices, EpochEnded, Progress
from deepdesk.ui.desk import Desk
from deepdesk.ui.metric_words import MEMORY
from deepdesk.ui.plots.figures import value_text
from deepdesk.ui.run_names import spoken, title_of
from deepdesk.ui.tabs.training.history import RunHistory
from deepdesk.ui.tabs.training.middle import MiddlePanel
from deepdesk.ui.tabs.training.run_words import RESUMABLE, forecast
from deepdesk.ui.tabs.training.runs_panel import RunsPanel
from deepdesk.ui.tabs.training.setup_panel import SetupPanel
from deepdesk.ui.tabs.training.viewer import Viewer
from deepdesk.ui.tabs.training.watch import RunWatch
from deepdesk.ui.time_words import length_text

_NOTHING = RunHistory()


class Front(QObject):
    """Shows what the watch and the viewer know.

    Args:
        panels: Left, middle and right column.
    """

    def __init__(
        self,
        desk: Desk,
        watch: RunWatch,
        viewer: Viewer,
        panels: tuple[SetupPanel, MiddlePanel, RunsPanel],
    ) -> None:
        super().__init__(viewer)
        self._desk = desk
        self._watch = watch
        self._viewer = viewer
        self._setup, self._middle, self._runs = panels
        self._seen = ""
        watch.began.connect(self.begin)
        watch.told.connect(self.tell)
        viewer.shown.connect(lambda _none: self.show_front())

    @property
    def is_live(self) -> bool:
        """Whether the run in front is the one that this window watches."""
        return bool(self._watch.history.run) and self._viewer.run == self._watch.history.run

    def clear(self) -> None:
        """Make room for a run that is about to begin."""
        self._viewer.run = ""
        self._runs.show_chosen("", {})
        self._middle.show_history(_NOTHING, {})
        self._middle.show_preparing(Progress(what="Preparing"))

    def begin(self, run: str) -> None:
        """Bring the run that begins to the front; one that goes on brings its past along."""
        # What was read of a run while it went on is less than its log tells now.
        for changed in filter(None, {self._seen, run}):
            self._viewer.forget(changed)
        self._seen = run
        self._viewer.list_runs()
        self._viewer.choose(run)

    def tell(self, event: Any) -> None:
        """Show what an event changes at once; the rest waits for the next refresh."""
        if isinstance(event, Choices):
            self._setup.choices.show_choices(event)
        elif isinstance(event, EpochEnded):
            self.update_row()
            if self.is_live:
                self._middle.show_epoch(self._watch.history)

    def show_front(self) -> None:
        """Show the run in front, as far as it is read."""
        run = self._viewer.run
        self._runs.show_chosen(run, self._viewer.config())
        past = self._viewer.history()
        history = past or _NOTHING
        if self.is_live:
            history = self._watch.history
            if past is not None and past is not history:
                history.continue_from(past)
        self._middle.show_history(history, self._behind())
        self.refresh()

    def _behind(self) -> dict[str, RunHistory]:
        """Return the curves of the compared runs by title; those under way are told, not read."""
        watched = self._watch.history
        named: dict[str, RunHistory] = {}
        for run, read in self._viewer.histories_behind().items():
            info = self._runs.info(run)
            title = spoken(run) if info is None else title_of(info)
            name = f"{title}, {spoken(run)}" if title in named else title
            named[name] = watched if run == watched.run else read
        return named

    def refresh(self) -> None:
        """Show how far things are; a few times a second while a run is under way."""
        phase = self._desk.store.session.phase
        is_under_way = phase != "idle"
        if is_under_way and self._watch.progress is not None and not self._viewer.run:
            self._middle.show_preparing(self._watch.progress)
        elif is_under_way and self.is_live:
            if self._watch.waiting is not None and phase == "running":
                self._middle.show_preparing(self._watch.waiting)
            else:
                self._middle.show_phase(self._watch.history, phase)
            self._middle.plots.refresh()
        else:
            self._show_over()
        self._setup.forecast.setText(self._forecast(phase))

    def _show_over(self) -> None:
        info = self._runs.info(self._viewer.run)
        history = self._watch.history if self.is_live else self._viewer.history()
        if info is None:
            # A run that never came to its first step leaves nothing behind, not even its words.
            if not self._viewer.run and self._desk.store.session.phase == "idle":
                self._middle.show_ready()
            return
        if history is None:
            self._middle.show_preparing(Progress(what="Reading its curves"))
            return
        status = info.status
        values = dict(info.metrics)
        if self.is_live and self._watch.status:
            status, values = self._watch.status, {**values, **self._watch.metrics}
        can_go_on = status in RESUMABLE and info.step > 0
        can_go_on = can_go_on and self._desk.store.session.phase == "idle"
        saved = info.epochs_done if can_go_on else None
        self._middle.show_over(status, history, values, saved)
        if self.is_live:
            self._middle.plots.refresh()

    def update_row(self) -> None:
        """Let the row of the run under way tell more than its folder does yet."""
        history = self._watch.history
        info = self._runs.info(history.run)
        phase = self._desk.store.session.phase
        if info is None or phase == "idle" or not self._watch.is_begun:
            return
        self._runs.update_run(
            dataclasses.replace(
                info,
                status="paused" if phase == "paused" else "running",
                epochs_done=max(info.epochs_done, int(history.epoch)),
                step=max(info.step, history.step),
                metrics=self._watch.best or info.metrics,
                main_metric=info.main_metric or history.main_metric,
            )
        )

    def _forecast(self, phase: str) -> str:
        history = self._watch.history
        left = history.seconds_left()
        if phase == "idle" or math.isnan(left):
            return forecast(self._setup.dial.value(), self._runs.infos)
        words = f"About {length_text(history.seconds + left)} in all"
        memory = history.train.get(MEMORY)
        if memory is not None and len(memory):
            words += f", {value_text(float(memory.y.max()), 'B')} of memory"
        return f"{words}. Changes count from the next run."
