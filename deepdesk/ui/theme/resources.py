"""Where the files that come with the program lie."""

from __future__ import annotations

from pathlib import Path

from deepdesk.core.resources import resource_folder


def _folder() -> Path:
    try:
        return resource_folder()
    except FileNotFoundError:
        # A window in the system's font and without drawings is better than none.
        return Path(__file__).resolve().parents[3] / "resources"


RESOURCES = _folder()
FONTS = RESOURCES / "fonts"
ICONS = RESOURCES / "icons"
MARKS = RESOURCES / "theme"
