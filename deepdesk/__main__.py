"""No arguments, or a project: the window. Anything else: the terminal."""

from __future__ import annotations

import multiprocessing
import os
import sys


def main() -> int:
    """Start the face that the arguments ask for, and return the exit status."""
    multiprocessing.freeze_support()
    # Waiting OpenMP threads that spin would take the cores from the window.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        from deepdesk import __version__

        sys.stdout.write(f"{__version__}\n")
        return 0
    from deepdesk.app import options_of

    options = options_of(arguments)
    if options is None:
        from deepdesk.cli import main as run_command

        return run_command(arguments)
    from deepdesk.app import main as open_window

    return open_window(options)


if __name__ == "__main__":
    sys.exit(main())
