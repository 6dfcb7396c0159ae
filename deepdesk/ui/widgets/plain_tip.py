"""Tool tips of names from outside: Qt would take tags in them for its own."""

from __future__ import annotations

from html import escape


def plain_tip(text: str) -> str:
    """Return a tool tip that shows `text` as it is, whatever tags a name may hold."""
    return "<qt>" + escape(text).replace("\n", "<br>") + "</qt>" if "<" in text else text
