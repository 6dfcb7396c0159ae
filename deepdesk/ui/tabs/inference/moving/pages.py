"""What the tab adds where a task takes pictures: pages for films and for a camera."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from deepdesk.core.payloads import Boxes, Image, Mask
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.inference.drawn.panel import DrawnPanel
from deepdesk.ui.tabs.inference.drive.drive import Drive, is_steering
from deepdesk.ui.tabs.inference.live.column import LiveColumn
from deepdesk.ui.tabs.inference.model_facts import ModelFacts
from deepdesk.ui.tabs.inference.models import Choice
from deepdesk.ui.tabs.inference.moving.camera_bar import CameraBar
from deepdesk.ui.tabs.inference.moving.cameras import Cameras
from deepdesk.ui.tabs.inference.moving.film_bar import FilmBar
from deepdesk.ui.tabs.inference.moving.films import Films
from deepdesk.ui.tabs.inference.moving.page import MovingPage
from deepdesk.ui.tabs.inference.moving.side import MovingSide
from deepdesk.ui.tabs.inference.workspace import Workspace
from deepdesk.ui.video.film import SUFFIXES, is_film

if TYPE_CHECKING:
    from deepdesk.ui.tabs.inference.networks import Networks


class MovingPages(QObject):
    """Films and the camera of one project.

    Args:
        networks: Makes networks that nobody else uses.

    Signals:
        running_changed: bool, whether anything goes on.
    """

    running_changed = Signal(object)
    suffixes = SUFFIXES

    def __init__(self, desk: Desk, workspace: Workspace, networks: Callable[[], Networks]) -> None:
        super().__init__(workspace)
        self._desk = desk
        self._workspace = workspace
        is_drawn = desk.spec.gives in (Boxes, Mask)
        self.film_page = MovingPage("Video. Space plays and pauses", FilmBar())
        self.film_side = MovingSide(self.film_page.view, DrawnPanel() if is_drawn else None)
        self.film_column = LiveColumn(self.film_side)
        self.camera_page = MovingPage(
            "Camera. Space starts and stops", CameraBar(), is_bar_above=True
        )
        self.camera_side = MovingSide(self.camera_page.view, DrawnPanel() if is_drawn else None)
        self.camera_column = LiveColumn(self.camera_side)
        workspace.add_page("film", self.film_page, self.film_column)
        workspace.add_page("live", self.camera_page, self.camera_column)
        self.films = Films(desk, self.film_page, self.film_side.figures, networks)
        self.cameras = Cameras(desk, self.camera_page, self.camera_side.figures, networks())
        for one in (self.films, self.cameras):
            one.running_changed.connect(lambda _on: self.running_changed.emit(self.is_running))
        self.drive = Drive(desk, workspace, networks) if is_steering(desk.spec) else None
        if self.drive is not None:
            self.drive.running_changed.connect(
                lambda _on: self.running_changed.emit(self.is_running)
            )
        workspace.top.page_chosen.connect(self._open_page)

    @property
    def is_running(self) -> bool:
        """Whether a film or the camera goes on."""
        drives = self.drive is not None and self.drive.is_running
        return self.films.is_running or self.cameras.is_running or drives

    def model_facts(self) -> list[ModelFacts]:
        """Return the places that tell which network answers."""
        drive = [self.drive.column.model] if self.drive is not None else []
        return [self.film_column.model, self.camera_column.model, *drive]

    def divert(self, paths: Sequence[Path]) -> Sequence[Path]:
        """Open the first film among files, and return what is none."""
        films = [path for path in paths if is_film(path) and not path.is_dir()]
        if films:
            self._workspace.top.offer_page("film", "Video")
            self._workspace.show_page("film")
            self.films.open(films[0])
        if len(films) > 1:
            self._desk.say(f"Opened {films[0].name}, the first of {len(films):,} videos")
        return [path for path in paths if path not in films]

    def use(self, choice: Choice | None, *, grew: bool = False) -> None:
        """Let another network answer."""
        for facts in self.model_facts():
            facts.show_choice(choice, grew=grew)
        self.films.use(choice)
        self.cameras.use(choice)
        if self.drive is not None:
            self.drive.use(choice, grew=grew)

    def close(self) -> None:
        """Let films and camera go."""
        self.films.close()
        self.cameras.close()
        if self.drive is not None:
            self.drive.close()

    def _open_page(self, key: str) -> None:
        if key == "live":
            self.cameras.open()


def moving_pages(
    desk: Desk, workspace: Workspace, networks: Callable[[], Networks]
) -> MovingPages | None:
    """Return what the tab adds, None for tasks that take no pictures."""
    return MovingPages(desk, workspace, networks) if desk.spec.takes is Image else None
