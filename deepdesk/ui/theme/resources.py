"""Where the files that come with the program lie."""

from __future__ import annotations

from pathlib import Path

RESOURCES = Path(__file__).resolve().parents[3] / "resources"
FONTS = RESOURCES / "fonts"
ICONS = RESOURCES / "icons"
MARKS = RESOURCES / "theme"
