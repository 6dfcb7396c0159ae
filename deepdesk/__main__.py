"""No arguments, or a project: the window. Anything else: the terminal, or a child of either."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import sys

from deepdesk.core.processes import CHILD_OPTION, become_child, give_streams


def main() -> int:
    """Start the face that the arguments ask for, and return the exit status."""
    multiprocessing.freeze_support()
    give_streams()
    # Waiting OpenMP threads that spin would take the cores from the window.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        from deepdesk import __version__

        sys.stdout.write(f"{__version__}\n")
        return 0
    if arguments[:1] == [CHILD_OPTION]:
        _tell_hard_faults()
        return become_child("".join(arguments[1:2]))
    from deepdesk.app import options_of

    options = options_of(arguments)
    if options is None:
        _tell_hard_faults()
        from deepdesk.cli import main as run_command

        return run_command(arguments)
    from deepdesk.app import main as open_window

    return open_window(options)


def _tell_hard_faults() -> None:
    """Let a process that dies say where; the window has a file for that, others their words."""
    try:
        faulthandler.enable()
    except (OSError, RuntimeError, ValueError):
        # There is no standard error that could be written to.
        return


if __name__ == "__main__":
    sys.exit(main())
