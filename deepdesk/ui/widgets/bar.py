"""Thin bars: how far, how much, and how a whole is cut."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from deepdesk.ui.theme import colour, metrics, tokens
from deepdesk.ui.theme.fonts import SEMIBOLD, font
from deepdesk.ui.theme.tokens import DARK, LIGHT, contrast
from deepdesk.ui.widgets.painting import antialiased, draw_bar, draw_text


class Bar(QWidget):
    """A bar filled to a share of its length."""

    def __init__(
        self,
        share: float = 0.0,
        *,
        role: str = "accent",
        alpha: float = 1.0,
        height_px: int = metrics.BAR_HEIGHT,
        name: str = "",
    ) -> None:
        super().__init__()
        self._share, self._role, self._alpha = share, role, alpha
        self._height_px = height_px
        self._name = name
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_share(share)

    @property
    def share(self) -> float:
        """How much is filled, 0 to 1."""
        return self._share

    def set_share(self, share: float) -> None:
        """Fill to `share`, 0 to 1; what is beyond is cut."""
        self._share = min(1.0, max(0.0, share))
        self.setAccessibleName(f"{self._name} {self._share:.0%}".strip())
        self.update()

    def set_role(self, role: str, alpha: float = 1.0) -> None:
        """Fill with a token or #RRGGBB."""
        self._role, self._alpha = role, alpha
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(80, self._height_px)

    def minimumSizeHint(self) -> QSize:
        return QSize(16, self._height_px)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        draw_bar(painter, QRectF(self.rect()), self._share, colour(self._role, self._alpha))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a split bar: words, share 0 to 1, and a token for its colour."""

    text: str
    share: float
    role: str


class SplitBar(QWidget):
    """A whole in coloured parts with their names in them."""

    def __init__(self, *parts: Part) -> None:
        super().__init__()
        self._parts = parts
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_parts(*parts)

    def set_parts(self, *parts: Part) -> None:
        """Show these parts, left to right."""
        self._parts = parts
        words = ", ".join(f"{part.text} {part.share:.0%}" for part in parts)
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, metrics.scaled(22))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        clip = QPainterPath()
        clip.addRoundedRect(QRectF(self.rect()), 6, 6)
        painter.setClipPath(clip)
        painter.fillRect(self.rect(), colour("bg"))
        left = 0.0
        words = font(metrics.TINY, SEMIBOLD)
        for part in self._parts:
            rect = QRectF(left, 0, self.width() * part.share, self.height())
            painter.fillRect(rect, colour(part.role))
            room = rect.adjusted(3, 0, -3, 0)
            if painter.fontMetrics().horizontalAdvance(part.text) <= room.width():
                centre = Qt.AlignmentFlag.AlignHCenter
                draw_text(painter, room, part.text, words, colour(_ink_on(part.role)), centre)
            left = rect.right()


def _ink_on(role: str) -> str:
    ground = tokens().colour(role)
    return max((LIGHT.surface, DARK.bg), key=lambda ink: contrast(ink, ground))
