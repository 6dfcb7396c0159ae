"""Large JSON files entry by entry, so that hundreds of megabytes take little memory."""

from __future__ import annotations

import codecs
import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO, Any, NoReturn

from deepdesk.data.label_formats.label_files import check_size
from deepdesk.data.label_formats.reading import BrokenLabelsError
from deepdesk.data.plain_files import check_plain

MOST_STREAMED_BYTES = 1 << 30
MOST_ENTRY_LETTERS = 64 << 20
_BLOCK = 1 << 20
_SPACE = " \t\r\n"


def entries(path: Path, wanted: Collection[str] | None = None) -> Iterator[tuple[str, Any, str]]:
    """Yield (key, value, its text) of what stands in the lists of an object, or in a list.

    Of an object the lists under `wanted` come entry by entry, other values are passed over. Of a
    list all entries come, with the key "". What comes first is the beginning of the file, so
    that whoever stops early reads little.

    Raises:
        BrokenLabelsError: It cannot be read to its end, or is too large.
    """
    try:
        check_plain(path)
        check_size(path, path.stat().st_size, MOST_STREAMED_BYTES)
        with path.open("rb") as file:
            try:
                yield from _Scan(file).run(wanted)
            except RecursionError:
                raise BrokenLabelsError(path, "It is nested too deeply.") from None
            except ValueError as error:
                raise BrokenLabelsError(path, f"It is damaged: {error}.") from error
    except OSError as error:
        reason = f"It cannot be read: {error.strerror or 'the disk says no'}."
        raise BrokenLabelsError(path, reason, "Check its permissions.") from error


def head_of(path: Path, letters: int = 65536) -> str:
    """Return the beginning of a text file, "" where it cannot be read."""
    try:
        check_plain(path)
        with path.open("rb") as file:
            data = file.read(letters)
    except OSError:
        return ""
    return data.decode(_encoding(data), "ignore")


def _encoding(head: bytes) -> str:
    return "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


class _Scan:
    """A window that moves over a file."""

    def __init__(self, file: IO[bytes]) -> None:
        head = file.read(_BLOCK)
        self._file = file
        self._decoder = codecs.getincrementaldecoder(_encoding(head))("replace")
        self._text = self._decoder.decode(head, final=not head)
        self._at = 0
        self._is_end = not head
        self._json = json.JSONDecoder(parse_constant=_not_finite)

    def run(self, wanted: Collection[str] | None) -> Iterator[tuple[str, Any, str]]:
        first = self._next()
        if first == "[":
            yield from self._list("")
        elif first == "{":
            yield from self._object(wanted or ())
        else:
            raise ValueError("it is no JSON object or list")

    def _object(self, wanted: Collection[str]) -> Iterator[tuple[str, Any, str]]:
        self._take("{")
        while self._next() != "}":
            key, _text = self._value()
            self._take(":")
            if key in wanted and self._next() == "[":
                yield from self._list(str(key))
            else:
                self._value()
            if self._next() == ",":
                self._take(",")
            elif self._next() != "}":
                raise ValueError("a comma is missing")

    def _list(self, key: str) -> Iterator[tuple[str, Any, str]]:
        self._take("[")
        while self._next() != "]":
            value, text = self._value()
            yield key, value, text
            if self._next() == ",":
                self._take(",")
            elif self._next() != "]":
                raise ValueError("a comma is missing")
        self._take("]")

    def _value(self) -> tuple[Any, str]:
        self._next()
        while True:
            try:
                value, end = self._json.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if not self._more():
                    raise ValueError(f"it breaks off or is not JSON ({error.msg})") from error
                continue
            # A number may go on in what was not read yet.
            if end < len(self._text) or not self._more():
                text = self._text[self._at : end]
                self._at = end
                return value, text

    def _take(self, sign: str) -> None:
        if self._next() != sign:
            raise ValueError(f'"{sign}" is missing')
        self._at += 1

    def _next(self) -> str:
        """Return the next sign that is no space, and go there."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                raise ValueError("it breaks off")

    def _more(self) -> bool:
        if self._is_end:
            return False
        if len(self._text) - self._at > MOST_ENTRY_LETTERS:
            raise ValueError("one entry is longer than any label")
        # Growing steps: an entry that does not fit is parsed again each time.
        block = self._file.read(max(_BLOCK, len(self._text) - self._at))
        self._is_end = not block
        self._text = self._text[self._at :] + self._decoder.decode(block, final=not block)
        self._at = 0
        return True


def _not_finite(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number that can be used")
