"""One thing that is to be said about a data set."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the health card.

    Attributes:
        text: What is the case.
        remedy: Word of the link, "" for none.
        act: What the link asks for, one of the keys of `health.ACTS`.
        level: "good", "note", "warn" or "bad".
    """

    text: str
    remedy: str = ""
    act: str = ""
    level: str = "warn"
