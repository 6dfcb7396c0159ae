"""Answers over their pictures: boxes and painted classes, drawn the same wherever they are shown.

`OverlayView` is the widget; `paint_answer` is for delegates and tiles that paint themselves, and
`drawn_picture` for pictures that are written to a file.
"""

from deepdesk.ui.overlay.painting import (
    THIN_PX,
    PaintStyle,
    box_rect,
    drawn_picture,
    paint_answer,
)
from deepdesk.ui.overlay.view import OverlayView

__all__ = ["THIN_PX", "OverlayView", "PaintStyle", "box_rect", "drawn_picture", "paint_answer"]
