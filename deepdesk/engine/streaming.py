"""Answers to what still comes in, for tasks whose pieces have nothing to do with each other."""

from __future__ import annotations

from typing import Any

from deepdesk.core.payloads import Payload
from deepdesk.core.task import Task
from deepdesk.core.work import StopToken


class PieceByPiece:
    """A `Stream` that answers each piece by itself, such as the pictures of a camera.

    Args:
        task: Answers.
        model: In evaluation mode, on its device.
    """

    def __init__(self, task: Task, model: Any) -> None:
        self._task = task
        self._model = model

    def take(self, piece: Payload) -> Payload | None:
        """Return the final answer to a piece."""
        answers = list(self._task.predict(self._model, piece, StopToken()))
        return answers[-1] if answers else None

    def finish(self) -> Payload | None:
        """Return nothing: every piece has its answer."""
        return None
