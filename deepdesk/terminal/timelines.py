"""The events of a recording as a file, asked for on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.payloads import Timeline
from deepdesk.terminal.watch import say

Arguments = argparse.Namespace


def add_timeline(verb: argparse.ArgumentParser) -> None:
    """Add the argument for it."""
    verb.add_argument(
        "--timeline",
        type=Path,
        metavar="FILE",
        help="write the events of one long sound; ends in .csv, .txt (Audacity) or .srt",
    )


class TimelineFile:
    """Writes the one timeline among the answers, where one is asked for.

    Raises:
        DeepDeskError: More than one thing is asked about, or the file's name has no known ending.
    """

    def __init__(self, arguments: Arguments) -> None:
        from deepdesk.data.span_files import check_format

        self._path: Path | None = arguments.timeline
        self._arguments = arguments
        if self._path is None:
            return
        check_format(self._path)
        if len(arguments.paths) != 1 or arguments.paths[0].is_dir():
            raise DeepDeskError("A timeline is of one sound.", "Give one file with --timeline.")

    def take(self, prediction: Any) -> None:
        """Write the answer if it is the final one.

        Raises:
            DeepDeskError: The answer is no timeline.
            StorageError: The file cannot be written.
        """
        from deepdesk.data.span_files import write_spans

        if self._path is None or prediction.error or not prediction.is_final:
            return
        answer = prediction.answer
        if not isinstance(answer, Timeline):
            raise DeepDeskError(
                "The answer is no timeline.", "Only sounds longer than a minute have one."
            )
        write_spans(answer.spans, self._path)
        count = len(answer.spans)
        words = f"Wrote {count:,} {'event' if count == 1 else 'events'} to {self._path}"
        say(self._arguments, {"timeline": str(self._path), "events": count}, words)
