"""Which settings of a task may change after training."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """What decides how a trained network's answers are found, and nothing else.

    It may be another after training, without training again.

    Attributes:
        settings: Names of settings of the task.
        learned: What of `DataFacts.learned` follows from them.
    """

    settings: tuple[str, ...]
    learned: tuple[str, ...] = ()
