"""Opens the set-up window, and in the end becomes the program."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from deepdesk.core.errors import DeepDeskError
from deepdesk.launcher import asked as launcher_asked
from deepdesk.ui.set_up.found import Asked

if TYPE_CHECKING:
    from deepdesk.core.work import Work
    from deepdesk.launcher.environments import Ready
    from deepdesk.launcher.places import Places
    from deepdesk.ui.set_up.offer_page import Plan
    from deepdesk.ui.set_up.window import Works

NOT_SET_UP = 130
WHY = "--why="
WHY_LIMIT = 500
# How often Python looks for Ctrl-C while Qt waits.
LOOK_MS = 500
ENDINGS = (signal.SIGINT, signal.SIGTERM)


def asked_of(arguments: Sequence[str]) -> Asked:
    """Return what the window is started for: the launcher's options, then the program's.

    Raises:
        DeepDeskError: An option lacks its value, or names no folder.
    """
    why = arguments[0].removeprefix(WHY) if arguments and arguments[0].startswith(WHY) else ""
    said = launcher_asked.asked_of(arguments[1:] if why else arguments)
    is_change = said.command == "set-up" or bool(said.backend) or said.wheels is not None
    return Asked(
        arguments=said.arguments,
        wheels=said.wheels,
        backend=said.backend,
        is_repair=said.command == "repair",
        is_change=is_change,
        why=why[:WHY_LIMIT],
    )


def main(arguments: Sequence[str]) -> int:
    """Show the window until it is done; then become the program, or return the exit status.

    Raises:
        DeepDeskError: The arguments make no sense.
    """
    from deepdesk.launcher.places import places
    from deepdesk.launcher.starting import start_program

    asked, here = asked_of(arguments), places()
    while True:
        if is_wanted(here, asked) and run_window(works_of(here, asked), asked) is None:
            return NOT_SET_UP
        try:
            return start_program(here, asked.arguments)
        except DeepDeskError as error:
            # Whoever started this by its icon reads no terminal: the window says it.
            asked = replace(asked, is_repair=True, why=str(error))


def is_wanted(here: Places, asked: Asked) -> bool:
    """Return whether there is something for the window to do or to say."""
    from deepdesk.launcher.environments import is_up_to_date

    if asked.is_repair or asked.is_change:
        return True
    try:
        return not is_up_to_date(here)
    except DeepDeskError:
        return True


def run_window(works: Works, asked: Asked) -> Ready | None:
    """Show the window until it is done, and return what is to be started, if anything."""
    from PySide6.QtCore import QEventLoop, QObject, QTimer
    from PySide6.QtWidgets import QApplication

    from deepdesk.ui.set_up.theme_wanted import theme_wanted
    from deepdesk.ui.set_up.window import SetUpWindow
    from deepdesk.ui.theme import apply, icons

    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("DeepDesk")
    application.setDesktopFileName("deepdesk")
    application.setQuitOnLastWindowClosed(False)
    apply(application, theme_wanted())
    application.setWindowIcon(icons.icon("deepdesk", "text", 64))
    window = SetUpWindow(works, asked)
    told: list[Ready | None] = []
    # A loop of its own: the application goes on as the program.
    loop = QEventLoop()

    def finish(ready: Ready | None) -> None:
        told.append(ready)
        loop.quit()

    window.finished.connect(finish)
    session_ends = application.commitDataRequest.connect(lambda _session: window.close())
    handlers = {number: signal.getsignal(number) for number in ENDINGS}
    for number in ENDINGS:
        signal.signal(number, lambda _number, _frame: window.close())
    looks = QTimer(window)
    looks.timeout.connect(lambda: None)
    looks.start(LOOK_MS)
    window.show()
    window.look()
    loop.exec()
    looks.stop()
    window.hide()
    window.deleteLater()
    for number, handler in handlers.items():
        signal.signal(number, handler)
    QObject.disconnect(session_ends)
    return told[0] if told else None


def works_of(here: Places, asked: Asked) -> Works:
    """Return what the window can have done on this machine."""
    from deepdesk.launcher.installing import install_work
    from deepdesk.ui.set_up.found import looking
    from deepdesk.ui.set_up.report import end_of
    from deepdesk.ui.set_up.window import Works

    def installing(plan: Plan) -> Work:
        return install_work(here, plan.choices, wheels=plan.wheels, is_repair=plan.is_repair)

    return Works(
        looking=lambda: looking(here, asked), installing=installing, log=lambda: end_of(here.log)
    )
