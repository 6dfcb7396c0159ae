"""The ways of connections between cards that have their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainterPath

from deepdesk.ui.tabs.architecture.layout import Layout, Place
from deepdesk.ui.tabs.architecture.shown import Link

ROW_GAP_PX = 22
COLUMN_GAP_PX = 88
BULGE_PX, BULGE_STEP_PX = 48, 14
PORT_STEP_PX = 22
LABEL_PX = 7
LANE_PX = 8  # between a connection and a card that it passes


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One connection as it is drawn.

    Attributes:
        skips: Whether it goes around blocks, and is dashed.
        label: Where its text begins, at half the height of the text.
    """

    path: QPainterPath
    start: QPointF
    end: QPointF
    skips: bool
    label: QPointF
    box: QRectF


class Router:
    """Finds ways that cross no card.

    Args:
        card: Width and height of a card, in pixels of the drawing.
    """

    def __init__(self, layout: Layout, card: QSizeF) -> None:
        self._layout = layout
        self._half = card / 2
        self._step = QPointF(card.width() + COLUMN_GAP_PX, card.height() + ROW_GAP_PX)
        self._moving: Mapping[str, QPointF] = {}
        self._rows: dict[int, dict[float, list[float]]] = {}
        for place in layout.places.values():
            self._rows.setdefault(place.column, {}).setdefault(place.row, []).append(place.x)
        self._sorted = {column: sorted(rows) for column, rows in self._rows.items()}

    def centre(self, card_id: str) -> QPointF:
        """Return the centre of a card."""
        place = self._layout.places[card_id]
        return QPointF(place.x * self._step.x(), place.row * self._step.y())

    def routes(
        self, links: Sequence[Link], centres: Mapping[str, QPointF] | None = None
    ) -> list[Route]:
        """Return the way of every connection.

        Args:
            centres: Where cards stand that are still on their way to their places.
        """
        self._moving = centres or {}
        places = self._layout.places
        lanes = [self._lane(places[link.source], places[link.target]) for link in links]
        ports = self._ports(links, lanes)
        return [
            self._route(link, lane, port)
            for link, lane, port in zip(links, lanes, ports, strict=True)
        ]

    def _at(self, card_id: str) -> QPointF:
        return self._moving.get(card_id) or self.centre(card_id)

    def _lane(self, start: Place, end: Place) -> str:
        """Return how to get there: "near", in the lane of "start" or "end", "around", "gutter"."""
        if start.column != end.column or end.row <= start.row:
            return "gutter"
        between = self._between(start, end)
        if not between:
            return "near"
        free = (self._half.width() * 2 + LANE_PX) / self._step.x()
        for name, x in (("end", end.x), ("start", start.x)):
            if all(abs(x - other) > free for other in between):
                return name
        return "around"

    def _between(self, start: Place, end: Place) -> list[float]:
        rows = self._rows[start.column]
        return [
            x
            for row in self._sorted[start.column]
            if start.row + 0.9 < row < end.row - 0.9
            for x in rows[row]
        ]

    def _ports(self, links: Sequence[Link], lanes: Sequence[str]) -> list[float]:
        """Return how far right of the middle each connection enters the top of its target."""
        entering: dict[str, list[int]] = {}
        for number, (link, lane) in enumerate(zip(links, lanes, strict=True)):
            if lane != "around":
                entering.setdefault(link.target, []).append(number)
        shifts = [0.0] * len(links)
        for numbers in entering.values():
            if len(numbers) > 1:
                numbers.sort(key=lambda n: self._layout.places[links[n].source].x)
                step = min(PORT_STEP_PX, self._half.width() * 1.6 / len(numbers))
                for slot, number in enumerate(numbers):
                    shifts[number] = (slot - (len(numbers) - 1) / 2) * step
        return shifts

    def _route(self, link: Link, lane: str, shift: float) -> Route:
        start, end = self._layout.places[link.source], self._layout.places[link.target]
        at, to = self._at(link.source), self._at(link.target)
        below = at + QPointF(0, self._half.height())
        above = to + QPointF(shift, -self._half.height())
        if lane == "around":
            return self._around(start, end, at, to)
        if lane == "gutter":
            is_next = end.column == start.column + 1 and end.row < 1 and self._is_last(start)
            drop = ROW_GAP_PX / 2 + (0 if is_next else 4)
            path = through_gutter(below, above, self._gutter(end.column), drop)
            label = below + QPointF(LABEL_PX, ROW_GAP_PX / 2 - 1)
            return _route_of(path, below, above, label, skips=not is_next)
        gap = float(ROW_GAP_PX)
        path = QPainterPath(below)
        if lane == "start":
            corner = QPointF(below.x(), above.y() - gap)
            path.lineTo(corner)
            _bend(path, corner, above)
        elif lane == "end":
            corner = QPointF(above.x(), below.y() + gap)
            _bend(path, below, corner)
            path.lineTo(above)
        else:
            _bend(path, below, above)
        label = below + QPointF(LABEL_PX, gap / 2)
        return _route_of(path, below, above, label, skips=False)

    def _around(self, start: Place, end: Place, at: QPointF, to: QPointF) -> Route:
        """Go out at the right side, past all cards between, and in at the right side."""
        side = QPointF(self._half.width(), 0)
        at, to = at + side, to + side
        rows = self._rows[start.column]
        passed = [max(rows[r]) for r in self._sorted[start.column] if start.row <= r <= end.row]
        right = max(passed) * self._step.x() + self._half.width()
        bulge = float(BULGE_PX + BULGE_STEP_PX * min(end.row - start.row, 12))
        if len(self._rows) > 1:
            bulge = min(bulge, COLUMN_GAP_PX * 0.42)
        path = QPainterPath(at)
        path.cubicTo(QPointF(right + bulge, at.y()), QPointF(right + bulge, to.y()), to)
        label = QPointF(path.pointAtPercent(0.5).x() + LABEL_PX, (at.y() + to.y()) / 2)
        return _route_of(path, at, to, label, skips=True)

    def _is_last(self, place: Place) -> bool:
        return place.row == self._sorted[place.column][-1]

    def _gutter(self, column: int) -> float:
        """Return the middle between a column and the one before."""
        left = min(x for xs in self._rows[column].values() for x in xs)
        return left * self._step.x() - self._step.x() / 2


