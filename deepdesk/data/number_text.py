"""Numbers as one line that people read and write: `steering: -0.25; speed [km/h]: 30`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deepdesk.core.errors import ConfigError
from deepdesk.core.payloads import Number
from deepdesk.data.csv_source import MAX_LABEL_LENGTH
from deepdesk.data.number_tables import MOST_NUMBERS, number_of

_EXAMPLE = "Write it like this: steering: -0.25; speed [km/h]: 30."


def written(target: Any) -> str:
    """Return numbers by header as a line, "" for what is none."""
    if not isinstance(target, Mapping):
        return ""
    return "; ".join(
        f"{header}: {value:.10g}"
        for header, value in target.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    )


def read(line: str) -> dict[str, float]:
    """Return the numbers by header that `written` was given, {} for an empty line.

    Raises:
        ConfigError: It is no such line.
    """
    found: dict[str, float] = {}
    for part in line.replace("\n", ";").split(";"):
        if not part.strip():
            continue
        header, colon, text = part.rpartition(":")
        header = header.strip()[:MAX_LABEL_LENGTH]
        value = number_of(text.strip(), has_comma=True)
        if not colon or not header:
            raise ConfigError("target", f'"{part.strip()[:40]}" has no name.', _EXAMPLE)
        if value is None:
            raise ConfigError("target", f'"{text.strip()[:40]}" is no number.', _EXAMPLE)
        found[header] = value
    if len(found) > MOST_NUMBERS:
        raise ConfigError("target", f"At most {MOST_NUMBERS} numbers fit.", _EXAMPLE)
    return found


def written_answer(answer: Number) -> str:
    """Return an answer as the line of a truth, with four digits."""
    return written(
        {
            f"{name} [{unit}]" if unit else name: float(f"{value:.4g}")
            for name, (value, unit) in answer.values.items()
        }
    )
