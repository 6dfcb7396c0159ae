"""`python -m deepdesk.ui.set_up [OPTIONS OF THE LAUNCHER] [ARGUMENTS OF THE PROGRAM]`."""

from __future__ import annotations

import sys

from deepdesk.core.errors import DeepDeskError
from deepdesk.ui.set_up.start import main


def run() -> int:
    """Open the window, and tell what it cannot open for where somebody may read it."""
    try:
        return main(sys.argv[1:])
    except DeepDeskError as error:
        if sys.stderr is not None:
            sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(run())
