"""What the launcher was called for: its own options come first, the rest is the program's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from deepdesk.core.errors import DeepDeskError

START = "start"
_COMMANDS = {
    "--set-up": "set-up",
    "--repair": "repair",
    "--rollback": "rollback",
    "--status": "status",
    "--remove": "remove",
}
_WITH_VALUE = ("--wheels", "--backend")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be done.

    Attributes:
        command: "start", "set-up", "repair", "rollback", "status" or "remove".
        wheels: A folder that everything is taken from, None to fetch.
        backend: What torch is to be chosen for, "" for what fits best.
        is_terminal: Whether everything goes in the terminal, also where there is a display.
        arguments: Of the program.
    """

    command: str = START
    wheels: Path | None = None
    backend: str = ""
    is_terminal: bool = False
    arguments: tuple[str, ...] = ()


def asked_of(arguments: Sequence[str]) -> Asked:
    """Return what arguments ask for.

    Raises:
        DeepDeskError: An option lacks its value, or names no folder.
    """
    asked, left = Asked(), list(arguments)
    while left:
        option, _equals, value = left[0].partition("=")
        if left[0] == "--":
            return replace(asked, arguments=tuple(left[1:]))
        if left[0] in _COMMANDS:
            asked = replace(asked, command=_COMMANDS[left.pop(0)])
        elif left[0] == "--terminal":
            asked = replace(asked, is_terminal=bool(left.pop(0)))
        elif option in _WITH_VALUE:
            left.pop(0)
            if not value and not left:
                raise DeepDeskError(f"{option} needs a value.", "See `man deepdesk`.")
            asked = _with(asked, option, value or left.pop(0))
        else:
            break
    return replace(asked, arguments=tuple(left))


def _with(asked: Asked, option: str, value: str) -> Asked:
    if option == "--backend":
        return replace(asked, backend=value)
    folder = Path(value).expanduser().absolute()
    if not folder.is_dir():
        raise DeepDeskError(f"{folder} is no folder.", "Give the folder that the files lie in.")
    return replace(asked, wheels=folder)
