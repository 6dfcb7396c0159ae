"""Shapes on the canvas: one way to draw each kind, quick while the view moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import singledispatch

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen, QPolygonF

from deepdesk.core.drawing import Box, Point, Polygon, Region, Shape
from deepdesk.core.drawing_edits import Place, corners_of
from deepdesk.data.patches import Patch
from deepdesk.ui.tabs.dataset.labelling.scene import Scene
from deepdesk.ui.tabs.dataset.labelling.viewpoint import Viewpoint
from deepdesk.ui.theme import colour, metrics, tokens
from deepdesk.ui.theme.fonts import SEMIBOLD, font
from deepdesk.ui.theme.tokens import LIGHT, has_pattern
from deepdesk.ui.widgets.painting import draw_text, fill_round

LINE_PX, STRONG_PX = 1.6, 2.6
FILL, STRONG_FILL = 0.09, 0.22
PAINTED, STRONG_PAINTED = 0.42, 0.56
STRIPE_PX = 4
POINT_PX = 5.0
HANDLE_PX = 7.0
TAG_PX, WIDEST_TAG_PX = 16, 170.0
# What reaches beyond a shape when it is drawn: line, handles and its tag.
REACH_PX = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Brushes:
    """What shapes are drawn with.

    Attributes:
        origin: Added to places of the picture times zoom, px of what is painted on.
        is_strong: Selected, or being changed.
        is_dashed: A proposal.
        clip: What is to be painted, in the same px; more may be.
    """

    painter: QPainter
    scene: Scene
    zoom: float
    origin: tuple[float, float]
    clip: QRectF
    is_strong: bool = False
    is_dashed: bool = False

    def at(self, place: Place) -> QPointF:
        """Return where a place of the picture is painted."""
        return QPointF(place[0] * self.zoom + self.origin[0], place[1] * self.zoom + self.origin[1])

    def ink(self, label: str, alpha: float = 1.0) -> QColor:
        """Return the colour of a class."""
        return colour(tokens().class_colour(self.scene.position(label)), alpha)

    def stroke(self, label: str, draw: Callable[[], object]) -> None:
        """Draw lines in the pen and brush of a class, with its pattern where it has one."""
        self._set_up(label)
        draw()
        if self.has_pattern(label):
            pen = QPen(QColor(LIGHT.surface), STRONG_PX if self.is_strong else LINE_PX)
            pen.setDashPattern([2.0, 5.0])
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            self.painter.setPen(pen)
            self.painter.setBrush(Qt.BrushStyle.NoBrush)
            draw()

    def has_pattern(self, label: str) -> bool:
        """Return whether a class shares its colour with another one and is striped."""
        return has_pattern(self.scene.position(label))

    def _set_up(self, label: str) -> None:
        pen = QPen(self.ink(label), STRONG_PX if self.is_strong else LINE_PX)
        if self.is_dashed:
            pen.setStyle(Qt.PenStyle.DashLine)
        self.painter.setPen(pen)
        if self.is_dashed and not self.is_strong:
            self.painter.setBrush(Qt.BrushStyle.NoBrush)
        else:
            self.painter.setBrush(self.ink(label, STRONG_FILL if self.is_strong else FILL))


@singledispatch
def paint_shape(shape: Shape, brushes: Brushes) -> None:  # noqa: ARG001
    """Draw a shape."""
    raise TypeError(f"{type(shape).__name__} cannot be drawn")


@paint_shape.register
def _(shape: Box, brushes: Brushes) -> None:
    upper, lower = brushes.at((shape.left, shape.top)), brushes.at((shape.right, shape.bottom))
    rect = QRectF(upper, lower)
    brushes.stroke(shape.label, lambda: brushes.painter.drawRect(rect))


@paint_shape.register
def _(shape: Polygon, brushes: Brushes) -> None:
    rings = [QPolygonF([brushes.at(corner) for corner in ring]) for ring in shape.rings]
    brushes.stroke(shape.label, lambda: [brushes.painter.drawPolygon(ring) for ring in rings])


@paint_shape.register
def _(shape: Point, brushes: Brushes) -> None:
    painter = brushes.painter
    painter.setBrush(brushes.ink(shape.label))
    inner = "text" if brushes.has_pattern(shape.label) else "on_accent"
    painter.setPen(QPen(colour(inner), 1.5))
    radius = POINT_PX + (1.5 if brushes.is_strong else 0.0)
    painter.drawEllipse(brushes.at((shape.x, shape.y)), radius, radius)


@paint_shape.register
def _(shape: Region, brushes: Brushes) -> None:
    alpha = STRONG_PAINTED if brushes.is_strong else PAINTED
    patch = brushes.scene.patch(shape)
    alpha *= 0.6 if brushes.is_dashed else 1
    ink = brushes.ink(shape.label, alpha)
    paint_patch(patch, brushes, ink, is_striped=brushes.has_pattern(shape.label))
    if brushes.is_strong:
        pen = QPen(brushes.ink(shape.label), 1.2, Qt.PenStyle.DashLine)
        brushes.painter.setPen(pen)
        brushes.painter.setBrush(Qt.BrushStyle.NoBrush)
        corners = brushes.at((patch.left, patch.top)), brushes.at((patch.right, patch.bottom))
        brushes.painter.drawRect(QRectF(*corners))


def paint_patch(patch: Patch, brushes: Brushes, ink: QColor, *, is_striped: bool = False) -> None:
    """Draw painted pixels in one colour, only what is in sight and as coarse as the screen."""
    zoom, (left, top), clip = brushes.zoom, brushes.origin, brushes.clip
    stride = max(1, int(1 / zoom))
    height, width = patch.is_on_HW.shape
    first = (
        max(0, int((clip.left() - left) / zoom) - 1 - patch.left),
        max(0, int((clip.top() - top) / zoom) - 1 - patch.top),
    )
    # Begins at a multiple, so that the same pixels are taken whatever is in sight.
    x0, y0 = (value - value % stride for value in first)
    x1 = min(width, int((clip.right() - left) / zoom) + 2 - patch.left)
    y1 = min(height, int((clip.bottom() - top) / zoom) + 2 - patch.top)
    if x0 >= x1 or y0 >= y1:
        return
    part = np.ascontiguousarray(patch.is_on_HW[y0:y1:stride, x0:x1:stride], dtype=np.uint8)
    rows, columns = part.shape
    image = QImage(part.data, columns, rows, columns, QImage.Format.Format_Indexed8)
    if is_striped:
        # Steps of the picture and not of what is in sight, so that stripes stay where they are.
        down = (np.arange(rows) * stride + y0 + patch.top)[:, None]
        across = (np.arange(columns) * stride + x0 + patch.left)[None, :]
        period = max(1, round(STRIPE_PX / zoom))
        part[(part == 1) & ((down + across) // period % 3 == 0)] = 2
    light = QColor(LIGHT.surface)
    light.setAlphaF(ink.alphaF())
    image.setColorTable([0, ink.rgba(), light.rgba()])
    corner = brushes.at((patch.left + x0, patch.top + y0))
    brushes.painter.drawImage(
        QRectF(corner.x(), corner.y(), columns * stride * zoom, rows * stride * zoom), image
    )


def paint_handles(shape: Shape, brushes: Brushes, hovered: int = -1) -> None:
    """Draw the corners that can be dragged."""
    painter = brushes.painter
    for at, corner in enumerate(corners_of(shape)):
        side = HANDLE_PX + (3 if at == hovered else 0)
        place = brushes.at(corner)
        painter.setPen(QPen(brushes.ink(shape.label), 1.5))
        painter.setBrush(colour("surface"))
        painter.drawRect(QRectF(place.x() - side / 2, place.y() - side / 2, side, side))


def paint_tag(words: str, shape: Shape, brushes: Brushes) -> QRectF:
    """Draw words above the upper left corner of a shape and return where."""
    corner = brushes.at(brushes.scene.tag_place(shape))
    words_font = font(metrics.TINY, SEMIBOLD)
    width = min(QFontMetricsF(words_font).horizontalAdvance(words) + 18, WIDEST_TAG_PX)
    height = metrics.scaled(TAG_PX)
    tag = QRectF(corner.x() - 1, corner.y() - height - 2, width, height)
    if tag.top() < brushes.clip.top():
        tag.moveTop(corner.y() + 2)
    fill_round(brushes.painter, tag, colour("surface", 0.92), 3)
    fill_round(
        brushes.painter,
        QRectF(tag.left() + 4, tag.center().y() - 3.5, 7, 7),
        brushes.ink(shape.label),
        2,
    )
    draw_text(brushes.painter, tag.adjusted(14, 0, -2, 0), words, words_font, colour("text"))
    return tag


def reach_of(sides: Sequence[float], view: Viewpoint, more_px: float = REACH_PX) -> QRectF:
    """Return what has to be painted anew around something, px of the canvas."""
    left, top = view.to_canvas((sides[0], sides[1]))
    right, bottom = view.to_canvas((sides[2], sides[3]))
    return QRectF(left, top, right - left, bottom - top).adjusted(
        -more_px, -more_px, more_px, more_px
    )
