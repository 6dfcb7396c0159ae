"""How far a run is: the part of a checkpoint that is numbers and no tensors."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deepdesk.core.errors import StorageError


@dataclass(slots=True, kw_only=True)
class RunProgress:
    """How far a run is, and how good it was.

    Attributes:
        step: Optimiser steps done.
        epochs_done: Epochs trained and evaluated.
        epochs_without_gain: Since the best one.
        best_epoch: Epochs done when it was best, 0 before the first.
        best_value: Main metric on validation at that time.
        best_loss: Loss on validation at that time.
        best_metrics: All metrics on validation at that time.
        seconds: Spent training.
        rate_scale: Factor on the learning rate, lowered when numbers became infinite.
        parts: Parts of a batch since the memory was full, 0 for as many as the settings say.
        evaluation_size: Samples measured at once since then, 0 for as many as the settings say.
    """

    step: int = 0
    epochs_done: int = 0
    epochs_without_gain: int = 0
    best_epoch: int = 0
    best_value: float | None = None
    best_loss: float | None = None
    best_metrics: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    rate_scale: float = 1.0
    parts: int = 0
    evaluation_size: int = 0

    def follow(self, told: Mapping[str, Any]) -> None:
        """Take over how far the run is, as the first process of the team told."""
        for name, value in told.items():
            setattr(self, name, value)

    def facts(self) -> dict[str, Any]:
        """Return the fields of the run's state that follow from it."""
        return {
            "step": self.step,
            "epochs_done": self.epochs_done,
            "best_epoch": self.best_epoch,
            "metrics": dict(self.best_metrics),
            "seconds": self.seconds,
        }


# Runs of earlier versions know nothing of these.
_NEWER = {"rate_scale": 1.0, "parts": 0, "evaluation_size": 0}


def take_over(progress: RunProgress, meta: Mapping[str, Any]) -> int:
    """Set `progress` to what a checkpoint's facts say; return the length of the run's log then.

    Raises:
        StorageError: They are not legal.
    """
    saved, log_offset = meta.get("progress"), meta.get("log_offset")
    counts = {f.name for f in dataclasses.fields(RunProgress) if f.type == "int"}
    if isinstance(saved, dict):
        saved = {**_NEWER, **saved}
    is_legal = (
        isinstance(saved, dict)
        and saved.keys() == {f.name for f in dataclasses.fields(RunProgress)}
        and all(type(saved[name]) is int and saved[name] >= 0 for name in counts)
        and all(isinstance(saved[n], int | float | None) for n in ("best_value", "best_loss"))
        and isinstance(saved["best_metrics"], dict)
        and all(isinstance(v, int | float) for v in saved["best_metrics"].values())
        and all(isinstance(saved[n], int | float) for n in ("seconds", "rate_scale"))
        and 0 < saved["rate_scale"] <= 1
    )
    if not is_legal or type(log_offset) is not int or log_offset < 0:
        raise StorageError("The checkpoint is damaged.", "Start a new run.")
    for name, value in dict(saved or {}).items():
        setattr(progress, name, value)
    return log_offset
