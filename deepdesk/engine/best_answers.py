"""What the best epoch of a run answered to validation, in the file beside its checkpoints.

The file says of which epoch it is. It is written before the checkpoint of that epoch: what a kill
leaves too new is found anew when the epoch is trained again, what is missing would stay so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from deepdesk.core.answer import Answer
from deepdesk.core.drawn_json import drawn_to_json
from deepdesk.engine.evaluation import Evaluation
from deepdesk.project.full_disk import storage_error
from deepdesk.project.runs import RunFolder
from deepdesk.project.safe_write import write_json

ANSWERS_FILE = "evaluation.json"
# The file may be large; who only wants to know the epoch reads its beginning.
_HEAD_BYTES = 500
# Masks take some kilobytes each; nobody looks through more mistakes.
_MOST_DRAWN = 200
_EPOCH = re.compile(rb'"epoch":\s*(\d{1,9})\b')


class BestAnswers:
    """The answers kept with one run.

    Args:
        run: Its folder.
        sample_ids: Of the validation split, in its order.
    """

    def __init__(self, run: RunFolder, sample_ids: Sequence[int]) -> None:
        self._run = run
        self._path = run.path / ANSWERS_FILE
        self._sample_ids = sample_ids

    def columns(self, evaluation: Evaluation) -> dict[str, Any]:
        """Return what is kept of an evaluation, JSON-ready."""
        rows = evaluation.answers
        errors = [_rounded(row.error) for row in rows]
        has_errors = any(error is not None for error in errors)
        return {
            "ids": [*evaluation.samples] or [*self._sample_ids[: len(rows)]],
            "truth": [row.truth for row in rows],
            "answer": [row.answer for row in rows],
            "score": [_rounded(row.score) for row in rows],
            "right": [row.is_right for row in rows],
            # Where answers are right or wrong and nothing between there is nothing to keep.
            **({"error": errors} if has_errors else {}),
            **_drawn(rows),
        }

    def write(self, columns: Mapping[str, Any], epoch: int) -> None:
        """Keep the answers of an epoch in place of those that were kept.

        Raises:
            StorageError: The disk is full, gone or not writable.
        """
        write_json(self._path, {"epoch": epoch, "predictions": columns})

    def are_of(self, epoch: int) -> bool:
        """Return whether answers are kept, and are those of an epoch."""
        try:
            with self._path.open("rb") as file:
                head = file.read(_HEAD_BYTES)
        except OSError:
            return False
        told = _EPOCH.search(head)
        # Earlier versions did not say of which epoch they are.
        return epoch > 0 and (told is None or int(told[1]) == epoch)

    def drop_unless_of(self, epoch: int) -> None:
        """Forget the answers of another epoch: the run went back behind it.

        Raises:
            StorageError: They cannot be deleted.
        """
        if not self._run.is_mine or self.are_of(epoch):
            return
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise storage_error(error, self._path) from error


def _rounded(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def _drawn(rows: Sequence[Answer]) -> dict[str, Any]:
    """Return what is drawn of the answers that are farthest from right, by their places."""
    drawn = [at for at, row in enumerate(rows) if row.drawn is not None]
    drawn.sort(key=lambda at: -rows[at].error)
    kept = {
        str(at): [drawn_to_json(rows[at].drawn), drawn_to_json(rows[at].drawn_truth)]
        for at in sorted(drawn[:_MOST_DRAWN])
    }
    return {"drawn": kept} if kept else {}
