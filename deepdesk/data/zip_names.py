"""Which names in an archive may become files, the same on every operating system."""

from __future__ import annotations

import re
import unicodedata

MAX_PART_BYTES = 240
MAX_PATH_BYTES = 1000
MAX_PARTS = 40
_ILLEGAL = re.compile(r'[\x00-\x1f<>:"|?*\x7f]')
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"]
)


class Names:
    """The names of one archive so far; each new one is judged on its own and against them."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: dict[str, str] = {}

    def judged(self, name: str, *, is_folder: bool) -> tuple[str, ...]:
        """Return the parts of a name that is safe to write.

        Raises:
            ValueError: It is not; the message is the reason in words.
        """
        parts = _parts(name)
        for end in range(1, len(parts) + (1 if is_folder else 0)):
            self._add_folder("/".join(parts[:end]))
        if not is_folder:
            self._add_file("/".join(parts))
        return parts

    def _add_folder(self, path: str) -> None:
        key = _key(path)
        if key in self._files:
            raise ValueError(f'"{_short(path)}" is a file and a folder at once')
        if self._folders.setdefault(key, path) != path:
            raise ValueError(f'two names differ only in the writing of "{_short(path)}"')

    def _add_file(self, path: str) -> None:
        key = _key(path)
        if key in self._folders:
            raise ValueError(f'"{_short(path)}" is a file and a folder at once')
        if key in self._files:
            raise ValueError(f'"{_short(path)}" is there twice, or in capitals too')
        self._files.add(key)


def _key(path: str) -> str:
    # Windows and macOS take these for one name.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _parts(name: str) -> tuple[str, ...]:
    path = name.replace("\\", "/")
    if path.startswith("/"):
        raise ValueError(f'the name "{_short(name)}" leads to another place on the disk')
    parts = tuple(part for part in path.split("/") if part not in ("", "."))
    if not parts or len(parts) > MAX_PARTS or len(_bytes(path)) > MAX_PATH_BYTES:
        raise ValueError(f'the name "{_short(name)}" is empty or too long')
    for part in parts:
        _check_part(part, name)
    return parts


def _check_part(part: str, name: str) -> None:
    if part == "..":
        raise ValueError(f'the name "{_short(name)}" leads out of the folder')
    if _ILLEGAL.search(part):
        raise ValueError(f'the name "{_short(name)}" has a character that Windows refuses')
    if part[-1] in ". ":
        raise ValueError(f'the name "{_short(name)}" has a part ending in a dot or a space')
    if part.partition(".")[0].rstrip().casefold() in _RESERVED:
        raise ValueError(f'the name "{_short(name)}" is reserved by Windows')
    if len(_bytes(part)) > MAX_PART_BYTES:
        raise ValueError(f'the name "{_short(name)}" is too long')


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _short(name: str) -> str:
    printable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)
    return printable if len(printable) <= 60 else printable[:57] + "..."
