"""Class names: what is legal, and in which order new ones come."""

from __future__ import annotations

import re
import unicodedata

from deepdesk.core.errors import ConfigError

MAX_CHARACTERS = 200


def legal_name(name: str) -> str:
    """Return a name that a person typed, without spaces around it.

    Raises:
        ConfigError: It is empty, too long or has characters that cannot be shown.
    """
    name = unicodedata.normalize("NFC", name).strip()
    if not name:
        raise ConfigError("name", "The class has no name.", "Type one.")
    if len(name) > MAX_CHARACTERS:
        raise ConfigError(
            "name", f"The name has {len(name)} characters.", f"At most {MAX_CHARACTERS} fit."
        )
    if name != tidy_name(name):
        raise ConfigError(
            "name", "The name has characters that cannot be shown.", "Type it again by hand."
        )
    return name


def tidy_name(name: str) -> str:
    """Return a name that a source gave, made legal; "" stands for no class."""
    kept = "".join(c if _is_shown(c) else " " for c in unicodedata.normalize("NFC", name))
    return kept.strip()[:MAX_CHARACTERS].strip()


def _is_shown(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")


def natural_key(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts "class 9" before "class 10"."""
    parts = re.split(r"([0-9]+)", name.casefold())
    return [(int(p), "") if p.isdecimal() and len(p) < 19 else (-1, p) for p in parts]
