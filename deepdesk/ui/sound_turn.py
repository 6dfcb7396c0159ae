"""One sound at a time in the whole program: what begins to play ends what played before."""

from __future__ import annotations

import weakref
from typing import Protocol


class Plays(Protocol):
    """Something that may be playing."""

    def stop(self) -> None:
        """Fall silent."""
        ...


_turn: list[weakref.ref[Plays]] = []


def take_turn(player: Plays) -> None:
    """Stop what had its turn before, unless it is `player` itself."""
    before = _turn[0]() if _turn else None
    _turn[:] = [weakref.ref(player)]
    if before is not None and before is not player:
        before.stop()
