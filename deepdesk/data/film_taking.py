"""Which pictures of a film become samples: every so many, or those where much has changed.

Letters in names: T pictures over time, H height, W width, C channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.errors import ConfigError
from deepdesk.core.settings import Knob, check

# The longest side of the small pictures that are compared.
SMALL_PX = 32
GREY_C = np.array((0.299, 0.587, 0.114), dtype=np.float32)
MOST_TAKEN = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """Which pictures of a film are taken."""

    how: Annotated[
        str,
        Knob(
            label="Take",
            help="Pictures that follow each other are nearly the same, and labelling them twice"
            " teaches little. Where the picture changes finds those that differ.",
            choices=(("every", "Every so many pictures"), ("changes", "Where the picture changes")),
            more=False,
        ),
    ] = "every"
    every: Annotated[
        int,
        Knob(
            label="Every",
            help="1 takes all of them; at 25 pictures a second, 25 takes one a second.",
            unit="pictures",
            low=1,
            high=100_000,
            more=False,
        ),
    ] = 10
    change: Annotated[
        float,
        Knob(
            label="Change",
            help="How much brighter or darker the pixels have become, on average, since the"
            " picture that was taken last: 0 % is the same picture, 100 % from black to white."
            " A cut between two scenes is 10 to 40 %.",
            unit="%",
            low=0.1,
            high=100.0,
            more=False,
        ),
    ] = 6.0


def grey_of(pixels_HWC: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the brightness of a small picture, uint8, (H, W)."""
    return np.round(pixels_HWC.astype(np.float32) @ GREY_C).astype(np.uint8)


def change_of(one_HW: NDArray[np.uint8], other_HW: NDArray[np.uint8]) -> float:
    """Return the mean difference of two small pictures, uint8, (H, W), in per cent of white."""
    apart_HW = np.abs(one_HW.astype(np.int16) - other_HW.astype(np.int16))
    return float(apart_HW.mean()) / 2.55


def changes_of(greys_THW: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return how much each picture differs from the one before, per cent, float32, (T,).

    The first one differs by 0 from nothing.
    """
    changes_T = np.zeros(len(greys_THW), dtype=np.float32)
    for at in range(1, len(greys_THW)):
        changes_T[at] = change_of(greys_THW[at - 1], greys_THW[at])
    return changes_T


def taken(greys_THW: NDArray[np.uint8], settings: Taking) -> NDArray[np.int64]:
    """Return which pictures are taken, int64, (N,), in order; the first one always is.

    Args:
        greys_THW: uint8, (T, H, W), from `grey_of`; for every so many only T is looked at.
        settings: Which ones.

    Raises:
        ConfigError: A setting is not legal, or far too many would be taken.
    """
    check(settings)
    found = _TAKERS[settings.how](greys_THW, settings)
    if len(found) > MOST_TAKEN:
        raise ConfigError(
            "every", f"That would be {len(found):,} pictures.", f"Take at most {MOST_TAKEN:,}."
        )
    return found


def _every(greys_THW: NDArray[np.uint8], settings: Taking) -> NDArray[np.int64]:
    return np.arange(0, len(greys_THW), settings.every, dtype=np.int64)


def _changes(greys_THW: NDArray[np.uint8], settings: Taking) -> NDArray[np.int64]:
    found: list[int] = []
    for at, grey_HW in enumerate(greys_THW):
        if not found or change_of(greys_THW[found[-1]], grey_HW) >= settings.change:
            found.append(at)
    return np.array(found, dtype=np.int64)


_TAKERS = {"every": _every, "changes": _changes}
