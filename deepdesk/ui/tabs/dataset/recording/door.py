"""The ways to recording: buttons, an entry in the menu, and takes that nobody decided about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.payloads import Audio
from deepdesk.project.recordings import Unkept
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.dataset.recording.shelf import Shelf
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.banner import Banner
from deepdesk.ui.widgets.buttons import LinkButton, SmallButton

if TYPE_CHECKING:
    from deepdesk.ui.tabs.dataset.recording.page import RecordPage
    from deepdesk.ui.tabs.dataset.workspace import Workspace

# What can be recorded, by what a task takes.
DEVICES = {Audio: "microphone"}
# Below this width of the tab the page and the right column have no room beside each other.
NARROW_PX = 1180
_WORDS = "Record with the microphone…"


class RecordingDoor(QObject):
    """Puts the page in the place of the grid, and back; nothing where nothing can be recorded."""

    def __init__(self, desk: Desk, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._desk = desk
        self._workspace = workspace
        self.page: RecordPage | None = None
        self.is_offered = desk.spec.takes in DEVICES
        if not self.is_offered:
            return
        self.why_not = _why_not(desk)
        self.banner = Banner(tone="accent")
        self.button = SmallButton("Record", self.open)
        self.button.set_icon(DEVICES[desk.spec.takes])
        self.link = LinkButton(_WORDS, self.open)
        for button in (self.button, self.link):
            button.setEnabled(not self.why_not)
            button.setToolTip(self.why_not)
        self._place()
        workspace.installEventFilter(self)
        self.shelf = Shelf(desk.project.path, workspace.worker, workspace.edits, self)
        self.shelf.unkept_found.connect(self._offer)
        self.shelf.kept.connect(lambda _take: workspace.intake.check())
        workspace.overview_changed.connect(self._show_overview)
        if not self.why_not:
            self.shelf.find_unkept()

    def added_to(self, menu: QMenu) -> QMenu:
        """Return the menu of ways to add data, with recording among them."""
        if self.is_offered:
            action = menu.addAction(_WORDS)
            action.setEnabled(not self.why_not)
            action.setToolTip(self.why_not)
            action.triggered.connect(lambda _checked=False: self.open())
        return menu

    def open(self) -> None:
        """Show the page."""
        page = self._made()
        self._stack.setCurrentWidget(page)
        self.give_room()
        page.setFocus()

    def leave(self) -> None:
        """Go back to the samples."""
        self._stack.setCurrentWidget(self._workspace.middle)
        self.give_room()
        self._workspace.grid.setFocus()
        self.shelf.find_unkept()

    def eventFilter(self, watched: Any, event: Any) -> bool:
        """Follow the width of the tab."""
        if event.type() == QEvent.Type.Resize:
            self.give_room()
        return super().eventFilter(watched, event)

    def give_room(self) -> None:
        """Let the page have the right column's room too, where the window is narrow."""
        is_there = self.page is not None and self._stack.currentWidget() is self.page
        is_narrow = self._workspace.width() < metrics.scaled(NARROW_PX)
        self._workspace.right.set_aside(is_aside=is_there and is_narrow)

    def close_work(self) -> None:
        """End everything; a take under way stays on the disk."""
        if self.page is not None:
            self.page.close_work()

    def _place(self) -> None:
        """Put a stack where the middle column was, buttons and a banner into that column."""
        space = self._workspace
        row = space.layout()
        assert isinstance(row, QHBoxLayout)
        at = row.indexOf(space.middle)
        self._stack = QStackedWidget()
        row.insertWidget(at, self._stack, 1)
        self._stack.addWidget(space.middle)
        column = space.middle.layout()
        first = None if column is None else column.itemAt(0)
        upper = None if first is None else first.layout()
        assert isinstance(upper, QVBoxLayout)
        upper.insertWidget(0, self.banner)
        space.middle.bar.add_button(self.button)
        # Behind the button of the empty state, before its stretch.
        body = space.middle.empty.body
        body.insertWidget(body.count() - 1, self.link, 0, Qt.AlignmentFlag.AlignHCenter)

    def _made(self) -> RecordPage:
        if self.page is None:
            from deepdesk.ui.tabs.dataset.recording.page import RecordPage

            self.page = RecordPage(self._desk, self.shelf)
            self.page.left.connect(lambda _none: self.leave())
            self.page.sitting.left_behind.connect(lambda _take: self.shelf.find_unkept())
            self.page.show_overview(self._workspace.overview)
            self._stack.addWidget(self.page)
        return self.page

    def _show_overview(self, _overview: object) -> None:
        if self.page is not None:
            self.page.show_overview(self._workspace.overview)

    def _offer(self, unkept: Sequence[Unkept]) -> None:
        """Say which takes are left from a time before."""
        if not unkept:
            return
        one = unkept[0]
        length = f"{one.length_s:.0f} s" if one.length_s >= 9.5 else f"{one.length_s:.1f} s"
        said = f"A recording of {length} from {one.began} was not kept."
        if len(unkept) > 1:
            said = f"{len(unkept):,} recordings were not kept, the first from {one.began}."
        self.banner.say(
            said,
            "Listen to it, then keep or discard it.",
            remedy="Look at it" if len(unkept) == 1 else "Look at them",
            act=lambda: self._decide(unkept),
        )

    def _decide(self, unkept: Sequence[Unkept]) -> None:
        self.banner.hide()
        self.open()
        self._made().sitting.decide(unkept)


def _why_not(desk: Desk) -> str:
    """Return why nothing can be recorded into the project, "" when it can."""
    try:
        desk.project.check_writable()
    except DeepDeskError as error:
        return str(error)
    return ""
