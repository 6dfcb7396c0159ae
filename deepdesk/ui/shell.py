"""The main window: it puts the parts together and gives their work to them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from deepdesk.core.events import Ended, RunStarted, Stepped
from deepdesk.ui.desk import Desk, Trouble
from deepdesk.ui.drops import WindowDrops, project_among
from deepdesk.ui.footer import Footer
from deepdesk.ui.header import Header
from deepdesk.ui.installed import launcher_command
from deepdesk.ui.leaving import Leaving
from deepdesk.ui.notice import Notices
from deepdesk.ui.project_works import Opened
from deepdesk.ui.projects import Projects
from deepdesk.ui.session import TABS, Session
from deepdesk.ui.shortcuts import OF_LAUNCHER, CommandSet
from deepdesk.ui.tab_stack import DROP_WORDS, TabStack
from deepdesk.ui.theme import current
from deepdesk.ui.welcome import WelcomePage
from deepdesk.ui.welcome_facts import InterruptedRun
from deepdesk.ui.window_actions import WindowActions

APP = "DeepDesk"


class MainWindow(QMainWindow):
    """Header, body (welcome page or tabs) and footer.

    Signals:
        closing: None, when the window is really about to close.
    """

    closing = Signal(object)

    def __init__(self, desk: Desk, *, tabs: Callable[[Desk], TabStack] = TabStack) -> None:
        super().__init__()
        self.desk = desk
        self.projects = Projects(desk, self)
        self.welcome = WelcomePage(desk)
        self.tabs = tabs(desk)
        self.actions_of_window = WindowActions(self)
        of_launcher = OF_LAUNCHER if launcher_command() is not None else ()
        self.commands = CommandSet(self, self.actions_of_window.do, more=of_launcher)
        self.header = Header(self.commands.menu(self))
        self.footer = Footer(desk)
        self.notices = Notices()
        self.leaving = Leaving(desk, self, self.close)
        self.drops = WindowDrops(self, self._describe_drop)
        self.progress = ""
        self._epochs = 0
        self._body = QStackedWidget()
        self._arrange()
        self._connect()
        self._follow(desk.store.session)
        self.welcome.setFocus()

    def show_tab(self, key: str) -> None:
        """Bring a tab to the front."""
        self.desk.store.update(tab=key)

    def give_to_dataset(self, paths: list[Path]) -> None:
        """Import files into the open project."""
        self.show_tab("dataset")
        self.tabs.drop(paths)

    def _arrange(self) -> None:
        self.setMinimumSize(960, 600)
        self.resize(1280, 800)
        self._body.addWidget(self.welcome)
        self._body.addWidget(self.tabs)
        page = QWidget()
        page.setProperty("kind", "page")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.notices)
        column.addWidget(self._body, 1)
        column.addWidget(self.footer)
        self.setCentralWidget(page)

    def _connect(self) -> None:
        desk, welcome, projects = self.desk, self.welcome, self.projects
        desk.store.changed.connect(self._follow)
        desk.project_closed.connect(lambda _path: self._leave_project())
        desk.troubled.connect(self._show_trouble)
        desk.tried_again.connect(self.tabs.forget_trouble)
        desk.run_event.connect(self._follow_run)
        desk.data_dropped.connect(self.give_to_dataset)
        self.header.tabs.chosen.connect(self.show_tab)
        self.header.device.check_asked.connect(lambda _none: self.actions_of_window.do("machine"))
        self.tabs.state_changed.connect(lambda told: self.header.tabs.set_state(*told))
        self.drops.dropped.connect(self._take_drop)
        projects.opened.connect(self._show_project)
        projects.data_given.connect(self.give_to_dataset)
        projects.sample_made.connect(lambda _path: self.welcome.fill())
        welcome.data_asked.connect(projects.ask_data)
        welcome.sample_asked.connect(lambda spec: projects.make_sample(spec, opens=True))
        welcome.empty_asked.connect(lambda spec: projects.ask_new([], task=spec.key))
        welcome.project_chosen.connect(projects.open)
        welcome.open_asked.connect(lambda _none: projects.ask_open())
        welcome.resume_asked.connect(self.resume)
        welcome.keep_asked.connect(self.actions_of_window.keep_as_it_is)
        welcome.filled.connect(
            lambda facts: self.commands.show_recent(
                [(row.name, row.path) for row in facts.recent], projects.open
            )
        )
        current().changed.connect(self._theme_changed)

    def _follow(self, session: Session) -> None:
        is_open = session.project is not None
        self.header.follow(session, self.desk.spec.title if is_open else "")
        self.commands.follow(has_project=is_open)
        self._body.setCurrentWidget(self.tabs if is_open else self.welcome)
        self._show_title(session)

    def _show_title(self, session: Session) -> None:
        name = session.project.file.name if session.project else ""
        parts = (self.progress, name or APP)
        self.setWindowTitle(" · ".join(part for part in parts if part))

    def _show_project(self, opened: Opened) -> None:
        for key, state in opened.states.items():
            self.header.tabs.set_state(key, state)
        self.tabs.show_tab(self.desk.store.session.tab)
        self.desk.store.changed.connect(self._bring_tab)

    def _bring_tab(self, session: Session) -> None:
        if session.project is not None:
            self.tabs.show_tab(session.tab)

    def _leave_project(self) -> None:
        self.desk.store.changed.disconnect(self._bring_tab)
        self.tabs.clear()
        for key in TABS:
            self.header.tabs.set_state(key, "empty")
        self.welcome.fill()

    def _show_trouble(self, trouble: Trouble) -> None:
        if self.desk.store.session.project is None:
            self.welcome.banner.say(trouble.error.message, trouble.error.hint)
        else:
            self.tabs.show_trouble(trouble)

    def _follow_run(self, event: Any) -> None:
        if isinstance(event, RunStarted):
            self._epochs = event.epochs
            self.tabs.forget_trouble("training")
        elif isinstance(event, Stepped) and self._epochs:
            self.progress = f"{100 * event.epoch / self._epochs:.0f}\N{THIN SPACE}%"
        elif isinstance(event, Ended):
            self.progress = ""
        self._show_title(self.desk.store.session)

    def _describe_drop(self, paths: list[Path]) -> tuple[str, str]:
        project = project_among(paths)
        if project is not None:
            return f"Drop to open {project.stem}", ""
        session = self.desk.store.session
        if session.project is None:
            return "Drop to make a project of this", "Its files stay where they are."
        if session.project.read_only and session.tab != "inference":
            return "", "This project is read only, because another window has it open."
        return DROP_WORDS[session.tab], ""

    def _take_drop(self, paths: list[Path]) -> None:
        words, why_not = self._describe_drop(paths)
        if not words:
            self.desk.say(why_not, level="warning")
        elif self.desk.store.session.project is None or project_among(paths):
            self.projects.take_drop(paths)
        else:
            self.tabs.drop(paths)

    def resume(self, run: InterruptedRun) -> None:
        """Open the project of a run that was cut off, and go on with it."""

        def go_on() -> None:
            self.show_tab("training")
            self.desk.training.continue_run(run.run)

        self.projects.open(run.project, then=go_on)

    def _theme_changed(self, tokens: Any) -> None:
        self.desk.store.update(theme="dark" if tokens.is_dark else "light")

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.leaving.may_close():
            event.ignore()
            return
        self.closing.emit(None)
        self.desk.close_project()
        event.accept()
