"""Brings the window up in two halves: what is painted at once, and what follows."""

from __future__ import annotations

import dataclasses
import signal
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QByteArray, QEvent, QMargins, QObject, QSettings, QSize, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended, Result
from deepdesk.project import preferences
from deepdesk.project.preferences import Preferences
from deepdesk.ui import places
from deepdesk.ui.care import Care
from deepdesk.ui.crash import LOGGER, CrashHandler
from deepdesk.ui.desk import Desk
from deepdesk.ui.devices_work import finding_devices
from deepdesk.ui.garbage import Garbage
from deepdesk.ui.opened_files import Application, OpenedFiles
from deepdesk.ui.session import DeviceBadge
from deepdesk.ui.shell import MainWindow
from deepdesk.ui.sound_permission import ask_before_listening, ask_before_watching
from deepdesk.ui.theme import apply, current, metrics
from deepdesk.ui.theme.icons import icon
from deepdesk.ui.watchdog import Watchdog

# A request to end, Ctrl-C, and a terminal or session that is gone; Windows has not all of them.
_ENDINGS = [
    getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)
]
GEOMETRY, SAMPLE_MADE, GREETED = "geometry", "sample_made", "greeted"
_TITLE_PX = 40  # that a title bar may take


class StartOptions(Protocol):
    """What the window needs of `app.Options`."""

    @property
    def project(self) -> Path | None: ...
    @property
    def safe_mode(self) -> bool: ...
    @property
    def reset(self) -> bool: ...


