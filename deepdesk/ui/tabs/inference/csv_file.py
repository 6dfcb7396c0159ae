"""A table of answers as a CSV file. No Qt."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path

from deepdesk.core.events import Progress, Result
from deepdesk.core.spreadsheet import harmless_or_number
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.project.safe_write import write_bytes
from deepdesk.ui.tabs.inference.questions import Row

HEADS = ("file", "answer", "sure", "ms", "error")
_STEP = 5000


def saving_csv(rows: Sequence[Row], path: Path) -> Work:
    """Return work that writes `rows` to `path`; its `Result` is the number of rows."""

    def work(emit: EventSink, stop: StopToken) -> None:
        target = io.StringIO(newline="")
        writer = csv.writer(target)
        writer.writerow(HEADS)
        for start in range(0, len(rows), _STEP):
            stop.check()
            emit(Progress(what="Saving the table", done=start, total=len(rows)))
            writer.writerows(map(cells_of, rows[start : start + _STEP]))
        # The mark makes Excel read UTF-8; names that are no valid Unicode get a question mark.
        write_bytes(path, target.getvalue().encode("utf-8-sig", errors="replace"))
        emit(Result(value=len(rows)))

    return work


def cells_of(row: Row) -> tuple[str, ...]:
    """Return a row as cells: sure from 0 to 1, empty where there is no number."""
    return (
        harmless_or_number(row.path),
        harmless_or_number(row.answer),
        "" if math.isnan(row.score) else f"{row.score:.4f}",
        "" if math.isnan(row.milliseconds) else f"{row.milliseconds:.2f}",
        harmless_or_number(row.error),
    )
