"""What was chosen, on disk: in the run's folder, and for this machine. Without torch."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deepdesk.core.errors import ProjectError, StorageError
from deepdesk.core.events import Candidate, Choice, Choices, Limit
from deepdesk.engine.forecast import machine
from deepdesk.project.safe_write import read_json, write_json

FILE = "choices.json"
_CACHE = "choices"
_LIMIT_BYTES = 256 << 10
_MOST_KEPT = 400
_HOWS = ("measured", "kept", "pinned", "usual")
_MOST_ROWS, _MOST_WAYS, _LONGEST_TEXT = 32, 64, 400


def keep_choices(folder: Path, choices: Choices) -> None:
    """Write what was chosen into a run's folder.

    Raises:
        StorageError: It cannot be written.
    """
    write_json(folder / FILE, choices_to_json(choices))


def kept_choices(folder: Path) -> Choices | None:
    """Return what was chosen for a run, None where nothing legal is kept."""
    try:
        return choices_from_json(read_json(folder / FILE, limit_bytes=_LIMIT_BYTES))
    except (ProjectError, StorageError, KeyError, TypeError, ValueError):
        return None


def recall(device: str, place: str) -> Mapping[str, Any] | None:
    """Return what was kept of this machine under a name, None if nothing was."""
    found = (machine.kept(_CACHE, device) or {}).get(place)
    return found if isinstance(found, dict) else None


def remember(device: str, place: str, record: Mapping[str, Any]) -> None:
    """Keep a JSON-ready record of this machine under a name; the oldest make room."""
    known = dict(machine.kept(_CACHE, device) or {})
    known.pop(place, None)
    known[place] = dict(record)
    machine.keep(_CACHE, device, dict(list(known.items())[-_MOST_KEPT:]))


def forget(device: str, place: str) -> None:
    """Let the next run measure again what was kept under a name."""
    known = dict(machine.kept(_CACHE, device) or {})
    if known.pop(place, None) is not None:
        machine.keep(_CACHE, device, known)


def choices_to_json(choices: Choices) -> dict[str, Any]:
    """Return choices as a JSON-ready object."""
    return dataclasses.asdict(choices)


def choices_from_json(saved: Any) -> Choices:
    """Return checked choices.

    Raises:
        KeyError: Something is missing.
        TypeError: Something is of another kind.
        ValueError: Something is not legal.
    """
    rows = tuple(_choice(row) for row in _list(saved["rows"], _MOST_ROWS))
    return Choices(
        rows=rows,
        place=_text(saved["place"]),
        device=_text(saved["device"]),
        limit=None if saved["limit"] is None else _limit(saved["limit"]),
    )


def _limit(saved: Any) -> Limit:
    floors = tuple((_text(what), _number(s)) for what, s in _list(saved["floors"], _MOST_ROWS))
    batch = saved["batch"]
    if not floors or type(batch) is not int or batch < 1:
        raise ValueError("limit")
    return Limit(floors=floors, batch=batch, lever=_text(saved["lever"]))


def _choice(saved: Any) -> Choice:
    if saved["how"] not in _HOWS:
        raise ValueError("how")
    return Choice(
        what=_text(saved["what"]),
        chosen=_text(saved["chosen"]),
        key=_text(saved["key"]),
        gain=_number(saved["gain"]),
        how=saved["how"],
        candidates=tuple(_candidate(way) for way in _list(saved["candidates"], _MOST_WAYS)),
        note=_text(saved["note"]),
    )


def _candidate(saved: Any) -> Candidate:
    value = saved["value"]
    if type(value) not in (str, int):
        raise TypeError("value")
    return Candidate(
        value=_text(value) if isinstance(value, str) else value,
        words=_text(saved["words"]),
        gain=_number(saved["gain"]),
        why=_text(saved["why"]),
        is_possible=saved["is_possible"] is True,
    )


def _list(value: Any, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise TypeError("list")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise TypeError("text")
    return value


def _number(value: Any) -> float:
    with contextlib.suppress(OverflowError):
        if type(value) in (int, float) and 0 <= value < 1e9:
            return float(value)
    raise ValueError("number")
