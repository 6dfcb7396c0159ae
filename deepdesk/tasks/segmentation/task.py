"""Segmentation, the heavy half: pictures to logits of every pixel to masks.

Letters in names: N batch, C classes, H height, W width.
"""

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
from deepdesk.data.augment_masks import MaskAugmentation, augment_with_masks
from deepdesk.data.images import read_image
from deepdesk.data.mask_borders import bordered
from deepdesk.data.masks import (
    class_map,
    map_dtype,
    network_classes,
    network_size,
    smaller_size,
    stamp,
)
from deepdesk.data.picture_recipe import PictureRecipe
from deepdesk.data.pixels import stretched
from deepdesk.engine.mask_metrics import NO_CLASS
from deepdesk.engine.segmenting import Segmenting
from deepdesk.engine.streaming import PieceByPiece
from deepdesk.nn.graph import Contract, Graph
from deepdesk.tasks.segmentation.config import POWERS, Config
from deepdesk.tasks.segmentation.covering import Cover, covered
from deepdesk.tasks.segmentation.model import architectures

# Mean and deviation of ImageNet, for pixels from 0 to 255: pretrained backbones expect them.
_MEAN = (123.675, 116.28, 103.53)
_DEVIATION = (58.395, 57.12, 57.375)


class Segmentation(Segmenting):
    """One network for classes of pixels: takes `Image`, gives `Mask`.

    Args:
        config: Settings of this task.
        facts: Class names, the typical size (width, height) in pixels, and what was learnt of the
            drawings.
    """

    def __init__(self, config: Config, facts: DataFacts) -> None:
        classes = network_classes(facts.classes, facts.learned, ignored=config.ignored)
        shares = facts.learned.get("shares", {})
        super().__init__(
            classes or ("nothing",),
            loss=config.loss,
            shares=tuple(shares.get(name, 0.0) for name in classes) if shares else (),
            balance=POWERS[config.balance_classes],
            right_from=config.right_from,
        )
        self.config = config
        # Drawings say how large their pictures are, also before the files were read.
        typical = facts.typical_size or tuple(facts.learned.get("size", ()))
        self.size = network_size(typical, width_px=config.width_px)
        width_px, height_px = self.size
        dtype, self._ignored = map_dtype(len(self.classes))
        self.fields = {
            "image": Field(shape=(3, height_px, width_px), dtype="uint8"),
            "mask": Field(shape=(height_px, width_px), dtype=dtype),
        }
        usual_width, usual_height = typical if len(typical) == 2 else self.size
        self._cover = Cover(
            network=self.size,
            typical=(usual_width, usual_height),
            large=config.large,
            classes=self.classes,
        )
        self._augmentation = MaskAugmentation(
            flip=config.mirror,
            zoom=config.zoom,
            shift=config.shift,
            turn_degrees=config.turn,
            light=config.light,
            erase=0.25 if config.erase else 0.0,
        )
        self._mean_3 = torch.tensor(_MEAN)[:, None, None]
        self._deviation_3 = torch.tensor(_DEVIATION)[:, None, None]

    @property
    def recipe(self) -> PictureRecipe:
        """How a file becomes what the network sees, for networks that leave the program."""
        return PictureRecipe(fit="stretch", is_dense=True, both_views=self._answers_twice)

    def decode(self, path: Path, truth: Truth) -> Mapping[str, NDArray[Any]]:
        """Return {"image": uint8, (3, H, W), "mask": uint8 or int16, (H, W)}.

        Raises:
            BadSampleError: The picture or its mask cannot be used.
        """
        pixels_HWC = read_image(path, max_side_px=4 * max(self.size))
        return {
            "image": self._fitted_CHW(pixels_HWC),
            "mask": class_map(path, truth.target, self.classes, self.size),
        }

    def truth_stamp(self, path: Path, truth: Truth) -> int:
        """Return a number that changes with the drawing and with its file of classes."""
        return stamp(path, truth.target)

    def architectures(self) -> Mapping[str, Graph]:
        """Return the graphs on offer, made for this picture size; the first is the default."""
        return architectures(*self.size)

    def contract(self, detail: float = 1.0) -> Contract:
        """Return float32 (N, 3, H, W) -> (N, C, H, W); less detail makes only the input smaller."""
        width_px, height_px = self.size
        seen_width, seen_height = smaller_size(self.size, detail)
        count = len(self.classes)
        return Contract(
            inputs={"image": (3, seen_height, seen_width)},
            outputs={"logits": (count, height_px, width_px)},
            words={
                "image": f"a picture of {seen_width} by {seen_height} pixels in 3 colours",
                "logits": f"a score for each of {count} classes, at every pixel",
            },
        )

    def prepare(
        self, batch: Mapping[str, Tensor], draws: Draws | None, detail: float = 1.0
    ) -> Mapping[str, Tensor]:
        """Return {"image": float32, (N, 3, H', W'), about -2 to 2, "mask": int64, (N, H, W)}.

        Args:
            batch: {"image": uint8, (N, 3, H, W), "mask": (N, H, W)}; without a mask none comes out.
            draws: Augmentation while training, None otherwise.
            detail: Share of the sides of the picture that is kept; the mask stays as it is.
        """
        image = batch["image"].float()
        size = smaller_size(self.size, detail)
        if size != self.size:
            image = functional.interpolate(image, (size[1], size[0]), mode="area")
        device = image.device
        images_NCHW = (image - self._mean_3.to(device)) / self._deviation_3.to(device)
        prepared = dict(batch)
        masks_NHW = self._indices(batch, images_NCHW)
        if draws is not None:
            images_NCHW, masks_NHW = augment_with_masks(
                images_NCHW, masks_NHW, draws, self._augmentation
            )
        if "mask" in batch:
            prepared["mask"] = masks_NHW
        prepared["image"] = images_NCHW.contiguous(memory_format=torch.channels_last)
        return prepared

    def forward(self, model: nn.Module, batch: Mapping[str, Tensor]) -> Tensor:
        """Return logits, float32, (N, C, H, W); the mean of both views when answering twice."""
        outputs: Tensor = model(batch["image"])
        if self._answers_twice and not model.training:
            outputs = (outputs + model(batch["image"].flip(3)).flip(3)) / 2
        return outputs.float()

    def predict(self, model: nn.Module, given: Payload, stop: StopToken) -> Iterator[Payload]:
        """Yield masks of the size of the picture: of the whole, then in tiles if it is large.

        Raises:
            TypeError: `given` is no `Image`.
            StoppedError: Somebody asked for the end.
        """
        device = next(model.parameters()).device

        def scores(pixels_HWC: NDArray[np.uint8]) -> Tensor:
            picture = torch.from_numpy(np.ascontiguousarray(pixels_HWC.transpose(2, 0, 1)))
            batch = self.prepare({"image": picture[None].to(device)}, None)
            return self.forward(model, batch)[0]

        pixels_HWC = _image(given).pixels_HWC
        yield from covered(pixels_HWC, self._cover, scores, self.temperature, stop)

    def stream(self, model: nn.Module) -> PieceByPiece:
        """Return what answers each picture by itself."""
        return PieceByPiece(self, model)

    def preview(self, given: Payload, draws: Draws) -> Iterable[Payload]:
        """Yield one augmented picture per draw.

        Raises:
            TypeError: `given` is no `Image`.
        """
        return self._versions(_image(given), None, draws)

    def preview_with(
        self, given: Payload, path: Path, truth: Truth, draws: Draws
    ) -> Iterable[Payload]:
        """Yield one augmented picture per draw, with lines between its classes.

        Raises:
            TypeError: `given` is no `Image`.
            BadSampleError: The mask cannot be read.
        """
        mask_HW = class_map(path, truth.target, self.classes, self.size)
        return self._versions(_image(given), torch.from_numpy(mask_HW), draws)

    @property
    def _answers_twice(self) -> bool:
        return self.config.mirror_answers and self.config.mirror

    def _versions(self, picture: Image, mask_HW: Tensor | None, draws: Draws) -> Iterator[Image]:
        count = len(draws)
        pixels = torch.from_numpy(self._fitted_CHW(picture.pixels_HWC))
        batch = {"image": pixels[None].expand(count, *pixels.shape)}
        if mask_HW is not None:
            batch["mask"] = mask_HW[None].expand(count, *mask_HW.shape)
        prepared = self.prepare(batch, draws)
        images = prepared["image"] * self._deviation_3 + self._mean_3
        for place, image_CHW in enumerate(images.round().clamp(0, 255).byte()):
            pixels_HWC = np.ascontiguousarray(image_CHW.permute(1, 2, 0).numpy())
            if mask_HW is not None:
                pixels_HWC = bordered(pixels_HWC, prepared["mask"][place].numpy())
            yield Image(pixels_HWC=pixels_HWC, name=picture.name)

    def _indices(self, batch: Mapping[str, Tensor], images_NCHW: Tensor) -> Tensor:
        """Return the classes of pixels, int64, (N, H, W), none where there is no mask."""
        if "mask" not in batch:
            width_px, height_px = self.size
            shape = (len(images_NCHW), height_px, width_px)
            return torch.full(shape, NO_CLASS, device=images_NCHW.device)
        indices = batch["mask"].long()
        return indices.masked_fill(indices == self._ignored, NO_CLASS)

    def _fitted_CHW(self, pixels_HWC: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.ascontiguousarray(stretched(pixels_HWC, self.size).transpose(2, 0, 1))


def _image(given: Payload) -> Image:
    if not isinstance(given, Image):
        raise TypeError(f"A mask is found for an Image, not for a {type(given).__name__}")
    return given
