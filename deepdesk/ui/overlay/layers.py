"""What lies over a picture, from below: answer, zone, truth, and the cross of a pixel."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, QPen

from deepdesk.core.answer_filter import EVERYTHING, AnswerFilter, Drawn, drawn_words
from deepdesk.core.payloads import Boxes, Mask
from deepdesk.ui.overlay.mask_picture import mask_picture
from deepdesk.ui.overlay.painting import PaintStyle, box_rect, paint_answer, paint_mask
from deepdesk.ui.overlay.zone import ZoneLook, paint_alarm, paint_zone
from deepdesk.ui.theme import colour, tokens
from deepdesk.ui.theme.tokens import LIGHT

_CROSS_PX, _GAP_PX = 12.0, 4.0


class Layers:
    """A picture, what was answered, and what of it counts and stands out.

    A painted mask is kept as a picture until something about it changes.
    """

    def __init__(self) -> None:
        self.picture = QImage()
        self.answer: Drawn | None = None
        self.truth: Drawn | None = None
        self.kept = EVERYTHING
        self.near = -1
        self.near_name = ""
        self.cross: tuple[int, int] | None = None
        self.zone: ZoneLook | None = None
        self._made: tuple[object, ...] = ()
        self._mask = QImage()

    def show_answer(self, answer: Drawn | None) -> None:
        """Take another answer; what stood out of the one before no longer does."""
        self.answer = answer
        self.near, self.cross = -1, None

    def set_filter(self, kept: AnswerFilter) -> None:
        """Show only what counts."""
        self.kept = kept

    def show_near(self, near: int, near_name: str) -> None:
        """Let one box, or one class, stand out."""
        self.near, self.near_name = near, near_name

    def words(self) -> str:
        """Return what counts of the answer, "" where there is none."""
        return "" if self.answer is None else drawn_words(self.answer, self.kept)

    def place(self, rect: QRectF) -> QPointF | None:
        """Return where what stands out lies in the view, None where nothing does."""
        answer = self.answer
        if isinstance(answer, Boxes) and 0 <= self.near < len(answer.boxes):
            box = answer.boxes[self.near]
            return box_rect(box, answer, rect, self.picture.size()).center()
        if isinstance(answer, Mask) and self.cross is not None:
            return self._cross_at(answer, rect)
        return None

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Paint everything over a picture that fills `rect`."""
        size = self.picture.size()
        if isinstance(self.answer, Mask):
            paint_mask(painter, rect, self._mask_picture(self.answer), self.kept.opacity)
            painter.setOpacity(1.0)
        # Above painted classes, below boxes: both are seen through it.
        if self.zone is not None:
            paint_zone(painter, rect, self.zone)
        if isinstance(self.answer, Boxes):
            style = PaintStyle(near=self.near, near_name=self.near_name, picture=size)
            paint_answer(painter, rect, self.answer, self.kept, style)
        if self.zone is not None and self.zone.words:
            paint_alarm(painter, rect, self.zone.words)
        # The names of both would lie on each other.
        has_words = None if self.answer is None else False
        truth = PaintStyle(
            is_truth=True, near_name=self.near_name, has_words=has_words, picture=size
        )
        paint_answer(painter, rect, self.truth, self.kept, truth)
        if isinstance(self.answer, Mask) and self.cross is not None:
            self._paint_cross(painter, self._cross_at(self.answer, rect))

    def _mask_picture(self, answer: Mask) -> QImage:
        now = (id(answer), self.kept.hidden, self.near_name, id(tokens()))
        if now != self._made[:4]:
            self._mask = mask_picture(answer, self.kept, near_name=self.near_name)
            # The answer itself is held too, so that its number is given to no other.
            self._made = (*now, answer)
        return self._mask

    def _cross_at(self, answer: Mask, rect: QRectF) -> QPointF:
        height, width = answer.classes_HW.shape
        x, y = self.cross or (0, 0)
        across, down = (x + 0.5) / width * rect.width(), (y + 0.5) / height * rect.height()
        return rect.topLeft() + QPointF(across, down)

    def _paint_cross(self, painter: QPainter, at: QPointF) -> None:
        lines = [
            QLineF(at + far * _CROSS_PX, at + far * _GAP_PX)
            for far in (QPointF(-1, 0), QPointF(1, 0), QPointF(0, -1), QPointF(0, 1))
        ]
        for ink, width in ((LIGHT.text, 4.0), (LIGHT.surface, 2.0)):
            painter.setPen(QPen(colour(ink), width))
            painter.drawLines(lines)
