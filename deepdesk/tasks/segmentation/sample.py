"""The sample: drawn streets with houses, trees and cars, and a class for every pixel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw

CLASSES = ("sky", "road", "pavement", "house", "tree", "car")
_COUNT = 240
_SIZE = (96, 72)
_DRAWN_TIMES = 3  # drawn larger and shrunk, for smooth edges
_PARTS = (("train", 0.7), ("val", 0.85), ("test", 1.0))  # ends, as shares of all

_Corners = Sequence[tuple[float, float]]
_Sides = tuple[float, float, float, float]  # left, top, right, bottom


def write_scenes(folder: Path) -> Path:
    """Write pictures of streets, a mask for each and the names of the classes; return the folder.

    The same files on every machine.
    """
    chance = np.random.default_rng(11)
    for part, _end in _PARTS:
        for kind in ("images", "masks"):
            (folder / part / kind).mkdir(parents=True, exist_ok=True)
    names = "".join(f"{value} {name}\n" for value, name in enumerate(CLASSES))
    (folder / "classes.txt").write_text(names, encoding="utf-8")
    for number in range(_COUNT):
        part = next(name for name, end in _PARTS if number < end * _COUNT)
        scene = _Scene(chance)
        scene.picture().save(folder / part / "images" / f"street_{number:03d}.png")
        scene.mask().save(folder / part / "masks" / f"street_{number:03d}.png")
    return folder


class _Scene:
    """A street seen from a car: a picture and its classes, drawn together.

    Args:
        chance: Decides how it looks.
    """

    def __init__(self, chance: np.random.Generator) -> None:
        self._chance = chance
        self._wide, self._high = (side * _DRAWN_TIMES for side in _SIZE)
        self._light = chance.uniform(0.7, 1.15)
        sky = self._colour((150, 185, 230))
        self._picture = PIL.Image.new("RGB", (self._wide, self._high), sky)
        self._classes = PIL.Image.new("L", (self._wide, self._high), CLASSES.index("sky"))
        self._horizon = self._high * chance.uniform(0.38, 0.52)
        self._houses()
        self._ground()
        for _tree in range(int(chance.integers(0, 4))):
            self._tree()
        for _car in range(int(chance.integers(0, 4))):
            self._car()

    def picture(self) -> PIL.Image.Image:
        """Return the picture with a little noise."""
        small = np.asarray(self._picture.resize(_SIZE, PIL.Image.Resampling.BOX))
        noise = self._chance.normal(0.0, 6.0, small.shape)
        return PIL.Image.fromarray(np.clip(small + noise, 0, 255).astype(np.uint8))

    def mask(self) -> PIL.Image.Image:
        """Return the number of the class of each pixel."""
        return self._classes.resize(_SIZE, PIL.Image.Resampling.NEAREST)

    def _houses(self) -> None:
        left = -self._wide * self._chance.uniform(0.0, 0.1)
        while left < self._wide:
            right = left + self._wide * self._chance.uniform(0.1, 0.25)
            if self._chance.uniform() < 0.75:
                top = self._horizon * self._chance.uniform(0.25, 0.8)
                colour = self._chance.permutation([170, 130, 105]).tolist()
                self._block("house", (left, top, right, self._high), colour)
            left = right

    def _ground(self) -> None:
        middle = self._wide * self._chance.uniform(0.35, 0.65)
        below = (0.0, self._horizon, float(self._wide), float(self._high))
        self._block("pavement", below, (165, 160, 158))
        reach = self._wide * self._chance.uniform(0.35, 0.6)
        near = self._wide * 0.05
        self._area(
            "road",
            [
                (middle - near, self._horizon),
                (middle + near, self._horizon),
                (middle + reach, self._high),
                (middle - reach, self._high),
            ],
            (92, 92, 98),
        )

    def _tree(self) -> None:
        near = self._chance.uniform(0.2, 1.0)
        x = self._wide * self._chance.uniform(0.0, 1.0)
        foot = self._horizon + near * self._high * 0.2
        tall, broad = near * self._high * 0.55, near * self._wide * 0.13
        trunk = broad * 0.15
        self._block("tree", (x - trunk, foot - tall / 2, x + trunk, foot), (95, 70, 50))
        self._disc("tree", (x - broad, foot - tall, x + broad, foot - tall * 0.35), (60, 120, 55))

    def _car(self) -> None:
        near = self._chance.uniform(0.25, 1.0)
        foot = self._horizon + near * (self._high - self._horizon) * 0.9
        x = self._wide * self._chance.uniform(0.1, 0.9)
        broad, tall = near * self._wide * 0.14, near * self._high * 0.13
        colour = self._chance.permutation([210, 50, 45]).tolist()
        self._block("car", (x - broad, foot - tall, x + broad, foot), colour)
        roof = broad * 0.5
        self._block("car", (x - roof, foot - 1.8 * tall, x + roof, foot - tall), (50, 60, 75))
        wheel = broad * 0.22
        for middle in (x - broad * 0.6, x + broad * 0.6):
            tyre = (middle - wheel, foot - wheel, middle + wheel, foot + wheel)
            self._disc("car", tyre, (25, 25, 25))

    def _block(self, name: str, box: _Sides, colour: Sequence[int]) -> None:
        left, top, right, bottom = box
        self._area(name, [(left, top), (right, top), (right, bottom), (left, bottom)], colour)

    def _area(self, name: str, corners: _Corners, colour: Sequence[int]) -> None:
        PIL.ImageDraw.Draw(self._picture).polygon(list(corners), fill=self._colour(colour))
        PIL.ImageDraw.Draw(self._classes).polygon(list(corners), fill=CLASSES.index(name))

    def _disc(self, name: str, box: _Sides, colour: Sequence[int]) -> None:
        PIL.ImageDraw.Draw(self._picture).ellipse(box, fill=self._colour(colour))
        PIL.ImageDraw.Draw(self._classes).ellipse(box, fill=CLASSES.index(name))

    def _colour(self, usual: Sequence[int]) -> tuple[int, int, int]:
        shift = self._chance.normal(0.0, 10.0, 3)
        seen = np.clip(np.asarray(usual) * self._light + shift, 0, 255)
        red, green, blue = seen.astype(int).tolist()
        return red, green, blue
