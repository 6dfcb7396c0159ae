"""The segmented control: a few choices side by side, one of them on."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import MEDIUM, REGULAR, SEMIBOLD, font
from deepdesk.ui.widgets.painting import (
    antialiased,
    draw_dot,
    draw_focus,
    draw_shadow,
    draw_text,
    fill_round,
)
from deepdesk.ui.widgets.status_dot import DIAMETER_PX, STATES

INSET_PX = 3
HEIGHT_PX = 36
DOT_ROOM_PX = 14
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


class Segment(QAbstractButton):
    """One choice; it may wear a state dot before its words."""

    def __init__(self, text: str, *, with_dot: bool) -> None:
        super().__init__()
        self.setText(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self._with_dot = with_dot
        self._state = "empty"

    def set_state(self, state: str, words: str = "") -> None:
        """Give the dot the colour of `state`, and say it in the tooltip."""
        self._state = state
        said = words or STATES[state][1]
        self.setToolTip(said)
        self.setAccessibleName(f"{self.text()}, {said}")
        self.update()

    def sizeHint(self) -> QSize:
        width = QFontMetricsF(self._words(True)).horizontalAdvance(self.text())
        padding = 2 * metrics.L + (DOT_ROOM_PX if self._with_dot else 0)
        return QSize(round(width) + padding, metrics.scaled(HEIGHT_PX - 2 * INSET_PX))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint() - QSize(metrics.L, 0)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        rect = QRectF(self.rect())
        lit = self.isChecked()
        if lit:
            card = rect.adjusted(1, 0, -1, -1)
            draw_shadow(painter, card, metrics.RADIUS_CONTROL)
            fill_round(painter, card, colour("surface"), metrics.RADIUS_CONTROL)
        if self.hasFocus():
            draw_focus(painter, rect)
        role = "text" if lit or self.underMouse() else "muted"
        self._draw_words(painter, rect, role if self.isEnabled() else "faint", lit=lit)

    def _draw_words(self, painter: QPainter, rect: QRectF, role: str, *, lit: bool) -> None:
        words = self._words(lit)
        if not self._with_dot:
            draw_text(
                painter, rect, self.text(), words, colour(role), Qt.AlignmentFlag.AlignHCenter
            )
            return
        width = QFontMetricsF(words).horizontalAdvance(self.text()) + DOT_ROOM_PX
        left = rect.left() + (rect.width() - width) / 2
        centre = QPointF(left + DIAMETER_PX / 2, rect.center().y())
        draw_dot(painter, centre, colour(STATES[self._state][0]), DIAMETER_PX / 2)
        room = rect.adjusted(left + DOT_ROOM_PX, 0, 0, 0)
        draw_text(painter, room, self.text(), words, colour(role))

    def _words(self, lit: bool) -> QFont:
        if self._with_dot:
            return font(metrics.HEADING, MEDIUM)
        return font(metrics.BODY, SEMIBOLD if lit else REGULAR)


class SegmentedDial(QWidget):
    """Choices in one trough; arrows move, Home and End jump.

    Signals:
        chosen: The key that a person chose.
    """

    chosen = Signal(object)

    def __init__(
        self,
        options: Iterable[tuple[str, str]],
        *,
        value: str = "",
        with_dots: bool = False,
        name: str = "",
    ) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(INSET_PX, INSET_PX, INSET_PX, INSET_PX)
        row.setSpacing(2)
        self._segments: dict[str, Segment] = {}
        for key, text in options:
            segment = Segment(text, with_dot=with_dots)
            segment.clicked.connect(lambda _checked=False, key=key: self._take(key))
            self._segments[key] = segment
            row.addWidget(segment, 1)
        self.set_value(value or next(iter(self._segments), ""))

    def value(self) -> str:
        """Return the key that is on."""
        return self._value

    def set_value(self, key: str) -> None:
        """Switch `key` on, without a signal."""
        self._value = key
        for other, segment in self._segments.items():
            segment.setChecked(other == key)
            on = other == key
            segment.setFocusPolicy(Qt.FocusPolicy.TabFocus if on else Qt.FocusPolicy.NoFocus)

    def segment(self, key: str) -> Segment:
        """Return the button of a choice."""
        return self._segments[key]

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), metrics.scaled(HEIGHT_PX))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = [key for key, segment in self._segments.items() if segment.isEnabled()]
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: len(keys) - 1}
        pressed = Qt.Key(event.key())
        step = _STEPS.get(pressed, 0)
        if not keys or (not step and pressed not in ends):
            super().keyPressEvent(event)
            return
        at = keys.index(self._value) if self._value in keys else 0
        wanted = ends.get(pressed, min(max(at + step, 0), len(keys) - 1))
        self._take(keys[wanted])
        self._segments[keys[wanted]].setFocus(Qt.FocusReason.TabFocusReason)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        fill_round(painter, QRectF(self.rect()), colour("bg"), metrics.RADIUS_CONTROL + 2)

    def _take(self, key: str) -> None:
        is_new = key != self._value
        had_focus = any(segment.hasFocus() for segment in self._segments.values())
        self.set_value(key)
        if had_focus:
            # The ring goes along with the choice, also when a mouse made it.
            self._segments[key].setFocus(Qt.FocusReason.OtherFocusReason)
        if is_new:
            self.chosen.emit(key)
