"""Predicted against measured: time of a step and peak memory of five networks on this machine.

Each network trains in a child process of its own, on one thread, timed in processor time, so
that other programs do not decide. Peak memory is what the system says of the child.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from typing import Any

BATCH = 64
STEPS = 24
CLASSES = 10
_CALIBRATE = (
    "from deepdesk.core.work import StopToken;"
    "from deepdesk.engine.forecast.calibrate import calibrate;"
    "calibrate('cpu', StopToken())"
)
NAMES = ("small", "residual", "vit", "mobilenet", "perceptron")


def main() -> dict[str, object]:
    """Return predicted and measured seconds and bytes of each network, and the errors."""
    rows: dict[str, Any] = {}
    # In a process of its own: its memory is not to count for the first network.
    subprocess.run([sys.executable, "-c", _CALIBRATE], check=True)
    for name in NAMES:
        for precision in ("float32", "bfloat16"):
            done = subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.bench_forecast", name, precision],
                capture_output=True,
                text=True,
                check=True,
            )
            rows[f"{name} {precision}"] = json.loads(done.stdout.splitlines()[-1])
    return {
        "networks": rows,
        "worst_estimate_off": max(abs(row["time_off"]) for row in rows.values()),
        "worst_tried_off": max(abs(row["tried_off"]) for row in rows.values()),
        "worst_memory_off": max(abs(row["memory_off"]) for row in rows.values()),
    }


def network_of(name: str) -> tuple[Any, int]:
    """Return a graph and the side of its pictures in pixels."""
    from deepdesk.nn import presets
    from deepdesk.nn.graph import Node

    if name == "perceptron":
        nodes = [
            Node("picture", "input", {"shape": (3, 32, 32)}),
            Node("flat", "flatten", {}),
            Node("wide", "linear", {"features": 1024}),
            Node("bend", "activation", {}),
            Node("wide_2", "linear", {"features": 1024}),
            Node("bend_2", "activation", {}),
            Node("classes", "classifier_head", {}),
        ]
        return presets.chain("Perceptron", *nodes), 32
    makers = {
        "small": (lambda: presets.small_cnn(side_px=32), 32),
        "residual": (lambda: presets.residual(side_px=32), 32),
        "vit": (lambda: presets.tiny_vit(side_px=32), 32),
        "mobilenet": (lambda: presets.backbone("mobilenet_v3_small", side_px=64), 64),
    }
    make, side = makers[name]
    return make(), side


def child(name: str, precision: str) -> dict[str, object]:
    """Predict, then train a few steps; return both."""
    from deepdesk.core.task import DataFacts
    from deepdesk.engine.settings import TrainingConfig
    from deepdesk.tasks import task_of

    graph, side = network_of(name)
    spec = task_of("image_classification")
    facts = DataFacts(
        classes=tuple(str(i) for i in range(CLASSES)),
        typical_size=(side, side),
    )
    task: Any = spec.load()(spec.config(side_px=side), facts)
    training = TrainingConfig(epochs=1, batch_size=BATCH, precision=precision, threads=1)
    said, better, facts_of_it = predicted(task, graph, training)
    step_s = measured_step(task, graph, samples(side), training)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {
        "predicted_ms": round(said.seconds_per_step * 1000, 1),
        "measured_ms": round(step_s * 1000, 1),
        "time_off": round(said.seconds_per_step / step_s - 1, 3),
        "tried_ms": round(better.seconds_per_step * 1000, 1),
        "tried_off": round(better.seconds_per_step / step_s - 1, 3),
        "predicted_mb": said.peak_bytes >> 20,
        "measured_mb": peak >> 20,
        "memory_off": round(said.peak_bytes / peak - 1, 3),
        **facts_of_it,
    }


def predicted(task: Any, graph: Any, training: Any) -> tuple[Any, Any, dict[str, float]]:
    """Return the estimate, the forecast after trying the blocks, and how long both took."""
    from deepdesk.core.work import StopToken
    from deepdesk.engine.forecast.around import around_seconds
    from deepdesk.engine.forecast.calibrate import calibrate
    from deepdesk.engine.forecast.forecast import forecast
    from deepdesk.engine.forecast.layout import Work
    from deepdesk.engine.forecast.trial import try_blocks

    work = Work(graph=graph, contract=task.contract(), samples=BATCH * STEPS)
    calibration = calibrate("cpu", StopToken())
    start_s = time.perf_counter()
    said = forecast(work, training, calibration)
    forecast_s = time.perf_counter() - start_s
    start_s = time.perf_counter()
    tried = try_blocks(work, training, calibration, StopToken())
    around = around_seconds(task, task.contract(), BATCH, "cpu", StopToken())
    try_s = time.perf_counter() - start_s
    better = forecast(work, training, calibration, tried=tried, around_s=around)
    return said, better, {"forecast_ms": round(forecast_s * 1000, 1), "try_s": round(try_s, 2)}


def samples(side: int) -> Any:
    """Return made-up pictures."""
    import numpy as np

    from deepdesk.data.batches import SplitData

    count = BATCH * STEPS
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (count, 3, side, side), dtype=np.uint8)
    labels = generator.integers(0, CLASSES, count)
    return SplitData(samples=np.arange(count), arrays={"image": images}, extras={"label": labels})


def measured_step(task: Any, graph: Any, data: Any, training: Any) -> float:
    """Return the median processor seconds of a real step."""
    import tempfile
    from pathlib import Path

    from deepdesk.core.work import StopToken
    from deepdesk.project.runs import Runs

    with tempfile.TemporaryDirectory(prefix="deepdesk-forecast-") as name:
        run = Runs(Path(name)).new("forecast", {})
        trainer = trainer_of(run, task, graph, data, training)
        plain, spent = trainer._step, []

        def timed(batch: Any) -> Any:
            start_s = time.process_time()
            out = plain(batch)
            spent.append(time.process_time() - start_s)
            return out

        trainer._step = timed
        trainer.train(StopToken())
        run.metrics.close()
    return statistics.median(spent[1:])


def trainer_of(run: Any, task: Any, graph: Any, data: Any, training: Any) -> Any:
    """Return a trainer with everything on, without a validation split."""
    import torch

    from deepdesk.engine.compute import Compute
    from deepdesk.engine.keeper import Keeper, RunProgress
    from deepdesk.engine.network import Network
    from deepdesk.engine.recorder import Recorder
    from deepdesk.engine.trainer import Trainer
    from deepdesk.nn.build import build

    compute = Compute(device=torch.device("cpu"), precision=training.precision, threads=1)
    compute.use_threads()
    model = compute.place(build(graph, task.contract(), seed=1))
    labels = data.extras["label"][:0]
    empty = type(data)(samples=data.samples[:0], arrays=data.arrays, extras={"label": labels})
    recorder = Recorder(
        task,
        run.metrics,
        lambda event: None,
        device=compute.device,
        validation=empty,
        steps=(STEPS, STEPS),
    )
    keeper = Keeper(run, RunProgress(), every_s=1e9, emit=lambda event: None, sample_ids=[])
    splits = {"train": data, "validation": empty}
    network = Network(model, compute, training, STEPS)
    return Trainer(task, network, splits, training, recorder=recorder, keeper=keeper)


if __name__ == "__main__":
    print(json.dumps(child(*sys.argv[1:3])))
