"""What tasks share whose samples are decoded from their file alone."""

from __future__ import annotations

from pathlib import Path

from deepdesk.core.task import Truth


class FileAlone:
    """The part of a `Task` that says that `decode` reads nothing of the truth."""

    def truth_stamp(self, path: Path, truth: Truth) -> int:
        """Return 0: another truth is no reason to decode a sample anew."""
        del path, truth
        return 0
