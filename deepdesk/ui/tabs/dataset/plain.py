"""Names from outside as plain words: Qt takes tags in tool tips, and & in menus, for its own."""

from __future__ import annotations

from html import escape


def plain_tip(text: str) -> str:
    """Return a tool tip that shows `text` as it is, whatever tags a name may hold."""
    return "<qt>" + escape(text).replace("\n", "<br>") + "</qt>" if "<" in text else text


def plain_entry(text: str) -> str:
    """Return a menu entry that shows `text` as it is."""
    return text.replace("&", "&&").replace("\t", " ")
