"""The very first window, before there is Qt: it makes room for the set-up window, or stands in.

Tk where Python brings it, what the desktop brings where not, words in the terminal at the last.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.work import Work
from deepdesk.launcher import desktop_face, offering, set_up_log, terminal_face, tk_face
from deepdesk.launcher.asked import Asked
from deepdesk.launcher.environments import current
from deepdesk.launcher.installing import install_work, window_python, window_work
from deepdesk.launcher.outcome import Outcome
from deepdesk.launcher.places import Places, python_of
from deepdesk.launcher.processes import clean_environment
from deepdesk.launcher.starting import become, start_program

FAILED, CANCELLED = 1, 130
_CHECK_LIMIT_S = 30.0
# What a system lacks for windows shows only when one is opened, and ends the process then.
_CHECK = "from PySide6.QtWidgets import QApplication; QApplication(['deepdesk'])"


class Face(Protocol):
    """Whatever can follow a work."""

    def follow(self, work: Work) -> Outcome:
        """Run work to its end and return how it came out."""


def open_set_up(places: Places, asked: Asked) -> int:
    """Make the set-up window's small environment where needed, then become the set-up window.

    Where its window cannot open, this one goes on to the end and then becomes the program.

    Raises:
        DeepDeskError: The payload is incomplete, or the folder cannot be written.
    """
    python = window_python(places)
    if python is None:
        outcome = first_face().follow(window_work(places, wheels=asked.wheels))
        if not outcome.is_good:
            return _without(places, asked, outcome)
        python = Path(outcome.result)
    reason = why_no_window(python)
    if not reason:
        # Started without a console on Windows, the window must not bring one along.
        python = python_of(places.window, windowed=sys.stdout is None)
        return become(places, [str(python), "-m", "deepdesk.ui.set_up", *options_of(asked)])
    set_up_log.note(places, f"The set-up window cannot open: {reason}")
    return _go_on_here(places, asked)


def options_of(asked: Asked) -> list[str]:
    """Return what the set-up window is told."""
    options = ["--repair"] if asked.command == "repair" else []
    options += ["--wheels", str(asked.wheels)] if asked.wheels is not None else []
    options += ["--backend", asked.backend] if asked.backend else []
    return [*options, "--", *asked.arguments]


def why_no_window(python: Path) -> str:
    """Return why Qt cannot open windows in an environment, "" where it can."""
    try:
        done = subprocess.run(
            [str(python), "-P", "-c", _CHECK],
            env=clean_environment(),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_CHECK_LIMIT_S,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    lines = done.stderr.strip().splitlines()
    return "" if done.returncode == 0 else lines[-1] if lines else f"status {done.returncode}"


def first_face() -> Face:
    """Return the best window that this machine can show without anything fetched."""
    faces: tuple[Callable[[], Face], ...] = (tk_face.TkFace, desktop_face.ZenityFace)
    for face in faces:
        # Each says in its own way that it cannot: a missing module, library, display or program.
        with contextlib.suppress(Exception):
            return face()
    desktop_face.notify("DeepDesk is getting ready. Its window opens in a moment.")
    return terminal_face.TerminalFace(out=sys.stderr)


def show_message(text: str) -> None:
    """Show a sentence to somebody who reads no terminal; where nothing can show it, do nothing."""
    for show in (tk_face.show, desktop_face.show):
        with contextlib.suppress(Exception):
            show(text)
            return


def agrees(lines: Sequence[str]) -> bool:
    """Show an offer and return whether the person takes it; False where nobody can be asked."""
    for ask in (tk_face.ask, desktop_face.ask):
        with contextlib.suppress(Exception):
            return ask("\n".join(lines))
    if sys.stdin is None or not sys.stdin.isatty():
        show_message("DeepDesk is not set up yet. Type in a terminal: deepdesk --set-up")
        return False
    face = terminal_face.TerminalFace(out=sys.stderr)
    for line in lines:
        face.say(line)
    return terminal_face.agreed(face)


def _go_on_here(places: Places, asked: Asked) -> int:
    fetches = offering.ways(places, asked.backend)
    if not agrees(offering.offer_lines(fetches, places, asked.wheels)):
        return CANCELLED
    is_repair = asked.command == "repair"
    choices = offering.no_larger(fetches)
    work = install_work(places, choices, wheels=asked.wheels, is_repair=is_repair)
    outcome = first_face().follow(work)
    if not outcome.is_good:
        return _without(places, asked, outcome)
    return start_program(places, asked.arguments)


def _without(places: Places, asked: Asked, outcome: Outcome) -> int:
    """Start the version that is there where an update did not come about."""
    if outcome.is_cancelled:
        return CANCELLED
    if asked.command == "repair" or current(places) is None:
        return FAILED
    with contextlib.suppress(DeepDeskError):
        return start_program(places, asked.arguments)
    return FAILED
