"""The camera in the Inference tab: what it sees, with answers that run along."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from deepdesk.core.events import Ended, Result
from deepdesk.core.work import EventSink, StopToken
from deepdesk.project import habits
from deepdesk.project.habits import Habits
from deepdesk.ui.desk import Desk
from deepdesk.ui.jobs import Job
from deepdesk.ui.tabs.inference.models import Choice
from deepdesk.ui.tabs.inference.moving.camera_bar import CameraBar
from deepdesk.ui.tabs.inference.moving.figures_panel import FiguresPanel
from deepdesk.ui.tabs.inference.moving.page import MovingPage
from deepdesk.ui.tabs.inference.moving.sources import CameraSource
from deepdesk.ui.tabs.inference.moving.watching import Watching
from deepdesk.ui.video.camera import HOST

if TYPE_CHECKING:
    from deepdesk.ui.tabs.inference.networks import Networks

READY = "Press Space, or Start"


class Cameras(QObject):
    """Wires the page of the camera.

    Args:
        page: Whose bar is a `CameraBar`.
        panel: Figures at the right.
        networks: For the camera alone.

    Signals:
        running_changed: bool.
    """

    running_changed = Signal(object)

    def __init__(
        self, desk: Desk, page: MovingPage, panel: FiguresPanel, networks: Networks
    ) -> None:
        super().__init__(page)
        assert isinstance(page.bar, CameraBar), "a camera has a bar of its own"
        self._desk = desk
        self._page = page
        self.bar = page.bar
        self.watching = Watching(desk, page, panel, networks, "camera")
        self._looked = self._has_chosen = self._is_closed = False
        self._keeping: Job | None = None
        self._keeps_again = False
        page.view.clear(READY)
        for toggled in (page.toggled, self.bar.toggled):
            toggled.connect(lambda _none: self.toggle())
        self.bar.device_chosen.connect(lambda _key: self._keep())
        self.bar.mirror_changed.connect(lambda _on: self._turn())
        self.watching.running_changed.connect(self._show_running)
        self.watching.ended.connect(self._take_end)
        page.hidden.connect(lambda _none: self.watching.stop())

    @property
    def is_running(self) -> bool:
        """Whether the camera is open."""
        return self.watching.is_running

    def open(self) -> None:
        """The page came to the front: get ready, and take the keyboard."""
        if not self._looked:
            self._looked = True
            self.look_for_devices()
        self._page.setFocus()

    def toggle(self) -> None:
        """Start, or stop."""
        if self.watching.is_running:
            self.watching.stop()
        else:
            self._start()

    def use(self, choice: Choice | None) -> None:
        """Let another network answer."""
        self.watching.use(choice)

    def close(self) -> None:
        """Let the camera go for good."""
        self._is_closed = True
        self.watching.close()

    def look_for_devices(self) -> None:
        """Find the cameras, which may take a second."""

        def work(emit: EventSink, stop: StopToken) -> None:
            emit(Result(value=habits.load()))
            emit(Result(value=HOST.devices(stop)))

        def take(event: object) -> None:
            if not isinstance(event, Result) or self._is_closed:
                return
            if isinstance(event.value, Habits):
                self._take_habits(event.value)
            else:
                self.bar.show_devices(event.value)

        def looked(ended: Ended) -> None:
            if ended.error is not None and not ended.report and not self._is_closed:
                self._page.show_problem(ended.error)

        self._desk.start(work, "inference", on_event=take, on_ended=looked)

    def _start(self) -> None:
        name = self.bar.devices.currentText()
        self.watching.watch(CameraSource(self.bar.device, self.bar.mirror.isChecked(), name))

    def _turn(self) -> None:
        self._keep()
        if self.watching.is_running:
            self._start()

    def _take_habits(self, kept: Habits) -> None:
        # What a person chose on this page counts for more than what was kept.
        if self._has_chosen or self.watching.is_running:
            return
        self._has_chosen = True
        self.bar.want_device(kept.camera)
        self.bar.show_mirror(is_mirrored=kept.mirrors)

    def _keep(self) -> None:
        self._has_chosen = True
        if self._keeping is not None:
            self._keeps_again = True
            return
        key, mirrors = self.bar.device, self.bar.mirror.isChecked()

        def work(emit: EventSink, stop: StopToken) -> None:
            del emit, stop
            habits.save(replace(habits.load(), camera=key, mirrors=mirrors))

        self._keeping = self._desk.start(work, "inference", on_ended=self._kept)

    def _kept(self, ended: Ended) -> None:
        self._keeping = None
        again, self._keeps_again = self._keeps_again, False
        if ended.error is not None and not ended.report:
            self._desk.banner(ended.error, "inference")
        elif again and not self._is_closed:
            self._keep()

    def _show_running(self, is_running: bool) -> None:
        self.bar.show_state(is_running=is_running)
        if not is_running:
            self._page.title.setText("")
            self._page.view.clear(READY)
        self.running_changed.emit(is_running)

    def _take_end(self, ended: Ended) -> None:
        if ended.error is not None:
            self.look_for_devices()
