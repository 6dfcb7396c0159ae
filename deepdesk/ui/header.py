"""The top of the window: the project, the four tabs in the middle, the device at the right."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QMenu, QWidget

from deepdesk.ui.device_badge import DevicePill
from deepdesk.ui.session import Session
from deepdesk.ui.tab_switch import TabSwitch
from deepdesk.ui.theme import icons, metrics
from deepdesk.ui.widgets.buttons import IconButton, LinkButton
from deepdesk.ui.widgets.elided_label import ElidedLabel
from deepdesk.ui.widgets.labels import Label, restyle
from deepdesk.ui.widgets.status_dot import StatusDot

LOGO_PX = 22


class Header(QFrame):
    """Follows the session; what is clicked here comes out of `tabs`, `device` and the menu."""

    def __init__(self, menu: QMenu) -> None:
        super().__init__()
        self.setProperty("kind", "header")
        self.setFixedHeight(metrics.scaled(metrics.HEADER_HEIGHT))
        self.tabs = TabSwitch()
        self.device = DevicePill()
        self.more = IconButton("more", "Menu", lambda: self._open(menu))
        self.check = LinkButton("Check this machine", self._ask_check)
        self._name = ElidedLabel(kind="heading")
        self._task = ElidedLabel(kind="hint")
        self._held = Label(kind="small", tone="warn")
        self._held_dot = StatusDot("look")
        grid = QGridLayout(self)
        grid.setContentsMargins(metrics.L, 0, metrics.L, 0)
        # The outer columns share what is left, so that the tabs stay in the middle.
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)
        grid.addWidget(self._left(), 0, 0)
        grid.addWidget(self.tabs, 0, 1)
        grid.addWidget(self._right(), 0, 2)
        self.follow(Session(), "")

    def follow(self, session: Session, task_title: str) -> None:
        """Show what the session holds."""
        project = session.project
        self._show_bar(is_bar=project is not None)
        self._show_holder(session)
        if project is not None:
            self._name.setText(project.file.name)
            self._task.setText(task_title)
            self.tabs.choose(session.tab)
        self.device.show_badge(session.device)

    def _show_bar(self, *, is_bar: bool) -> None:
        for widget in (self._logo, self._name, self._task, self.tabs):
            widget.setVisible(is_bar)
        self.check.setVisible(not is_bar)
        # The welcome page has no bar above it: the header lies on the page.
        kind = "header" if is_bar else "page"
        if self.property("kind") != kind:
            self.setProperty("kind", kind)
            restyle(self)

    def _show_holder(self, session: Session) -> None:
        project = session.project
        is_held = project is not None and project.read_only
        self._held.setVisible(is_held)
        self._held_dot.setVisible(is_held)
        if project is not None and is_held:
            self._held.setText("read only")
            words = f"Open in another window ({project.owner}); close it there to change things."
            self._held.setToolTip(words)
            self._held_dot.set_state("look", words)

    def _left(self) -> QWidget:
        side = QWidget()
        row = QHBoxLayout(side)
        row.setContentsMargins(0, 0, metrics.M, 0)
        row.setSpacing(metrics.S)
        self._logo = QLabel()
        self._logo.setPixmap(icons.pixmap("deepdesk", "text", LOGO_PX, self.devicePixelRatioF()))
        row.addWidget(self._logo)
        row.addSpacing(metrics.XS)
        row.addWidget(self._name)
        row.addWidget(self._task)
        row.addWidget(self._held_dot)
        row.addWidget(self._held)
        row.addStretch(1)
        return side

    def _right(self) -> QWidget:
        side = QWidget()
        row = QHBoxLayout(side)
        row.setContentsMargins(metrics.M, 0, 0, 0)
        row.setSpacing(metrics.S)
        row.addStretch(1)
        row.addWidget(self.check)
        row.addWidget(self.device, 0, Qt.AlignmentFlag.AlignRight)
        row.addWidget(self.more)
        return side

    def _ask_check(self) -> None:
        self.device.check_asked.emit(None)

    def _open(self, menu: QMenu) -> None:
        corner = self.more.mapToGlobal(QPoint(self.more.width(), self.more.height() + 4))
        menu.popup(corner - QPoint(menu.sizeHint().width(), 0))
