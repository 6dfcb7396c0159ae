"""What a look inside found, as plain values, and what of it is worth a word. No torch."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from deepdesk.insight.figures import Distribution
from deepdesk.insight.pictures import Filters, Seen
from deepdesk.nn.graph import Graph

# From these shares and ratios on something is said.
SILENT_SHARE = 0.3
VANISHED, EXPLODED = 1e-3, 1e3
_ROUND = (10, 100, 1_000, 10_000, 100_000, 1_000_000)
_ROUND_WORDS = ("tenth", "hundredth", "thousandth", "ten-thousandth", "hundred-thousandth")


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockInside:
    """What one block holds, says and learns.

    Attributes:
        id: Of the node.
        weights: Of all its parameters; None where it has none.
        activations: Of its output for the batch.
        gradients: Of its parameters that learn; None where none does.
        silent: Share of its units that say the same of every sample, 0 to 1.
        units: Channels of its output.
        is_map: Whether its units are filters over a map.
        learns: Whether any of its parameters is not frozen.
        finding: What is off in plain words, "" if nothing is.
    """

    id: str
    weights: Distribution | None = None
    activations: Distribution | None = None
    gradients: Distribution | None = None
    silent: float = 0.0
    units: int = 0
    is_map: bool = False
    learns: bool = False
    finding: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSeen:
    """A sample that can be looked at.

    Attributes:
        sample: Its number in the index.
        picture: uint8, (H, W, 3), None for a task whose samples have no picture.
        truth: In words, "" when unknown.
        answer: What the network says, in words.
        is_right: Whether the answer counts as right.
    """

    sample: int
    picture: NDArray[np.uint8] | None = None
    truth: str = ""
    answer: str = ""
    is_right: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleInside:
    """What every block says of one sample.

    Attributes:
        sample: The sample.
        seen: Node id to pictures or numbers.
    """

    sample: SampleSeen
    seen: Mapping[str, Seen] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """A look into the network of a run.

    Attributes:
        run: Folder name.
        which: "best" or "latest".
        step: Of the checkpoint that was looked at.
        graph: The network, fitted.
        classes: Names of the answers in order, () if there are none.
        loss: Over the batch.
        batch_size: How many samples the activations and gradients are of.
        blocks: In the order in which data flows.
        samples: Those on offer.
        chosen: The sample whose pictures are here.
        filters: Of the first convolution, None where there is none over a picture.
    """

    run: str
    which: str
    step: int
    graph: Graph
    classes: tuple[str, ...]
    loss: float
    batch_size: int
    blocks: tuple[BlockInside, ...]
    samples: tuple[SampleSeen, ...]
    chosen: SampleInside
    filters: Filters | None = None

    def block(self, node_id: str) -> BlockInside | None:
        """Return the figures of a block, None if there is no such block."""
        return next((block for block in self.blocks if block.id == node_id), None)


def with_findings(blocks: Sequence[BlockInside]) -> tuple[BlockInside, ...]:
    """Return the blocks, each with what is off about it in plain words."""
    sizes = [
        block.gradients.magnitude
        for block in blocks
        if block.gradients is not None and block.gradients.magnitude > 0.0
    ]
    usual = statistics.median(sizes) if len(sizes) > 2 else 0.0
    return tuple(dataclasses.replace(block, finding=_finding(block, usual)) for block in blocks)


def _finding(block: BlockInside, usual: float) -> str:
    return _not_a_number(block) or _silence(block) or _gradient_words(block, usual)


def _not_a_number(block: BlockInside) -> str:
    parts = (
        ("weights", block.weights),
        ("answers", block.activations),
        ("gradients", block.gradients),
    )
    for what, found in parts:
        if found is not None and found.not_finite:
            return f"{share_text(found.not_finite)} of its {what} are not a number."
    return ""


def _silence(block: BlockInside) -> str:
    if block.silent < SILENT_SHARE:
        return ""
    noun = "filters" if block.is_map else "units"
    if block.silent >= 1.0:
        return "It says the same of every sample."
    return f"{share_text(block.silent)} of its {noun} never answer."


def _gradient_words(block: BlockInside, usual: float) -> str:
    if block.gradients is None:
        return ""
    size = block.gradients.magnitude
    if size == 0.0:
        return "Its gradients are all zero: it no longer learns."
    if usual and size < usual * VANISHED:
        return f"Its gradients vanish: {_part_text(usual / size)} of the usual block's."
    if usual and size > usual * EXPLODED:
        return f"Its gradients explode: {size / usual:,.0f} times the usual block's."
    return ""


def share_text(share: float) -> str:
    """Return a share of 0 to 1 in percent; one above none is never 0, one below all never 100."""
    percent = round(share * 100)
    if percent == 0 and share > 0.0:
        return "Less than 1 %"
    if percent == 100 and share < 1.0:
        return "More than 99 %"
    return f"{percent} %"


def _part_text(times: float) -> str:
    """Return how small a part is: "a hundredth"."""
    for size, word in zip(_ROUND[1:], _ROUND_WORDS, strict=True):
        if times < size:
            return f"a {word}"
    return "less than a millionth"
