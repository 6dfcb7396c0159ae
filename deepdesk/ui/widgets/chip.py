"""Round chips: filters of which one, or several, are on."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from deepdesk.ui.theme import colour, metrics, text_colour
from deepdesk.ui.theme.fonts import MEDIUM, REGULAR, font
from deepdesk.ui.widgets.painting import (
    antialiased,
    draw_focus,
    draw_text,
    fill_round,
    outline_round,
)

PADDING_PX = 11


class Chip(QAbstractButton):
    """A pill that is on or off; `tone` colours its words while it is off."""

    height_px = metrics.CHIP_HEIGHT
    text_px = metrics.SMALL

    def __init__(
        self, text: str, *, tone: str = "muted", checkable: bool = True, tip: str = ""
    ) -> None:
        super().__init__()
        self._tone = tone
        self.setText(text)
        self.setToolTip(tip)
        self.setCheckable(checkable)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_text(self, text: str) -> None:
        """Change the words."""
        if text != self.text():
            self.setText(text)
            self.updateGeometry()

    def set_tone(self, tone: str) -> None:
        """Colour the words: muted, accent, good, warn or bad."""
        self._tone = tone
        self.update()

    def sizeHint(self) -> QSize:
        # Measured in the heavier weight, so that nothing moves when it is switched on.
        width = QFontMetricsF(font(self.text_px, MEDIUM)).horizontalAdvance(self.text())
        return QSize(round(width + 2 * PADDING_PX + 1), metrics.scaled(self.height_px))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        rect = QRectF(self.rect())
        radius = rect.height() / 2
        lit = self.isCheckable() and self.isChecked()
        fill_round(painter, rect, colour("accent_soft" if lit else "surface"), radius)
        if not lit:
            hovered = self.underMouse() and self.isEnabled()
            outline_round(painter, rect, colour("faint" if hovered else "line"), radius)
        if self.hasFocus():
            draw_focus(painter, rect, radius)
        ink = text_colour("accent" if lit else self._tone)
        if not self.isEnabled():
            ink = colour("faint")
        words = font(self.text_px, MEDIUM if lit else REGULAR)
        draw_text(painter, rect, self.text(), words, ink, Qt.AlignmentFlag.AlignHCenter)


class Badge(Chip):
    """A low pill beside a name: changed, step 1,240. It may be clicked but is never on."""

    height_px = metrics.BADGE_HEIGHT
    text_px = metrics.TINY

    def __init__(self, text: str, *, tone: str = "muted", tip: str = "") -> None:
        super().__init__(text, tone=tone, checkable=False, tip=tip)


class Tag(Badge):
    """A badge that is only to be read."""

    def __init__(self, text: str, *, tone: str = "muted", parent: QWidget | None = None) -> None:
        super().__init__(text, tone=tone)
        self.setParent(parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
