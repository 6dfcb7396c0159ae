"""Says in the Training tab that a run cannot be saved, and what to do, for as long as it lasts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QBoxLayout

from deepdesk.core.events import RunStarted, Saved, SaveFailed
from deepdesk.ui.widgets.banner import Banner

if TYPE_CHECKING:
    from deepdesk.ui.tabs.training.tab import TrainingTab

_WAITS = "The run is at its end and waits; nothing is lost."
_GOES_ON = "Training goes on, and the last saved state stays."


class SavingBanner(QObject):
    """Listens to the run under way.

    Attributes:
        banner: Above the curves; hidden while saving works.
    """

    def __init__(self, tab: TrainingTab) -> None:
        super().__init__(tab)
        self._desk = tab.desk
        self.banner = Banner(tone="bad")
        column = tab.middle.layout()
        assert isinstance(column, QBoxLayout)
        column.insertWidget(0, self.banner)
        self._takers: dict[type[Any], Callable[[Any], None]] = {
            SaveFailed: self._show,
            Saved: self._hide,
            RunStarted: self._hide,
        }
        tab.desk.run_event.connect(self._take)

    def _take(self, event: Any) -> None:
        taker = self._takers.get(type(event))
        if taker is not None:
            taker(event)

    def _show(self, event: SaveFailed) -> None:
        what = _WAITS if event.waits else _GOES_ON
        hint = f"{event.hint} {what}".strip()
        self.banner.say(event.text, hint, remedy="Open the folder", act=self._open_folder)

    def _hide(self, _event: Any) -> None:
        self.banner.hide()

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._desk.project.path)))
