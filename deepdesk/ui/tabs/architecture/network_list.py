"""The left column: the networks on offer."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath
from PySide6.QtWidgets import QButtonGroup, QWidget

from deepdesk.ui.tabs.architecture.drawing import Drawing, Offer
from deepdesk.ui.tabs.architecture.items import STRIPE_PX, family_role
from deepdesk.ui.tabs.architecture.words import (
    blocks_text,
    count_text,
    download_text,
    flop_text,
)
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import MEDIUM, REGULAR, font
from deepdesk.ui.widgets.column import Column
from deepdesk.ui.widgets.labels import SectionLabel
from deepdesk.ui.widgets.painting import draw_focus, draw_text, fill_round, outline_round
from deepdesk.ui.widgets.rows import ChoiceRow

ROW_PX = 40
GAP_PX = 5
_OWN_GROUP = "Your own"


class NetworkRow(ChoiceRow):
    """One network: name, what it is made of, how many parameters."""

    def __init__(self, offer: Offer) -> None:
        super().__init__()
        self.offer = offer
        self.is_changed = False
        self.set_offer(offer)

    def set_offer(self, offer: Offer, *, is_changed: bool = False) -> None:
        """Show other facts of the same network."""
        if (offer, is_changed) == (self.offer, self.is_changed) and self.text():
            return
        self.offer, self.is_changed = offer, is_changed
        self.setText(offer.name)
        self.setToolTip(f"{offer.name}. {offer.tip}")
        words = (offer.name, self.line(), self.figure(), "parameters" if offer.cost else "")
        self.setAccessibleName(", ".join(word for word in words if word))
        self.update()

    def line(self) -> str:
        """Return the second line."""
        offer = self.offer
        if self.is_changed:
            return "changed"
        if offer.download_bytes:
            return f"{download_text(offer.download_bytes)} to download"
        if offer.cost is None:
            return blocks_text(offer.blocks)
        return f"{blocks_text(offer.blocks)} · {flop_text(offer.cost.flops)}"

    def figure(self) -> str:
        """Return the number of parameters."""
        return count_text(self.offer.cost.parameters) if self.offer.cost else ""

    def row_height(self) -> int:
        return metrics.scaled(ROW_PX)

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        radius = metrics.RADIUS_CONTROL
        lit = self.isChecked()
        fill_round(painter, rect, colour("accent_soft" if lit else "raised"), radius)
        if lit or self.underMouse():
            outline_round(painter, rect, colour("accent" if lit else "faint"), radius)
        else:
            outline_round(painter, rect, colour("line"), radius)
        stripe = QRectF(rect.left() + 8, rect.top() + 8, STRIPE_PX - 1, rect.height() - 16)
        clip = QPainterPath()
        clip.addRoundedRect(stripe, 2, 2)
        painter.fillPath(clip, colour(family_role(self.offer.family)))
        self._draw_words(painter, rect.adjusted(21, 4, -10, -4))
        if self.hasFocus() and not self.isDown():
            draw_focus(painter, rect, radius)

    def _draw_words(self, painter: QPainter, room: QRectF) -> None:
        half = room.height() / 2
        top, below = room.adjusted(0, 0, 0, -half), room.adjusted(0, half, 0, 0)
        weight = MEDIUM if self.isChecked() else REGULAR
        draw_text(painter, top, self.offer.name, font(metrics.BODY, weight), colour("text"))
        small = font(metrics.TINY)
        right = Qt.AlignmentFlag.AlignRight
        width = QFontMetricsF(small).horizontalAdvance(self.figure())
        draw_text(painter, below, self.figure(), small, colour("muted"), right)
        below.setRight(below.right() - width - metrics.S)
        ink = "accent" if self.is_changed else "muted"
        draw_text(painter, below, self.line(), small, colour(ink))


class NetworkList(Column):
    """Rows in groups; the network of the project is marked.

    Signals:
        picked: Name of the network that a person chose.
    """

    picked = Signal(object)

    def __init__(self) -> None:
        super().__init__(edge="")
        # The side that it stands in has the width.
        self.setMinimumWidth(0)
        self.body.setContentsMargins(metrics.L, metrics.S, metrics.L, metrics.M)
        self.rows: dict[str, NetworkRow] = {}
        self._headings: dict[str, SectionLabel] = {}
        self._buttons = QButtonGroup(self)
        self._own: NetworkRow | None = None
        self.body.setSpacing(GAP_PX)
        self.body.addStretch(1)

    def offer(self, offers: Sequence[Offer]) -> None:
        """Show these networks; what was counted of one before stays until it is counted anew."""
        names = {offer.name for offer in offers}
        for name in [name for name in self.rows if name not in names]:
            self._drop(self.rows.pop(name))
        for offer in offers:
            if offer.name not in self.rows:
                self.show_offer(offer)

    def show_offer(self, offer: Offer) -> None:
        """Add a network, or show what was counted of it."""
        if offer.name in self.rows:
            self.rows[offer.name].set_offer(offer, is_changed=self.rows[offer.name].is_changed)
            return
        row = NetworkRow(offer)
        row.clicked.connect(lambda _on=False: self.picked.emit(offer.name))
        self._place(row, offer.group)
        self.rows[offer.name] = row

    def show_drawing(self, drawing: Drawing) -> None:
        """Mark the network that is drawn; one of a file gets a row of its own."""
        is_own = drawing.base is None
        if self._own is not None:
            self._drop(self._own)
            self._own = None
        if is_own:
            self._own = NetworkRow(_own_offer(drawing))
            self._place(self._own, _OWN_GROUP)
        for group, heading in self._headings.items():
            if group == _OWN_GROUP:
                heading.setVisible(is_own)
            else:
                is_top = not is_own and self.body.indexOf(heading) <= 1
                heading.setContentsMargins(0, 0 if is_top else GAP_PX, 0, 0)
        chosen = self._own if is_own else self.rows.get(drawing.graph.name)
        for row in self.rows.values():
            row.set_offer(row.offer, is_changed=row is chosen and drawing.is_changed)
        if chosen is not None:
            chosen.setChecked(True)

    def _place(self, row: QWidget, group: str) -> None:
        assert isinstance(row, NetworkRow)
        self._buttons.addButton(row)
        if group not in self._headings:
            self._headings[group] = SectionLabel(group)
            is_first = group == _OWN_GROUP or not self.rows
            self._headings[group].setContentsMargins(0, 0 if is_first else GAP_PX, 0, 0)
            at = 0 if group == _OWN_GROUP else self.body.count() - 1
            self.body.insertWidget(at, self._headings[group])
        self.body.insertWidget(self._end_of(group), row)

    def _end_of(self, group: str) -> int:
        """Return the place behind the last row of a group."""
        at = self.body.indexOf(self._headings[group]) + 1
        while isinstance(self._widget(at), NetworkRow):
            at += 1
        return at

    def _widget(self, at: int) -> QWidget | None:
        item = self.body.itemAt(at)
        return None if item is None else item.widget()

    def _drop(self, row: NetworkRow) -> None:
        self._buttons.removeButton(row)
        self.body.removeWidget(row)
        row.hide()
        row.deleteLater()


def _own_offer(drawing: Drawing) -> Offer:
    name = drawing.graph.name or "Without a name"
    is_changed = name in drawing.survey.graphs
    return Offer(
        name=f"{name}, changed" if is_changed else name,
        group=_OWN_GROUP,
        family="merge",
        tip="This network is your own.",
        blocks=len(drawing.cards),
        cost=drawing.total,
    )
