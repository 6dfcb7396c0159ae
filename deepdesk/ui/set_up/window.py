"""The set-up window: which page is shown, and the one job that is under way."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from deepdesk.core.events import Ended
from deepdesk.core.work import Work
from deepdesk.ui.set_up import report, words
from deepdesk.ui.set_up.end_pages import DonePage, LookPage, TroublePage
from deepdesk.ui.set_up.found import Asked, Files, Found, looking_through
from deepdesk.ui.set_up.offer_page import OfferPage, Plan
from deepdesk.ui.set_up.one_job import OneJob
from deepdesk.ui.set_up.page import Page
from deepdesk.ui.set_up.work_page import WorkPage
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.fold import FoldLine
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.states import IconPicture

if TYPE_CHECKING:
    from deepdesk.launcher.environments import Ready

TITLE = "DeepDesk"
SIZE_PX, LEAST_PX = (960, 600), (640, 440)
LOGO_PX = 22
# Long enough for the sentence to be seen, too short to wait for.
START_MS = 400
PATIENCE_MS = 15_000
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Works:
    """What the window can have done, as work for a job.

    Attributes:
        looking: Emits a `Result` with what was `Found`.
        installing: Takes a `Plan`; emits a `Result` with the `Ready`.
        log: The last words of the set-up's own log, "" for none.
    """

    looking: Callable[[], Work]
    installing: Callable[[Plan], Work]
    log: Callable[[], str] = str


class SetUpWindow(QWidget):
    """Looks at the machine, offers what fits, sets it up, and says when to start the program.

    Signals:
        finished: The `Ready` to start, or None to leave without starting anything; once.
    """

    finished = Signal(object)

    def __init__(self, works: Works, asked: Asked) -> None:
        super().__init__()
        self._works, self._asked = works, asked
        self._after: Callable[[Any], None] = lambda _value: None
        self._again: Callable[[], None] = self.look
        self._closes = self._has_left = self._has_folder = False
        self._plan: Plan | None = None
        self._ready: Ready | None = None
        self.jobs = OneJob(self)
        self.looks, self.offer, self.work = LookPage(), OfferPage(), WorkPage()
        self.trouble, self.done = TroublePage(), DonePage()
        self.pages = QStackedWidget()
        self.version = Label(kind="hint")
        self.setWindowTitle(TITLE)
        self.setProperty("kind", "page")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(*LEAST_PX)
        self.resize(*(metrics.scaled(side) for side in SIZE_PX))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(head_of(self.version))
        outer.addWidget(self.pages, 1)
        for page in (self.looks, self.offer, self.work, self.trouble, self.done):
            self.pages.addWidget(page)
        self._connect()

    @property
    def page(self) -> Page:
        """Which page is shown."""
        shown = self.pages.currentWidget()
        assert isinstance(shown, Page)
        return shown

    def look(self) -> None:
        """Look at the machine, then offer what fits."""
        self._again = self.look
        self.looks.what.setText("")
        self._show(self.looks)
        self._after = self._looked
        self.jobs.begin(self._works.looking(), "looking")

    def choose_folder(self) -> None:
        """Ask for a folder of files."""
        chosen = QFileDialog.getExistingDirectory(self, "A folder of files")
        if chosen:
            self.take_folder(Path(chosen))

    def take_folder(self, folder: Path) -> None:
        """Look through a folder of files, then offer to use it."""
        self._again = lambda: self.take_folder(folder)
        self._after = self._looked_through
        self.jobs.begin(looking_through(folder), "folder")

    def install(self, plan: Plan) -> None:
        """Set the program up."""
        self._plan = plan
        self._again = lambda: self.install(plan)
        where = "" if plan.wheels is None else f", from {plan.wheels}"
        hint = f"{plan.choices[0].title}{where}"
        self.work.begin("Setting up DeepDesk", hint, is_fetched=plan.wheels is None)
        self._show(self.work)
        self._after = self._installed
        self.jobs.begin(self._works.installing(plan), "installing")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = self.focusWidget()
        if event.key() not in _ENTER or isinstance(focused, QPlainTextEdit):
            super().keyPressEvent(event)
            return
        # A choice is made with Space; Enter goes on.
        is_button = isinstance(focused, QPushButton | FoldLine)
        wanted = focused if is_button else self.page.main
        if isinstance(wanted, QAbstractButton) and wanted.isVisible() and wanted.isEnabled():
            wanted.click()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.page is not self.work or self.jobs.job is None:
            event.accept()
            self._leave(None)
            return
        # What was fetched stays, so nothing needs to be asked; a short wait keeps it in order.
        event.ignore()
        self._closes = True
        self.work.show_stopping()
        self.jobs.stop()
        QTimer.singleShot(PATIENCE_MS, self, lambda: self._leave(None))

    def _ended(self, told: tuple[Ended, Any]) -> None:
        end, value = told
        self.work.rest()
        self.setWindowTitle(TITLE)
        if self._closes:
            self._leave(None)
        elif end.error is not None:
            self._show_trouble(end)
        elif end.stopped:
            # Part of it may be there now: less is to be fetched the next time.
            self.look()
        else:
            self._after(value)

    def _looked(self, found: Found) -> None:
        self.version.setText(f"version {found.version}" if found.version else "")
        self.offer.show_found(found, self._asked)
        self._show(self.offer)
        if self._asked.wheels is not None and not self._has_folder:
            self._has_folder = True
            self.take_folder(self._asked.wheels)

    def _looked_through(self, files: Files) -> None:
        self.offer.show_files(files)
        self._show(self.offer)

    def _installed(self, ready: Ready) -> None:
        assert self._plan is not None
        self._ready = ready
        before = self.offer.found.ready if self.offer.found is not None else None
        outcome, reasons = report.outcome(ready, self._plan, before)
        self.done.show_ready(outcome, reasons)
        self._show(self.done)
        if not reasons:
            QTimer.singleShot(START_MS, self, lambda: self._leave(ready))

    def _show_trouble(self, end: Ended) -> None:
        assert end.error is not None
        found = self.offer.found
        whole = report.details(end.report, found, self._plan, self._works.log())
        other = self._larger_text() if self._after == self._installed else ""
        can_go_back = found is not None
        self.trouble.show_trouble(end.error, whole, can_go_back=can_go_back, other=other)
        self._show(self.trouble)

    def _larger_text(self) -> str:
        larger = self.offer.larger()
        if larger is None:
            return ""
        size = words.about(larger.left_bytes, is_exact=larger.is_exact)
        return f"Set up {larger.choice.title} instead: {size} to fetch"

    def _offer_larger(self) -> None:
        larger = self.offer.larger()
        if larger is not None:
            self.offer.choose(larger)
            self._show(self.offer)

    def _show(self, page: Page) -> None:
        by_keyboard = self.focusWidget() not in (None, self)
        self.pages.setCurrentWidget(page)
        self.setAccessibleName(page.title.text())
        wanted = page.main if by_keyboard and page.main is not None else self
        # No ring round the first button for somebody who never touched the keyboard.
        wanted.setFocus(Qt.FocusReason.TabFocusReason)

    def _show_share(self, share: float | None) -> None:
        percent = "" if share is None else f"{math.floor(share * 100)}\N{THIN SPACE}% - "
        self.setWindowTitle(f"{percent}{TITLE}")

    def _refuse(self) -> None:
        found = self.offer.found
        keeps = found is not None and words.OCCASIONS[found.occasion].keeps
        self._leave(found.ready if found is not None and keeps else None)

    def _leave(self, ready: Ready | None) -> None:
        if not self._has_left:
            self._has_left = True
            self.jobs.drop()
            self.finished.emit(ready)

    def _connect(self) -> None:
        self.jobs.progressed.connect(lambda told: self.looks.what.setText(told.what))
        self.jobs.progressed.connect(self.work.show_progress)
        self.jobs.said.connect(self.work.show_said)
        self.jobs.ended.connect(self._ended)
        self.looks.refused.connect(lambda _none: self._leave(None))
        self.offer.accepted.connect(self.install)
        self.offer.refused.connect(lambda _none: self._refuse())
        self.offer.folder_asked.connect(lambda _none: self.choose_folder())
        self.offer.look_asked.connect(lambda _none: self.look())
        self.work.cancelled.connect(lambda _none: self.jobs.stop())
        self.work.moved.connect(self._show_share)
        self.trouble.again_asked.connect(lambda _none: self._again())
        self.trouble.back_asked.connect(lambda _none: self.look())
        self.trouble.folder_asked.connect(lambda _none: self.choose_folder())
        self.trouble.other_asked.connect(lambda _none: self._offer_larger())
        self.done.start_asked.connect(lambda _none: self._leave(self._ready))


def head_of(version: Label) -> QWidget:
    """Return the line above every page: whose window this is."""
    head = QFrame()
    head.setProperty("kind", "page")
    head.setFixedHeight(metrics.scaled(metrics.HEADER_HEIGHT))
    row = QHBoxLayout(head)
    row.setContentsMargins(metrics.XL, 0, metrics.XL, 0)
    row.setSpacing(metrics.S)
    row.addWidget(IconPicture("deepdesk", "text", LOGO_PX))
    row.addWidget(Label("DeepDesk", kind="heading"))
    row.addStretch(1)
    row.addWidget(version)
    return head
