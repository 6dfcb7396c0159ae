"""Targets as they are stored: JSON with a checksum behind."""

from __future__ import annotations

import json
import re
import zlib
from typing import Any

from deepdesk.project.index.sqlite_errors import DamagedIndexError

# A JSON text never ends like this: what has a "#" in it ends in a quotation mark or bracket.
_SEAL = re.compile(r"#([0-9a-f]{8})\Z")


def target_value(text: Any) -> Any:
    """Return a stored target, None if there is none.

    Raises:
        DamagedIndexError: It is not JSON.
    """
    if text is None:
        return None
    try:
        return json.loads(unsealed(text))
    except (ValueError, TypeError, RecursionError) as error:
        raise DamagedIndexError("The list of samples is damaged.") from error


def sealed(text: str) -> str:
    """Return the JSON of a target with its checksum behind."""
    return f"{text}#{zlib.crc32(text.encode()):08x}"


def unsealed(text: Any) -> Any:
    """Return what `sealed` was given, or a text of an earlier version, which has no checksum.

    Raises:
        ValueError: The text is not what was written.
    """
    match = _SEAL.search(text)
    if match is None:
        return text
    plain = text[: match.start()]
    if f"{zlib.crc32(plain.encode()):08x}" != match[1]:
        raise ValueError("checksum")
    return plain


def stored(target: Any) -> str:
    """Return a target as it is stored.

    Raises:
        TypeError: It is not JSON-ready.
        ValueError: The same, or it has a number that is not finite.
    """
    return sealed(json.dumps(target, allow_nan=False))


def target_has(text: Any, wanted: str) -> bool:
    """Return whether a stored target is a text with `wanted` in it, in any case."""
    try:
        value = json.loads(unsealed(text))
    except (ValueError, TypeError, RecursionError):
        return False
    return isinstance(value, str) and wanted.casefold() in value.casefold()
