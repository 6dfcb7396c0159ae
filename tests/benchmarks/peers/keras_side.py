"""Keras 3 on torch: the same layers in its own words, fed by the same loaders."""

from __future__ import annotations

import os
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"

import keras
import torch

from tests.benchmarks.peers.recipe import (
    BATCH,
    DECAY,
    MOMENTUM,
    RATE,
    SIDE_PX,
    SMOOTHING,
    Job,
    Watch,
    loaders,
    main,
    rate_share,
)


class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """The rate of the others as a function of the step."""

    def __init__(self, total: int) -> None:
        self.total = total

    def __call__(self, step: Any) -> float:
        return RATE * rate_share(min(1.0, (float(step) + 0.5) / self.total))

    def get_config(self) -> dict[str, int]:
        """Return what makes another one."""
        return {"total": self.total}


class Noted(keras.callbacks.Callback):
    """Notes each epoch, and ends when the goal is reached."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self.watch = watch

    def on_epoch_end(self, _epoch: int, logs: dict[str, float] | None = None) -> None:
        """Read the accuracy on the test split."""
        if self.watch.epoch(float((logs or {})["val_accuracy"])):
            self.model.stop_training = True


class Flipped:
    """A loader with pictures in Keras' order (N, H, W, C) and labels as one-hot rows."""

    def __init__(self, loader: Any, classes: int) -> None:
        self.loader, self.classes = loader, classes

    def dataset(self) -> Any:
        """Return a torch DataLoader whose batches are in that order."""
        inner = self.loader

        def collate(rows: list[tuple[Any, int]]) -> tuple[Any, Any]:
            images = torch.stack([image for image, _label in rows]).permute(0, 2, 3, 1)
            labels = torch.tensor([label for _image, label in rows])
            return images, torch.nn.functional.one_hot(labels, self.classes).float()

        return torch.utils.data.DataLoader(
            inner.dataset,
            batch_size=inner.batch_size,
            shuffle=inner.drop_last,
            drop_last=inner.drop_last,
            collate_fn=collate,
        )


def small_cnn(classes: int, width: int = 32) -> keras.Model:
    """Return the layers of "Small convolutional" in Keras."""
    layers = keras.layers
    model = keras.Sequential([keras.Input((SIDE_PX, SIDE_PX, 3))])
    for filters, pool in ((width, True), (2 * width, True), (4 * width, False)):
        model.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
        model.add(layers.BatchNormalization(momentum=0.9, epsilon=1e-5))
        model.add(layers.ReLU())
        if pool:
            model.add(layers.MaxPooling2D())
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(classes))
    return model


def train(job: Job) -> dict[str, Any]:
    """Train and return the figures."""
    watch = Watch(job)
    train_loader, test_loader, classes = loaders(job)
    model = small_cnn(classes)
    model.compile(
        optimizer=keras.optimizers.SGD(
            OneCycle(job.epochs * len(train_loader)),
            momentum=MOMENTUM,
            nesterov=True,
            weight_decay=DECAY,
        ),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=SMOOTHING),
        metrics=["accuracy"],
    )
    model.fit(
        Flipped(train_loader, classes).dataset(),
        validation_data=Flipped(test_loader, classes).dataset(),
        epochs=job.epochs,
        verbose=0,
        callbacks=[Noted(watch)],
    )
    return watch.figures(len(train_loader) * BATCH)


if __name__ == "__main__":
    main(train)
