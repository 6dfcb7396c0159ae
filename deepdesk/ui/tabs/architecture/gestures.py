"""What a person does with the pointer: one object for each gesture while it lasts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPen

from deepdesk.ui.theme import colour

if TYPE_CHECKING:
    from deepdesk.ui.tabs.architecture.canvas import Canvas

_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_F4: 1, Qt.Key.Key_Tab: 1}
CLICK_PX = 4  # the pointer may move by while it is still a click


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where the pointer is.

    Attributes:
        at: In the window of the canvas, in pixels.
        point: In the drawing.
    """

    at: QPoint
    point: QPointF
    button: Qt.MouseButton
    keys: Qt.KeyboardModifier

    def has(self, key: Qt.KeyboardModifier) -> bool:
        """Return whether a key such as Ctrl is held."""
        return bool(self.keys & key)


class Gesture:
    """From a press, or a key, to its end."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas

    def move(self, pointer: Pointer) -> None:
        """Follow the pointer."""

    def release(self, pointer: Pointer) -> None:
        """Do what the gesture was for."""

    def cancel(self) -> None:
        """Leave everything as it was."""

    def key(self, _event: QKeyEvent) -> bool:
        """Take a key; return whether it was meant for the gesture."""
        return False

    def paint(self, painter: QPainter, zoom: float) -> None:
        """Draw over the network, in its pixels."""


class Pan(Gesture):
    """Moves the drawing; without movement it was a click.

    Args:
        start: Where it was pressed.
        click: What a click does.
    """

    def __init__(
        self, canvas: Canvas, start: Pointer, click: Callable[[Pointer], None] | None = None
    ) -> None:
        super().__init__(canvas)
        self._start, self._last = start.at, start.at
        self._click = click
        self._has_moved = click is None

    def move(self, pointer: Pointer) -> None:
        if (pointer.at - self._start).manhattanLength() > CLICK_PX:
            self._has_moved = True
        if self._has_moved:
            self.canvas.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            way = pointer.at - self._last
            self.canvas.pan_by(way.x(), way.y())
            self._last = pointer.at

    def release(self, pointer: Pointer) -> None:
        # A release may come without a move before it.
        self.move(pointer)
        if not self._has_moved and self._click is not None:
            self._click(pointer)


class RubberBand(Gesture):
    """Selects the cards that a rectangle touches; with Ctrl or Shift in addition to others."""

    def __init__(self, canvas: Canvas, start: Pointer) -> None:
        super().__init__(canvas)
        self._start = self._end = start.point
        self._at = start.at
        self._before = canvas.chosen_now
        self._adds = start.has(Qt.KeyboardModifier.ControlModifier) or start.has(
            Qt.KeyboardModifier.ShiftModifier
        )
        self._is_drawn = False

    def move(self, pointer: Pointer) -> None:
        if not self._is_drawn and (pointer.at - self._at).manhattanLength() <= CLICK_PX:
            return
        self._is_drawn = True
        self._end = pointer.point
        assert self.canvas.picture is not None
        cards = self.canvas.picture.cards_in(self._rect())
        if self._adds:
            cards |= self._before.cards
        self.canvas.take(self._before.with_cards(cards), is_done=False)
        self.canvas.viewport().update()

    def release(self, pointer: Pointer) -> None:
        self.move(pointer)
        if self._is_drawn:
            self.canvas.take(self.canvas.chosen_now)
        elif not self._adds:
            self.canvas.take(self._before.with_cards(()))

    def cancel(self) -> None:
        self.canvas.take(self._before)

    def paint(self, painter: QPainter, zoom: float) -> None:
        if self._is_drawn:
            pen = QPen(colour("accent", 0.7), 1)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.setBrush(colour("accent", 0.08))
            painter.drawRoundedRect(self._rect(), 3 / zoom, 3 / zoom)

    def _rect(self) -> QRectF:
        return QRectF(self._start, self._end).normalized()


class ChooseRemedy(Gesture):
    """With keys: goes over the remedies of a bubble; Enter takes one, Escape leaves."""

    def __init__(self, canvas: Canvas, number: int) -> None:
        super().__init__(canvas)
        assert canvas.picture is not None
        self._bubble = canvas.picture.bubbles[number]
        self._bubble.show_at(0)

    def key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key in _STEPS:
            count = len(self._bubble.remedies)
            self._bubble.show_at((self._bubble.at + _STEPS[key]) % count)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            asked = (self._bubble.node_id, self._bubble.at)
            self.canvas.end()
            self.canvas.remedy_asked.emit(asked)
        else:
            self.canvas.end()
            return key == Qt.Key.Key_Escape
        return True

    def move(self, pointer: Pointer) -> None:
        """Keys are on: the pointer waits."""

    def release(self, _pointer: Pointer) -> None:
        self._bubble.show_at(-1)

    def cancel(self) -> None:
        self._bubble.show_at(-1)
