"""From quiet to loud as colours: lightness goes one way, so that hues need not be told apart."""

from __future__ import annotations

from functools import cache

from deepdesk.ui.theme.tokens import LOUDNESS_ON_DARK, LOUDNESS_ON_LIGHT, Tokens

STEPS = 256


def loudness_colours(tokens: Tokens) -> tuple[int, ...]:
    """Return 256 colours as 0xFFRRGGBB, from the ground of `tokens` to the loudest."""
    stops = LOUDNESS_ON_DARK if tokens.is_dark else LOUDNESS_ON_LIGHT
    return _between((tokens.raised, *stops))


@cache
def _between(stops: tuple[str, ...]) -> tuple[int, ...]:
    made = []
    for step in range(STEPS):
        place = step / (STEPS - 1) * (len(stops) - 1)
        at = min(int(place), len(stops) - 2)
        mixed = 0xFF
        for channel in (1, 3, 5):
            one, other = (int(stops[at + k][channel : channel + 2], 16) for k in (0, 1))
            mixed = mixed << 8 | round(one + (other - one) * (place - at))
        made.append(mixed)
    return tuple(made)
