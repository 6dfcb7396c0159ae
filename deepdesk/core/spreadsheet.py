"""Texts of others in tables that a spreadsheet may open."""

from __future__ import annotations

# What spreadsheets take for a formula at the start of a cell.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """Return a text so that no spreadsheet calculates it."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def harmless_or_number(text: str) -> str:
    """Return a number as it is, and any other text as `harmless` does."""
    try:
        float(text)
    except ValueError:
        return harmless(text)
    return text
