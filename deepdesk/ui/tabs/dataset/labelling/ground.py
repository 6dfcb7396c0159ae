"""The picture with all shapes that do not move, kept as one pixmap that is pushed along.

It reaches beyond the canvas, so that most moves only copy; where it ends, the strips that are
missing are painted. While the view zooms it is stretched, and painted well when the view rests.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import cast

from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QImage, QPainter, QPixmap, QRegion

from deepdesk.ui.tabs.dataset.labelling.scene import Scene
from deepdesk.ui.tabs.dataset.labelling.shape_paint import (
    PAINTED,
    REACH_PX,
    Brushes,
    paint_shape,
    paint_tag,
)
from deepdesk.ui.tabs.dataset.labelling.viewpoint import Viewpoint
from deepdesk.ui.theme import colour, tokens

MARGIN_PX = 192
# While the view zooms, what was painted is stretched by up to this much before it is painted anew.
MOST_STRETCH = 1.5
MANY_SHAPES = 150
# At densities of 1.25, 1.5 and 1.75 multiples of this are whole px of the screen.
GRID_PX = 8
# Of more proposals the tags would cover each other.
MOST_TAGS, MOST_NAMED = 80, 12
SMALLEST_TAGGED_PX = 24.0


class Ground:
    """A kept drawing of everything that rests. Its rectangles are px of picture times zoom."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._pixmap = QPixmap()
        self._rect = QRect()
        self._zoom = 0.0
        self._stale = QRegion()
        self._density = 1.0
        self.lifted: frozenset[int] = frozenset()
        self.shows_shapes = True
        self.is_crisp = False

    def forget(self) -> None:
        """Paint everything anew the next time."""
        self._rect = QRect()

    def forget_sides(self, sides: Sequence[float]) -> None:
        """Paint a rectangle of the picture, (left, top, right, bottom) px, anew."""
        if not self._rect.isEmpty():
            self._stale += self._area(sides)

    def paint(self, painter: QPainter, view: Viewpoint, canvas: QRect, parts: QRegion) -> None:
        """Paint what of the canvas is asked for."""
        if self._can_stretch(view, canvas, painter.device().devicePixelRatio()):
            self._stretch(painter, view, canvas)
            return
        self._follow(view, canvas, painter.device().devicePixelRatio())
        painter.setClipRegion(parts)
        painter.drawPixmap(self._rect.topLeft() + QPoint(view.left, view.top), self._pixmap)

    def settle(self, view: Viewpoint, canvas: QRect) -> None:
        """Paint all of it well, with its margins, now that the view rests."""
        self.is_crisp = True
        wanted = canvas.translated(-view.left, -view.top)
        self._make(_grown(wanted, MARGIN_PX), view.zoom)
        self._mend()

    def _can_stretch(self, view: Viewpoint, canvas: QRect, density: float) -> bool:
        """Return whether what is there will do for a moment, at another zoom."""
        if view.zoom == self._zoom or self._rect.isEmpty() or density != self._density:
            return False
        is_near = 1 / MOST_STRETCH <= view.zoom / self._zoom <= MOST_STRETCH
        return is_near and self._stretched(view).contains(QRectF(canvas))

    def _stretched(self, view: Viewpoint) -> QRectF:
        ratio = view.zoom / self._zoom
        return QRectF(
            self._rect.left() * ratio + view.left,
            self._rect.top() * ratio + view.top,
            self._rect.width() * ratio,
            self._rect.height() * ratio,
        )

    def _stretch(self, painter: QPainter, view: Viewpoint, canvas: QRect) -> None:
        self.is_crisp = False
        painter.setClipRect(canvas)
        painter.drawPixmap(self._stretched(view), self._pixmap, QRectF(self._pixmap.rect()))

    def _follow(self, view: Viewpoint, canvas: QRect, density: float) -> None:
        wanted = canvas.translated(-view.left, -view.top)
        if density != self._density:
            self._density = density
            self._rect = QRect()
        if view.zoom != self._zoom or self._rect.isEmpty():
            self.is_crisp = False
            # While one zooms in, what is kept grows beyond the canvas by itself.
            comes_nearer = 0 < self._zoom < view.zoom and not self._rect.isEmpty()
            self._make(_grown(wanted, 0 if comes_nearer else MARGIN_PX), view.zoom)
        elif not self._rect.contains(wanted):
            self._push(_grown(wanted, MARGIN_PX))
        self._mend()

    def _make(self, rect: QRect, zoom: float) -> None:
        self._zoom, self._rect = zoom, rect
        self._pixmap = self._blank(rect)
        self._stale = QRegion(rect)

    def _push(self, rect: QRect) -> None:
        before, kept = self._pixmap, self._rect
        # Smooth edges of many shapes are left for when the view rests.
        self.is_crisp = self.is_crisp and len(self._scene.drawing.shapes) <= MANY_SHAPES
        self._pixmap, self._rect = self._blank(rect), rect
        both = rect.intersected(kept)
        self._stale = self._stale.intersected(both)
        if not both.isEmpty():
            painter = QPainter(self._pixmap)
            painter.drawPixmap(kept.topLeft() - rect.topLeft(), before)
            painter.end()
        self._stale += QRegion(rect) - QRegion(both)

    def _blank(self, rect: QRect) -> QPixmap:
        made = QPixmap(
            math.ceil(rect.width() * self._density), math.ceil(rect.height() * self._density)
        )
        made.setDevicePixelRatio(self._density)
        return made

    def _mend(self) -> None:
        if self._stale.isEmpty():
            return
        painter = QPainter(self._pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self.is_crisp)
        for part in cast(Iterable[QRect], self._stale):
            if part.intersects(self._rect):
                self._paint_part(painter, part.intersected(self._rect))
        painter.end()
        self._stale = QRegion()

    def _paint_part(self, painter: QPainter, part: QRect) -> None:
        origin = (-self._rect.left(), -self._rect.top())
        there = part.translated(*origin)
        painter.save()
        painter.setClipRect(there)
        painter.fillRect(there, colour("bg"))
        self._paint_picture(painter, part, origin)
        brushes = Brushes(
            painter=painter,
            scene=self._scene,
            zoom=self._zoom,
            origin=(float(origin[0]), float(origin[1])),
            clip=QRectF(there),
        )
        if self.shows_shapes:
            self._paint_mask(painter, part, origin)
            self._paint_shapes(brushes, part)
        painter.restore()

    def _paint_picture(self, painter: QPainter, part: QRect, origin: tuple[int, int]) -> None:
        levels = self._scene.levels
        if levels is None:
            return
        number = levels.level_for(self._zoom * self._density)
        level = levels.levels[number]
        height, width = int(level.shape[0]), int(level.shape[1])
        image = QImage(level.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        is_enlarged = self._zoom * self._density >= 1.0 and number == 0
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not is_enlarged)
        painter.save()
        whole = QRectF(
            0, 0, levels.width_px * self._zoom, levels.height_px * self._zoom
        ).translated(*origin)
        painter.setClipRect(whole & QRectF(part.translated(*origin)))
        self._draw_part(painter, image, part, (2**number, origin))
        painter.restore()

    def _paint_mask(self, painter: QPainter, part: QRect, origin: tuple[int, int]) -> None:
        mask = self._scene.mask
        if mask is None:
            return
        number = 0
        while number + 1 < len(mask.levels) and self._zoom * 2 ** (number + 1) <= 1:
            number += 1
        level = mask.levels[number]
        height, width = int(level.shape[0]), int(level.shape[1])
        image = QImage(level.data, width, height, width, QImage.Format.Format_Indexed8)
        inks = [
            colour(tokens().class_colour(self._scene.position(name)), PAINTED).rgba()
            for name in mask.names
        ]
        image.setColorTable([0, *inks, *([0] * (255 - len(inks)))])
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        self._draw_part(painter, image, part, (2**number, origin))

    def _draw_part(
        self, painter: QPainter, image: QImage, part: QRect, scale: tuple[int, tuple[int, int]]
    ) -> None:
        """Draw what of an image lies in `part`; one of its pixels is `scale[0]` of the picture."""
        step = scale[0] * self._zoom
        # Two pixels more, so that strips meet without a seam where they are blended.
        x0 = max(0, math.floor(part.left() / step) - 2)
        y0 = max(0, math.floor(part.top() / step) - 2)
        x1 = min(image.width(), math.ceil((part.right() + 1) / step) + 2)
        y1 = min(image.height(), math.ceil((part.bottom() + 1) / step) + 2)
        if x0 >= x1 or y0 >= y1:
            return
        crop = image.copy(x0, y0, x1 - x0, y1 - y0)
        target = QRectF(x0 * step, y0 * step, (x1 - x0) * step, (y1 - y0) * step)
        painter.drawImage(target.translated(*scale[1]), crop)

    def _paint_shapes(self, brushes: Brushes, part: QRect) -> None:
        scene = self._scene
        reach = REACH_PX / self._zoom
        left, top = part.left() / self._zoom - reach, part.top() / self._zoom - reach
        right, bottom = part.right() / self._zoom + reach, part.bottom() / self._zoom + reach
        for at in scene.shapes_within(left, top, right, bottom):
            if at not in self.lifted:
                paint_shape(scene.drawing.shapes[at], brushes)
        self._paint_proposals(brushes)

    def _paint_proposals(self, brushes: Brushes) -> None:
        proposals = self._scene.proposals
        dashed = Brushes(
            painter=brushes.painter,
            scene=brushes.scene,
            zoom=brushes.zoom,
            origin=brushes.origin,
            clip=brushes.clip,
            is_dashed=True,
        )
        for at, proposal in enumerate(proposals):
            if at != self._scene.chosen:
                paint_shape(proposal.shape, dashed)
        if len(proposals) > MOST_TAGS:
            return
        for at, proposal in enumerate(proposals):
            sides = self._scene.sides(proposal.shape)
            is_large = (sides[2] - sides[0]) * self._zoom >= SMALLEST_TAGGED_PX
            if at != self._scene.chosen and proposal.score is not None and is_large:
                name = f"{proposal.shape.label} " if len(proposals) <= MOST_NAMED else ""
                paint_tag(f"{name}{proposal.score:.2f}", proposal.shape, dashed)

    def _area(self, sides: Sequence[float]) -> QRegion:
        left, top, right, bottom = (side * self._zoom for side in sides)
        rect = QRectF(left, top, right - left, bottom - top)
        # Tags are wider than what they name.
        return QRegion(rect.adjusted(-REACH_PX, -REACH_PX, 6 * REACH_PX, REACH_PX).toAlignedRect())


def _grown(rect: QRect, margin: int) -> QRect:
    """Return a larger rectangle whose sides lie on whole px of screens of any density."""
    left, top = ((side - margin) // GRID_PX * GRID_PX for side in (rect.left(), rect.top()))
    right, bottom = rect.right() + margin + 1, rect.bottom() + margin + 1
    width, height = (
        -(-(end - start) // GRID_PX) * GRID_PX for start, end in ((left, right), (top, bottom))
    )
    return QRect(left, top, width, height)
