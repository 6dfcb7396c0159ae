"""The colours of DeepDesk, light and dark: the only place where one is written down.

`*_text` are the state colours made dark enough (light enough) for words: at least 4.5 to 1 on
every ground. `faint` is below that and is for marks that carry no meaning of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

# Okabe and Ito's colour-blind-safe set, two of its greys and browns, and two darker ends.
CLASS_COLOURS = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#8C6D1F",
    "#7F7F7F",
    "#4053D3",
    "#B51D14",
)
# From quiet to loud, after the ground; the last stands out most against it.
LOUDNESS_ON_LIGHT = ("#C4DDE2", "#74AEBB", "#33689C", "#191F4E")
LOUDNESS_ON_DARK = ("#284878", "#3A8A94", "#8CC496", "#F6EEBE")
SHADOW = "#141E3C"
TEXT_ROLES = {
    "validation": "validation_text",
    "good": "good_text",
    "warn": "warn_text",
    "bad": "bad_text",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """One colour scheme.

    Attributes:
        bg: Behind everything, and the track of bars.
        surface: Cards, bars, side columns.
        raised: Drop areas, palette items.
        line: Borders, grid lines.
        accent: Primary button, selection, train curve.
        on_accent: Words on `accent`.
        shadow: Strength of a card's shadow, 0 to 1.
        is_dark: Whether the ground is dark.
    """

    bg: str
    surface: str
    raised: str
    line: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_soft: str
    on_accent: str
    validation: str
    good: str
    warn: str
    bad: str
    validation_text: str
    good_text: str
    warn_text: str
    bad_text: str
    shadow: float
    is_dark: bool

    def colour(self, role: str) -> str:
        """Return the colour of `role`; a colour that is given as #RRGGBB comes back as it is."""
        return role if role.startswith("#") else str(getattr(self, role))

    def text_colour(self, role: str) -> str:
        """Return the colour for words in `role`, readable on every ground."""
        return self.colour(TEXT_ROLES.get(role, role))

    def class_colour(self, position: int) -> str:
        """Return the colour of the class at `position`; after ten they come again."""
        return CLASS_COLOURS[position % len(CLASS_COLOURS)]


def has_pattern(position: int) -> bool:
    """Return whether the class at `position` is drawn with a pattern over its colour."""
    return position // len(CLASS_COLOURS) % 2 == 1


LIGHT = Tokens(
    bg="#F5F6F8",
    surface="#FFFFFF",
    raised="#FAFBFC",
    line="#E2E5EA",
    text="#1A1E26",
    muted="#626C7C",
    faint="#98A1AF",
    accent="#3554E8",
    accent_soft="#E9EDFE",
    on_accent="#FFFFFF",
    validation="#E0590B",
    good="#0E8F4B",
    warn="#A86400",
    bad="#CC2B1D",
    validation_text="#B34405",
    good_text="#0A7A3F",
    warn_text="#935700",
    bad_text="#C3271A",
    shadow=0.08,
    is_dark=False,
)
DARK = Tokens(
    bg="#121419",
    surface="#1A1D24",
    raised="#20242C",
    line="#2C313B",
    text="#E7EAF0",
    muted="#9AA4B4",
    faint="#6B7586",
    accent="#8296FF",
    accent_soft="#252C4A",
    on_accent="#121419",
    validation="#FF9557",
    good="#42C583",
    warn="#E0A33A",
    bad="#F0695C",
    validation_text="#FF9557",
    good_text="#42C583",
    warn_text="#E0A33A",
    bad_text="#F37B6F",
    shadow=0.0,
    is_dark=True,
)
ROLES = tuple(f.name for f in fields(Tokens) if f.type == "str")


def contrast(one: str, other: str) -> float:
    """Return the contrast of two #RRGGBB colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
