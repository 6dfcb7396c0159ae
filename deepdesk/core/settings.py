"""A setting is one annotated field; everything about it comes from that line.

The form row, its tooltip, the command-line flag, the bounds check, the saved
file and the help page are all made from `settings_of(config_class)`.
"""

from __future__ import annotations

import dataclasses
import math
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from deepdesk.core.errors import ConfigError

ConfigT = TypeVar("ConfigT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """What a person has to know about one setting.

    Attributes:
        label: On the form, a noun.
        help: One or two sentences: what it does, and a sane range.
        unit: Shown behind the value, "" for none.
        low: Smallest legal number, None for no bound.
        high: Largest legal number, None for no bound.
        choices: (value, words) pairs; empty for free values.
        more: Folded under More instead of shown at once.
        scale: "linear" or "log": how an editor steps.
        group: Heading on the help page and the form.
        zero: Word for 0 where that means something of its own, such as "off" or "automatic";
            it is shown in place of the number and may be typed.
        empty: What an empty text means, shown in the empty field.
    """

    label: str
    help: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[tuple[Any, str], ...] = ()
    more: bool = True
    scale: str = "linear"
    group: str = ""
    zero: str = ""
    empty: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One field of a config class together with its knob.

    Attributes:
        kind: The plain type: bool, int, float, str or tuple.
    """

    key: str
    kind: type[Any]
    default: Any
    knob: Knob


def settings_of(config: type[Any]) -> tuple[Setting, ...]:
    """List the settings of a config class in declaration order.

    Raises:
        TypeError: A field carries no `Knob` or has no default.
    """
    if config not in _LISTED:
        hints = get_type_hints(config, include_extras=True)
        fields = dataclasses.fields(config)
        _LISTED[config] = tuple(_setting(field, hints[field.name]) for field in fields)
    return _LISTED[config]


# Reading type hints costs 0.1 ms a class; a graph of 300 blocks asks a thousand times.
_LISTED: weakref.WeakKeyDictionary[type[Any], tuple[Setting, ...]] = weakref.WeakKeyDictionary()


def _setting(field: dataclasses.Field[Any], hint: Any) -> Setting:
    if get_origin(hint) is not Annotated:
        raise TypeError(f"{field.name} must be Annotated with a Knob")
    kind, *extras = get_args(hint)
    knob = next((extra for extra in extras if isinstance(extra, Knob)), None)
    if knob is None or field.default is dataclasses.MISSING:
        raise TypeError(f"{field.name} needs a Knob and a default")
    return Setting(key=field.name, kind=get_origin(kind) or kind, default=field.default, knob=knob)


def check(config: ConfigT) -> ConfigT:
    """Return `config` if every value is legal.

    Raises:
        ConfigError: With the key, the value and what is allowed.
    """
    for setting in settings_of(type(config)):
        _check_value(setting, getattr(config, setting.key))
    return config


def _check_value(setting: Setting, value: Any) -> None:
    knob, key = setting.knob, setting.key
    if not _is_kind(value, setting.kind):
        raise ConfigError(
            key, f"{knob.label} is {value!r}.", f"It has to be {_KIND_WORDS[setting.kind]}."
        )
    if knob.choices:
        allowed = [choice for choice, _words in knob.choices]
        if value not in allowed:
            names = ", ".join(str(choice) for choice in allowed)
            raise ConfigError(key, f"{knob.label} is {value!r}.", f"Choose one of: {names}.")
        return
    if isinstance(value, bool | str | tuple):
        return
    low = -math.inf if knob.low is None else knob.low
    high = math.inf if knob.high is None else knob.high
    if not low <= value <= high:
        raise ConfigError(key, f"{knob.label} is {value}.", f"Allowed is {bounds_text(knob)}.")


_KIND_WORDS: dict[type[Any], str] = {
    bool: "on or off",
    int: "a whole number",
    float: "a number",
    str: "a text",
    tuple: "a list",
}


def _is_kind(value: Any, kind: type[Any]) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, kind)


def bounds_text(knob: Knob) -> str:
    """Return the legal range in words, "" when there is none."""
    unit = f" {knob.unit}" if knob.unit else ""
    if knob.low is not None and knob.high is not None:
        return f"{knob.low:g} to {knob.high:g}{unit}"
    if knob.low is not None:
        return f"{knob.low:g}{unit} or more"
    return "" if knob.high is None else f"at most {knob.high:g}{unit}"


def to_json(config: Any) -> dict[str, Any]:
    """Return every setting of `config` as a JSON-ready object."""
    values = {s.key: getattr(config, s.key) for s in settings_of(type(config))}
    return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}


def from_json(kind: type[ConfigT], values: Mapping[str, Any]) -> ConfigT:
    """Return a checked config from JSON; keys that are left out keep their defaults.

    Raises:
        ConfigError: A key is unknown or a value is not legal.
    """
    known = {s.key: s for s in settings_of(kind)}
    for key in values:
        if key not in known:
            names = ", ".join(sorted(known))
            raise ConfigError(key, f"There is no setting {key!r}.", f"Known are: {names}.")
    parsed = {
        k: tuple(v) if known[k].kind is tuple and isinstance(v, list) else v
        for k, v in values.items()
    }
    return check(kind(**parsed))


def parse(setting: Setting, text: str) -> Any:
    """Return the value that `text` stands for, from a command line or a text field.

    Raises:
        ConfigError: The text is not a legal value.
    """
    word = setting.knob.zero.casefold()
    try:
        is_zero = bool(word) and text.strip().casefold() == word
        value = setting.kind(0) if is_zero else _PARSERS[setting.kind](text.strip())
    except (ValueError, KeyError):
        value = text
    _check_value(setting, value)
    return value


_ON_OFF = {"on": True, "true": True, "yes": True, "1": True}
_ON_OFF |= {"off": False, "false": False, "no": False, "0": False}
_PARSERS: dict[type[Any], Any] = {
    bool: lambda text: _ON_OFF[text.lower()],
    int: int,
    float: float,
    str: str,
    tuple: lambda text: tuple(part.strip() for part in text.split(",") if part.strip()),
}


def value_text(setting: Setting, value: Any) -> str | None:
    """Return the word that a knob has for `value`, None where the value speaks for itself."""
    chosen = [words for choice, words in setting.knob.choices if choice == value]
    if chosen:
        return chosen[0]
    return setting.knob.zero if setting.knob.zero and value == 0 else None


def changed_keys(config: Any, base: Any | None = None) -> tuple[str, ...]:
    """Return the keys whose value differs from `base`, or from the defaults."""
    settings = settings_of(type(config))
    return tuple(
        s.key
        for s in settings
        if getattr(config, s.key) != (s.default if base is None else getattr(base, s.key))
    )