def _route_of(
    path: QPainterPath, start: QPointF, end: QPointF, label: QPointF, *, skips: bool
) -> Route:
    box = path.boundingRect().adjusted(-3, -3, 3, 3)
    return Route(path=path, start=start, end=end, skips=skips, label=label, box=box)


def _bend(path: QPainterPath, start: QPointF, end: QPointF) -> None:
    """Go on from above to below, bent only where the two are not in line."""
    if abs(start.x() - end.x()) < 0.5:
        path.lineTo(end)
        return
    bend = QPointF(0, (end.y() - start.y()) / 2)
    path.cubicTo(start + bend, end - bend, end)


def live_curve(start: QPointF, end: QPointF) -> QPainterPath:
    """Return the connection that a person is drawing."""
    reach = max(24.0, min(120.0, abs(end.y() - start.y()) / 2))
    path = QPainterPath(start)
    path.cubicTo(start + QPointF(0, reach), end - QPointF(0, reach), end)
    return path


def through_gutter(start: QPointF, end: QPointF, gutter_x: float, drop: float) -> QPainterPath:
    """Return a connection down, up between two columns, and into the top of the next."""
    corners = (
        start,
        start + QPointF(0, drop),
        QPointF(gutter_x, start.y() + drop),
        QPointF(gutter_x, end.y() - drop),
        end - QPointF(0, drop),
        end,
    )
    return rounded(corners)


def rounded(corners: tuple[QPointF, ...], radius: float = 8.0) -> QPainterPath:
    """Return straight lines over corners, each corner rounded."""
    path = QPainterPath(corners[0])
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        path.lineTo(_towards(corner, before, radius))
        path.quadTo(corner, _towards(corner, after, radius))
    path.lineTo(corners[-1])
    return path


def _towards(start: QPointF, end: QPointF, length: float) -> QPointF:
    way = end - start
    distance = (way.x() ** 2 + way.y() ** 2) ** 0.5
    return start + way * (min(length, distance / 2) / distance) if distance else start
