"""The pill at the right of the header: which device trains, and why that one."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy, QVBoxLayout, QWidget

from deepdesk.ui.session import DeviceBadge
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.widgets.buttons import LinkButton
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.painting import (
    antialiased,
    draw_dot,
    draw_focus,
    draw_text,
    fill_round,
    outline_round,
)
from deepdesk.ui.widgets.status_dot import STATES

LOOKING = DeviceBadge(text="Looking for devices", why="Torch is being loaded.", state="working")
PADDING_PX, DOT_PX, GAP_PX, WIDE_PX = 12, 7, 8, 280


class DevicePill(QAbstractButton):
    """Shows the badge; a click tells why and offers to check the machine.

    Signals:
        check_asked: None, when the person wants to know all of this machine.
    """

    check_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._badge = LOOKING
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.clicked.connect(lambda _on=False: self.explain())
        self.show_badge(LOOKING)

    def show_badge(self, badge: DeviceBadge | None) -> None:
        """Show a device, or that it is still looked for."""
        self._badge = badge or LOOKING
        self.setText(self._badge.text)
        self.setToolTip(self._badge.why)
        self.setAccessibleName(f"Device: {self._badge.text}")
        self.setAccessibleDescription(self._badge.why)
        self.updateGeometry()

    def explain(self) -> QFrame:
        """Open a small window below that says why, and return it."""
        popover = QFrame(self, Qt.WindowType.Popup)
        popover.setProperty("kind", "raised")
        popover.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(popover)
        column.setContentsMargins(metrics.L, metrics.M, metrics.L, metrics.M)
        column.addWidget(Label(self._badge.text, kind="heading"))
        column.addWidget(Label(self._badge.why, kind="muted", wraps=True))
        link = LinkButton("Check this machine", lambda: self._ask(popover))
        column.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
        popover.setFixedWidth(metrics.scaled(WIDE_PX))
        popover.adjustSize()
        corner = self.mapToGlobal(QPoint(self.width() - popover.width(), self.height() + 6))
        popover.move(corner)
        popover.show()
        return popover

    def _ask(self, popover: QWidget) -> None:
        popover.close()
        self.check_asked.emit(None)

    def sizeHint(self) -> QSize:
        words = QFontMetricsF(font(metrics.SMALL)).horizontalAdvance(self.text())
        width = round(words) + DOT_PX + GAP_PX + 2 * PADDING_PX
        return QSize(width, metrics.scaled(metrics.SMALL_HEIGHT))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        rect = QRectF(self.rect())
        radius = rect.height() / 2
        fill_round(painter, rect, colour("surface"), radius)
        outline_round(painter, rect, colour("faint" if self.underMouse() else "line"), radius)
        centre = QPointF(PADDING_PX + DOT_PX / 2, rect.center().y())
        draw_dot(painter, centre, colour(STATES[self._badge.state][0]), DOT_PX / 2)
        words = rect.adjusted(PADDING_PX + DOT_PX + GAP_PX, 0, -PADDING_PX + 2, 0)
        draw_text(painter, words, self.text(), font(metrics.SMALL), colour("muted"))
        if self.hasFocus():
            draw_focus(painter, rect, radius)
