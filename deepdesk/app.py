"""The window's start: paint first, then everything else.

Nothing heavier than Qt's widgets is imported before the first paint; tests hold this to it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

# "1" prints when the window was painted and when it took the next event, and leaves; "2" lets
# everything that follows the paint begin in between.
QUIT_AFTER_PAINT = "DEEPDESK_QUIT_AFTER_PAINT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to start.

    Attributes:
        project: To open at once, or None for the welcome page.
        safe_mode: Keep no settings and look for no device but the processor.
        reset: Forget where the window was and how it looked.
    """

    project: Path | None = None
    safe_mode: bool = False
    reset: bool = False


def options_of(arguments: Sequence[str]) -> Options | None:
    """Return the options if these arguments ask for the window, None if for the terminal."""
    flags = {argument for argument in arguments if argument in ("--safe-mode", "--reset")}
    rest = [argument for argument in arguments if argument not in flags]
    if len(rest) > 1 or (rest and not _is_project(Path(rest[0]))):
        return None
    return Options(
        project=Path(rest[0]).absolute() if rest else None,
        safe_mode="--safe-mode" in flags,
        reset="--reset" in flags,
    )


def _is_project(path: Path) -> bool:
    return (path / "project.json").is_file()


def main(options: Options) -> int:
    """Open the window and return the exit status once it is closed."""
    from deepdesk.ui.before_qt import load_torch_libraries, quiet_import_hook

    missing = load_torch_libraries()
    if options.safe_mode:
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    from PySide6.QtWidgets import QApplication

    application = QApplication(sys.argv[:1])
    application.setApplicationName("DeepDesk")
    application.setDesktopFileName("deepdesk")
    quiet_import_hook()
    from deepdesk.ui.start_window import StartedWindow

    started = StartedWindow(application, options, missing)
    mode = os.environ.get(QUIT_AFTER_PAINT, "")
    if mode != "1":
        started.painted.connect(lambda _none: started.begin())
    if mode:
        started.painted.connect(lambda _none: _tell_and_quit(application))
    started.show()
    status = application.exec()
    if not started.end():
        # A thread deep in a library cannot be waited for, and Python's way out would pull the
        # interpreter from under it; everything on disk is complete at any instant.
        sys.stdout.flush()
        os._exit(status)
    return status


def _tell_and_quit(application: QApplication) -> None:
    from PySide6.QtCore import QTimer

    painted_s = time.time()

    def clickable() -> None:
        sys.stdout.write(f"painted {painted_s:.6f}\nclickable {time.time():.6f}\n")
        sys.stdout.flush()
        application.quit()

    QTimer.singleShot(0, application, clickable)
