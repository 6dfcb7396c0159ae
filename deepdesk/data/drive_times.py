"""When the pictures of a drive were taken: from a number that says so, or from their names."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise

RATE = 10.0
# A pause of the recording is played so long.
LONGEST_GAP_S = 2.0
SHORTEST_GAP_S = 0.001
_HEADERS = ("time", "timestamp", "time_s", "seconds", "second", "sec")
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "": 1.0}
_HEADER = re.compile(r"^\s*(.+?)\s*(?:\[(.*)\])?\s*$")
# A day, a time of day and thousandths, with anything but digits between them.
_MOMENT = re.compile(
    r"(?<!\d)(\d{4})\D?(\d\d)\D?(\d\d)\D(\d\d)\D?(\d\d)\D?(\d\d)\D(\d{3}|\d{6})(?!\d)"
)


def starts_of(names: Sequence[str], numbers: Sequence[Mapping[str, float]]) -> tuple[float, ...]:
    """Return when each picture is shown, in seconds from 0; () where that is not known.

    Args:
        names: Of the files; a day with a time of day to the millisecond counts.
        numbers: What stands beside each picture, by header; "time", "timestamp" or "seconds",
            with a unit in brackets or without one, counts before the names.
    """
    for moments in (_told(numbers), [_moment(name) for name in names]):
        if len(moments) > 1 and None not in moments:
            starts = _played([moment for moment in moments if moment is not None])
            if starts:
                return starts
    return ()


def _told(numbers: Sequence[Mapping[str, float]]) -> list[float | None]:
    """Return the moments that a column tells, [] where there is none."""
    for header in numbers[0] if numbers else ():
        match = _HEADER.match(header)
        if match and match[1].lower() in _HEADERS and (match[2] or "") in _UNITS:
            unit = _UNITS[match[2] or ""]
            column = [one.get(header) for one in numbers]
            return [None if value is None else value * unit for value in column]
    return []


def _moment(name: str) -> float | None:
    found = _MOMENT.search(name)
    if found is None:
        return None
    *parts, fraction = found.groups()
    try:
        day = datetime(*(int(part) for part in parts))  # type: ignore[arg-type]
    except ValueError:
        return None
    seconds: float = int(fraction) / 10.0 ** len(fraction)
    return (day - datetime(1970, 1, 1)).total_seconds() + seconds


def _played(moments: Sequence[float]) -> tuple[float, ...]:
    """Return moments from 0 on, with pauses shortened; () where they do not rise."""
    starts = [0.0]
    for before, after in pairwise(moments):
        gap = after - before
        if not math.isfinite(gap) or gap < SHORTEST_GAP_S:
            return ()
        starts.append(starts[-1] + min(gap, LONGEST_GAP_S))
    return tuple(starts)
