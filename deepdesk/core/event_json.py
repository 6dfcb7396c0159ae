"""Events out of the JSON of another process: a closed table of them, and each is checked."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from deepdesk.core import events
from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import snake_name


def event_from_json(values: Any) -> Any:
    """Return the event that `event_to_json` told of, None for anything else.

    Numbers that JSON cannot hold came as null and are NaN again.
    """
    if not isinstance(values, dict) or not isinstance(values.get("event"), str):
        return None
    kind = _EVENTS.get(values["event"])
    if kind is None:
        return None
    try:
        return _built(kind, {key: value for key, value in values.items() if key != "event"})
    except (TypeError, ValueError):
        return None


def _built(kind: type[Any], values: Any) -> Any:
    if not isinstance(values, dict):
        raise TypeError(kind.__name__)
    hints = _HINTS.get(kind) or _HINTS.setdefault(kind, get_type_hints(kind))
    return kind(**{key: _read(hints.get(key), value) for key, value in values.items()})


def _read(hint: Any, value: Any) -> Any:
    """Return a value from JSON as what a field's hint asks for.

    Raises:
        TypeError: It is something else.
    """
    if hint is Any:
        return value
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _built(hint, value)
    read = _READERS.get(get_origin(hint) or hint)
    if read is None:
        raise TypeError(str(hint))
    return read(get_args(hint), value)


def _plain_value(kind: type[Any]) -> Callable[[tuple[Any, ...], Any], Any]:
    def read(_parts: tuple[Any, ...], value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(kind.__name__)
        return value

    return read


def _number(_parts: tuple[Any, ...], value: Any) -> float:
    if value is None:
        return math.nan
    if type(value) not in (int, float):
        raise TypeError("float")
    return float(value)


def _tuple(parts: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise TypeError("tuple")
    hints = parts[:1] * len(value) if parts[-1] is Ellipsis else parts
    return tuple(_read(hint, part) for hint, part in zip(hints, value, strict=True))


def _mapping(parts: tuple[Any, ...], value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("Mapping")
    return {key: _read(parts[1], part) for key, part in value.items()}


def _either(parts: tuple[Any, ...], value: Any) -> Any:
    if value is None:
        return None
    return _read(next(part for part in parts if part is not type(None)), value)


def _error(_parts: tuple[Any, ...], value: Any) -> DeepDeskError:
    told = value if isinstance(value, dict) else {}
    message, hint = told.get("message"), told.get("hint")
    if not isinstance(message, str) or not isinstance(hint, str):
        raise TypeError("error")
    return DeepDeskError(message, hint)


_READERS: dict[Any, Callable[[tuple[Any, ...], Any], Any]] = {
    str: _plain_value(str),
    int: _plain_value(int),
    bool: _plain_value(bool),
    float: _number,
    tuple: _tuple,
    Mapping: _mapping,
    UnionType: _either,
    Union: _either,
    DeepDeskError: _error,
}
_HINTS: dict[type[Any], dict[str, Any]] = {}
# All that work may tell, and nothing else.
_EVENTS: dict[str, type[Any]] = {
    snake_name(name): kind
    for name, kind in vars(events).items()
    if isinstance(kind, type)
    and kind.__module__ == events.__name__
    and dataclasses.is_dataclass(kind)
}
