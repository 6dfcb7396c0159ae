"""All connections in one item, with the shapes that go along them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from deepdesk.ui.tabs.architecture.items import READABLE
from deepdesk.ui.tabs.architecture.routes import Route
from deepdesk.ui.tabs.architecture.shown import Link
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.widgets.painting import antialiased

REACH_PX = 8.0  # how near a click has to be, on the screen
WIDTH_PX, SKIP_WIDTH_PX, CHOSEN_WIDTH_PX = 1.75, 1.5, 2.5
DASHES = (3.0, 2.4)
TEXT_PX = 120
DASHED = 0.3  # zoom below which dashes run together


class LinkLayer(QGraphicsItem):
    """Draws connections.

    Attributes:
        routes: How each connection goes.
        chosen: Those that are selected.
        under: The one below the pointer, None for none.
        extent: What all of them take, without their texts.
        tells_shapes: Whether shapes are written beside them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.routes: dict[Link, Route] = {}
        self.chosen: frozenset[Link] = frozenset()
        self.under: Link | None = None
        self.tells_shapes = True
        self.extent = QRectF()
        self.setZValue(0)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    def show_routes(self, routes: dict[Link, Route]) -> None:
        """Take other connections or other ways."""
        self.prepareGeometryChange()
        self.routes = routes
        self.extent = QRectF()
        for route in routes.values():
            self.extent = self.extent.united(route.box)

    def link_at(self, point: QPointF, zoom: float) -> Link | None:
        """Return the connection within `REACH_PX` of a point of the scene."""
        reach = REACH_PX / zoom
        around = QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)
        stroker = QPainterPathStroker()
        stroker.setWidth(2 * reach)
        for link, route in self.routes.items():
            if route.box.intersects(around) and stroker.createStroke(route.path).contains(point):
                return link
        return None

    def boundingRect(self) -> QRectF:
        # Texts stand beside connections.
        return self.extent.adjusted(0, 0, TEXT_PX, 0)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        zoom = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        is_file = widget is None
        exposed = self.extent if is_file else QRectF(option.exposedRect)
        seen = [pair for pair in self.routes.items() if pair[1].box.intersects(exposed)]
        antialiased(painter)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        usual, dashed = _pens(colour("faint"), zoom)
        for link, route in seen:
            is_lit = not is_file and (link in self.chosen or link is self.under)
            if is_lit:
                continue
            painter.setPen(dashed if route.skips else usual)
            painter.drawPath(route.path)
        if not is_file:
            self._draw_lit(painter, seen, zoom)
        if self.tells_shapes and zoom >= READABLE:
            _write_shapes(painter, seen)

    def _draw_lit(self, painter: QPainter, seen: list[tuple[Link, Route]], zoom: float) -> None:
        for link, route in seen:
            if link is self.under and link not in self.chosen:
                painter.setPen(QPen(colour("accent", 0.55), WIDTH_PX + 0.5))
                painter.drawPath(route.path)
            elif link in self.chosen:
                painter.setPen(QPen(colour("accent", 0.18), CHOSEN_WIDTH_PX + 5 / max(zoom, 0.5)))
                painter.drawPath(route.path)
                painter.setPen(QPen(colour("accent"), CHOSEN_WIDTH_PX))
                painter.drawPath(route.path)


def _pens(ink: QColor, zoom: float) -> tuple[QPen, QPen]:
    """Return the pens of connections that go straight on, and of those that skip blocks."""
    usual, dashed = QPen(ink, WIDTH_PX), QPen(ink, SKIP_WIDTH_PX)
    if zoom >= DASHED:
        dashed.setDashPattern(DASHES)
    return usual, dashed


def _write_shapes(painter: QPainter, seen: list[tuple[Link, Route]]) -> None:
    words = font(metrics.TICK)
    figures = QFontMetricsF(words)
    rise = (figures.ascent() - figures.descent()) / 2
    painter.setFont(words)
    painter.setPen(colour("muted"))
    # What leaves one block has one shape: it is written once.
    texts = {(route.label.x(), route.label.y()): link.text for link, route in seen if link.text}
    for (x, y), text in texts.items():
        painter.drawText(QPointF(x, y + rise), text)
