"""How much memory a training takes at its fullest."""

from __future__ import annotations

import math
from dataclasses import dataclass

from deepdesk.engine.forecast.layout import Steps
from deepdesk.engine.settings import TrainingConfig, evaluation_size, part_size
from deepdesk.nn.graph import Contract

_NUMBER_BYTES = 4
_MOMENTS = {"sgd": 1, "adamw": 2}
# bfloat16 halves what operators save; masks, positions and norms keep their size.
_KEPT_IN_HALF = 0.55
# Raw samples, normalised ones and one step of augmentation live at the same time.
_BATCH_COPIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Bytes at the fullest moment, by what they are for.

    Attributes:
        base_bytes: Of the program itself.
        weights_bytes: Weights, gradients, moments of the optimiser, the average, the best.
        activation_bytes: Results that wait for the way back, and what the way back makes of them.
        batch_bytes: Samples that are being worked on.
    """

    base_bytes: int
    weights_bytes: int
    activation_bytes: int
    batch_bytes: int

    @property
    def peak_bytes(self) -> int:
        """Return the sum."""
        return self.base_bytes + self.weights_bytes + self.activation_bytes + self.batch_bytes


def memory_of(
    steps: Steps,
    contract: Contract,
    training: TrainingConfig,
    *,
    half: bool,
    base_bytes: int,
) -> Memory:
    """Return the memory of a training.

    Args:
        steps: The blocks for one part of a batch.
        contract: Gives the shapes of the inputs.
        training: Settings.
        half: Whether it computes in bfloat16.
        base_bytes: Of the program before any network.
    """
    part = part_size(training)
    inputs = sum(math.prod(shape) for shape in contract.inputs.values()) * _NUMBER_BYTES
    share = _KEPT_IN_HALF if half else 1.0
    results = [math.prod(step.out_shape) * part * _NUMBER_BYTES for step in steps]
    kept = sum(step.cost.activation_bytes for step in steps)
    if training.checkpointing:
        kept = sum(results) + max(step.cost.activation_bytes for step in steps)
    # While a block goes back, the gradients of what it gave and of what it took live as well.
    around = 2 * max(results, default=0)
    training_bytes = share * (kept + around)
    answering = 3 * max(results, default=0) * evaluation_size(training) / part
    return Memory(
        base_bytes=base_bytes,
        weights_bytes=_weights(steps, training),
        activation_bytes=round(max(training_bytes, share * answering)),
        batch_bytes=_BATCH_COPIES * inputs * max(part, evaluation_size(training)),
    )


def _weights(steps: Steps, training: TrainingConfig) -> int:
    """Return bytes: weights, the best and the average; per learned number gradient and moments."""
    parameters = sum(step.cost.parameters for step in steps)
    trainable = sum(step.cost.trainable for step in steps)
    copies = 2 + bool(training.average_weights)
    learned = trainable * (1 + _MOMENTS.get(training.optimizer, 1))
    # A checkpoint is put together in memory before it is written.
    saving = parameters * 2 + trainable * _MOMENTS.get(training.optimizer, 1)
    return _NUMBER_BYTES * (parameters * copies + learned + saving)
