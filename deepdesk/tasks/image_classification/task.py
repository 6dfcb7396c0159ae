"""Image classification, the heavy half: pictures to logits to class scores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from deepdesk.core.chance import Draws
from deepdesk.core.payloads import Image, Payload
from deepdesk.core.task import DataFacts, Field, Truth
from deepdesk.core.work import StopToken
from deepdesk.data.augment import Augmentation, augment
from deepdesk.data.images import read_image
from deepdesk.data.picture_recipe import PictureRecipe
from deepdesk.engine.labelling import Labelling
from deepdesk.engine.streaming import PieceByPiece
from deepdesk.nn.graph import Contract, Graph
from deepdesk.tasks.image_classification import Config
from deepdesk.tasks.image_classification.data import (
    automatic_side_px,
    smaller_side_px,
    squared,
)
from deepdesk.tasks.image_classification.model import architectures

# Channel means and deviations of ImageNet, which pretrained backbones expect
# (torchvision's own transforms); good enough for any photograph.
_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)


class ImageClassification(Labelling):
    """One classifier: takes `Image`, gives `LabelScores`.

    Args:
        config: Settings of this task.
        facts: Classes and the typical size (width, height) in pixels.
    """

    def __init__(self, config: Config, facts: DataFacts) -> None:
        super().__init__(
            facts.classes, label_smoothing=config.label_smoothing, balance=config.balance
        )
        self.config = config
        self.side_px = config.side_px or automatic_side_px(facts.typical_size)
        self.fields = {"image": Field(shape=(3, self.side_px, self.side_px), dtype="uint8")}
        self._augmentation = Augmentation(
            flip=config.flip,
            shift=0.125 if config.shift else 0.0,
            zoom=0.1 if config.turn else 0.0,
            turn_degrees=10.0 if config.turn else 0.0,
            colour=0.25 if config.colour else 0.0,
            erase=0.25 if config.erase else 0.0,
        )
        self._mean = torch.tensor(_MEAN).view(1, 3, 1, 1) * 255.0
        self._scale = 1.0 / (torch.tensor(_DEVIATION).view(1, 3, 1, 1) * 255.0)

    @property
    def recipe(self) -> PictureRecipe:
        """How a file becomes what the network sees, for networks that leave the program."""
        return PictureRecipe(fit=self.config.fit, both_views=self._answers_twice)

    def decode(self, path: Path, truth: Truth) -> Mapping[str, NDArray[Any]]:
        """Return {"image": uint8, (3, S, S)}.

        Raises:
            BadSampleError: The file is no usable picture.
        """
        del truth
        pixels_HWC = read_image(path, max_side_px=self.side_px * 4)
        return {"image": self._square_CHW(pixels_HWC)}

    def architectures(self) -> Mapping[str, Graph]:
        """Return the graphs on offer, made for this picture size; the first is the default."""
        return architectures(self.side_px)

    def contract(self, detail: float = 1.0) -> Contract:
        """Return float32 (N, 3, S, S) -> (N, classes); S is smaller with less detail."""
        side_px = smaller_side_px(self.side_px, detail)
        return Contract(
            inputs={"image": (3, side_px, side_px)},
            outputs={"logits": (len(self.classes),)},
            words={"image": f"a picture of {side_px} by {side_px} pixels in 3 colours"},
        )

    def prepare(
        self, batch: Mapping[str, Tensor], draws: Draws | None, detail: float = 1.0
    ) -> Mapping[str, Tensor]:
        """Return {"image": float32, (N, 3, S, S), normalised; "label": int64, (N,), if given}.

        Args:
            batch: {"image": uint8, (N, 3, S, S); "label": int64, (N,)}.
            draws: Augmentation while training, None otherwise.
            detail: Share of the side that is kept; 1 for all of it.
        """
        image = batch["image"]
        side_px = smaller_side_px(self.side_px, detail)
        if side_px < self.side_px:
            image = functional.interpolate(image.float(), (side_px, side_px), mode="area")
        images_NCHW = (image.float() - self._mean.to(image.device)) * self._scale.to(image.device)
        if draws is not None:
            images_NCHW = augment(images_NCHW, draws, self._augmentation)
        return {**batch, "image": images_NCHW.contiguous(memory_format=torch.channels_last)}

    def forward(self, model: nn.Module, batch: Mapping[str, Tensor]) -> Tensor:
        """Return logits, float32, (N, C); the mean of both views when answering twice."""
        logits: Tensor = model(batch["image"])
        if self._answers_twice and not model.training:
            logits = (logits + model(batch["image"].flip(3))) / 2
        return logits.float()

    def predict(self, model: nn.Module, given: Payload, stop: StopToken) -> Iterator[Payload]:
        """Yield the class scores of one picture.

        Raises:
            TypeError: `given` is no `Image`.
        """
        if not isinstance(given, Image):
            raise TypeError(f"Image classification takes an Image, not {type(given).__name__}")
        stop.check()
        device = next(model.parameters()).device
        pixels = torch.from_numpy(self._square_CHW(given.pixels_HWC))[None].to(device)
        outputs = self.forward(model, self.prepare({"image": pixels}, None))
        yield self.scores_of(outputs[0])

    @property
    def _answers_twice(self) -> bool:
        return self.config.mirror_answers and self.config.flip

    def stream(self, model: nn.Module) -> PieceByPiece:
        """Return what answers each piece by itself."""
        return PieceByPiece(self, model)

    def preview(self, given: Payload, draws: Draws) -> Iterable[Payload]:
        """Yield one augmented picture per draw.

        Raises:
            TypeError: `given` is no `Image`.
        """
        if not isinstance(given, Image):
            raise TypeError(f"Image classification takes an Image, not {type(given).__name__}")
        pixels = torch.from_numpy(self._square_CHW(given.pixels_HWC))
        batch = {"image": pixels[None].expand(len(draws), *pixels.shape)}
        images = self.prepare(batch, draws)["image"] / self._scale + self._mean
        for image_CHW in images.round().clamp(0, 255).byte():
            pixels_HWC = np.ascontiguousarray(image_CHW.permute(1, 2, 0).numpy())
            yield Image(pixels_HWC=pixels_HWC, name=given.name)

    def _square_CHW(self, pixels_HWC: NDArray[np.uint8]) -> NDArray[np.uint8]:
        square_HWC = squared(pixels_HWC, self.side_px, self.config.fit)
        return np.ascontiguousarray(square_HWC.transpose(2, 0, 1))
