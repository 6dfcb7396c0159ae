"""Numbers as people read them: few digits, a unit behind a thin space."""

from __future__ import annotations

import math
from collections.abc import Callable

THIN = "\N{NARROW NO-BREAK SPACE}"
_BYTE_STEPS = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def value_text(value: float, unit: str = "") -> str:
    """Return a value with its unit; a "%" value is a share from 0 to 1."""
    if not math.isfinite(value):
        return "not a number"
    return _WRITERS.get(unit, _plain)(value, unit)


def tick_text(value: float, unit: str, spacing: float) -> str:
    """Return a value on an axis whose ticks are `spacing` apart."""
    if unit == "%":
        return f"{_fixed(100 * value, 100 * spacing)}{THIN}%"
    if unit == "B":
        return _bytes(value, unit)
    if value and not 1e-3 <= abs(value) < 1e5:
        return f"{value:.3g}".replace("e-0", "e-").replace("e+0", "e")
    return _fixed(value, spacing)


def _fixed(value: float, spacing: float) -> str:
    digits = max(0, -math.floor(math.log10(spacing) + 1e-9)) if spacing > 0 else 2
    return f"{value:,.{min(digits, 6)}f}"


def _percent(value: float, _unit: str) -> str:
    return f"{100 * value:.1f}{THIN}%"


def _bytes(value: float, _unit: str) -> str:
    for size, name in _BYTE_STEPS:
        if abs(value) >= size:
            return f"{value / size:.3g}{THIN}{name}"
    return f"{value:.0f}{THIN}B"


def _plain(value: float, unit: str) -> str:
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    text = text.replace("e-0", "e-")
    return f"{text}{THIN}{unit}" if unit else text


_WRITERS: dict[str, Callable[[float, str], str]] = {"%": _percent, "B": _bytes}
