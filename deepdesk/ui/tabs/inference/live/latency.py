"""How long answers take, from the moment they are about to the moment they are seen. No Qt."""

from __future__ import annotations

import statistics
from collections import deque

from deepdesk.ui.tabs.inference.words import time_words

SHOWN_S = 10.0
# Answers that were never painted, such as those of a hidden window.
MOST_WAITING = 256


class Latency:
    """The last ten seconds of answers; all times on the clock of `time.perf_counter`."""

    def __init__(self) -> None:
        self._waiting: deque[float] = deque(maxlen=MOST_WAITING)
        self._took: deque[tuple[float, float]] = deque()

    def wait_for(self, came_s: float) -> None:
        """Note that an answer is about to be painted whose last moment arrived at `came_s`."""
        self._waiting.append(came_s)

    def painted(self, now_s: float) -> None:
        """Note that every answer that waited is seen now."""
        self._took.extend((now_s, now_s - came_s) for came_s in self._waiting)
        self._waiting.clear()
        while self._took and self._took[0][0] < now_s - SHOWN_S:
            self._took.popleft()

    def clear(self) -> None:
        """Forget everything."""
        self._waiting.clear()
        self._took.clear()

    @property
    def middle_s(self) -> float | None:
        """The median, None while there is nothing."""
        return statistics.median(took for _at, took in self._took) if self._took else None

    @property
    def worst_s(self) -> float | None:
        """The longest, None while there is nothing."""
        return max(took for _at, took in self._took) if self._took else None

    @property
    def words(self) -> str:
        """For a person: "Answers 48 ms after the sound, 71 ms at most"."""
        if self.middle_s is None or self.worst_s is None:
            return ""
        middle, worst = time_words(self.middle_s * 1000), time_words(self.worst_s * 1000)
        return f"Answers {middle} after the sound, {worst} at most"
