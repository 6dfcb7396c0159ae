"""A pointer over the canvas, for tests: where cards and connections are, and drags."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton


def on_card(canvas, card_id):
    """Return the middle of a card in the viewport."""
    return canvas.mapFromScene(canvas.picture.centre(card_id))


def on_output(canvas, card_id):
    """Return the output of a card in the viewport."""
    return canvas.mapFromScene(canvas.picture.output_of(card_id))


def on_link(canvas, source, target):
    """Return a point of a connection between its cards."""
    routes = canvas.picture.links.routes.items()
    route = next(r for link, r in routes if (link.source, link.target) == (source, target))
    return canvas.mapFromScene(route.path.pointAtPercent(0.5))


def on_nothing(canvas):
    """Return a place of the viewport with nothing near it."""
    at = canvas.picture.contents().topLeft() - QPointF(40, 20)
    return canvas.mapFromScene(at)


def click(canvas, at, keys=Qt.KeyboardModifier.NoModifier):
    """Click there, after the pointer came there."""
    QTest.mouseMove(canvas.viewport(), at)
    QTest.mouseClick(canvas.viewport(), LEFT, keys, at)


def drag(canvas, start, end, button=LEFT):
    """Drag from one point of the viewport to another."""
    hold(canvas, start, end, button)
    QTest.mouseRelease(canvas.viewport(), button, pos=end)


def hold(canvas, start, end, button=LEFT):
    """Drag without letting go."""
    QTest.mouseMove(canvas.viewport(), start)
    QTest.mousePress(canvas.viewport(), button, pos=start)
    QTest.mouseMove(canvas.viewport(), start + (end - start) / 2)
    QTest.mouseMove(canvas.viewport(), end)


def heard(signal):
    """Return a list that grows with everything that a signal tells."""
    told = []
    signal.connect(told.append)
    return told


def past(point, right=0, down=0):
    """Return a point beside another."""
    return point + QPoint(right, down)


def draw_all(canvas):
    """Paint until every card in sight is as it should be: a frame draws what it has time for."""
    items = canvas.picture.cards.values()
    for _ in range(200):
        canvas.grab()
        if all(i.sprite and not i.sprite.is_stale for i in items):
            return
    raise AssertionError("cards are still not drawn")
