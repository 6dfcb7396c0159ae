"""What a person last chose for recording and for cameras; kept beside the preferences."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from deepdesk.core.errors import DeepDeskError
from deepdesk.project.safe_write import read_json, write_json
from deepdesk.project.user_folder import user_folder

_FILE = "recording.json"
_MOST_CHARACTERS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """Choices that are there again the next time.

    Attributes:
        microphone: Key of the device, "" for the one that the system uses.
        speaker: Name of whoever speaks.
        counts_down: Whether 3, 2, 1 comes before a take.
        in_a_row: Whether takes are kept at once and the next one begins.
        length_s: After which a take ends by itself, 0 for when it is stopped.
        camera: Key of the camera, "" for the one that the system uses.
        mirrors: Whether left and right of its pictures change places.
    """

    microphone: str = ""
    speaker: str = ""
    counts_down: bool = True
    in_a_row: bool = False
    length_s: float = 0.0
    camera: str = ""
    mirrors: bool = False


def load() -> Habits:
    """Return what was kept; what is damaged or of another kind counts as not chosen."""
    try:
        values = read_json(user_folder() / _FILE, limit_bytes=1 << 16)
    except DeepDeskError:
        return Habits()
    usual = Habits()
    legal: dict[str, Any] = {}
    for field in fields(Habits):
        value = values.get(field.name) if isinstance(values, dict) else None
        if type(value) is type(getattr(usual, field.name)):
            legal[field.name] = value[:_MOST_CHARACTERS] if isinstance(value, str) else value
    return Habits(**legal)


def save(habits: Habits) -> None:
    """Keep the choices.

    Raises:
        StorageError: They cannot be written.
    """
    write_json(user_folder() / _FILE, asdict(habits))
