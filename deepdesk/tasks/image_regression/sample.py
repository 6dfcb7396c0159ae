"""The sample: drawn gauges, whose needles point at a number."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw

_COUNT = 600
_SIDE_PX = 64
_DRAWN_TIMES = 4  # drawn larger and shrunk, for smooth edges
_HALF_TURN_DEGREES = 120.0
_FULL_SCALE_BAR = 10.0


def write_gauges(folder: Path) -> Path:
    """Write pictures of gauges and a table of the pressures they show, and return the folder.

    The same files on every machine.
    """
    pictures = folder / "images"
    pictures.mkdir(parents=True, exist_ok=True)
    table = folder / "gauges.csv"
    chance = np.random.default_rng(7)
    with table.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "pressure [bar]"])
        for number in range(_COUNT):
            pressure = round(float(chance.uniform(0.0, _FULL_SCALE_BAR)), 2)
            name = f"gauge_{number:03d}.png"
            _gauge(pressure, chance).save(pictures / name)
            rows.writerow([f"images/{name}", pressure])
    return folder


def _gauge(pressure: float, chance: np.random.Generator) -> PIL.Image.Image:
    """Return a dial, a little out of place and of any colour, seen from straight ahead."""
    side = _SIDE_PX * _DRAWN_TIMES
    light, dark = chance.integers(190, 256, 3), chance.integers(0, 90, 3)
    picture = PIL.Image.new("RGB", (side, side), _colour(chance.integers(90, 200, 3)))
    draw = PIL.ImageDraw.Draw(picture)
    centre = side / 2 + chance.uniform(-0.05, 0.05, 2) * side
    radius = side * chance.uniform(0.36, 0.44)
    box = [*(centre - radius), *(centre + radius)]
    draw.ellipse(box, fill=_colour(light), outline=_colour(dark), width=side // 48)
    for mark in range(11):
        outer, inner = _point(centre, radius * 0.92, mark), _point(centre, radius * 0.76, mark)
        draw.line([outer, inner], fill=_colour(dark), width=side // 64)
    tip, tail = _point(centre, radius * 0.72, pressure), _point(centre, -radius * 0.2, pressure)
    draw.line([tail, tip], fill=_colour(chance.permutation([200, 40, 30])), width=side // 28)
    hub = radius * 0.1
    draw.ellipse([*(centre - hub), *(centre + hub)], fill=_colour(dark))
    small = picture.resize((_SIDE_PX, _SIDE_PX), PIL.Image.Resampling.BOX)
    noise = chance.normal(0.0, 4.0, (_SIDE_PX, _SIDE_PX, 3))
    return PIL.Image.fromarray(np.clip(np.asarray(small) + noise, 0, 255).astype(np.uint8))


def _point(centre: np.ndarray, radius: float, pressure: float) -> tuple[float, float]:
    turn = math.radians((pressure / _FULL_SCALE_BAR * 2.0 - 1.0) * _HALF_TURN_DEGREES)
    return centre[0] + radius * math.sin(turn), centre[1] - radius * math.cos(turn)


def _colour(values: np.ndarray) -> tuple[int, int, int]:
    red, green, blue = (int(value) for value in values)
    return red, green, blue
