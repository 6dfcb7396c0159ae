"""The weights that a run has saved."""

from __future__ import annotations

from deepdesk.core.errors import DeepDeskError
from deepdesk.project.runs import RunFolder


def best_weights(run: RunFolder) -> bytes:
    """Return the best weights of a run as safetensors.

    Raises:
        DeepDeskError: The run has no valid checkpoint yet.
    """
    return checkpoint_weights(run, "best")


def checkpoint_weights(run: RunFolder, which: str) -> bytes:
    """Return the "best" weights of a run, or the "latest" ones, as safetensors.

    Raises:
        DeepDeskError: The run has no valid checkpoint yet.
    """
    step = run.checkpoints.latest_valid()
    if step is None:
        raise DeepDeskError(
            "This run has no saved weights yet.",
            "Wait for its first checkpoint, or choose another.",
        )
    names = {"best": "best.safetensors", "latest": "weights.safetensors"}
    data: bytes = run.checkpoints.read(step, names[which])
    return data
