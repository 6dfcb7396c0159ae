"""The four tabs: each is built when it is first shown, and spoken to only through here."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, cast

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.ui.desk import Desk, Trouble
from deepdesk.ui.session import TABS
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.banner import Banner

HOMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {key: (f"deepdesk.ui.tabs.{key}", f"{key.capitalize()}Tab") for key in TABS}
)
ClassOf = Callable[[str], Callable[[Desk], QWidget]]
# The tab in front gets its pictures first.
LOAD_AFTER_MS = 1_000
DROP_WORDS = {
    "dataset": "Drop to add to the data",
    "architecture": "Drop a network here",
    "training": "Drop to add to the data",
    "inference": "Drop to ask the network",
}


class TabPage(Protocol):
    """What a tab offers beside being a widget; `find` and `train` may be missing."""

    state: str
    state_changed: Any

    def drop(self, paths: list[Path]) -> None:
        """Take files dropped on the window."""
        ...


def tab_class(key: str) -> Callable[[Desk], QWidget]:
    """Import and return the class of a tab."""
    module, name = HOMES[key]
    return cast(Callable[[Desk], QWidget], getattr(importlib.import_module(module), name))


def loading_work(class_of: ClassOf) -> Work:
    """Return work that imports all tabs, so that the first look at one need not wait for it.

    Classes only: widgets are made in the window's thread, when their tab is first shown.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        del emit
        # What a person asks first comes first.
        for key in reversed(TABS):
            stop.check()
            class_of(key)

    return work


class TabStack(QWidget):
    """Shows one tab, with a strip above it for what went wrong there.

    Signals:
        state_changed: (key, state) of a tab, for its dot.
    """

    state_changed = Signal(object)

    def __init__(self, desk: Desk, class_of: ClassOf = tab_class) -> None:
        super().__init__()
        self._desk = desk
        self._class_of = class_of
        self._pages: dict[str, QWidget] = {}
        self._troubles: dict[str, Trouble] = {}
        self._front = ""
        self.banner = Banner()
        self.banner.closed.connect(lambda _none: self.forget_trouble(self._front))
        self._stack = QStackedWidget()
        self._strip = QVBoxLayout()
        self._strip.addWidget(self.banner)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._strip)
        column.addWidget(self._stack, 1)
        self._load = QTimer(self)
        self._load.setSingleShot(True)
        self._load.setInterval(LOAD_AFTER_MS)
        self._load.timeout.connect(self._load_others)
        self._is_loaded = False
        self._show_trouble()

    def page(self, key: str) -> QWidget:
        """Return the tab, built if it was not yet."""
        if key not in self._pages:
            page = self._class_of(key)(self._desk)
            self._pages[key] = page
            self._stack.addWidget(page)
            tab = cast(TabPage, page)
            tab.state_changed.connect(lambda state: self.state_changed.emit((key, state)))
            self.state_changed.emit((key, tab.state))
        return self._pages[key]

    def show_tab(self, key: str) -> None:
        """Bring a tab to the front."""
        self._stack.setCurrentWidget(self.page(key))
        self._front = key
        self._show_trouble()
        if not self._is_loaded:
            self._is_loaded = True
            self._load.start()

    def drop(self, paths: list[Path]) -> None:
        """Give dropped files to the tab in front."""
        self.forget_trouble(self._front)
        cast(TabPage, self.page(self._front)).drop(paths)

    def ask(self, key: str, what: str) -> bool:
        """Call the method `what` of a tab where it has one, and return whether it has."""
        page = self.page(key)
        # QWidget itself has a static `find`, which is not meant here.
        own = (kind for kind in type(page).__mro__ if not kind.__module__.startswith("PySide6"))
        if not any(what in vars(kind) for kind in own):
            return False
        getattr(page, what)()
        return True

    def show_trouble(self, trouble: Trouble) -> None:
        """Keep what went wrong for its tab, and show it when that tab is in front."""
        where = trouble.where if trouble.where in HOMES else self._front
        self._troubles[where] = trouble
        self._show_trouble()

    def forget_trouble(self, where: str) -> None:
        """Take the banner of a tab away: what it tells of is being tried again."""
        self._troubles.pop(where, None)
        self._show_trouble()

    def clear(self) -> None:
        """Let go of all tabs: another project comes, or none."""
        for page in self._pages.values():
            self._stack.removeWidget(page)
            page.close()
            page.deleteLater()
        self._pages.clear()
        self._troubles.clear()
        self._front = ""
        self._show_trouble()

    def _load_others(self) -> None:
        # A tab that cannot be imported says so when it is shown.
        work = loading_work(self._class_of)
        self._desk.start(work, self._front, on_ended=lambda _ended: None, lowered=True)

    def _show_trouble(self) -> None:
        trouble = self._troubles.get(self._front)
        room = metrics.M if trouble else 0
        self._strip.setContentsMargins(metrics.L, room, metrics.L, room)
        if trouble is None:
            self.banner.hide()
            return
        self.banner.say(trouble.error.message, trouble.error.hint)
