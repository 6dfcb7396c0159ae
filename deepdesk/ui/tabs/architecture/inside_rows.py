"""The left side of the window: every block with three small histograms and what is off."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from deepdesk.insight.report import BlockInside, Inside
from deepdesk.ui.tabs.architecture.inside_histogram import paint_histogram
from deepdesk.ui.tabs.architecture.inside_words import PARTS, ROLES, TITLES, part_of
from deepdesk.ui.theme import colour, metrics, text_colour
from deepdesk.ui.theme.fonts import MEDIUM, REGULAR, font
from deepdesk.ui.widgets.column import scrolling
from deepdesk.ui.widgets.painting import (
    antialiased,
    draw_focus,
    draw_text,
    fill_round,
    outline_round,
)
from deepdesk.ui.widgets.rows import ChoiceRow

ROW_PX, FINDING_PX = 40, 17
_INSET_PX = 10
_SPARK_PX, _GAP_PX = 60, 8


def spark_rects(room: QRectF) -> list[QRectF]:
    """Return where the three small histograms of a row lie, from left to right."""
    width, gap = metrics.scaled(_SPARK_PX), _GAP_PX
    left = room.right() - 3 * width - 2 * gap
    return [QRectF(left + n * (width + gap), room.top(), width, room.height()) for n in range(3)]


class InsideRow(ChoiceRow):
    """One block."""

    def __init__(self, block: BlockInside, title: str, line: str) -> None:
        super().__init__()
        self.block = block
        self._line = line
        self.setText(title)
        self.setAccessibleName(f"{title}. {block.finding}".strip())
        self.setToolTip(block.finding)

    def row_height(self) -> int:
        return metrics.scaled(ROW_PX + (FINDING_PX if self.block.finding else 0))

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        radius = metrics.RADIUS_CONTROL
        if self.isChecked():
            fill_round(painter, rect, colour("accent_soft"), radius)
            outline_round(painter, rect, colour("accent"), radius)
        elif self.underMouse():
            fill_round(painter, rect, colour("raised"), radius)
        room = rect.adjusted(_INSET_PX, 5, -_INSET_PX, -5)
        top = QRectF(room.left(), room.top(), room.width(), metrics.scaled(ROW_PX) - 10)
        sparks = spark_rects(top)
        name = QRectF(top.left(), top.top(), sparks[0].left() - top.left() - 8, top.height())
        weight = MEDIUM if self.isChecked() else REGULAR
        half = name.height() / 2 if self._line else 0.0
        above, under = name.adjusted(0, 0, 0, -half), name.adjusted(0, half, 0, 0)
        draw_text(painter, above, self.text(), font(metrics.BODY, weight), colour("text"))
        if self._line:
            draw_text(painter, under, self._line, font(metrics.TINY), colour("muted"))
        for part, spark in zip(PARTS, sparks, strict=True):
            self._draw_spark(painter, spark, part)
        if self.block.finding:
            below = QRectF(
                room.left(), top.bottom() + 1, room.width(), room.bottom() - top.bottom()
            )
            ink = text_colour("warn")
            draw_text(painter, below, self.block.finding, font(metrics.TINY), ink)
        if self.hasFocus() and not self.isDown():
            draw_focus(painter, rect, radius)

    def _draw_spark(self, painter: QPainter, rect: QRectF, part: str) -> None:
        found = part_of(self.block, part)
        if found is None:
            middle = Qt.AlignmentFlag.AlignHCenter
            draw_text(painter, rect, "\N{EN DASH}", font(metrics.TINY), colour("faint"), middle)
            return
        paint_histogram(painter, rect.adjusted(0, 2, 0, -1), found, ROLES[part])


class SparkHeader(QWidget):
    """The names of the three columns."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(metrics.scaled(22))

    def paintEvent(self, _event: object) -> None:
        painter = antialiased(QPainter(self))
        words = font(metrics.TINY)
        room = QRectF(self.rect()).adjusted(_INSET_PX, 0, -_INSET_PX, 0)
        for part, spark in zip(PARTS, spark_rects(room), strict=True):
            width = QFontMetricsF(words).horizontalAdvance(TITLES[part])
            spot = spark.adjusted(-(width - spark.width()) / 2 - 1, 0, 0, 0)
            spot.setWidth(max(spark.width(), width) + 2)
            ink = text_colour(ROLES[part])
            draw_text(painter, spot, TITLES[part], words, ink, Qt.AlignmentFlag.AlignHCenter)


class BlockRows(QWidget):
    """All blocks of a network, one of them chosen.

    Signals:
        chosen: Id of the block that a person chose.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, InsideRow] = {}
        self._buttons = QButtonGroup(self)
        self._inside = QWidget()
        self._inside.setProperty("kind", "scrolled")
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(0, 0, metrics.S, 0)
        self._column.setSpacing(2)
        self._column.addStretch(1)
        self.area = scrolling(self._inside)
        self._header = SparkHeader()
        head = QVBoxLayout()
        head.setContentsMargins(0, 0, metrics.S, 0)
        head.addWidget(self._header)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.XS)
        column.addLayout(head)
        column.addWidget(self.area, 1)

    def show_inside(self, inside: Inside) -> None:
        """Show the blocks of a network; the chosen one stays chosen where it is there still."""
        before = self.selected
        for row in self.rows.values():
            self._buttons.removeButton(row)
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = {}
        for place, block in enumerate(inside.blocks):
            node = inside.graph.node(block.id)
            row = InsideRow(block, node.title, str(node.kind.summary_line(node.config)))
            row.clicked.connect(lambda _on=False, name=block.id: self.chosen.emit(name))
            self._buttons.addButton(row)
            self._column.insertWidget(place, row)
            self.rows[block.id] = row
        self.select(before if before in self.rows else worth_a_look(inside))

    @property
    def selected(self) -> str:
        """Id of the chosen block, "" for none."""
        return next((name for name, row in self.rows.items() if row.isChecked()), "")

    def select(self, node_id: str) -> None:
        """Choose a block without a signal; an unknown one changes nothing."""
        row = self.rows.get(node_id)
        if row is not None:
            row.setChecked(True)
            self.area.ensureWidgetVisible(row, 0, metrics.S)


def worth_a_look(inside: Inside) -> str:
    """Return the first block that something is off about, or the first that learns."""
    for is_it in (lambda block: block.finding, lambda block: block.weights is not None):
        for block in inside.blocks:
            if is_it(block):
                return block.id
    return inside.blocks[0].id if inside.blocks else ""
