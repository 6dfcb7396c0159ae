"""The shortest time that a training step could take on this machine.

A step can be no faster than the slowest of: its arithmetic at the highest rate that was ever
measured here, its traffic at the rate of memory, and the calls of its operators. This is the
roofline of Williams et al. (2009, doi:10.1145/1498765.1498785), with measured roofs.
"""

from __future__ import annotations

from dataclasses import replace

from deepdesk.core.events import Limit
from deepdesk.engine.forecast.calibration import Calibration, precisions_of
from deepdesk.engine.forecast.layout import Work, steps_of
from deepdesk.engine.settings import TrainingConfig, batch_of, part_size
from deepdesk.nn.operators import ARITHMETIC

# Of a learned number, in an optimiser step: weight, gradient and moments, read and written.
_UPDATE_BYTES = {"sgd": 20, "adamw": 28}
_AVERAGE_BYTES = 12
# What a block gives is written on the way forward, read on the way back, and has a gradient.
_PASSES = 3
_HALF = ("bfloat16", "float16")
_NOTICEABLE = 1.1


def limit_of(work: Work, training: TrainingConfig, calibration: Calibration) -> Limit:
    """Return what bounds a step.

    Args:
        work: Network and samples.
        training: With precision and threads as the run has them.
        calibration: Of the device.

    Raises:
        GraphError: The graph cannot be built.
    """
    batch = min(batch_of(training), max(1, work.samples))
    training = replace(training, batch_size=batch)
    part = part_size(training)
    parts = batch / part
    steps = steps_of(work, part)
    flops = parts * sum(
        o.calls * o.flops for step in steps for o in step.operators if o.kind in ARITHMETIC
    )
    calls = parts * sum(o.calls for step in steps for o in step.operators)
    width = 0.5 if training.precision in _HALF else 1.0
    learned = sum(step.cost.trainable for step in steps)
    averaged = sum(step.cost.parameters for step in steps) * bool(training.average_weights)
    moved = float(learned * _UPDATE_BYTES.get(training.optimizer, 28) + averaged * _AVERAGE_BYTES)
    moved += parts * _PASSES * width * sum(step.cost.activation_bytes for step in steps)
    floors = {
        "arithmetic": flops / peak_rate(calibration, training.precision, training.threads),
        "memory": moved / calibration.stream_rate,
        "calls of operators": calls * min(calibration.call_s.values()),
    }
    ranked = tuple(sorted(floors.items(), key=lambda kv: -kv[1]))
    return Limit(floors=ranked, batch=batch, lever=_lever(ranked[0][0], training, calibration))


def peak_rate(calibration: Calibration, precision: str, threads: int) -> float:
    """Return the highest rate of arithmetic that was measured, operations per second."""
    names = precisions_of(precision)
    rates = [
        rate * (calibration.threads_gain[kind] if threads > 1 else 1.0)
        for (kind, _way, measured), curve in calibration.curves.items()
        if kind in ARITHMETIC and measured in names
        for _feature, rate in curve
    ]
    return max(rates)


def _lever(bound: str, training: TrainingConfig, calibration: Calibration) -> str:
    """Return what would lower the longest floor, in words."""
    half = peak_rate(calibration, "bfloat16", training.threads)
    full = peak_rate(calibration, "float32", training.threads)
    if training.precision not in _HALF and half > full * _NOTICEABLE and bound != _CALLS:
        return "bfloat16 would raise it."
    return _LEVERS[bound]


_CALLS = "calls of operators"
_LEVERS = {
    "arithmetic": "Only less work would raise it: smaller inputs or a smaller network.",
    "memory": "A larger batch would raise it: weights are updated less often.",
    _CALLS: "A larger batch would raise it: the same calls do more.",
}