class StartedWindow(QObject):
    """The window of this process, with its log, its watchdog and what it remembers.

    Signals:
        painted: None, after the first paint.
    """

    painted = Signal(object)

    def __init__(
        self, application: QApplication, options: StartOptions, missing: list[str]
    ) -> None:
        super().__init__()
        self._application = application
        self._options = options
        self._project = options.project
        self._garbage = Garbage(self)
        self._garbage.start()
        self.crash = CrashHandler(places.log_folder(), self)
        self.crash.install()
        try:
            self._make(missing)
        except Exception as error:
            self._give_up(error)
            raise

    def _make(self, missing: list[str]) -> None:
        if missing:
            LOGGER.warning("libraries of torch that did not load: %s", ", ".join(missing))
        self._settings = QSettings(str(places.settings_file()), QSettings.Format.IniFormat)
        if self._options.reset:
            self._settings.clear()
        self._preferences = Preferences() if self._options.safe_mode else _preferences()
        theme = apply(self._application, self._preferences.theme)
        self.desk = Desk(self)
        self.desk.store.update(theme="dark" if theme.tokens.is_dark else "light")
        self.window = MainWindow(self.desk)
        self.window.commands.choose_theme(theme.mode)
        self.watchdog = Watchdog(self)
        self._permissions = ask_before_listening(self), ask_before_watching(self)
        geometry = self._settings.value(GEOMETRY)
        if isinstance(geometry, QByteArray) and not self._options.safe_mode:
            self.window.restoreGeometry(geometry)
        else:
            self._fit()
        self.care = Care(self.window, self.crash, places.log_folder())
        self.crash.caught.connect(self.window.actions_of_window.show_bug)
        self.desk.bug_found.connect(self.crash.keep)
        self.desk.bug_found.connect(self.window.actions_of_window.show_bug)
        self.window.closing.connect(lambda _none: self._remember())

    def _fit(self) -> None:
        """Keep all of the window on a small screen, with room for its title bar."""
        room = screen_room(self.window).shrunkBy(QMargins(0, metrics.scaled(_TITLE_PX), 0, 0))
        self.window.resize(self.window.size().boundedTo(room))

    def show(self) -> None:
        """Show the window; `painted` follows."""
        self.window.installEventFilter(self)
        try:
            self.window.show()
        except Exception as error:
            self._give_up(error)
            raise

    def _give_up(self, error: Exception) -> None:
        self._garbage.stop()
        self.crash.give_up(error)

    def end(self) -> bool:
        """Let go of everything after the event loop, and return whether every job has ended."""
        self.watchdog.stop()
        self.care.stop()
        self._garbage.stop()
        self.desk.stop_all()
        self.crash.remove()
        return not self.desk.jobs

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.window and event.type() == QEvent.Type.Paint:
            self.window.removeEventFilter(self)
            # After this event: then the children are painted as well.
            QTimer.singleShot(0, self, lambda: self.painted.emit(None))
        return super().eventFilter(watched, event)

    def begin(self) -> None:
        """Do what could wait until the window was painted."""
        self._application.setWindowIcon(icon("deepdesk", "text", 64))
        self.watchdog.start()
        self.care.start()
        for number in _ENDINGS:
            # What is ignored stays so: the person started this with nohup.
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, lambda _number, _frame: self._leave_soon())
        self._application.commitDataRequest.connect(lambda _session: self._leave())
        if self._project is not None:
            self.window.projects.open(self._project)
        if isinstance(self._application, Application):
            self._take_asked(self._application.opened_files)
        self.window.welcome.filled.connect(self._first_start)
        self.window.welcome.fill()
        self.desk.start(
            finding_devices, "devices", on_event=self._found, on_ended=self._looked, lowered=True
        )

    def _first_start(self, facts: object) -> None:
        from deepdesk.ui.welcome_facts import WelcomeFacts

        assert isinstance(facts, WelcomeFacts)
        if not facts.is_whole:
            return
        self.window.welcome.filled.disconnect(self._first_start)
        self._greet()
        if self._preferences.reopen_last and facts.recent and self._project is None:
            self.window.projects.open(facts.recent[0].path)
        if places.projects_folder().exists() or self._settings.value(SAMPLE_MADE):
            return
        self._settings.setValue(SAMPLE_MADE, True)
        with_sample = [spec for spec in facts.tasks if spec.sample is not None]
        if with_sample:
            self.window.projects.make_sample(with_sample[0], opens=False)

    def _greet(self) -> None:
        """Say what this computer can do, on the first start of this person alone."""
        if self._settings.value(GREETED) or self._project is not None:
            return
        self._settings.setValue(GREETED, True)
        self.window.welcome.first_start.greet()

    def _take_asked(self, files: OpenedFiles) -> None:
        files.asked.connect(self._open_asked)
        if (path := files.begin()) is not None:
            self._open_asked(path)

    def _open_asked(self, path: Path) -> None:
        """Open what the system asks a running program to open."""
        self._project = path
        self.window.raise_()
        self.window.activateWindow()
        self.window.projects.open_chosen(path)

    def _found(self, event: object) -> None:
        if isinstance(event, Result):
            text, why = event.value
            self.desk.store.update(device=DeviceBadge(text=text, why=why))

    def _looked(self, end: Ended) -> None:
        if end.error is not None:
            why = f"{end.error} Training will not work until torch can be loaded."
            self.desk.store.update(device=DeviceBadge(text="No device", why=why, state="look"))
            LOGGER.error("no device: %s\n%s", end.error, end.report)

    def _leave_soon(self) -> None:
        # Python calls this between any two steps of whatever the window was doing.
        QTimer.singleShot(0, self, self._leave)

    def _leave(self) -> None:
        """Answer a request of the system to end: nobody is there to be asked."""
        self.window.leaving.leave()

    def _remember(self) -> None:
        if self._options.safe_mode:
            return
        self._settings.setValue(GEOMETRY, self.window.saveGeometry())
        self._settings.sync()
        wanted = dataclasses.replace(self._preferences, theme=current().mode)
        if wanted == self._preferences:
            return
        try:
            preferences.save(wanted)
        except DeepDeskError as error:
            LOGGER.warning("preferences were not kept: %s", error)


def _preferences() -> Preferences:
    try:
        return preferences.load()
    except DeepDeskError as error:
        LOGGER.warning("preferences were not read: %s", error)
        return Preferences()


def screen_room(window: QWidget) -> QSize:
    """Return how much of its screen a window may take, px."""
    return window.screen().availableSize()
