"""A white card with a title, and perhaps a link or a note at its right."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.widgets.buttons import LinkButton
from deepdesk.ui.widgets.elided_label import ElidedLabel
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.painting import (
    antialiased,
    draw_shadow,
    fill_round,
    outline_round,
)

# Room for the shadow below and beside the card.
SHADOW_PX = 2


class Card(QFrame):
    """A rounded surface; put widgets into `body`.

    Signals:
        link_followed: None, when the link in the title row was clicked.
    """

    link_followed = Signal(object)

    def __init__(self, title: str = "", *, note: str = "", link: str = "") -> None:
        super().__init__()
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(metrics.M, metrics.M, metrics.M, metrics.M + SHADOW_PX)
        self._outer.setSpacing(metrics.S)
        self.title = Label(title, kind="heading")
        # Where there is little room, the title is read whole and the note as far as it goes.
        self.note = ElidedLabel(note, kind="hint")
        self.link = LinkButton(link)
        self.link.clicked.connect(lambda _checked=False: self.link_followed.emit(None))
        self.head = QHBoxLayout()
        self.head.setSpacing(metrics.S)
        self.head.addWidget(self.title)
        self.head.addStretch(1)
        self.head.addWidget(self.note)
        self.head.addWidget(self.link)
        self.body = QVBoxLayout()
        self.body.setSpacing(metrics.S)
        self._outer.addLayout(self.head)
        self._outer.addLayout(self.body, 1)
        self._outer.setAlignment(self.head, Qt.AlignmentFlag.AlignTop)
        self.set_title(title)
        self.set_note(note)
        self.set_link(link)

    def set_title(self, text: str) -> None:
        """Change the title; "" takes it away."""
        self.title.setText(text)
        self.title.setVisible(bool(text))
        self.setAccessibleName(text)

    def set_note(self, text: str) -> None:
        """Write a quiet note at the right of the title."""
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def set_link(self, text: str) -> None:
        """Show a link at the right of the title."""
        self.link.setText(text)
        self.link.setAccessibleName(text)
        self.link.setVisible(bool(text))

    def add(self, widget: QWidget, stretch: int = 0) -> None:
        """Put `widget` at the end of the body."""
        self.body.addWidget(widget, stretch)

    def set_margins(self, horizontal: int, vertical: int) -> None:
        """Change the room between border and content."""
        self._outer.setContentsMargins(horizontal, vertical, horizontal, vertical + SHADOW_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        paint_card(painter, QRectF(self.rect()))


def paint_card(
    painter: QPainter, rect: QRectF, *, line: str = "line", fill: str = "surface"
) -> None:
    """Draw a card's shadow, surface and border inside `rect`."""
    card = rect.adjusted(1, 0, -1, -SHADOW_PX)
    draw_shadow(painter, card, metrics.RADIUS_CARD)
    fill_round(painter, card, colour(fill), metrics.RADIUS_CARD)
    outline_round(painter, card, colour(line), metrics.RADIUS_CARD)


class Divider(QFrame):
    """A line of one pixel between two parts."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "line")
        self.setFixedHeight(1)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
