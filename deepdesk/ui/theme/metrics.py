"""Sizes on a grid of 4, in logical pixels; `scaled` follows the person's text size."""

from __future__ import annotations

XS, S, M, L, XL = 4, 8, 12, 16, 24
RADIUS_CARD = 10
RADIUS_CONTROL = 7
CONTROL_HEIGHT = 32
SMALL_HEIGHT = 26
CHIP_HEIGHT = 24
BADGE_HEIGHT = 18
BAR_HEIGHT = 6
COLUMN_LEFT = 248
COLUMN_RIGHT = 296
HEADER_HEIGHT = 52
FOOTER_HEIGHT = 28
FADE_MS = 120

# Text sizes.
BODY = 13.0
SMALL = 12.0
TINY = 11.0
SECTION = 11.0
HEADING = 13.5
ANSWER = 22.0
TITLE = 24.0
TICK = 10.0

_scale = [1.0]


def set_scale(scale: float) -> None:
    """Make all text, and what holds text, `scale` times its usual size; 0.8 to 2."""
    _scale[0] = min(2.0, max(0.8, scale))


def scale() -> float:
    """Return how much larger than usual text is."""
    return _scale[0]


def scaled(pixels: float) -> int:
    """Return a height or width that holds text, at the present text size."""
    return round(pixels * _scale[0])
