"""Starts the program, and sets it up where it is not; `python -m deepdesk.launcher`.

Nothing beyond what a start needs is imported before it is needed: every start passes here.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence

from deepdesk.core.errors import DeepDeskError
from deepdesk.launcher.asked import Asked, asked_of
from deepdesk.launcher.commands import COMMANDS, is_for_window

_WORLD_SAID_NO = 1


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments ask for, and return the exit status.

    Args:
        arguments: Own options first; the rest goes to the program.
    """
    asked = Asked()
    try:
        asked = asked_of(arguments)
        return COMMANDS[asked.command](asked)
    except DeepDeskError as error:
        _tell(str(error), asked)
    except Exception as error:  # noqa: BLE001 - who clicked an icon would see nothing at all
        _note(traceback.format_exc())
        _tell(f"DeepDesk met a fault of its own: {error!r}. The file set-up.log says where.", asked)
    return _WORLD_SAID_NO


def _tell(text: str, asked: Asked) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"{text}\n")
    is_read = sys.stderr is not None and sys.stderr.isatty()
    if is_for_window(asked) and not is_read:
        from deepdesk.launcher.first_window import show_message

        show_message(text)


def _note(text: str) -> None:
    from deepdesk.launcher.places import places
    from deepdesk.launcher.set_up_log import note

    if sys.stderr is not None:
        sys.stderr.write(text)
    try:
        note(places(), text)
    except DeepDeskError:
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
