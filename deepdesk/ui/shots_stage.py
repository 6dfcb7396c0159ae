"""The stage of the shots: the window, brought into a state, and what is seen of it then."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap
    from PySide6.QtWidgets import QApplication, QWidget

    from deepdesk.core.task import TaskSpec
    from deepdesk.ui.shell import MainWindow

PATIENCE_S = 300.0
SETTLE_S = 0.6


class Stage:
    """The window, and the ways to bring it into a state through what the program offers.

    Attributes:
        home: Folder of this show, with everything the window writes.
        events: Events of all runs so far.
    """

    def __init__(self, app: QApplication, home: Path, size: tuple[int, int]) -> None:
        from deepdesk.tasks import all_tasks
        from deepdesk.ui.desk import Desk
        from deepdesk.ui.shell import MainWindow

        self.app = app
        self.home = home
        self.spec: TaskSpec = next(spec for spec in all_tasks().values() if spec.sample)
        self.events: list[Any] = []
        self.window: MainWindow = MainWindow(Desk())
        self.desk = self.window.desk
        self.desk.run_event.connect(self.events.append)
        self.window.resize(*size)
        self.window.show()

    def until(self, condition: Callable[[], bool], timeout_s: float = PATIENCE_S) -> None:
        """Let the window live until `condition` holds.

        Raises:
            TimeoutError: It never did.
        """
        end_s = time.monotonic() + timeout_s
        while not condition():
            if time.monotonic() > end_s:
                raise TimeoutError("the window did not reach its state")
            self.app.processEvents()
            time.sleep(0.005)

    def settle(self, seconds: float = SETTLE_S) -> None:
        """Let the window live for a moment."""
        end_s = time.monotonic() + seconds
        self.until(lambda: time.monotonic() >= end_s)

    def quiet(self) -> None:
        """Wait until no job is under way and the pictures in sight have come."""
        self.settle(0.2)
        self.until(lambda: not self.desk.jobs and not self._is_loading())
        self.settle(0.2)

    def _is_loading(self) -> bool:
        from deepdesk.ui.tabs.dataset.tab import DatasetTab

        pages = self.window.tabs.findChildren(DatasetTab)
        spaces = [page.workspace for page in pages if page.isVisible() and page.workspace]
        return any(space.is_loading for space in spaces)

    def count(self, kind: str) -> int:
        """Return how many events of that name runs have told."""
        return sum(type(event).__name__ == kind for event in self.events)

    def picture(self) -> QPixmap:
        """Return a picture of what is seen."""
        return seen(self.window, self.app.topLevelWidgets())


def seen(window: QWidget, others: Sequence[QWidget]) -> QPixmap:
    """Return a picture of a window with the menus and questions that are open over it.

    A menu lies where it opened, a question in the middle. A window that stands beside this one
    is shown instead of it.

    Args:
        others: Top level widgets; those out of sight are left out.
    """
    from PySide6.QtCore import QRect
    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QDialog, QMenu

    from deepdesk.ui.theme import colour

    open_now = [w for w in others if isinstance(w, QDialog | QMenu) and w.isVisible()]
    for widget in open_now:
        if isinstance(widget, QDialog) and not widget.isModal():
            return widget.grab()
    shown = window.grab()
    painter = QPainter(shown)
    painter.setPen(colour("line"))
    for widget in open_now:
        place = QRect(window.mapFromGlobal(widget.pos()), widget.size())
        if isinstance(widget, QDialog):
            place.moveCenter(window.rect().center())
        painter.drawPixmap(place.topLeft(), widget.grab())
        painter.drawRect(place.adjusted(0, 0, -1, -1))
    painter.end()
    return shown


def find_devices(stage: Stage) -> None:
    """Find out what the window computes on, as the program does when it starts."""
    from deepdesk.ui.devices_work import finding_devices
    from deepdesk.ui.session import DeviceBadge

    def found(event: Any) -> None:
        text, why = event.value
        stage.desk.store.update(device=DeviceBadge(text=text, why=why))

    stage.desk.start(finding_devices, "devices", on_event=found)


def stay(_stage: Stage) -> None:
    """Leave a state as it is: the next one goes on from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One state.

    Attributes:
        name: Of its files.
        enter: How the window gets there from the state before.
        leave: What is put back afterwards.
        begins: Whether it needs none of the states before.
    """

    name: str
    enter: Callable[[Stage], None]
    leave: Callable[[Stage], None] = stay
    begins: bool = False
