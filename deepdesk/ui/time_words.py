"""How long, and how long still, in words."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

SPACE = "\N{NO-BREAK SPACE}"


def length_text(seconds: float) -> str:
    """Return a length of time in the largest one or two units that matter."""
    if seconds < 1:
        return f"under 1{SPACE}s"
    if seconds < 90:
        return f"{seconds:.0f}{SPACE}s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes}{SPACE}min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours}{SPACE}h {minutes}{SPACE}min"
    days, hours = divmod(hours, 24)
    return f"{days}{SPACE}d {hours}{SPACE}h"


def left_text(seconds: float, now: datetime) -> str:
    """Return the time left and the clock at the end: "2 min left, done 14:32"."""
    if not math.isfinite(seconds) or seconds < 0:
        return ""
    clock = clock_text(now + timedelta(seconds=seconds), now)
    return f"{length_text(seconds)} left, done {clock}"


def clock_text(end: datetime, now: datetime) -> str:
    """Return a moment to come as people say it: "14:32", "Tue 09:10", "03 Dec"."""
    days = (end.date() - now.date()).days
    return f"{end:%H:%M}" if days == 0 else f"{end:%a %H:%M}" if days < 7 else f"{end:%d %b}"
