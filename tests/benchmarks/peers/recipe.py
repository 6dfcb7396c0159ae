"""What every side shares: data, network, recipe, and how the processor time is taken."""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)
BATCH, RATE, MOMENTUM, DECAY, SMOOTHING = 128, 0.2, 0.9, 5e-4, 0.1
WARM_UP, FIRST_SHARE, LAST_SHARE = 0.2, 0.1, 0.005
SIDE_PX = 32


@dataclass(slots=True, kw_only=True)
class Job:
    """One training.

    Attributes:
        data: Folder with train/<class>/ and test/<class>/.
        epochs: At most so many.
        network: Name of the graph of the image task.
        until: Test accuracy at which to stop, 0 to train to the end.
    """

    data: Path
    epochs: int
    network: str
    until: float = 0.0


def rate_share(progress: float) -> float:
    """Return the share of the highest rate at a share of the run: one cycle, as the others."""
    if progress < WARM_UP:
        return FIRST_SHARE + (1 - FIRST_SHARE) * progress / WARM_UP
    return 1 - (1 - LAST_SHARE) * (progress - WARM_UP) / (1 - WARM_UP)


def network_of(job: Job, classes: int) -> Any:
    """Return the torch module of the graph, with first weights of seed 1."""
    from deepdesk.nn.build import build
    from deepdesk.nn.graph import Contract
    from deepdesk.tasks.image_classification.model import architectures

    contract = Contract(inputs={"image": (3, SIDE_PX, SIDE_PX)}, outputs={"logits": (classes,)})
    return build(architectures(SIDE_PX)[job.network], contract, seed=1)


def folders(job: Job) -> tuple[Any, Any]:
    """Return (train, test) as torchvision's ImageFolder, as a page of PyTorch reads them."""
    from torchvision import transforms
    from torchvision.datasets import ImageFolder

    plain = [transforms.ToTensor(), transforms.Normalize(MEAN, DEVIATION)]
    varied = [
        transforms.RandomHorizontalFlip(),
        transforms.RandomCrop(SIDE_PX, padding=4, padding_mode="reflect"),
    ]
    return (
        ImageFolder(str(job.data / "train"), transforms.Compose([*varied, *plain])),
        ImageFolder(str(job.data / "test"), transforms.Compose(plain)),
    )


def loaders(job: Job) -> tuple[Any, Any, int]:
    """Return (train loader, test loader, number of classes); no worker processes."""
    from torch.utils.data import DataLoader

    train, test = folders(job)
    return (
        DataLoader(train, batch_size=BATCH, shuffle=True, drop_last=True),
        DataLoader(test, batch_size=256),
        len(train.classes),
    )


def sgd(model: Any) -> Any:
    """Return the optimiser of the recipe as anybody writes it."""
    import torch

    return torch.optim.SGD(
        model.parameters(), lr=RATE, momentum=MOMENTUM, weight_decay=DECAY, nesterov=True
    )


class Watch:
    """Keeps (epoch, processor seconds, test accuracy), measured from its making."""

    def __init__(self, job: Job) -> None:
        self.rows: list[tuple[int, float, float]] = []
        self._until = job.until
        self._start_s = time.process_time()
        self._start_wall_s = time.perf_counter()

    def epoch(self, accuracy: float) -> bool:
        """Note the end of an epoch; return whether the goal is reached."""
        spent_s = time.process_time() - self._start_s
        self.rows.append((len(self.rows) + 1, round(spent_s, 2), round(accuracy, 4)))
        return 0 < self._until <= accuracy

    def figures(self, images_per_epoch: int) -> dict[str, Any]:
        """Return what the driver compares."""
        epochs, spent_s, accuracy = self.rows[-1]
        images = epochs * images_per_epoch
        return {
            "cpu_seconds": spent_s,
            "wall_seconds": round(time.perf_counter() - self._start_wall_s, 1),
            "cpu_seconds_per_1000_images": round(1000 * spent_s / images, 4),
            "epochs": epochs,
            "accuracy": accuracy,
            "curve": self.rows,
        }


def main(side: Callable[[Job], dict[str, Any]]) -> None:
    """Read a job from the command line, run a side on one thread, and write its figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--network", required=True)
    parser.add_argument("--until", type=float, default=0.0)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(1)
    job = Job(data=given.data, epochs=given.epochs, network=given.network, until=given.until)
    figures = side(job)
    assert math.isfinite(figures["accuracy"])
    given.out.write_text(json.dumps(figures), encoding="utf-8")
