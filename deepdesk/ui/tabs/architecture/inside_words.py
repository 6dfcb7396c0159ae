"""What the window says of figures inside a network, for people who do not know the words."""

from __future__ import annotations

from deepdesk.insight.figures import Distribution
from deepdesk.insight.report import BlockInside, Inside, share_text
from deepdesk.ui.plots.figures import value_text

PARTS = ("weights", "activations", "gradients")
TITLES = {"weights": "Weights", "activations": "Activations", "gradients": "Gradients"}
ROLES = {"weights": "accent", "activations": "good", "gradients": "validation"}
_NONE = {
    "weights": "This block has nothing to learn.",
    "activations": "Nothing came out of this block.",
    "gradients": "Nothing in this block learns.",
}
_MAPS = {"maps": "", "pitches": ", time to the right and pitch upwards"}
_FROZEN = "This block is frozen: it does not learn."


def explanation(part: str, inside: Inside) -> str:
    """Return one line on what a histogram is."""
    samples = f"{inside.batch_size} samples"
    return {
        "weights": "The numbers it has learned and multiplies with.",
        "activations": f"What it answers to {samples}. A tall bar at 0 is silence.",
        "gradients": "How strongly the error still pulls at each weight.",
    }[part]


def missing_words(part: str, block: BlockInside) -> str:
    """Return why there is no histogram."""
    if part == "gradients" and block.weights is not None and not block.learns:
        return _FROZEN
    return _NONE[part]


def part_of(block: BlockInside, part: str) -> Distribution | None:
    """Return one of the three distributions of a block."""
    return {
        "weights": block.weights,
        "activations": block.activations,
        "gradients": block.gradients,
    }[part]


def figures_line(found: Distribution) -> str:
    """Return mean, spread and shares in one line."""
    parts = [f"mean {short(found.mean)}", f"spread {short(found.deviation)}"]
    if found.zeros:
        parts.append(f"{_small_share(found.zeros)} zero")
    if found.not_finite:
        parts.append(f"{_small_share(found.not_finite)} not a number")
    return " · ".join(parts)


def short(value: float) -> str:
    """Return a number in three digits."""
    return value_text(float(f"{value:.3g}"))


def _small_share(share: float) -> str:
    text = share_text(share)
    return text[:1].lower() + text[1:]


def look_line(inside: Inside) -> str:
    """Return what was looked at, for the top of the window."""
    step = f"step {inside.step:,}" if inside.step else ""
    batch = f"{inside.batch_size} validation samples"
    parts = (inside.graph.name, step, batch, f"loss {value_text(inside.loss)}")
    return " · ".join(part for part in parts if part)


def seen_line(kind: str, shown: int, shape: tuple[int, ...]) -> str:
    """Return one line on the pictures of a sample."""
    if kind in _MAPS:
        part = f"The {shown} strongest of its {shape[0]}" if shown < shape[0] else f"Its {shape[0]}"
        return f"{part} channels{_MAPS[kind]}; bright is where a channel answers most."
    if kind == "wave":
        return f"The sound, {shape[0]:,} samples from left to right."
    if kind == "sequence":
        return f"{shape[0]} steps from top to bottom, {shape[1]} numbers each; bright is large."
    shown_words = f"The first {shown} of its" if shown < shape[0] else "Its"
    return f"{shown_words} {shape[0]} numbers; above the line is positive, below negative."


def filters_line(shown: int, count: int) -> str:
    """Return one line on the pictures of the first filters."""
    part = f"The {shown} strongest of {count}" if shown < count else f"All {count}"
    return f"{part} filters: the patterns that it looks for in a picture. Grey stands for nothing."
