"""The words after a block's name, and what they set. No torch."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any

from deepdesk.core.errors import ConfigError, GraphError
from deepdesk.core.settings import Setting, from_json, settings_of
from deepdesk.core.settings import parse as parse_value
from deepdesk.nn.block import shape_text
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.typed_names import LISTS, SHORT, SIDES, STRIDES, TIMES, Name

LETTER = re.compile(r"([a-z])=?(\d{1,9})")
_NUMBER = re.compile(r"[-+]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})(?:e[-+]?\d{1,3})?")
_SIZES = re.compile(r"\d{1,9}(?:[x×*]\d{1,9})+")  # noqa: RUF001 - the sign of the field
_WITH_UNIT = re.compile(r"(\d)(?:px|ms|hz|s)$")
_UNITS = frozenset(
    {"px", "pixel", "pixels", "of", "with", "and", "by", "to", "times", "samples", "%", "ms", "hz"}
)
_OFF = frozenset({"no", "without", "not"})


class Reader:
    """Reads the words after a block's name."""

    def __init__(self, name: Name) -> None:
        self._kind = BLOCKS[name.block]
        self._known = settings_of(self._kind.config)
        self._by_key = {setting.key: setting for setting in self._known}
        self._found: dict[str, Any] = dict(name.preset)
        self._waiting: list[str] = []  # numbers that no word has claimed yet

    def settings(self) -> Mapping[str, Any]:
        """Return what was set, bare numbers last.

        Raises:
            GraphError: There are more numbers than settings, or a value is not legal.
        """
        numbers, self._waiting = self._waiting, []
        if numbers and self._list_setting() is not None:
            self._put_list(numbers)
            numbers = []
        free = [s for s in self._known if s.kind in (int, float) and s.key not in self._found]
        free.sort(key=lambda setting: setting.knob.more)
        for number in numbers:
            if not free:
                raise GraphError(
                    f"{self._kind.title} has nothing left for {number}.", self._hint(), code="word"
                )
            self._put(free.pop(0), number)
        try:
            from_json(self._kind.config, self._found)
        except ConfigError as error:
            raise GraphError(error.message, error.hint, code="setting") from error
        return dict(self._found)

    def read(self, tokens: list[str]) -> None:
        """Take all words.

        Raises:
            GraphError: One of them means nothing.
        """
        at = 0
        while at < len(tokens):
            at += self._take(tokens, at)

    def _take(self, tokens: list[str], at: int) -> int:
        """Take the words at `at`; returns how many they were."""
        token = tokens[at]
        key, equals, value = token.partition("=")
        if equals and self._setting(key) is not None:
            self._put(self._setting(key), value)
            return 1
        if self._is_number(token):
            self._waiting.append(token)
            return 1
        if self._sizes(token) or self._letter(token):
            return 1
        return self._words(tokens, at)

    def _words(self, tokens: list[str], at: int) -> int:
        token = tokens[at]
        follows = tokens[at + 1] if at + 1 < len(tokens) else ""
        if token in _OFF and self._setting(follows) is not None:
            self._switch_off(self._setting(follows))
            return 2
        for count in (3, 2, 1):
            phrase = " ".join(tokens[at : at + count])
            key, equals, value = phrase.partition("=")
            if equals and self._setting(key) is not None:
                self._put(self._setting(key), value)
                return count
            setting = self._setting(phrase)
            if setting is not None and at + count <= len(tokens):
                return count + self._assign(
                    setting, tokens[at + count :], is_plural=token[-1:] == "s"
                )
        if self._choice(token) or token in _UNITS:
            return 1
        raise self._unknown(token)

    def _assign(self, setting: Setting, after: list[str], *, is_plural: bool) -> int:
        """Give a setting named in words its value; returns how many words that took."""
        if setting.kind is bool:
            takes = bool(after) and after[0] in ("on", "off", "yes", "true", "false")
            self._put(setting, after[0] if takes else "on")
            return int(takes)
        if setting.knob.choices:
            if not after:
                raise GraphError(f"{setting.knob.label} has no value.", self._hint(), code="word")
            self._put(setting, after[0])
            return 1
        has_next = bool(after) and self._is_number(after[0])
        if self._waiting and (is_plural or not has_next):
            self._put(setting, self._waiting.pop())
            return 0
        if has_next:
            self._put(setting, after[0])
            return 1
        raise GraphError(f"{setting.knob.label} has no value.", self._hint(), code="word")

    def _switch_off(self, setting: Setting | None) -> None:
        values = [value for value, _words in setting.knob.choices] if setting else []
        self._put(setting, "none" if "none" in values else "off")

    def _choice(self, token: str) -> bool:
        """Set the first free setting that has `token` among its choices."""
        for setting in self._known:
            values = _choices(setting)
            if setting.key not in self._found and token in values:
                self._found[setting.key] = values[token]
                return True
        return False

    def _sizes(self, token: str) -> bool:
        if not _SIZES.fullmatch(token):
            return False
        parts = re.split(r"[x×*]", token)  # noqa: RUF001 - the sign of the field
        if self._list_setting() is not None:
            self._put_list(parts)
        elif {"height", "width"} <= set(self._by_key) and len(parts) == 2:
            self._put(self._by_key["height"], parts[0])
            self._put(self._by_key["width"], parts[1])
        else:
            side = next((key for key in SIDES if key in self._by_key), "")
            if not side or len(set(parts)) > 1:
                raise GraphError(
                    f"{self._kind.title} cannot be {shape_text(tuple(map(int, parts)))}.",
                    "Its sides are equal." if side else self._hint(),
                    code="word",
                )
            self._put(self._by_key[side], parts[0])
        return True

    def _list_setting(self) -> Setting | None:
        """Return the free setting that takes several numbers, None if there is none."""
        free = (s for s in self._known if s.key not in self._found)
        return next((s for s in free if s.kind is tuple or s.key in LISTS), None)

    def _put_list(self, numbers: list[str]) -> None:
        setting = self._list_setting()
        if setting is not None:
            sizes = tuple(int(float(number)) for number in numbers)
            self._found[setting.key] = sizes if setting.kind is tuple else ", ".join(numbers)

    def _letter(self, token: str) -> bool:
        """Take `k5`, `s2`, `/2`, `x3` and `3x`."""
        token = token.replace("×", "x")  # noqa: RUF001 - the sign of the field
        if token[0] == "/":
            keys, value = STRIDES, token[1:]
        elif token[-1] == "x" and token[:-1].isascii() and token[:-1].isdigit():
            keys, value = TIMES, token[:-1]
        else:
            match = LETTER.fullmatch(token)
            if match is None:
                return False
            keys, value = SHORT.get(match[1], ()), match[2]
        key = next((key for key in keys if key in self._by_key), "")
        if not key or not self._is_number(value):
            return False
        self._put(self._by_key[key], value)
        return True

    def _is_number(self, text: str) -> bool:
        return _NUMBER.fullmatch(_bare(text).removesuffix("%")) is not None

    def _put(self, setting: Setting | None, text: str) -> None:
        if setting is None:
            return
        values = _choices(setting)
        try:
            self._found[setting.key] = (
                values[text] if text in values else parse_value(setting, _plain(setting, text))
            )
        except ConfigError as error:
            raise GraphError(error.message, error.hint, code="setting") from error

    def _setting(self, word: str) -> Setting | None:
        """Return the setting with this key or label, one of many or many of one."""
        for form in (word, word.removesuffix("s"), word + "s"):
            for setting in self._known:
                if form and form in (setting.key.replace("_", " "), setting.knob.label.casefold()):
                    return setting
        return self._by_key.get(next((k for k in SHORT.get(word, ()) if k in self._by_key), ""))

    def _hint(self) -> str:
        labels = ", ".join(setting.key.replace("_", " ") for setting in self._known)
        return f"It has: {labels}." if labels else "It has nothing to set."

    def _unknown(self, token: str) -> GraphError:
        words = {s.key.replace("_", " ") for s in self._known}
        words |= {word for s in self._known for word in _choices(s)}
        near = difflib.get_close_matches(token.partition("=")[0], sorted(words), 1)
        return GraphError(
            f"{self._kind.title} has no setting {token[:40]!a}.",
            f"Nearest is {near[0]}." if near else self._hint(),
            code="word",
        )


def _choices(setting: Setting) -> dict[str, Any]:
    """Return words to values of a setting with choices."""
    found: dict[str, Any] = {}
    for value, words in setting.knob.choices:
        for word in (str(value), str(value).replace("_", " "), words):
            found.setdefault(word.casefold(), value)
            found.setdefault(word.casefold().replace(" ", ""), value)
    return found


def _bare(text: str) -> str:
    """Return a number without the unit that is written right behind it."""
    return _WITH_UNIT.sub(r"\1", text)


def _plain(setting: Setting, text: str) -> str:
    """Return a number without its unit; a share in per cent becomes one of 1."""
    bare = _bare(text)
    if bare.endswith("%") and setting.kind is float:
        return str(float(bare[:-1]) / 100)
    if setting.kind is int and re.fullmatch(r"\d{1,15}\.0*", bare):
        return bare.partition(".")[0]
    return bare
