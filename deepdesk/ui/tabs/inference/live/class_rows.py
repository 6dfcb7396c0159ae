"""A row per class: how much of it is heard now, and from where on it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSlider, QVBoxLayout, QWidget

from deepdesk.ui.theme import colour, metrics, tokens
from deepdesk.ui.theme.fonts import REGULAR, SEMIBOLD, font
from deepdesk.ui.widgets.painting import (
    antialiased,
    draw_bar,
    draw_focus,
    draw_swatch,
    draw_text,
    fill_round,
)
from deepdesk.ui.widgets.plain_tip import plain_tip
from deepdesk.ui.widgets.score_bars import percent

ROW_PX, BAR_PX, SWATCH_PX, INSET_PX = 40, 8, 10, 7
LOWEST, HIGHEST = 1, 99
# Of the way to a new score at each answer: bars move, and do not flicker.
CALM = 0.35


class ClassRow(QSlider):
    """The score of a class as a bar; the mark on it is the threshold, and can be moved."""

    def __init__(self, name: str, position: int) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._name, self._position = name, position
        self._score = 0.0
        self._is_heard = False
        self.setRange(LOWEST, HIGHEST)
        self.setPageStep(5)
        self.setAccessibleName(f"Threshold of {name}, in per cent")
        self.setToolTip(plain_tip(f"“{name}” counts as heard from this mark on. Drag it."))

    @property
    def score(self) -> float:
        """What the bar shows, 0 to 1."""
        return self._score

    def show_score(self, score: float, *, is_heard: bool) -> None:
        """Move the bar towards a score."""
        moved = self._score + CALM * (score - self._score)
        moved = moved if moved > 0.002 else 0.0
        if (round(moved, 3), is_heard) != (round(self._score, 3), self._is_heard):
            self.update()
        self._score, self._is_heard = moved, is_heard

    def rest(self) -> None:
        """Let the bar fall."""
        self._score, self._is_heard = 0.0, False
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, metrics.scaled(ROW_PX))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, metrics.scaled(ROW_PX))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        bar = self._bar()
        line = QRectF(0, 0, self.width(), bar.top() - 5)
        swatch = QRectF(0, line.center().y() - SWATCH_PX / 2, SWATCH_PX, SWATCH_PX)
        draw_swatch(painter, swatch, self._position)
        figure = percent(self._score, 0)
        right = Qt.AlignmentFlag.AlignRight
        width = draw_text(painter, line, figure, font(metrics.SMALL), colour("muted"), right)
        words = line.adjusted(SWATCH_PX + metrics.S, 0, -width - metrics.S, 0)
        weight = SEMIBOLD if self._is_heard else REGULAR
        draw_text(painter, words, self._name, font(metrics.SMALL, weight), colour("text"))
        own = colour(tokens().class_colour(self._position), 1.0 if self._is_heard else 0.55)
        draw_bar(painter, bar, self._score, own)
        self._draw_mark(painter, bar)
        if self.hasFocus():
            draw_focus(painter, QRectF(self.rect()).adjusted(0, 0, -1, -1))

    def _bar(self) -> QRectF:
        high = metrics.scaled(ROW_PX)
        return QRectF(0, high - BAR_PX - INSET_PX, self.width(), BAR_PX)

    def _draw_mark(self, painter: QPainter, bar: QRectF) -> None:
        x = bar.left() + bar.width() * self.value() / 100
        role = "accent" if self.underMouse() or self.hasFocus() else "text"
        painter.setPen(QPen(colour("surface"), 4))
        top, bottom = QPointF(x, bar.top() - 4), QPointF(x, bar.bottom() + 4)
        painter.drawLine(top, bottom)
        fill_round(painter, QRectF(x - 1, top.y(), 2, bottom.y() - top.y()), colour(role), 1)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._move(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Scrolling the column must not move what lies under the pointer.
        event.ignore()

    def _move(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.setValue(round(100 * event.position().x() / max(1, self.width())))
        event.accept()


class ClassRows(QWidget):
    """All classes of a network.

    Signals:
        moved: {class name: threshold 0 to 1}, when a person moved one.
    """

    moved = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, ClassRow] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)

    def show_classes(self, names: Sequence[str], thresholds: Mapping[str, float]) -> None:
        """Show these classes with their thresholds, 0 to 1."""
        if tuple(self.rows) != tuple(names):
            for row in self.rows.values():
                row.hide()
                row.deleteLater()
            self.rows = {name: ClassRow(name, at) for at, name in enumerate(names)}
            for row in self.rows.values():
                self._column.addWidget(row)
                row.valueChanged.connect(self._tell)
        for name, row in self.rows.items():
            row.blockSignals(True)
            row.setValue(round(100 * thresholds.get(name, 0.5)))
            row.blockSignals(False)
            row.update()

    def show_scores(self, scores: Sequence[float], heard: str) -> None:
        """Move the bars towards scores, in the order of the classes; `heard` counts now."""
        for (name, row), score in zip(self.rows.items(), scores, strict=False):
            row.show_score(score, is_heard=name == heard)

    def rest(self) -> None:
        """Let all bars fall."""
        for row in self.rows.values():
            row.rest()

    def _tell(self, _value: int) -> None:
        self.moved.emit({name: row.value() / 100 for name, row in self.rows.items()})
