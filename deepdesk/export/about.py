"""What a person must know to use a network outside: what goes in, what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from deepdesk.data.picture_recipe import PictureRecipe
from deepdesk.data.sound_recipe import SoundRecipe


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What stands at the head of an exported network.

    Attributes:
        title: Of the network.
        classes: Names in the order of the outputs, () where outputs are no scores of classes.
        mean: Per channel, of numbers from 0 to 1, that is subtracted; () if nothing is known.
        deviation: Per channel, that is divided by.
        temperature: By which scores are divided before they become shares.
        weights: Name of the weights file beside the source, "" for none.
        sound: How a sound becomes what goes in, None where no sound does.
        picture: How a picture does; None for its middle square.
        origin: Where the weights come from, for instance "run 003-balanced", or "".
    """

    title: str
    classes: tuple[str, ...] = ()
    mean: tuple[float, ...] = ()
    deviation: tuple[float, ...] = ()
    temperature: float = 1.0
    sound: SoundRecipe | None = None
    picture: PictureRecipe | None = None
    weights: str = ""
    origin: str = ""


def recipe_of(task: Any) -> SoundRecipe | None:
    """Return how a task that hears reads a sound, as its `recipe` says."""
    recipe = getattr(task, "recipe", None)
    return recipe if isinstance(recipe, SoundRecipe) else None


def picture_recipe_of(task: Any) -> PictureRecipe | None:
    """Return how a task that sees reads a picture, as its `recipe` says."""
    recipe = getattr(task, "recipe", None)
    return recipe if isinstance(recipe, PictureRecipe) else None


def normalisation(task: Any) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return mean and deviation of each channel, for pixels from 0 to 1; () where there is none.

    They are measured: the task prepares a black, a white and a grey picture, shape
    (3, channels, side, side), and only a straight line through all three counts.
    """
    field = task.fields.get("image")
    if field is None or field.dtype != "uint8" or len(field.shape) != 3:
        return (), ()
    levels = torch.tensor([0, 255, 51], dtype=torch.uint8).view(3, 1, 1, 1)
    given = levels.expand(3, *field.shape).contiguous()
    found = task.prepare({"image": given}, None)["image"].double()
    flat = found.flatten(2)
    black, white, grey = (flat[number, :, 0] for number in range(3))
    is_plain = bool((flat == flat[:, :, :1]).all()) and found.shape[1:] == field.shape
    if not is_plain or not torch.allclose(grey, black + (white - black) / 5, atol=1e-5):
        return (), ()
    deviation = 1.0 / (white - black)
    mean = -black * deviation
    rounded = [tuple(round(value, 6) for value in part.tolist()) for part in (mean, deviation)]
    return rounded[0], rounded[1]
