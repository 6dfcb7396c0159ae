"""The classes of a drawn answer: how much there is of each, and an eye that takes it away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from deepdesk.ui.theme import colour, icons, metrics
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.widgets.painting import (
    antialiased,
    draw_focus,
    draw_swatch,
    draw_text,
    fill_round,
)
from deepdesk.ui.widgets.plain_tip import plain_tip

ROW_PX, SWATCH_PX, EYE_PX, INSET_PX = 26, 10, 16, 6
# Of more classes than this only those with the most are listed.
MOST_ROWS = 60
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFacts:
    """A class in a row: `position` is the place of its colour, `figure` how much there is."""

    name: str
    position: int
    figure: str


class ClassRow(QAbstractButton):
    """One class; checked while it is shown. Space, Enter and a click turn it on and off.

    Signals:
        pointed: Whether pointer or keyboard is on it now.
    """

    pointed = Signal(bool)

    def __init__(self, facts: ClassFacts) -> None:
        super().__init__()
        self.facts = facts
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.toggled.connect(lambda _on: self._name())
        self.show_facts(facts)

    def show_facts(self, facts: ClassFacts) -> None:
        """Show another figure."""
        self.facts = facts
        self._name()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, metrics.scaled(ROW_PX))

    def minimumSizeHint(self) -> QSize:
        return QSize(100, metrics.scaled(ROW_PX))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        rect = QRectF(self.rect())
        if self.underMouse():
            fill_round(painter, rect, colour("text", 0.04), metrics.RADIUS_CONTROL)
        inner = rect.adjusted(INSET_PX, 0, -INSET_PX, 0)
        painter.setOpacity(1.0 if self.isChecked() else 0.4)
        middle = inner.center().y()
        swatch = QRectF(inner.left(), middle - SWATCH_PX / 2, SWATCH_PX, SWATCH_PX)
        draw_swatch(painter, swatch, self.facts.position)
        painter.setOpacity(1.0)
        self._draw_eye(painter, inner.right() - EYE_PX, middle)
        words = inner.adjusted(SWATCH_PX + metrics.S, 0, -EYE_PX - metrics.M, 0)
        small = font(metrics.SMALL)
        right = Qt.AlignmentFlag.AlignRight
        role = "text" if self.isChecked() else "muted"
        width = draw_text(painter, words, self.facts.figure, small, colour(role), right)
        room = words.adjusted(0, 0, -width - metrics.S, 0)
        draw_text(painter, room, self.facts.name, small, colour(role))
        if self.hasFocus():
            draw_focus(painter, rect)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.pointed.emit(True)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed.emit(False)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.pointed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.pointed.emit(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        if event.key() in _STEPS:
            # The rows around it walk; an abstract button would keep the arrows for itself.
            event.ignore()
            return
        super().keyPressEvent(event)

    def _draw_eye(self, painter: QPainter, left: float, middle: float) -> None:
        box = QRectF(left, middle - EYE_PX / 2, EYE_PX, EYE_PX)
        density = self.devicePixelRatioF()
        role = "muted" if self.isChecked() else "faint"
        painter.drawPixmap(box.topLeft(), icons.pixmap("eye", role, EYE_PX, density))
        if not self.isChecked():
            painter.setPen(colour("muted"))
            painter.drawLine(box.bottomLeft(), box.topRight())

    def _name(self) -> None:
        state = "shown" if self.isChecked() else "hidden"
        words = f"{self.facts.name}, {self.facts.figure}, {state}"
        self.setAccessibleName(words)
        self.setToolTip(plain_tip(f"{words}. Click to change that."))


class ClassRows(QWidget):
    """A row for each class.

    Signals:
        hidden_changed: frozenset of the names that are off.
        pointed: Name of the class that pointer or keyboard is on, "" for none.
    """

    hidden_changed = Signal(object)
    pointed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Classes")
        self.rows: dict[str, ClassRow] = {}
        self._hidden: frozenset[str] = frozenset()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def show_classes(self, listed: Sequence[ClassFacts], hidden: frozenset[str]) -> None:
        """List classes, the first ones of very many."""
        self._hidden = hidden
        wanted = {facts.name: facts for facts in listed[:MOST_ROWS]}
        if tuple(self.rows) != tuple(wanted):
            self._rebuild(wanted)
        for name, row in self.rows.items():
            row.blockSignals(True)
            row.setChecked(name not in hidden)
            row.blockSignals(False)
            row.show_facts(wanted[name])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()), 0)
        rows = list(self.rows.values())
        at = next((i for i, row in enumerate(rows) if row.hasFocus()), -1)
        if not step or at < 0:
            super().keyPressEvent(event)
            return
        rows[(at + step) % len(rows)].setFocus(Qt.FocusReason.TabFocusReason)

    def _rebuild(self, wanted: Mapping[str, ClassFacts]) -> None:
        kept = {name: row for name, row in self.rows.items() if name in wanted}
        for name, row in self.rows.items():
            self._column.removeWidget(row)
            if name not in kept:
                row.hide()
                row.deleteLater()
        self.rows = {name: kept.get(name) or self._made(facts) for name, facts in wanted.items()}
        for row in self.rows.values():
            self._column.addWidget(row)

    def _made(self, facts: ClassFacts) -> ClassRow:
        row, name = ClassRow(facts), facts.name
        row.toggled.connect(lambda is_on: self._turn(name, is_on=is_on))
        row.pointed.connect(lambda is_on: self.pointed.emit(name if is_on else ""))
        return row

    def _turn(self, name: str, *, is_on: bool) -> None:
        self._hidden = self._hidden - {name} if is_on else self._hidden | {name}
        self.hidden_changed.emit(self._hidden)
