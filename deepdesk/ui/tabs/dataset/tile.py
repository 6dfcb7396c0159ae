"""How one sample looks in the grid."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPen, QPixmap

from deepdesk.project.index import Sample
from deepdesk.ui.tabs.dataset.paints import class_brush
from deepdesk.ui.theme import colour
from deepdesk.ui.theme.fonts import font

RADIUS_PX = 7
DOT_PX = 8
# "twin in validation" fits into a usual tile in the smallest.
BADGE_SIZES = (10.5, 9.5, 9.0)
BADGE_PAD_PX = 10


class TileLook:
    """What tiles need to know beside their own sample.

    Attributes:
        position_of: Returns the place of a class id in the list, -1 for none.
        words_of: Returns what is written under a tile, None where nothing is.
        drawn_of: Returns what lies over a tile of a side in pixels, None where nothing does.
    """

    def __init__(self) -> None:
        self.position_of: Callable[[int | None], int] = lambda _class_id: -1
        self.words_of: Callable[[Sample], str] | None = None
        self.drawn_of: Callable[[Sample, int], QPixmap | None] | None = None

    def paint_ring(self, painter: QPainter, rect: QRect, *, width_px: float) -> None:
        """Draw the ring that says "selected", just outside of the tile."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour("accent"), width_px))
        ring = QRectF(rect).adjusted(-2.0, -2.0, 2.0, 2.0)
        painter.drawRoundedRect(ring, RADIUS_PX + 2, RADIUS_PX + 2)

    def drag_pixmap(self, tile: QPixmap | None, count: int) -> QPixmap:
        """Return what hangs at the pointer while `count` samples are dragged."""
        side = 64
        pixmap = QPixmap(QSize(side + 16, side + 16))
        pixmap.fill(QColor(Qt.GlobalColor.transparent))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        rect = QRect(0, 12, side, side)
        if tile is None:
            paint_blank(painter, rect)
        else:
            painter.drawPixmap(rect, tile)
        _paint_badge(painter, QRect(0, 0, side + 14, 30), f"{count:,}", ("accent", "on_accent"))
        painter.end()
        return pixmap


def paint_tile(
    painter: QPainter, rect: QRect, look: TileLook, sample: Sample | None, pixmap: QPixmap | None
) -> None:
    """Draw a tile; what is not known yet stays a quiet square."""
    if pixmap is None:
        paint_blank(painter, rect)
    else:
        painter.drawPixmap(rect, pixmap)
    if sample is None:
        return
    drawn = None if look.drawn_of is None else look.drawn_of(sample, rect.width())
    if pixmap is not None and drawn is not None:
        painter.drawPixmap(rect, drawn)
    if sample.state == "bad":
        _paint_bad(painter, rect, sample)
    _paint_dot(painter, rect, look.position_of(sample.class_id))
    if sample.twin and rect.width() >= 64:
        # A twin in another split flatters the figures; one on the same side only repeats itself.
        role = "muted" if sample.twin == "twin" else "warn"
        _paint_badge(painter, rect.adjusted(4, 5, -4, 0), sample.twin, (role, "surface"))


def paint_blank(painter: QPainter, rect: QRect) -> None:
    """Draw the place of a picture that is not here yet."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour("line", 0.55))
    painter.drawRoundedRect(rect, RADIUS_PX, RADIUS_PX)


def _paint_dot(painter: QPainter, rect: QRect, position: int) -> None:
    if position < 0:
        return
    dot = QRectF(rect.left() + 6.5, rect.bottom() - DOT_PX - 5.5, DOT_PX, DOT_PX)
    painter.setPen(QPen(QColor(Qt.GlobalColor.white), 1.2))
    painter.setBrush(class_brush(position))
    painter.drawRoundedRect(dot, 2, 2)


def _paint_badge(painter: QPainter, rect: QRect, text: str, roles: tuple[str, str]) -> None:
    room = rect.width() - BADGE_PAD_PX
    faces = [font(size) for size in BADGE_SIZES]
    fitting = [f for f in faces if QFontMetrics(f).horizontalAdvance(text) <= room]
    face = fitting[0] if fitting else faces[-1]
    shown = QFontMetrics(face).elidedText(text, Qt.TextElideMode.ElideRight, room)
    width = QFontMetrics(face).horizontalAdvance(shown) + BADGE_PAD_PX
    pill = QRect(rect.right() - width + 1, rect.top(), width, 17)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(roles[0]))
    painter.drawRoundedRect(pill, 8.5, 8.5)
    painter.setFont(face)
    painter.setPen(colour(roles[1]))
    painter.drawText(pill, int(Qt.AlignmentFlag.AlignCenter), shown)


def _paint_bad(painter: QPainter, rect: QRect, sample: Sample) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour("warn"), 1, Qt.PenStyle.DashLine))
    painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), RADIUS_PX, RADIUS_PX)
    painter.setPen(colour("muted"))
    painter.setFont(font(10.5))
    words = sample.code.replace("_", " ") or "not readable"
    flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
    painter.drawText(rect.adjusted(6, 4, -6, -14), flags, words)


def rounded(pixmap: QPixmap, side_px: int, density: float) -> QPixmap:
    """Return a picture cut to a square with round corners, ready to be drawn as it is.

    Args:
        pixmap: Any picture.
        side_px: Side in logical pixels.
        density: Device pixels per logical pixel.
    """
    side = round(side_px * density)
    made = QPixmap(side, side)
    made.fill(QColor(Qt.GlobalColor.transparent))
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    path = QPainterPath()
    path.addRoundedRect(QRectF(0, 0, side, side), RADIUS_PX * density, RADIUS_PX * density)
    painter.setClipPath(path)
    scale = max(side / max(1, pixmap.width()), side / max(1, pixmap.height()))
    width, height = pixmap.width() * scale, pixmap.height() * scale
    at = QPointF((side - width) / 2, (side - height) / 2)
    painter.drawPixmap(QRectF(at.x(), at.y(), width, height), pixmap, QRectF(pixmap.rect()))
    painter.end()
    made.setDevicePixelRatio(density)
    return made
