"""What is wrong with a block, what to do, and what does it, beside its card."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QTextOption
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from deepdesk.ui.tabs.architecture.drawing import Card
from deepdesk.ui.tabs.architecture.items import RADIUS_PX
from deepdesk.ui.theme import colour, metrics, text_colour
from deepdesk.ui.theme.fonts import MEDIUM, font
from deepdesk.ui.widgets.painting import antialiased, fill_round, outline_round

BUBBLE_PX = 252
REMEDY_GAP_PX = 4
_WRAPPED = int(Qt.TextFlag.TextWordWrap.value) | int(Qt.AlignmentFlag.AlignLeft.value)


class BubbleItem(QGraphicsItem):
    """The bubble of one faulty block.

    Attributes:
        node_id: Id of the block.
        at: Number of the remedy that the keyboard is on, -1 for none.
        under: Number of the remedy that the pointer is on, -1 for none.
    """

    def __init__(self, card: Card, node_id: str) -> None:
        super().__init__()
        assert card.problem is not None
        self.node_id = node_id
        self.message, self.hint = card.problem.message, card.problem.hint
        self.remedies = card.remedies
        self.at = self.under = -1
        self._width = float(metrics.scaled(BUBBLE_PX))
        self._message = self._box(self.message, font(metrics.SMALL, MEDIUM), metrics.S + 2)
        self._hint = self._box(self.hint, font(metrics.SMALL), self._message.bottom() + metrics.XS)
        self._buttons = self._rows(self._hint.bottom() + metrics.S)
        bottom = self._buttons[-1].bottom() if self._buttons else self._hint.bottom()
        self._rect = QRectF(0, 0, self._width, bottom + metrics.S + 2)
        self.setZValue(5)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def _box(self, text: str, words: QFont, top: float) -> QRectF:
        room = QRectF(metrics.M, top, self._width - 2 * metrics.M, 10_000)
        if not text:
            return QRectF(room.left(), top - metrics.XS, 0, 0)
        return QFontMetricsF(words).boundingRect(room, _WRAPPED, text)

    def _rows(self, top: float) -> list[QRectF]:
        """Return the place of every remedy's button."""
        rows = []
        for title in self.remedies:
            room = QRectF(
                metrics.M + metrics.S, top, self._width - 2 * (metrics.M + metrics.S), 10_000
            )
            words = QFontMetricsF(font(metrics.SMALL, MEDIUM)).boundingRect(room, _WRAPPED, title)
            row = QRectF(metrics.S, top, self._width - 2 * metrics.S, words.height() + 10)
            rows.append(row)
            top = row.bottom() + REMEDY_GAP_PX
        return rows

    @property
    def told(self) -> tuple[object, ...]:
        """All that is seen of it, and where: equal ones look alike."""
        place = (self.x(), self.y(), self._rect.height(), self._width)
        return (self.node_id, self.message, self.hint, self.remedies, *place)

    def remedy_at(self, point: QPointF) -> int:
        """Return the number of the remedy at a point of the scene, -1 for none."""
        inside = self.mapFromScene(point)
        hits = (number for number, row in enumerate(self._buttons) if row.contains(inside))
        return next(hits, -1)

    def remedy_place(self, number: int) -> QRectF:
        """Return where a remedy's button is in the scene."""
        return self.mapRectToScene(self._buttons[number])

    def show_under(self, number: int) -> None:
        """Light up the remedy below the pointer, -1 for none."""
        if number != self.under:
            self.under = number
            self.update()

    def show_at(self, number: int) -> None:
        """Show which remedy the keyboard is on, -1 for none."""
        self.at = number
        self.update()

    def boundingRect(self) -> QRectF:
        return self._rect

    def paint(
        self,
        painter: QPainter,
        _option: QStyleOptionGraphicsItem,
        _widget: QWidget | None = None,
    ) -> None:
        antialiased(painter)
        fill_round(painter, self._rect, colour("surface"), RADIUS_PX)
        fill_round(painter, self._rect, colour("bad", 0.07), RADIUS_PX)
        outline_round(painter, self._rect, colour("bad", 0.45), RADIUS_PX)
        self._write(painter, self._message, self.message, font(metrics.SMALL, MEDIUM), "bad")
        self._write(painter, self._hint, self.hint, font(metrics.SMALL), "text")
        for number, (row, title) in enumerate(zip(self._buttons, self.remedies, strict=True)):
            is_lit = number in {self.at, self.under}
            fill_round(painter, row, colour("accent_soft" if is_lit else "surface"), 6)
            outline_round(painter, row, colour("accent" if number == self.at else "line"), 6)
            inside = row.adjusted(metrics.M, 5, -metrics.S, -5)
            self._write(painter, inside, title, font(metrics.SMALL, MEDIUM), "accent")

    def _write(self, painter: QPainter, box: QRectF, text: str, words: QFont, role: str) -> None:
        wrapped = QTextOption(Qt.AlignmentFlag.AlignLeft)
        wrapped.setWrapMode(QTextOption.WrapMode.WordWrap)
        painter.setFont(words)
        painter.setPen(text_colour(role))
        painter.drawText(box.adjusted(0, 0, 4, 2), text, wrapped)
