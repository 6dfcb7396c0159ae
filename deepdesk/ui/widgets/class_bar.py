"""A class: its colour, its name, how many samples it has, and a bar of its share."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from deepdesk.ui.theme import colour, metrics, tokens
from deepdesk.ui.theme.fonts import REGULAR, SEMIBOLD, font
from deepdesk.ui.widgets.painting import (
    draw_bar,
    draw_focus,
    draw_swatch,
    draw_text,
    fill_round,
    outline_round,
)
from deepdesk.ui.widgets.plain_tip import plain_tip
from deepdesk.ui.widgets.rows import ChoiceRow

HEIGHT_PX = 42
INSET_PX = 8
SWATCH_PX = 9
BAR_ALPHA = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFacts:
    """What a class row shows.

    Attributes:
        position: Which colour it has; -1 is none (samples without a label).
        share: Of the largest class, 0 to 1: the length of the bar.
    """

    name: str
    count: int
    share: float
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RowState:
    """How a row is to be drawn."""

    is_chosen: bool = False
    is_hovered: bool = False
    has_focus: bool = False
    is_target: bool = False


def class_row_height() -> int:
    """Return the height of a class row at the present text size."""
    return metrics.scaled(HEIGHT_PX)


def paint_class(painter: QPainter, rect: QRectF, facts: ClassFacts, state: RowState) -> None:
    """Draw a class row; also for delegates of long lists."""
    _paint_ground(painter, rect, state)
    inner = rect.adjusted(INSET_PX, 5, -INSET_PX, -5)
    bar = QRectF(inner.left(), inner.bottom() - metrics.BAR_HEIGHT, inner.width(), 0)
    bar.setHeight(metrics.BAR_HEIGHT)
    line = QRectF(inner.left(), inner.top(), inner.width(), bar.top() - inner.top() - 2)
    swatch = QRectF(inner.left(), line.center().y() - SWATCH_PX / 2, SWATCH_PX, SWATCH_PX)
    has_colour = facts.position >= 0
    ink = tokens().class_colour(facts.position) if has_colour else tokens().faint
    if has_colour:
        draw_swatch(painter, swatch, facts.position)
    else:
        outline_round(painter, swatch, colour("faint"), 3)
    figure = f"{facts.count:,}"
    small = font(metrics.SMALL)
    width = QFontMetricsF(small).horizontalAdvance(figure)
    draw_text(painter, line, figure, small, colour("muted"), Qt.AlignmentFlag.AlignRight)
    name = font(metrics.BODY, SEMIBOLD if state.is_chosen else REGULAR)
    room = line.adjusted(SWATCH_PX + 7, 0, -width - metrics.S, 0)
    draw_text(painter, room, facts.name, name, colour("text"))
    draw_bar(painter, bar, facts.share, colour(ink, BAR_ALPHA))


def _paint_ground(painter: QPainter, rect: QRectF, state: RowState) -> None:
    if state.is_chosen or state.is_target:
        fill_round(painter, rect, colour("accent_soft"), metrics.RADIUS_CONTROL)
    elif state.is_hovered:
        fill_round(painter, rect, colour("text", 0.04), metrics.RADIUS_CONTROL)
    if state.has_focus or state.is_target:
        draw_focus(painter, rect)


class ClassBar(ChoiceRow):
    """One class in the side column."""

    def __init__(self, facts: ClassFacts) -> None:
        super().__init__()
        self._is_target = False
        self.set_facts(facts)

    def set_facts(self, facts: ClassFacts) -> None:
        """Show other figures."""
        self.facts = facts
        self.setText(facts.name)
        self.setAccessibleName(f"{facts.name}, {facts.count:,} samples")
        self.setToolTip(plain_tip(f"{facts.name}: {facts.count:,} samples"))
        self.update()

    def set_target(self, is_target: bool) -> None:
        """Show that what is dragged would go into this class."""
        self._is_target = is_target
        self.update()

    def row_height(self) -> int:
        return class_row_height()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        state = RowState(
            is_chosen=self.isChecked(),
            is_hovered=self.underMouse(),
            has_focus=self.hasFocus() and not self.isDown(),
            is_target=self._is_target,
        )
        paint_class(painter, rect, self.facts, state)
