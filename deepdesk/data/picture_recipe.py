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
        show_from: Of detectors the score from which on a box of each class is shown.
        is_dense: Whether the outputs are a score of each class for every pixel.
        both_views: Whether scores are the mean over a picture and its mirror image.
        same_from: Of detectors: two boxes of a class that overlap more are the same thing.
    """

    fit: str
    cut_top: float = 0.0
    cut_bottom: float = 0.0
    numbers: tuple[tuple[str, str, float, float], ...] = ()
    show_from: tuple[float, ...] = ()
    same_from: float = 0.0
    is_dense: bool = False
    both_views: bool = False
