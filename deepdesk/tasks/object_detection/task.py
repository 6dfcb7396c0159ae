"""Object detection, the heavy half: pictures to rows of a detector to boxes.

Letters in names: N batch, M boxes that are there, P predictions, C classes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
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
from deepdesk.data.augment_boxes import BoxAugmentation, Boxed, augment_boxed
from deepdesk.data.images import read_image
from deepdesk.data.picture_recipe import PictureRecipe
from deepdesk.engine.detecting import Detecting
from deepdesk.engine.stages import Stages
from deepdesk.engine.streaming import PieceByPiece
from deepdesk.nn.block import ANY_SIZE
from deepdesk.nn.detection_levels import ROW
from deepdesk.nn.graph import Contract, Graph
from deepdesk.tasks.object_detection.config import Config
from deepdesk.tasks.object_detection.data import framed, outlined, picture_size, smaller_size
from deepdesk.tasks.object_detection.model import architectures

# Channel means and deviations of ImageNet, which pretrained backbones expect.
_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)


class ObjectDetection(Detecting):
    """One detector: takes `Image`, gives `Boxes`.

    Args:
        config: Settings of this task.
        facts: Classes and the typical size (width, height) in pixels.
    """

    def __init__(self, config: Config, facts: DataFacts) -> None:
        size = picture_size(facts.typical_size, config.width_px)
        super().__init__(
            facts.classes, size, threshold=config.least_score, same_from=config.same_from
        )
        self.config = config
        self.fields = {"image": Field(shape=(3, size[1], size[0]), dtype="uint8")}
        self._augmentation = BoxAugmentation(
            mirror=config.mirror != "off",
            upend=config.mirror == "all",
            zoom=config.zoom,
            shift=config.shift,
            colour=0.25 if config.colour else 0.0,
            mosaic=config.mosaic,
        )
        self._mean = torch.tensor(_MEAN).view(1, 3, 1, 1) * 255.0
        self._scale = 1.0 / (torch.tensor(_DEVIATION).view(1, 3, 1, 1) * 255.0)

    @property
    def recipe(self) -> PictureRecipe:
        """How a file becomes what the network sees, for networks that leave the program."""
        return PictureRecipe(
            fit="pad", show_from=self.least_scores, same_from=self.config.same_from
        )

    def decode(self, path: Path, truth: Truth) -> Mapping[str, NDArray[Any]]:
        """Return {"image": uint8, (3, H, W)}.

        Raises:
            BadSampleError: The file is no usable picture.
        """
        del truth
        return {"image": self._framed_CHW(read_image(path, max_side_px=4 * max(self.size)))}

    def architectures(self) -> Mapping[str, Graph]:
        """Return the graphs on offer, made for this picture size; the first is the default."""
        return architectures(*self.size, len(self.classes))

    def contract(self, detail: float = 1.0) -> Contract:
        """Return float32 (N, 3, H, W) -> (N, P, 8 + C); H and W are smaller with less detail."""
        width_px, height_px = smaller_size(self.size, detail)
        return Contract(
            inputs={"image": (3, height_px, width_px)},
            outputs={"detections": (ANY_SIZE, ROW + len(self.classes))},
            optional={"proposals": (ANY_SIZE, ROW + 1)},
            words={
                "image": f"a picture of {width_px} by {height_px} pixels in 3 colours",
                "detections": "any number of boxes, each with 4 sides, 4 of its reference, and a"
                " score for each class",
            },
        )

    def prepare(
        self, batch: Mapping[str, Tensor], draws: Draws | None, detail: float = 1.0
    ) -> Mapping[str, Tensor]:
        """Return "image", float32, (N, 3, H, W), normalised, and boxes in px of it, (N, M, 4).

        Args:
            batch: {"image": uint8, (N, 3, H, W)} and the extras, whose boxes are shares.
            draws: Augmentation while training, None otherwise.
            detail: Share of the sides that is kept; 1 for all of them.
        """
        image = batch["image"]
        size = smaller_size(self.size, detail)
        if size != self.size:
            image = functional.interpolate(image.float(), (size[1], size[0]), mode="area")
        images_NCHW = (image.float() - self._mean.to(image.device)) * self._scale.to(image.device)
        prepared = dict(batch)
        if "boxes" in batch:
            sides = torch.tensor([*size, *size], dtype=torch.float32, device=image.device)
            prepared["boxes"] = batch["boxes"] * sides
        if draws is not None:
            images_NCHW = self._augmented(images_NCHW, prepared, draws)
        prepared["image"] = images_NCHW.contiguous(memory_format=torch.channels_last)
        return prepared

    def forward(self, model: nn.Module, batch: Mapping[str, Tensor]) -> Tensor | Stages:
        """Return rows of predictions, float32, (N, P, 8 + C), or those of two stages."""
        outputs = model(batch["image"])
        if isinstance(outputs, dict):
            return Stages(outputs["proposals"].float(), outputs["detections"].float())
        rows: Tensor = outputs
        return rows.float()

    def predict(self, model: nn.Module, given: Payload, stop: StopToken) -> Iterator[Payload]:
        """Yield the boxes on one picture, in px of it.

        Raises:
            TypeError: `given` is no `Image`.
        """
        stop.check()
        pixels_HWC = _image(given).pixels_HWC
        device = next(model.parameters()).device
        pixels = torch.from_numpy(self._framed_CHW(pixels_HWC))[None].to(device)
        outputs = self.forward(model, self.prepare({"image": pixels}, None))
        stop.check()
        yield self.boxes_of(outputs, (pixels_HWC.shape[1], pixels_HWC.shape[0]))

    def stream(self, model: nn.Module) -> PieceByPiece:
        """Return what answers each picture by itself."""
        return PieceByPiece(self, model)

    def preview(self, given: Payload, draws: Draws) -> Iterable[Payload]:
        """Yield one augmented picture per draw.

        Raises:
            TypeError: `given` is no `Image`.
        """
        return self.preview_with(given, Path(), Truth(), draws)

    def preview_with(
        self, given: Payload, path: Path, truth: Truth, draws: Draws
    ) -> Iterable[Payload]:
        """Yield one augmented picture per draw, with its boxes drawn on it.

        Raises:
            TypeError: `given` is no `Image`.
        """
        del path
        picture, count = _image(given), len(draws)
        pixels = torch.from_numpy(self._framed_CHW(picture.pixels_HWC))
        extras = self.extras(np.full(count, -1), [truth.target] * count)
        batch = {name: torch.from_numpy(values) for name, values in extras.items()}
        batch["image"] = pixels[None].expand(count, *pixels.shape)
        prepared = self.prepare(batch, draws)
        images = (prepared["image"] / self._scale + self._mean).round().clamp(0, 255).byte()
        for image_CHW, boxes, labels in zip(
            images, prepared["boxes"], prepared["labels"], strict=True
        ):
            pixels_HWC = np.ascontiguousarray(image_CHW.permute(1, 2, 0).numpy())
            known = boxes[labels >= 0].numpy()
            yield Image(pixels_HWC=outlined(pixels_HWC, known), name=picture.name)

    def _augmented(self, images_NCHW: Tensor, prepared: dict[str, Tensor], draws: Draws) -> Tensor:
        """Return varied pictures, (N, 3, H, W), and put their boxes into what is prepared."""
        count, device = len(images_NCHW), images_NCHW.device
        none = {
            "boxes": torch.zeros((count, 1, 4), device=device),
            "labels": torch.full((count, 1), -1, device=device),
            "crowd": torch.zeros((count, 1), dtype=torch.bool, device=device),
        }
        known = {name: prepared.get(name, empty) for name, empty in none.items()}
        given = Boxed(
            images_NCHW=images_NCHW,
            boxes_NM4=known["boxes"],
            labels_NM=known["labels"],
            crowd_NM=known["crowd"],
        )
        how = self._augmentation
        if draws.done >= self.config.mosaic_until:
            how = replace(how, mosaic=0.0)
        varied = augment_boxed(given, draws, how)
        prepared["boxes"], prepared["labels"] = varied.boxes_NM4, varied.labels_NM
        prepared["crowd"] = varied.crowd_NM
        return varied.images_NCHW

    def _framed_CHW(self, pixels_HWC: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.ascontiguousarray(framed(pixels_HWC, self.size).transpose(2, 0, 1))


def _image(given: Payload) -> Image:
    if not isinstance(given, Image):
        raise TypeError(f"Things are found on an Image, not on a {type(given).__name__}")
    return given
