"""A careful page of PyTorch: the plain loop with DataLoader, float32."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional

from tests.benchmarks.peers.recipe import (
    BATCH,
    RATE,
    SMOOTHING,
    Job,
    Watch,
    loaders,
    main,
    network_of,
    rate_share,
    sgd,
)


def train(job: Job) -> dict[str, Any]:
    """Train and return the figures."""
    watch = Watch(job)
    train_loader, test_loader, classes = loaders(job)
    model = network_of(job, classes)
    optimizer = sgd(model)
    step, total = 0, job.epochs * len(train_loader)
    for _epoch in range(job.epochs):
        model.train()
        for images, labels in train_loader:
            optimizer.param_groups[0]["lr"] = RATE * rate_share((step + 0.5) / total)
            loss = functional.cross_entropy(model(images), labels, label_smoothing=SMOOTHING)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
        if watch.epoch(accuracy_of(model, test_loader)):
            break
    return watch.figures(len(train_loader) * BATCH)


@torch.no_grad()
def accuracy_of(model: torch.nn.Module, loader: Any) -> float:
    """Return the share of right answers."""
    model.eval()
    right = sum(int((model(x).argmax(1) == y).sum()) for x, y in loader)
    return right / len(loader.dataset)


if __name__ == "__main__":
    main(train)
