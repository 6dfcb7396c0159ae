"""A dot that says how a thing stands; the word for it is its tooltip and accessible name."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from deepdesk.ui.theme import colour
from deepdesk.ui.widgets.painting import antialiased, draw_dot
from deepdesk.ui.widgets.plain_tip import plain_tip

STATES = {
    "empty": ("faint", "nothing yet"),
    "working": ("accent", "working"),
    "ready": ("good", "ready"),
    "look": ("warn", "needs a look"),
    "wrong": ("bad", "failed"),
}
DIAMETER_PX = 7


class StatusDot(QWidget):
    """Grey nothing yet, blue working, green ready, amber needs a look, red failed."""

    def __init__(self, state: str = "empty", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.state = state
        self.set_state(state)

    def set_state(self, state: str, words: str = "") -> None:
        """Show `state`, one of `STATES`; `words` says it better than its usual words.

        Raises:
            KeyError: There is no such state.
        """
        said = words or STATES[state][1]
        self.state = state
        self.setToolTip(plain_tip(said))
        self.setAccessibleName(said)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(DIAMETER_PX + 1, DIAMETER_PX + 1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        centre = QPointF(self.width() / 2, self.height() / 2)
        draw_dot(painter, centre, colour(STATES[self.state][0]), DIAMETER_PX / 2)
