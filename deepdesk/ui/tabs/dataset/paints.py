"""Brushes of the classes: ten colours, then the same with a pattern."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPixmap

from deepdesk.ui import theme
from deepdesk.ui.theme.tokens import has_pattern

SOFT = 0.75


def class_colour(position: int) -> QColor:
    """Return the colour of the class at a position, faint for -1, "no class"."""
    if position < 0:
        return theme.colour("faint")
    return theme.colour(theme.tokens().class_colour(position))


def class_brush(position: int, *, soft: bool = False) -> QBrush:
    """Return how an area that stands for a class is filled.

    Args:
        position: Of the class, -1 for "no class".
        soft: Mixed with what is behind, as bars are.
    """
    base = class_colour(position)
    if soft:
        base.setAlphaF(SOFT)
    if position < 0 or not has_pattern(position):
        return QBrush(base)
    return QBrush(_striped(base))


def _striped(base: QColor) -> QPixmap:
    pixmap = QPixmap(6, 6)
    pixmap.fill(base)
    painter = QPainter(pixmap)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.fillRect(0, 0, 2, 6, theme.colour("surface", 0.7))
    painter.end()
    return pixmap
