"""Legal and illegal settings and inputs for any block, drawn at random from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from deepdesk.core import settings
from deepdesk.core.errors import ConfigError, GraphError
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.graph import Node
from deepdesk.nn.shapes import node_shape

Shape = tuple[int, ...]

CHANNELS = (1, 2, 3, 4, 6, 8, 12)
SIDES = (1, 2, 3, 4, 5, 7, 8, 9, 12, 16)
LARGEST_WHOLE = 8
# Settings that repeat a part; more than two of it show nothing new and take their time.
REPEATS = ("blocks", "layers", "levels")
# Texts have no bounds to draw from; the settings of a sound have to fit each other.
TEXTS = {
    ("normalise", "means"): ("0.5", "0.1, 0.2, 0.3", "1, 2", "few"),
    ("normalise", "deviations"): ("0.25", "0.1, 0.2, 0.3", "1, 2", "0"),
    ("reshape", "target"): ("-1", "2, -1", "-1, 2, 2", "3, 4", "0, 1"),
    ("spectrogram", "rate_hz"): (1000, 1100),
    ("spectrogram", "bands"): (4, 5, 6, 20),
    ("spectrogram", "window_ms"): (15.0, 16.0, 24.0),
    ("spectrogram", "low_hz"): (0.0, 20.0, 600.0),
    ("spectrogram", "high_hz"): (0.0, 450.0),
}
# Heads read maps together with rows of proposals, which no chance brings together.
SHAPES: dict[str, tuple[tuple[Shape, ...], ...]] = {
    "region_head": (
        ((7, 9), (4, 4, 4), (3, 8, 8)),
        ((3, 16, 9), (4, 5, 9), (4, 4, 5), (12, 9)),
        ((1, 9), (1, 2, 2), (3, 2, 2)),
        ((1, 8), (1, 2, 2), (3, 2, 2)),
        ((1, 9), (1, 2, 2), (7, 9)),
        ((7, 9), (4, 4, 4), (2, 2, 2), (3, 8, 8)),
    ),
}
# Whole networks are measured in tests of their own.
HEAVY_FAMILIES = ("backbones", "inputs")
KEYS = tuple(key for key, block in BLOCKS.items() if block.family not in HEAVY_FAMILIES)


@dataclass(frozen=True)
class Draw:
    """A block with settings and inputs, and the shape that its rule gives."""

    key: str
    config: Any
    in_shapes: tuple[Shape, ...]
    out_shape: Shape


def draws(key: str, count: int, *, tries: int = 2000) -> tuple[list[Draw], list[GraphError]]:
    """Return legal draws, as many as asked for if found, and the refusals met on the way."""
    chance = random.Random(key)
    legal: list[Draw] = []
    refusals: list[GraphError] = []
    for values, in_shapes in _candidates(key, chance, tries):
        node = Node("node", key, values)
        try:
            legal.append(Draw(key, node.config, in_shapes, node_shape(node, in_shapes)))
        except GraphError as error:
            refusals.append(error)
        if len(legal) == count:
            break
    return legal, refusals


def _candidates(
    key: str, chance: random.Random, tries: int
) -> Iterator[tuple[dict[str, Any], tuple[Shape, ...]]]:
    block = BLOCKS[key]
    for _ in range(tries):
        values = {
            setting.key: _value(key, setting, chance)
            for setting in settings.settings_of(block.config)
            if chance.random() < 0.7 or (key, setting.key) in TEXTS
        }
        try:
            settings.from_json(block.config, values)
        except ConfigError:
            continue
        fewest, most = block.ports
        if key in SHAPES:
            yield values, chance.choice(SHAPES[key])
        else:
            yield values, _shapes(chance, chance.randint(fewest, min(most, 3)))


def _value(key: str, setting: settings.Setting, chance: random.Random) -> Any:
    knob = setting.knob
    if (key, setting.key) in TEXTS:
        return chance.choice(TEXTS[key, setting.key])
    if knob.choices:
        return chance.choice(knob.choices)[0]
    if setting.kind is bool:
        return chance.random() < 0.5
    if setting.kind is int:
        low = int(knob.low)
        largest = 2 if setting.key in REPEATS else LARGEST_WHOLE
        return chance.randint(low, max(low, min(int(knob.high), largest)))
    if setting.kind is float:
        return chance.uniform(knob.low, min(knob.high, knob.low + 4))
    return setting.default


def _shapes(chance: random.Random, count: int) -> tuple[Shape, ...]:
    """Return shapes: equal ones, ones of one rank, or any."""
    first = _shape(chance, chance.randint(1, 3))
    likeness = chance.randint(1, 3)
    others = {
        1: lambda: first,
        2: lambda: _shape(chance, len(first)),
        3: lambda: _shape(chance, chance.randint(1, 3)),
    }
    return (first, *(others[likeness]() for _ in range(count - 1)))[:count]


def _shape(chance: random.Random, rank: int) -> Shape:
    channels = chance.choice(CHANNELS)
    sides = [chance.choice(SIDES) for _ in range(rank - 1)]
    return (*sides, channels) if rank == 2 else (channels, *sides)
