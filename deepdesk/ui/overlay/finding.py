"""Which box lies under the pointer, and which comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF

from deepdesk.core.answer_filter import AnswerFilter
from deepdesk.core.payloads import Boxes
from deepdesk.ui.overlay.painting import box_rect

if TYPE_CHECKING:
    from deepdesk.ui.overlay.layers import Layers

# Thin boxes are met within this distance too.
_SLACK_PX = 3.0


def box_at(layers: Layers, rect: QRectF, where: QPointF) -> int:
    """Return the place in `Boxes.boxes` of the smallest box at a place of the view, or -1."""
    answer = layers.answer
    if not isinstance(answer, Boxes):
        return -1
    found: list[tuple[float, int]] = []
    for at, box in enumerate(answer.boxes):
        placed = box_rect(box, answer, rect, layers.picture.size())
        around = placed.adjusted(-_SLACK_PX, -_SLACK_PX, _SLACK_PX, _SLACK_PX)
        if around.contains(where) and layers.kept.counts(box, answer):
            found.append((placed.width() * placed.height(), at))
    return min(found, default=(0.0, -1))[1]


def walked(answer: Boxes, kept: AnswerFilter, near: int, step: int) -> int:
    """Return the place of the next box that counts, the surest first, or -1 where none does."""
    listed = places(answer, kept)
    if not listed:
        return -1
    at = listed.index(near) + step if near in listed else (0 if step > 0 else len(listed) - 1)
    return listed[at % len(listed)]


def places(answer: Boxes, kept: AnswerFilter) -> list[int]:
    """Return the places in `Boxes.boxes` of those that count, the surest first."""
    listed = [at for at, box in enumerate(answer.boxes) if kept.counts(box, answer)]
    return sorted(listed, key=lambda at: -answer.boxes[at][2])
