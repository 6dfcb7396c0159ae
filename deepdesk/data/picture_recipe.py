"""How a file becomes what a network sees, as plain values that can be written down."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRecipe:
    """What is done to a picture, in this order, before it has the size of the input.

    Attributes:
        cut_top: Share of the height that is left out at the top.
        cut_bottom: Likewise below.
        fit: "crop" for its middle square, "stretch" for all of it, "pad" for all with grey bars.
        numbers: What the outputs are: name, unit, and the mean and deviation in which the network
            answers; () for classes.
    """

    fit: str
    cut_top: float = 0.0
    cut_bottom: float = 0.0
    numbers: tuple[tuple[str, str, float, float], ...] = ()
