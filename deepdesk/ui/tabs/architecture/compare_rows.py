"""Two columns of blocks, those that belong together beside each other."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen, QTextOption
from PySide6.QtWidgets import QToolTip, QWidget

from deepdesk.nn.block import shape_text
from deepdesk.nn.comparing import Difference
from deepdesk.ui.tabs.architecture.compare_words import ROLES, said, state_word
from deepdesk.ui.tabs.architecture.compare_work import Comparison
from deepdesk.ui.tabs.architecture.drawing import Card
from deepdesk.ui.tabs.architecture.items import STRIPE_PX, family_role
from deepdesk.ui.theme import colour, metrics, text_colour
from deepdesk.ui.theme.fonts import MEDIUM, SEMIBOLD, font
from deepdesk.ui.widgets.painting import antialiased, draw_text, fill_round, outline_round

ROW_PX, GAP_PX = 50, 6
_BETWEEN_PX = 28
_WORDS_SHARE = 0.27
_TINT = 0.07


class DifferenceRows(QWidget):
    """All blocks of two networks; only those in sight are drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[Difference, ...] = ()
        self._comparison: Comparison | None = None
        self._only_different = False
        self.setProperty("kind", "scrolled")
        self.setAccessibleName("Blocks of both networks")

    def show_comparison(self, comparison: Comparison) -> None:
        """Show other networks."""
        self._comparison = comparison
        self._fill()

    def show_only_different(self, is_on: bool) -> None:
        """Leave out blocks that were kept, or show them again."""
        self._only_different = is_on
        self._fill()

    def row_rect(self, place: int) -> QRectF:
        """Return where a row lies."""
        height = metrics.scaled(ROW_PX)
        return QRectF(0, place * (height + GAP_PX), self.width(), height)

    def columns(self, row: QRectF) -> tuple[QRectF, QRectF, QRectF]:
        """Return where the two cards and the words of a row lie."""
        words = row.width() * _WORDS_SHARE
        card = (row.width() - words - _BETWEEN_PX - metrics.L) / 2
        left = QRectF(row.left(), row.top(), card, row.height())
        right = left.translated(card + _BETWEEN_PX, 0)
        return left, right, QRectF(right.right() + metrics.L, row.top(), words, row.height())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            place = event.pos().y() // (metrics.scaled(ROW_PX) + GAP_PX)
            if place < len(self.rows):
                row = self.rows[place]
                text = f"{row.node.title}: {state_word(row.state).lower()}. {said(row)}".strip()
                QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        step = metrics.scaled(ROW_PX) + GAP_PX
        first = max(0, event.rect().top() // step)
        last = min(len(self.rows), event.rect().bottom() // step + 1)
        for place in range(first, last):
            self._draw_row(painter, self.row_rect(place), self.rows[place])

    def _draw_row(self, painter: QPainter, rect: QRectF, row: Difference) -> None:
        if self._comparison is None:
            return
        left, right, words = self.columns(rect)
        before, after = self._comparison.before.drawing, self._comparison.after.drawing
        if row.before is not None and row.after is not None:
            painter.setPen(QPen(colour("faint"), 1.5))
            middle = rect.center().y()
            painter.drawLine(QPointF(left.right(), middle), QPointF(right.left(), middle))
        if row.before is not None:
            _draw_card(painter, left, before.card(row.before.id), row.state)
        if row.after is not None:
            _draw_card(painter, right, after.card(row.after.id), row.state)
        _draw_words(painter, words, row)

    def _fill(self) -> None:
        every = () if self._comparison is None else self._comparison.differences
        self.rows = tuple(row for row in every if not self._only_different or row.state != "kept")
        self.setFixedHeight(max(1, len(self.rows) * (metrics.scaled(ROW_PX) + GAP_PX)))
        self.update()


def _draw_card(painter: QPainter, rect: QRectF, card: Card | None, state: str) -> None:
    if card is None:
        return
    radius = metrics.RADIUS_CONTROL
    role = ROLES[state]
    fill_round(painter, rect, colour("surface"), radius)
    if state != "kept":
        fill_round(painter, rect, colour(role, _TINT), radius)
    outline_round(painter, rect, colour("line" if state == "kept" else role), radius)
    stripe = QRectF(rect.left() + 8, rect.top() + 9, STRIPE_PX - 1, rect.height() - 18)
    fill_round(painter, stripe, colour(family_role(card.family)), 2)
    room = rect.adjusted(20, 6, -10, -6)
    half = room.height() / 2
    top, below = room.adjusted(0, 0, 0, -half), room.adjusted(0, half, 0, 0)
    draw_text(painter, top, card.title, font(metrics.BODY, MEDIUM), colour("text"))
    small = font(metrics.TINY)
    shape = shape_text(card.out_shape) if card.out_shape else ""
    draw_text(painter, below, shape, small, colour("muted"), Qt.AlignmentFlag.AlignRight)
    taken = QFontMetricsF(small).horizontalAdvance(shape)
    below.setRight(below.right() - taken - metrics.S)
    draw_text(painter, below, card.line, small, colour("muted"))


def _draw_words(painter: QPainter, rect: QRectF, row: Difference) -> None:
    text = said(row)
    head = font(metrics.SMALL, SEMIBOLD)
    ink = text_colour(ROLES[row.state])
    if not text:
        draw_text(painter, rect, state_word(row.state), head, ink)
        return
    line = metrics.scaled(17)
    draw_text(
        painter,
        QRectF(rect.left(), rect.top(), rect.width(), line),
        state_word(row.state),
        head,
        ink,
    )
    painter.setFont(font(metrics.TINY))
    painter.setPen(colour("muted"))
    wraps = QTextOption(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    wraps.setWrapMode(QTextOption.WrapMode.WordWrap)
    painter.drawText(rect.adjusted(0, line, 0, 2), text, wraps)
