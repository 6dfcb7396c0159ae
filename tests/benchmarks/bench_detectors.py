"""What each network for boxes learns of the sample in about the same processor time, from nothing.

Steps are timed first; then each network trains for as many epochs as fit into the time, with the
rate falling to its end as in any run.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from deepdesk.core.chance import Draws
from deepdesk.core.drawing import Box, Drawing, target_of
from deepdesk.core.task import DataFacts
from deepdesk.nn.build import build
from deepdesk.tasks import task_of
from deepdesk.tasks.object_detection import Config
from deepdesk.tasks.object_detection.task import ObjectDetection
from tests.benchmarks.whole_run import measured

BUDGET_CPU_S = 80.0
WIDTH_PX = 128
BATCH = 8
STEPS = 20  # of an epoch of the sample
NAMES = (
    "Small anchor-free",
    "SSDLite, MobileNet v3, large",
    "FCOS, ResNet-18",
    "RetinaNet, ResNet-18",
    "Faster R-CNN, ResNet-18",
)


def main(budget_s: str = str(BUDGET_CPU_S), *names: str) -> dict[str, object]:
    """Return mean average precision on test and the seconds of each network.

    Args:
        budget_s: Processor seconds for each.
        names: Of networks, none for all of those small enough.
    """
    return {name: _trained(name, float(budget_s)) for name in names or NAMES}


def _trained(name: str, budget_s: float) -> dict[str, object]:
    epochs = max(2, round(budget_s / STEPS / step_s(name)))
    training = {"epochs": epochs, "threads": 1}
    with tempfile.TemporaryDirectory(prefix="deepdesk-detectors-") as folder:
        sample = task_of("object_detection").sample
        assert sample is not None
        sample(Path(folder) / "data")
        run = measured(
            Path(folder),
            "quick",
            task="object_detection",
            architecture=name,
            training=training,
            width_px=WIDTH_PX,
        )
    kept = ("test_map_50", "test_map_50_95", "cpu_seconds", "said")
    told = {"epochs": epochs, **{key: run[key] for key in kept if key in run}}
    print(name, told, flush=True)
    return told


def step_s(name: str) -> float:
    """Return the processor seconds of a step of training, the median of five."""
    torch.set_num_threads(1)
    task = ObjectDetection(
        Config(width_px=WIDTH_PX), DataFacts(classes=("a", "b", "c"), typical_size=(192, 128))
    )
    shape = Box(label="a", left=20, top=20, right=60, bottom=50)
    target = target_of(Drawing(width_px=192, height_px=128, shapes=(shape,) * 4))
    extras = task.extras(np.full(BATCH, -1), [target] * BATCH)
    batch = {key: torch.from_numpy(values) for key, values in extras.items()}
    batch["image"] = torch.zeros(BATCH, *task.fields["image"].shape, dtype=torch.uint8)
    network = build(task.architectures()[name], task.contract()).train()
    taken = []
    for epoch in range(5):
        start_s = time.process_time()
        prepared = task.prepare(batch, Draws(0, epoch, np.arange(BATCH)))
        losses = task.losses(task.forward(network, prepared), prepared)
        torch.stack([*losses.values()]).sum().backward()
        taken.append(time.process_time() - start_s)
    return float(np.median(taken))
