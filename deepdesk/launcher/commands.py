"""What the launcher does for each thing that it can be asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from deepdesk.core.errors import DeepDeskError
from deepdesk.launcher.asked import START, Asked
from deepdesk.launcher.environments import current, is_up_to_date, roll_back
from deepdesk.launcher.places import Places, places
from deepdesk.launcher.starting import asks_for_window, has_display, start_program

DONE, FAILED, CANCELLED = 0, 1, 130


def start(asked: Asked) -> int:
    """Start the program, after setting it up where that is needed."""
    here = places()
    # Who names a graphics card or a folder wants that, also where something is set up already.
    used = current(here)
    in_use = used.backend if used else ""
    is_particular = asked.backend not in ("", in_use) or asked.wheels is not None
    if is_up_to_date(here) and not is_particular:
        return start_program(here, asked.arguments)
    if is_for_window(asked):
        return _set_up_in_window(here, asked)
    is_asked = sys.stdin is not None and sys.stdin.isatty()
    if not is_asked:
        # A script must neither fetch gigabytes unasked nor stand still for a question.
        if used is None or is_particular:
            what = "That" if is_particular else "DeepDesk"
            raise DeepDeskError(f"{what} is not set up yet.", "Type: deepdesk --set-up")
        _say("An update lies ready: type deepdesk --set-up to take it.")
        return start_program(here, asked.arguments)
    code = _set_up_in_terminal(here, asked, is_asked=True)
    if code != DONE and current(here) is None:
        return code
    if code != DONE:
        _say("Going on with the version that was there.")
    return start_program(here, asked.arguments)


def set_up(asked: Asked) -> int:
    """Set up or update now, without a question and without starting the program."""
    here = places()
    return _set_up_in_terminal(here, asked, is_asked=False)


def repair(asked: Asked) -> int:
    """Make the environment anew; with a window, or with something to do, start the program."""
    here = places()
    if is_for_window(asked):
        return _set_up_in_window(here, asked)
    code = _set_up_in_terminal(here, asked, is_asked=False)
    return start_program(here, asked.arguments) if code == DONE and asked.arguments else code


def rollback(_asked: Asked) -> int:
    """Go back to the environment from before the last update."""
    ready = roll_back(places())
    _say(f"DeepDesk {ready.version} ({ready.backend}) of {ready.when} is in use again.")
    return DONE


def status(_asked: Asked) -> int:
    """Say which environment is in use, why, and what else there is."""
    from deepdesk.launcher.status import status_lines

    text = "\n".join(status_lines(places()))
    if sys.stdout is None:
        # Started on Windows without a console.
        from deepdesk.launcher.first_window import show_message

        show_message(text)
    else:
        sys.stdout.write(f"{text}\n")
    return DONE


def remove(_asked: Asked) -> int:
    """Delete everything that was set up; projects and preferences stay."""
    from deepdesk.launcher.removing import remove_runtime

    for line in remove_runtime(places()):
        _say(line)
    return DONE


COMMANDS: Mapping[str, Callable[[Asked], int]] = {
    START: start,
    "set-up": set_up,
    "repair": repair,
    "rollback": rollback,
    "status": status,
    "remove": remove,
}


def is_for_window(asked: Asked) -> bool:
    """Return whether somebody who clicks waits for a window: nobody reads a terminal then."""
    if asked.command not in (START, "repair"):
        return False
    return not asked.is_terminal and has_display() and asks_for_window(asked.arguments)


def _set_up_in_window(here: Places, asked: Asked) -> int:
    from deepdesk.launcher.first_window import open_set_up

    return open_set_up(here, asked)


def _set_up_in_terminal(here: Places, asked: Asked, *, is_asked: bool) -> int:
    from deepdesk.launcher import offering, terminal_face
    from deepdesk.launcher.installing import install_work

    face = terminal_face.TerminalFace(out=sys.stderr)
    fetches = offering.ways(here, asked.backend)
    for line in offering.offer_lines(fetches, here, asked.wheels):
        face.say(line)
    choices = [fetch.choice for fetch in fetches]
    if is_asked:
        if not terminal_face.agreed(face):
            return CANCELLED
        choices = offering.no_larger(fetches)
    is_repair = asked.command == "repair"
    outcome = face.follow(install_work(here, choices, wheels=asked.wheels, is_repair=is_repair))
    if outcome.is_good:
        return DONE
    larger = [fetch.choice for fetch in fetches if fetch.choice not in choices]
    if larger and not outcome.is_cancelled:
        face.say(f"There is also: {larger[0].title}. Type: deepdesk --backend {larger[0].backend}")
    return CANCELLED if outcome.is_cancelled else FAILED


def _say(text: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"{text}\n")
