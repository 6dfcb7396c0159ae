"""Parallel coordinates: every trial is one line across the axes of what was varied.

Dragging along an axis keeps only the trials whose value lies there; a click beside the range takes
it away. The pointer shows the trial below it, the arrow keys walk through those that are kept.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from deepdesk.ui.tabs.training.parallel_hover import TrialLabel
from deepdesk.ui.tabs.training.parallel_painting import draw_axis, draw_line
from deepdesk.ui.tabs.training.parallel_scale import Axis
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.widgets.painting import antialiased, draw_focus

_GRIP_PX = 14.0
_HIT_PX = 6.0
_WALK = {Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One trial.

    Attributes:
        number: Of the trial, what signals carry.
        title: On screen.
        values: By the names of the axes; a missing one breaks the line.
        strength: 0 (worst) to 1 (best), how strongly it is drawn.
        words: What the pointer over it tells.
    """

    number: int
    title: str
    values: Mapping[str, Any]
    strength: float
    words: str = ""


class ParallelPlot(QWidget):
    """The axes with their lines.

    Attributes:
        ranges: Kept part of an axis by its name, (low, high) as shares of its length.

    Signals:
        kept: Numbers of the trials within all ranges, a frozenset.
        pointed: Number of the trial under the pointer or the keyboard, -1 for none.
        picked: Number of the trial that was clicked.
    """

    kept = Signal(object)
    pointed = Signal(object)
    picked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.axes: tuple[Axis, ...] = ()
        self.lines: tuple[Line, ...] = ()
        self.ranges: dict[str, tuple[float, float]] = {}
        self.best = self.chosen = -1
        self._pulled: tuple[str, float] | None = None
        self.hover = TrialLabel(self)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleDescription(
            "Drag along an axis to keep the trials there; arrow keys walk through them, Escape"
            " takes the ranges away."
        )

    def sizeHint(self) -> QSize:
        return QSize(640, metrics.scaled(220))

    def minimumSizeHint(self) -> QSize:
        return QSize(240, metrics.scaled(140))

    def show_trials(self, axes: Sequence[Axis], lines: Sequence[Line], best: int) -> None:
        """Show these trials; ranges on axes that are still there stay."""
        self.axes, self.lines, self.best = tuple(axes), tuple(lines), best
        names = {axis.name for axis in axes}
        self.ranges = {name: ends for name, ends in self.ranges.items() if name in names}
        self.setAccessibleName(f"Parallel coordinates of {len(lines)} trials")
        self.kept.emit(self.kept_numbers())
        self.update()

    def show_chosen(self, number: int) -> None:
        """Draw one trial in front, -1 for none."""
        if number != self.chosen:
            self.chosen = number
            self.update()

    def set_range(self, name: str, low: float, high: float) -> None:
        """Keep a part of an axis, given as shares of its length."""
        self.ranges[name] = (max(0.0, min(low, high)), min(1.0, max(low, high)))
        self.kept.emit(self.kept_numbers())
        self.update()

    def clear_ranges(self) -> None:
        """Keep every trial."""
        if self.ranges:
            self.ranges.clear()
            self.kept.emit(self.kept_numbers())
            self.update()

    def kept_numbers(self) -> frozenset[int]:
        """Return the numbers of the trials within all ranges."""
        return frozenset(
            line.number for line in self.lines if _is_kept(line, self.axes, self.ranges)
        )

    def line_at(self, at: QPointF) -> int:
        """Return the number of the kept trial whose line is nearest to a point, -1 for none."""
        best, nearest = -1, _HIT_PX
        for line in self.lines:
            if _is_kept(line, self.axes, self.ranges):
                far = _distance(at, self._points(line))
                if far < nearest:
                    best, nearest = line.number, far
        return best

    def axis_x(self, place: int) -> float:
        """Return where an axis stands, in pixels from the left."""
        plot = self._plot()
        return plot.left() + plot.width() * place / max(1, len(self.axes) - 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        axis = self._axis_at(event.position())
        if axis is None or event.button() != Qt.MouseButton.LeftButton:
            number = self.line_at(event.position())
            if number >= 0:
                self.picked.emit(number)
            return
        self._pulled = (axis.name, _share_at(self._plot(), event.position()))
        if axis.name in self.ranges:
            del self.ranges[axis.name]
            self.kept.emit(self.kept_numbers())
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pulled is not None:
            name, start = self._pulled
            end = _share_at(self._plot(), event.position())
            if abs(end - start) * self._plot().height() > 3:
                self.set_range(name, start, end)
            return
        self.setCursor(
            Qt.CursorShape.SizeVerCursor
            if self._axis_at(event.position()) is not None
            else Qt.CursorShape.ArrowCursor
        )
        self._point_at(self.line_at(event.position()), event.position())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._pulled = None

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point_at(-1, QPointF())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        kept = [line.number for line in self.lines if _is_kept(line, self.axes, self.ranges)]
        if key == Qt.Key.Key_Escape and self.ranges:
            self.clear_ranges()
        elif key in _WALK and kept:
            at = kept.index(self.chosen) + _WALK[key] if self.chosen in kept else 0
            self.picked.emit(kept[at % len(kept)])
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw faint lines first, then those kept from worst to best, then axes and words."""
        painter = antialiased(QPainter(self))
        for line in self.lines:
            if not _is_kept(line, self.axes, self.ranges):
                draw_line(painter, self._points(line), colour("line", 0.7), 1.0)
        for line in sorted(self.lines, key=lambda line: line.strength):
            if _is_kept(line, self.axes, self.ranges):
                ink = colour("accent", 0.18 + 0.5 * line.strength)
                draw_line(painter, self._points(line), ink, 1.0 + 0.6 * line.strength)
        for number, role in ((self.best, "good"), (self.chosen, "text")):
            for line in self.lines:
                if line.number == number and _is_kept(line, self.axes, self.ranges):
                    draw_line(painter, self._points(line), colour(role), 2.4)
        for place, axis in enumerate(self.axes):
            kept = self.ranges.get(axis.name)
            draw_axis(painter, self._plot(), axis, place=(place, len(self.axes)), kept=kept)
        if self.hasFocus():
            draw_focus(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), 6)
        painter.end()

    def _plot(self) -> QRectF:
        line = metrics.scaled(18)
        return QRectF(self.rect()).adjusted(
            metrics.M, line + metrics.S + 4, -metrics.M, -metrics.S - line / 2
        )

    def _points(self, line: Line) -> list[QPointF]:
        plot = self._plot()
        found = []
        for place, axis in enumerate(self.axes):
            share = axis.share(line.values.get(axis.name))
            if not math.isnan(share):
                height = min(1.0, max(0.0, share)) * plot.height()
                found.append(QPointF(self.axis_x(place), plot.bottom() - height))
        return found

    def _axis_at(self, at: QPointF) -> Axis | None:
        for place, axis in enumerate(self.axes):
            if abs(self.axis_x(place) - at.x()) <= _GRIP_PX:
                return axis
        return None

    def _point_at(self, number: int, at: QPointF) -> None:
        self.pointed.emit(number)
        told = [line for line in self.lines if line.number == number]
        if told:
            self.hover.show_words(told[0].title, told[0].words, at.toPoint())
        else:
            self.hover.hide()


def _is_kept(line: Line, axes: Sequence[Axis], ranges: Mapping[str, tuple[float, float]]) -> bool:
    for axis in axes:
        if axis.name in ranges:
            low, high = ranges[axis.name]
            share = axis.share(line.values.get(axis.name))
            # A hair of room: the ends of an axis are values that were tried.
            if math.isnan(share) or not low - 1e-6 <= share <= high + 1e-6:
                return False
    return True


def _share_at(plot: QRectF, at: QPointF) -> float:
    return min(1.0, max(0.0, (plot.bottom() - at.y()) / plot.height()))


def _distance(at: QPointF, points: Sequence[QPointF]) -> float:
    """Return how far a point is from a line through some points, in pixels."""
    far = math.inf
    for one, other in itertools.pairwise(points):
        along = other - one
        length = along.x() ** 2 + along.y() ** 2
        part = ((at.x() - one.x()) * along.x() + (at.y() - one.y()) * along.y()) / (length or 1)
        near = one + along * min(1.0, max(0.0, part))
        far = min(far, math.hypot(at.x() - near.x(), at.y() - near.y()))
    return far
