"""Answers to what still comes in, for tasks whose pieces have nothing to do with each other."""

from __future__ import annotations

from typing import Any

import torch

from deepdesk.core.payloads import Payload
from deepdesk.core.task import Stream, Task
from deepdesk.core.work import StopToken


class PieceByPiece:
    """A `Stream` that answers each piece by itself, such as the pictures of a camera.

    Args:
        task: Answers.
        model: In evaluation mode, on its device.
    """

    window_s = 0.0
    about_s = None

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


class QuietStream:
    """A `Stream` that keeps to one core of the processor and gathers nothing for gradients.

    Small pieces gain little from several cores, and a run that trains beside needs them.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    @property
    def window_s(self) -> float:
        """As of the stream itself, in seconds."""
        return self._stream.window_s

    @property
    def about_s(self) -> tuple[float, float] | None:
        """As of the stream itself, in seconds."""
        return self._stream.about_s

    @torch.no_grad()
    def take(self, piece: Payload) -> Payload | None:
        """Return the answer to a piece."""
        if torch.get_num_threads() != 1:
            torch.set_num_threads(1)
        return self._stream.take(piece)

    @torch.no_grad()
    def finish(self) -> Payload | None:
        """Return the last answer."""
        return self._stream.finish()
