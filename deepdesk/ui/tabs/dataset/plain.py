"""Names from outside as plain words: Qt takes & in menus for its own."""

from __future__ import annotations


def plain_entry(text: str) -> str:
    """Return a menu entry that shows `text` as it is."""
    return text.replace("&", "&&").replace("\t", " ")
