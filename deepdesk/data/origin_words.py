"""What is said when training knows whom it is measured with."""

from __future__ import annotations

from collections.abc import Iterable

from deepdesk.project.index import OriginRow


def across_words(origins: Iterable[OriginRow], noun: tuple[str, str]) -> str:
    """Return how many speakers, for instance, are on both sides of the split, "" for none.

    Args:
        origins: Of the project.
        noun: One of them and several: ("speaker", "speakers").
    """
    rows = list(origins)
    across = [row for row in rows if row.is_across]
    if not across:
        return ""
    if len(rows) == 1:
        return f"All from one {noun[0]}: results say nothing about other {noun[1]}"
    other = "test" if any(row.test for row in across) else "validation"
    who = f"{len(across):,} {noun[len(across) != 1]} {'is' if len(across) == 1 else 'are'}"
    return f"{who} in training and in {other}: results will look better than they are"
