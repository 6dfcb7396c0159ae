"""A checksum inside a JSON object, so that a flipped bit in it is noticed and never believed.

The sum is over the values, not over the text: a file may be laid out anew, but not say something
else. Whoever changes such a file by hand takes the line "checksum" out; without it there is no
sum to compare with.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

KEY = "checksum"
_MARK = re.compile(r"sha256:[0-9a-f]{64}")


def seal(value: Any) -> Any:
    """Return a JSON-ready object with its checksum as the last key; anything else as it is.

    Raises:
        ValueError: It has a key of this name already, or a number that is not finite.
    """
    if not isinstance(value, dict) or not value:
        return value
    if KEY in value:
        raise ValueError(f'the key "{KEY}" is taken')
    # Through JSON and back: the sum is taken over what a reader will find.
    return {**value, KEY: _mark(json.loads(json.dumps(value, allow_nan=False)))}


def unseal(value: Any) -> Any:
    """Return what `seal` was given, or what never had a checksum.

    Raises:
        ValueError: The values are not those that were written.
    """
    if not isinstance(value, dict):
        return value
    mark = value.pop(KEY, None)
    if mark is None:
        # A flipped bit in the key itself would otherwise make this a file without a checksum.
        is_whole = not any(isinstance(v, str) and _MARK.fullmatch(v) for v in value.values())
    else:
        is_whole = mark == _mark(value)
    if not is_whole:
        raise ValueError("its contents do not fit its checksum")
    return value


def _mark(value: dict[str, Any]) -> str:
    text = json.dumps(value, sort_keys=True, allow_nan=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
