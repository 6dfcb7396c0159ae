"""The sample: drawn shapes on textured ground, with boxes around them."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageDraw
from numpy.typing import NDArray

_COUNT = 200
_SIZE_PX = (192, 128)
_DRAWN_TIMES = 2  # drawn larger and shrunk, for smooth edges
_KINDS = ("coin", "nut", "key")
_MOST_THINGS = 8
_SMALLEST_PX, _LARGEST_PX = 20.0, 48.0
_Corners = NDArray[np.float64]


def write_things(folder: Path) -> Path:
    """Write pictures of coins, nuts and keys with their boxes as COCO has them.

    The same pictures on every machine. Returns the folder.
    """
    pictures = folder / "images"
    pictures.mkdir(parents=True, exist_ok=True)
    chance = np.random.default_rng(11)
    images: list[dict[str, Any]] = []
    boxes: list[dict[str, Any]] = []
    for number in range(1, _COUNT + 1):
        name = f"table_{number:03d}.jpg"
        picture, things = _table(chance)
        picture.save(pictures / name, quality=92)
        width, height = _SIZE_PX
        images.append({"id": number, "file_name": name, "width": width, "height": height})
        for kind, (left, top, right, bottom) in things:
            side_x, side_y = round(right - left, 1), round(bottom - top, 1)
            boxes.append(
                {
                    "id": len(boxes) + 1,
                    "image_id": number,
                    "category_id": kind + 1,
                    "bbox": [round(left, 1), round(top, 1), side_x, side_y],
                    "area": round(side_x * side_y, 1),
                    "iscrowd": 0,
                }
            )
    kinds = [{"id": at + 1, "name": name} for at, name in enumerate(_KINDS)]
    whole = {"images": images, "categories": kinds, "annotations": boxes}
    (folder / "annotations.json").write_text(json.dumps(whole), encoding="utf-8")
    return folder


def _table(
    chance: np.random.Generator,
) -> tuple[PIL.Image.Image, list[tuple[int, tuple[float, float, float, float]]]]:
    """Return a picture and what lies on it: kind, and sides in px."""
    picture = _ground(chance)
    draw = PIL.ImageDraw.Draw(picture)
    things: list[tuple[int, tuple[float, float, float, float]]] = []
    for _try in range(chance.integers(0, _MOST_THINGS + 1)):
        kind = int(chance.integers(len(_KINDS)))
        radius = float(chance.uniform(_SMALLEST_PX, _LARGEST_PX)) / 2
        size = np.array(_SIZE_PX, dtype=np.float64)
        middle = chance.uniform(radius + 1, size - radius - 1)
        outline = _turned(_OUTLINES[kind](), chance.uniform(0, 2 * math.pi)) * radius + middle
        box = (*outline.min(0).tolist(), *outline.max(0).tolist())
        if any(_touch(box, other) for _kind, other in things):
            continue
        _draw(draw, kind, outline, chance)
        things.append((kind, (box[0], box[1], box[2], box[3])))
    small = picture.resize(_SIZE_PX, PIL.Image.Resampling.BOX)
    noise = chance.integers(-8, 9, (_SIZE_PX[1], _SIZE_PX[0], 3))
    return PIL.Image.fromarray(np.clip(np.asarray(small) + noise, 0, 255).astype(np.uint8)), things


def _ground(chance: np.random.Generator) -> PIL.Image.Image:
    """Return a table top: a colour with soft spots and grain in one direction."""
    width, height = (side * _DRAWN_TIMES for side in _SIZE_PX)
    spots = chance.integers(0, 256, (6, 8), dtype=np.uint8)
    soft = PIL.Image.fromarray(spots).resize((width, height), PIL.Image.Resampling.BICUBIC)
    lines = np.repeat(chance.integers(0, 256, (height // 4, 1), dtype=np.uint8), 8, axis=1)
    grain = PIL.Image.fromarray(lines).resize((width, height), PIL.Image.Resampling.BICUBIC)
    light = np.asarray(soft) * 0.12 + np.asarray(grain) * 0.12 - 30.0
    colour = chance.integers(70, 190, 3)
    pixels = np.clip(colour[None, None, :] + light[..., None], 0, 255).astype(np.uint8)
    return PIL.Image.fromarray(pixels)


def _draw(
    draw: PIL.ImageDraw.ImageDraw, kind: int, outline: _Corners, chance: np.random.Generator
) -> None:
    metals = np.array([[196, 150, 70], [170, 176, 184], [205, 190, 120]])
    colour = np.clip(metals[kind] + chance.integers(-25, 26, 3), 0, 255)
    dark, light = (colour * 0.55).astype(int), np.clip(colour * 1.2, 0, 255).astype(int)
    corners = [(x * _DRAWN_TIMES, y * _DRAWN_TIMES) for x, y in outline.tolist()]
    draw.polygon(corners, fill=_rgb(colour), outline=_rgb(dark), width=_DRAWN_TIMES)
    middle = (outline.min(0) + outline.max(0)) / 2
    inner = (outline - middle) * _INNER[kind][0] + middle
    marks = [(x * _DRAWN_TIMES, y * _DRAWN_TIMES) for x, y in inner.tolist()]
    fill = (30, 30, 34) if _INNER[kind][1] else _rgb(light)
    if _INNER[kind][0]:
        draw.polygon(marks, fill=fill)


def _circle() -> _Corners:
    turns = np.linspace(0, 2 * math.pi, 40, endpoint=False)
    return np.stack([np.cos(turns), np.sin(turns)], 1)


def _hexagon() -> _Corners:
    turns = np.linspace(0, 2 * math.pi, 6, endpoint=False)
    return np.stack([np.cos(turns), np.sin(turns)], 1)


def _key() -> _Corners:
    """Return a round bow and a shaft with two teeth."""
    turns = np.linspace(0.35, 2 * math.pi - 0.35, 24)
    bow = np.stack([np.cos(turns) * 0.38 - 0.6, np.sin(turns) * 0.38], 1)
    shaft = [(0.95, -0.13), (0.95, 0.32), (0.8, 0.32), (0.8, 0.1), (0.62, 0.1), (0.62, 0.28)]
    rest = [(0.47, 0.28), (0.47, 0.13)]
    # The bow ends below the shaft and begins above it.
    return np.concatenate([bow, np.array([(0.0, -0.13), *shaft, *rest])])


_OUTLINES = (_circle, _hexagon, _key)
_INNER = ((0.7, False), (0.5, True), (0.0, False))  # size of what is within, and whether a hole


def _turned(corners: _Corners, turn: float) -> _Corners:
    cos, sin = math.cos(turn), math.sin(turn)
    return np.asarray(corners @ np.array([[cos, sin], [-sin, cos]]))


def _touch(box: tuple[float, ...], other: tuple[float, ...]) -> bool:
    gap = 2.0
    return (
        box[0] < other[2] + gap
        and other[0] < box[2] + gap
        and box[1] < other[3] + gap
        and other[1] < box[3] + gap
    )


def _rgb(values: NDArray[Any]) -> tuple[int, int, int]:
    red, green, blue = (int(value) for value in values)
    return red, green, blue
