"""A row of a list of runs or projects: dot, two lines, a figure at the right."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import SEMIBOLD, font
from deepdesk.ui.widgets.painting import draw_dot, draw_focus, draw_text
from deepdesk.ui.widgets.plain_tip import plain_tip
from deepdesk.ui.widgets.rows import ChoiceRow
from deepdesk.ui.widgets.status_dot import DIAMETER_PX, STATES

HEIGHT_PX = 52
INSET_PX = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFacts:
    """What a list row shows.

    Attributes:
        state: A key of `STATES` for the dot, "" for none.
        figure: At the right, with its unit; `aside` is a quieter line below it.
    """

    title: str
    note: str = ""
    figure: str = ""
    aside: str = ""
    state: str = ""


def list_row_height() -> int:
    """Return the height of a list row at the present text size."""
    return metrics.scaled(HEIGHT_PX)


def paint_row(painter: QPainter, rect: QRectF, facts: RowFacts, *, is_chosen: bool) -> None:
    """Draw a list row; also for delegates of long lists."""
    if is_chosen:
        painter.fillRect(rect, colour("accent_soft"))
    painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), colour("line"))
    inner = rect.adjusted(INSET_PX, 7, -INSET_PX, -8)
    if facts.state:
        centre = QPointF(inner.left() + DIAMETER_PX / 2, inner.center().y())
        draw_dot(painter, centre, colour(STATES[facts.state][0]), DIAMETER_PX / 2)
        inner.setLeft(inner.left() + DIAMETER_PX + metrics.S)
    width = _draw_figures(painter, inner, facts)
    words = inner.adjusted(0, 0, -width - metrics.S, 0)
    top, below = _halves(words, bool(facts.note))
    draw_text(painter, top, facts.title, font(metrics.BODY), colour("text"))
    draw_text(painter, below, facts.note, font(metrics.SMALL), colour("muted"))


def _draw_figures(painter: QPainter, rect: QRectF, facts: RowFacts) -> float:
    top, below = _halves(rect, bool(facts.aside))
    lines: tuple[tuple[QRectF, str, QFont, str], ...] = (
        (top, facts.figure, font(metrics.BODY, SEMIBOLD), "text"),
        (below, facts.aside, font(metrics.SMALL), "muted"),
    )
    right = Qt.AlignmentFlag.AlignRight
    for room, text, words, role in lines:
        draw_text(painter, room, text, words, colour(role), right)
    return max(QFontMetricsF(words).horizontalAdvance(text) for _room, text, words, _role in lines)


def _halves(rect: QRectF, has_second: bool) -> tuple[QRectF, QRectF]:
    if not has_second:
        return rect, QRectF()
    half = rect.height() / 2
    return rect.adjusted(0, 0, 0, -half), rect.adjusted(0, half, 0, 0)


class ListRow(ChoiceRow):
    """One run or project."""

    def __init__(self, facts: RowFacts) -> None:
        super().__init__()
        self.set_facts(facts)

    def set_facts(self, facts: RowFacts) -> None:
        """Show other facts."""
        self.facts = facts
        parts = [facts.title, facts.note, facts.figure, facts.aside]
        if facts.state:
            parts.append(STATES[facts.state][1])
        said = ", ".join(part for part in parts if part)
        self.setText(facts.title)
        self.setAccessibleName(said)
        self.setToolTip(plain_tip(said))
        self.update()

    def row_height(self) -> int:
        return list_row_height()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        if self.underMouse() and not self.isChecked():
            painter.fillRect(rect, colour("text", 0.03))
        paint_row(painter, rect, self.facts, is_chosen=self.isChecked())
        if self.hasFocus() and not self.isDown():
            draw_focus(painter, rect.adjusted(1, 1, -1, -2), 4)
