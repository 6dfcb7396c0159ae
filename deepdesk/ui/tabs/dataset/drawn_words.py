"""What is drawn on a sample, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from deepdesk.core.drawing import is_drawing
from deepdesk.project.index import Sample
from deepdesk.ui.tabs.dataset.menus import SPLIT_KEYS

NOT_YET = "not labelled yet"
NOTHING = "nothing on it"
MOST_NAMES = 4
_MOST_TIP_NAMES = 12


def drawn_words(target: Any, classes: Sequence[str], *, most: int = MOST_NAMES) -> str:
    """Return what is drawn: "7 RBC, 1 WBC", or that nothing is, or not yet.

    Args:
        target: Of a sample.
        classes: All names of the project in their order.
        most: Classes that are told; of more the rest is counted.
    """
    if not is_drawing(target):
        return NOT_YET
    counts = Counter(str(shape["label"]) for shape in target["shapes"])
    mask = target.get("mask")
    by_file = [] if mask is None else [str(name) for _value, name in mask["names"]]
    found = set(counts).union(by_file)
    if not found:
        return NOTHING
    place = {name: at for at, name in enumerate(classes)}
    names = sorted(found, key=lambda name: (place.get(name, len(place)), name))
    told = [f"{counts[name]:,}\u00a0{name}" if counts[name] else name for name in names]
    more = len(told) - most
    return ", ".join(told if more <= 0 else [*told[:most], f"{more} more"])


def drawn_tip(sample: Sample, classes: Sequence[str]) -> str:
    """Return what a sample with drawings says about itself under the pointer."""
    keys = ", ".join(f"{key} {split}" for split, key in SPLIT_KEYS.items())
    lines = [
        sample.path.name,
        drawn_words(sample.target, classes, most=_MOST_TIP_NAMES),
        " · ".join(part for part in (sample.origin, sample.split) if part),
        sample.reason or sample.twin or sample.note,
        f"{keys} · Del remove",
    ]
    return "\n".join(line for line in lines if line)
