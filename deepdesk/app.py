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
    project = _project_at(Path(rest[0])) if len(rest) == 1 else None
    if rest and project is None:
        return None
    return Options(
        project=project,
        safe_mode="--safe-mode" in flags,
        reset="--reset" in flags,
    )


def _project_at(path: Path) -> Path | None:
    """Return the project folder that a path means: the folder, or one of the files that open it.

    A whole path of something else is what a file manager gives: the window says what is wrong with
    it, as nobody would see the terminal.
    """
    is_inside = path.name == "project.json" or path.suffix == ".deepdesk"
    folder = path.parent if is_inside and path.is_file() else path
    if (folder / "project.json").is_file() or (path.is_absolute() and path.exists()):
        return folder.absolute()
    return None


def main(options: Options) -> int:
    """Open the window and return the exit status once it is closed.

    Where a package does not load that even the window needs, the launcher is asked to repair it.

    Raises:
        Exception: A mistake of ours; who clicked an icon was told.
    """
    try:
        return _open(options)
    except Exception as error:
        from deepdesk.core.packages import broken_package
        from deepdesk.ui.installed import show_unread, tell_broken

        broken = broken_package(error)
        if broken is not None:
            return tell_broken(broken)
        words = f"DeepDesk met a fault of its own and could not open its window: {error!r}."
        show_unread("\n".join([words, *getattr(error, "__notes__", ())]))
        raise


def _open(options: Options) -> int:
    from deepdesk.ui.before_qt import load_torch_libraries, quiet_import_hook

    missing = load_torch_libraries()
    if options.safe_mode:
        from deepdesk.ui.installed import hide_devices

        hide_devices()
    from PySide6.QtWidgets import QApplication

    if sys.platform == "win32":
        from deepdesk.launcher.windows import give_name_to_taskbar

        give_name_to_taskbar()
    application = _application_class(QApplication)(sys.argv[:1])
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


def _application_class(usual: type[QApplication]) -> type[QApplication]:
    if sys.platform != "darwin":
        return usual
    from deepdesk.ui.opened_files import Application

    return Application


def _tell_and_quit(application: QApplication) -> None:
    from PySide6.QtCore import QTimer

    painted_s = time.time()

    def clickable() -> None:
        sys.stdout.write(f"painted {painted_s:.6f}\nclickable {time.time():.6f}\n")
        sys.stdout.flush()
        application.quit()

    QTimer.singleShot(0, application, clickable)
