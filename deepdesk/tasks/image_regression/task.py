"""Numbers from pictures, the heavy half: pictures to numbers in standard deviations to numbers.

Letters in names: N batch, K numbers.
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
from deepdesk.data.augment import Augmentation, augment, is_flipped
from deepdesk.data.images import read_image
from deepdesk.data.numbers import quantities
from deepdesk.data.picture_recipe import PictureRecipe
from deepdesk.engine.measuring import Measuring
from deepdesk.engine.streaming import PieceByPiece
from deepdesk.nn.graph import Contract, Graph
from deepdesk.tasks.image_regression.config import Config
from deepdesk.tasks.image_regression.data import fitted, picture_size, smaller_size
from deepdesk.tasks.image_regression.model import architectures

_MIDDLE, _SPREAD = 127.5, 64.0


class ImageRegression(Measuring):
    """One network for numbers: takes `Image`, gives `Number`.

    Args:
        config: Settings of this task.
        facts: The typical size (width, height) in pixels, and the numbers that are learnt.
    """

    def __init__(self, config: Config, facts: DataFacts) -> None:
        super().__init__(
            quantities(facts.learned),
            robust_from=1.0 if config.robust else 0.0,
            balance=config.balance,
            tolerance=config.tolerance,
        )
        self.config = config
        self.size = picture_size(
            facts.typical_size, width_px=config.width_px, cut=config.cut_top + config.cut_bottom
        )
        width_px, height_px = self.size
        self.fields = {"image": Field(shape=(3, height_px, width_px), dtype="uint8")}
        self._augmentation = Augmentation(
            flip=config.mirror != "off",
            shift=config.shift,
            colour=0.25 if config.colour else 0.0,
            erase=0.25 if config.erase else 0.0,
        )
        has_sign = [config.mirror == "opposite" and number.has_sign for number in self.numbers]
        self._signed_K = torch.tensor(has_sign, dtype=torch.bool)
        # Where a number changes its sign, its distance from the mean in deviations does so too,
        # about the mean that changed its sign.
        shifts = [-2.0 * number.mean / number.deviation for number in self.numbers]
        self._sign_shifts_K = torch.tensor(shifts)

    @property
    def recipe(self) -> PictureRecipe:
        """How a file becomes what the network sees, for networks that leave the program."""
        return PictureRecipe(
            fit="stretch",
            cut_top=self.config.cut_top,
            cut_bottom=self.config.cut_bottom,
            numbers=tuple((n.name, n.unit, n.mean, n.deviation) for n in self.numbers),
        )

    def decode(self, path: Path, truth: Truth) -> Mapping[str, NDArray[Any]]:
        """Return {"image": uint8, (3, H, W)}.

        Raises:
            BadSampleError: The file is no usable picture.
        """
        del truth
        return {"image": self._fitted_CHW(read_image(path, max_side_px=4 * max(self.size)))}

    def architectures(self) -> Mapping[str, Graph]:
        """Return the graphs on offer, made for this picture size; the first is the default."""
        return architectures(*self.size)

    def contract(self, detail: float = 1.0) -> Contract:
        """Return float32 (N, 3, H, W) -> (N, K); H and W are smaller with less detail."""
        width_px, height_px = smaller_size(self.size, detail)
        return Contract(
            inputs={"image": (3, height_px, width_px)},
            outputs={"numbers": (max(1, len(self.numbers)),)},
            words={
                "image": f"a picture of {width_px} by {height_px} pixels in 3 colours",
                "numbers": ", ".join(number.name for number in self.numbers) or "one number",
            },
        )

    def prepare(
        self, batch: Mapping[str, Tensor], draws: Draws | None, detail: float = 1.0
    ) -> Mapping[str, Tensor]:
        """Return {"image": float32, (N, 3, H, W), about -2 to 2} and what was given.

        Args:
            batch: {"image": uint8, (N, 3, H, W)} and the extras, whose "standard" changes where a
                picture is mirrored and its numbers point to a side.
            draws: Augmentation while training, None otherwise.
            detail: Share of the sides that is kept; 1 for all of them.
        """
        image = batch["image"].float()
        size = smaller_size(self.size, detail)
        if size != self.size:
            image = functional.interpolate(image, (size[1], size[0]), mode="area")
        images_NCHW = (image - _MIDDLE) / _SPREAD
        prepared = dict(batch)
        if draws is not None:
            images_NCHW = augment(images_NCHW, draws, self._augmentation)
            if "standard" in batch and self._signed_K.any():
                prepared["standard"] = self._turned(batch["standard"], draws)
        prepared["image"] = images_NCHW.contiguous(memory_format=torch.channels_last)
        return prepared

    def forward(self, model: nn.Module, batch: Mapping[str, Tensor]) -> Tensor:
        """Return numbers in standard deviations from the mean, float32, (N, K)."""
        outputs: Tensor = model(batch["image"])
        return outputs.float()

    def predict(self, model: nn.Module, given: Payload, stop: StopToken) -> Iterator[Payload]:
        """Yield the numbers of one picture.

        Raises:
            TypeError: `given` is no `Image`.
        """
        stop.check()
        device = next(model.parameters()).device
        pixels = torch.from_numpy(self._fitted_CHW(_image(given).pixels_HWC))[None].to(device)
        outputs = self.forward(model, self.prepare({"image": pixels}, None))
        yield self.number_of(outputs[0])

    def stream(self, model: nn.Module) -> PieceByPiece:
        """Return what answers each picture by itself."""
        return PieceByPiece(self, model)

    def preview(self, given: Payload, draws: Draws) -> Iterable[Payload]:
        """Yield one augmented picture per draw.

        Raises:
            TypeError: `given` is no `Image`.
        """
        picture = _image(given)
        pixels = torch.from_numpy(self._fitted_CHW(picture.pixels_HWC))
        batch = {"image": pixels[None].expand(len(draws), *pixels.shape)}
        images = self.prepare(batch, draws)["image"] * _SPREAD + _MIDDLE
        for image_CHW in images.round().clamp(0, 255).byte():
            pixels_HWC = np.ascontiguousarray(image_CHW.permute(1, 2, 0).numpy())
            yield Image(pixels_HWC=pixels_HWC, name=picture.name)

    def _turned(self, standard_NK: Tensor, draws: Draws) -> Tensor:
        """Return the numbers of pictures of which some are mirrored, float32, (N, K)."""
        device = standard_NK.device
        is_turned_NK = is_flipped(draws).to(device)[:, None] & self._signed_K.to(device)
        return torch.where(is_turned_NK, self._sign_shifts_K.to(device) - standard_NK, standard_NK)

    def _fitted_CHW(self, pixels_HWC: NDArray[np.uint8]) -> NDArray[np.uint8]:
        fitted_HWC = fitted(
            pixels_HWC,
            self.size,
            cut_top=self.config.cut_top,
            cut_bottom=self.config.cut_bottom,
        )
        return np.ascontiguousarray(fitted_HWC.transpose(2, 0, 1))


def _image(given: Payload) -> Image:
    if not isinstance(given, Image):
        raise TypeError(f"Numbers are read off an Image, not a {type(given).__name__}")
    return given
