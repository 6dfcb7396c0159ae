"""How fast bytes come in, and how long it still takes: nothing is said before it is measured."""

from __future__ import annotations

from collections import deque

WINDOW_S = 12.0
LEAST_S = 4.0
LEAST_STEPS = 3
STALLED_S = 8.0


class Pace:
    """The speed of the last seconds, from (time, bytes) as they are told."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, int]] = deque()
        self._moved_s: float | None = None

    def tell(self, done: int, now_s: float) -> None:
        """Take in that `done` bytes are there at `now_s`, of a clock that never goes back."""
        if self._points and done < self._points[-1][1]:
            # What was fetched was thrown away, or something else is counted now.
            self._points.clear()
        if not self._points or done > self._points[-1][1]:
            self._moved_s = now_s
        self._points.append((now_s, done))
        while len(self._points) > 2 and self._points[1][0] <= now_s - WINDOW_S:
            self._points.popleft()

    def bytes_per_s(self) -> float | None:
        """Return the speed, None until enough was seen of it or while nothing comes."""
        if len(self._points) < LEAST_STEPS:
            return None
        (start_s, first), (end_s, last) = self._points[0], self._points[-1]
        if end_s - start_s < LEAST_S or last <= first:
            return None
        return (last - first) / (end_s - start_s)

    def left_s(self, total: int) -> float | None:
        """Return the seconds to go for `total` bytes, None while that is not known."""
        speed = self.bytes_per_s()
        if speed is None or not total:
            return None
        return max(0.0, total - self._points[-1][1]) / speed

    def is_stalled(self, now_s: float) -> bool:
        """Return whether nothing has come for long enough to say so."""
        return self._moved_s is not None and now_s - self._moved_s >= STALLED_S
