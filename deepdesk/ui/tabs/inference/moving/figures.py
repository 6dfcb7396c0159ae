"""How fast pictures are answered, from what was measured lately. No Qt."""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass

from deepdesk.ui.tabs.inference.moving.frames import Seen

SHOWN_S = 10.0
STAGES = {
    "decode": "Decode",
    "prepare": "Prepare",
    "network": "Network",
    "read": "Read out",
    "draw": "Draw",
    "whole": "Picture to screen",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Median and longest of one stage, milliseconds."""

    middle_ms: float
    worst_ms: float


class Figures:
    """The last ten seconds; all times on the clock of `time.perf_counter`."""

    def __init__(self) -> None:
        self.answered = self.dropped = 0
        self._took: dict[str, deque[tuple[float, float]]] = {key: deque() for key in STAGES}
        self._waiting: deque[float] = deque(maxlen=64)
        self._moments: deque[float] = deque()

    def take(self, seen: Seen, now_s: float) -> None:
        """Note a picture that is about to be painted."""
        self.answered += 1
        self.dropped += seen.dropped
        times = seen.times
        for key, ms in (
            ("decode", times.decode_ms),
            ("prepare", times.prepare_ms),
            ("network", times.network_ms),
            ("read", times.read_ms),
        ):
            self._took[key].append((now_s, ms))
        self._waiting.append(seen.came_s)
        self._moments.append(now_s)
        self._forget(now_s)

    def painted(self, now_s: float, draw_ms: float) -> None:
        """Note that what waited is on the screen now, and what painting it took."""
        if not self._waiting:
            return
        self._took["draw"].append((now_s, draw_ms))
        self._took["whole"] += [(now_s, 1000.0 * (now_s - came_s)) for came_s in self._waiting]
        self._waiting.clear()

    def rest(self) -> None:
        """Pictures stop for now: the speed is measured anew when they go on."""
        self._moments.clear()
        self._waiting.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.answered = self.dropped = 0
        for took in self._took.values():
            took.clear()
        self.rest()

    def figure(self, stage: str) -> Figure | None:
        """Return what is known of a stage, None while that is nothing."""
        took = [ms for _at, ms in self._took[stage]]
        if not took:
            return None
        return Figure(middle_ms=statistics.median(took), worst_ms=max(took))

    @property
    def rate(self) -> float | None:
        """Pictures answered a second, None while that is not known."""
        if len(self._moments) < 3:
            return None
        passed_s = self._moments[-1] - self._moments[0]
        return (len(self._moments) - 1) / passed_s if passed_s > 0 else None

    def _forget(self, now_s: float) -> None:
        for took in self._took.values():
            while took and took[0][0] < now_s - SHOWN_S:
                took.popleft()
        while self._moments and self._moments[0] < now_s - SHOWN_S:
            self._moments.popleft()
