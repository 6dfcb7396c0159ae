"""Starts DeepDesk, or sets it up, straight out of the wheel beside this file."""

import sys
from pathlib import Path


def leave(sentence: str) -> None:
    """Say what is wrong and leave with status 1."""
    if sys.stderr is None:
        # A program without a console on Windows: a box is the only place to say something.
        import ctypes

        box = getattr(ctypes, "windll").user32.MessageBoxW  # noqa: B009 - Windows alone has it
        box(None, sentence, "DeepDesk", 0x10)
    sys.exit(sentence)


def leave_for(_kind: object, error: object, _trace: object) -> None:
    """Leave for an error that nothing else answered for."""
    leave(f"DeepDesk cannot start: {error}. Install DeepDesk again.")


if sys.version_info < (3, 11):  # noqa: UP036 - whichever Python the system has may run this
    leave("DeepDesk needs Python 3.11 or newer.")
wheels = sorted(Path(__file__).resolve().parent.glob("deepdesk-*.whl"))
if not wheels:
    leave("DeepDesk's wheel is missing. Install DeepDesk again.")
if sys.stderr is None:
    sys.excepthook = leave_for
# In front of all: a folder called deepdesk beside the person is not what is meant.
sys.path.insert(0, str(wheels[-1]))

from deepdesk.launcher.__main__ import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
