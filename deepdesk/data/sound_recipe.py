"""How a file becomes what a network hears, as plain numbers that can be written down."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundRecipe:
    """What is done to a sound, in this order.

    Attributes:
        most_s: Of longer sounds the middle is read, so many seconds; 0 for all.
        rate_hz: Samples a second that it is converted to.
        trims: Whether the silence at its ends is left out.
        levels: Whether it is made of usual loudness.
        samples: That the network hears: the middle of longer ones, and shorter ones in the middle.
        begins: Whether it hears the beginning instead, and shorter ones begin at its first sample.
        units: What the outputs of a frame write, the first being the blank; () for classes.
        frames: That the network answers for a sound of `samples`; 0 for classes.
    """

    most_s: float
    rate_hz: int
    trims: bool
    levels: bool
    samples: int
    begins: bool = False
    units: tuple[str, ...] = ()
    frames: int = 0
