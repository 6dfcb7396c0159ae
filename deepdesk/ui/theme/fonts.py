"""Inter with figures of equal width, or the system's own sans where it is missing."""

from __future__ import annotations

from functools import cache

from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication

from deepdesk.ui.theme import metrics
from deepdesk.ui.theme.resources import FONTS

REGULAR, MEDIUM, SEMIBOLD, BOLD = 400, 500, 600, 700
POINTS_PER_INCH = 72


@cache
def family() -> str:
    """Load the shipped font once and return its family, "" when it cannot be loaded."""
    found = ""
    for path in sorted(FONTS.glob("*.ttf")):
        families = QFontDatabase.applicationFontFamilies(
            QFontDatabase.addApplicationFont(str(path))
        )
        found = found or next(iter(families), "")
    return found


def points(pixels: float) -> float:
    """Return the size in points of text that is `pixels` high at the usual text size."""
    screen = QGuiApplication.primaryScreen()
    per_inch = screen.logicalDotsPerInchY() if screen else 96.0
    return round(pixels * metrics.scale() * POINTS_PER_INCH / per_inch, 3)


def font(pixels: float = metrics.BODY, weight: int = REGULAR) -> QFont:
    """Return the font at a size; a copy, free to change."""
    return QFont(_font(points(pixels), weight))


@cache
def _font(size_points: float, weight: int) -> QFont:
    made = QFont(family()) if family() else QFont()
    made.setPointSizeF(size_points)
    made.setWeight(QFont.Weight(weight))
    made.setFeature(QFont.Tag.fromString("tnum"), 1)
    return made


def section_font() -> QFont:
    """Return the font of section labels: small spaced capitals."""
    made = font(metrics.SECTION, SEMIBOLD)
    made.setCapitalization(QFont.Capitalization.AllUppercase)
    made.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.6)
    return made
