"""Lightning 2.6: the Trainer as it comes, with its progress bar, logger and checkpoints."""

from __future__ import annotations

import tempfile
from typing import Any

import lightning
import torch
from torch.nn import functional

from tests.benchmarks.peers.recipe import (
    BATCH,
    SMOOTHING,
    Job,
    Watch,
    loaders,
    main,
    network_of,
    rate_share,
    sgd,
)


class Module(lightning.LightningModule):
    """The network with the recipe of the others."""

    def __init__(self, job: Job, classes: int, watch: Watch) -> None:
        super().__init__()
        self.model = network_of(job, classes)
        self.watch = watch
        self.right = self.seen = 0

    def training_step(self, batch: Any, _index: int) -> torch.Tensor:
        """Return the loss of a batch."""
        images, labels = batch
        loss = functional.cross_entropy(self.model(images), labels, label_smoothing=SMOOTHING)
        self.log("train_loss", loss, prog_bar=True)
        return loss

    def validation_step(self, batch: Any, _index: int) -> None:
        """Count right answers."""
        images, labels = batch
        self.right += int((self.model(images).argmax(1) == labels).sum())
        self.seen += len(labels)

    def on_validation_epoch_end(self) -> None:
        """Note the epoch."""
        accuracy, self.right, self.seen = self.right / self.seen, 0, 0
        self.log("accuracy", accuracy, prog_bar=True)
        if self.watch.epoch(accuracy):
            self.trainer.should_stop = True

    def configure_optimizers(self) -> Any:
        """Return the optimiser and the one-cycle schedule, a step at a time."""
        optimizer = sgd(self.model)
        total = self.trainer.estimated_stepping_batches
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda step: rate_share(min(1.0, (step + 0.5) / total))
        )
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": schedule, "interval": "step"},
        }


def train(job: Job) -> dict[str, Any]:
    """Train and return the figures."""
    watch = Watch(job)
    train_loader, test_loader, classes = loaders(job)
    with tempfile.TemporaryDirectory(prefix="deepdesk-peer-") as folder:
        trainer = lightning.Trainer(
            max_epochs=job.epochs,
            accelerator="cpu",
            default_root_dir=folder,
            num_sanity_val_steps=0,
        )
        trainer.fit(Module(job, classes, watch), train_loader, test_loader)
    return watch.figures(len(train_loader) * BATCH)


if __name__ == "__main__":
    main(train)
