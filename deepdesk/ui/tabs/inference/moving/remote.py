"""What a person wants of a film that plays: told by the window, obeyed by the work. No Qt."""

from __future__ import annotations

import threading
from dataclasses import dataclass

MOST_UNSEEN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be done now.

    Attributes:
        seek_s: Where to go, None to stay.
        steps: Pictures forward, or back where negative.
        is_playing: Whether the film goes on after that.
    """

    seek_s: float | None = None
    steps: int = 0
    is_playing: bool = True

    @property
    def is_jump(self) -> bool:
        """Whether there is a place to go to before anything else."""
        return self.seek_s is not None or self.steps != 0


class Remote:
    """Safe to use from any thread.

    Attributes:
        speed: How many times as fast as it was taken a film is shown.
        least_px: So many pixels are seen along the longer side; 0 while that is not known.
    """

    def __init__(self, *, is_playing: bool = True) -> None:
        self._changed = threading.Condition()
        self._is_playing = is_playing
        self._seek_s: float | None = None
        self._steps = 0
        self._unseen = 0
        self.speed = 1.0
        self.least_px = 0

    @property
    def is_playing(self) -> bool:
        """Whether the film goes on."""
        return self._is_playing

    def play(self) -> None:
        """Go on."""
        self._change(is_playing=True)

    def pause(self) -> None:
        """Stay where it is."""
        self._change(is_playing=False)

    def seek(self, to_s: float) -> None:
        """Go there; of several places that were asked for only the last one counts."""
        with self._changed:
            self._seek_s, self._steps = max(0.0, to_s), 0
            self._changed.notify_all()

    def step(self, count: int) -> None:
        """Stay, and go so many pictures on or back."""
        with self._changed:
            self._is_playing = False
            self._steps += count
            self._changed.notify_all()

    def take(self) -> Wish:
        """Return what is wanted, and take it as done."""
        with self._changed:
            wish = Wish(seek_s=self._seek_s, steps=self._steps, is_playing=self._is_playing)
            self._seek_s, self._steps = None, 0
            return wish

    def wait(self, seconds: float, *, is_playing: bool) -> bool:
        """Wait until something else is wanted, and return whether it is.

        Args:
            seconds: At most.
            is_playing: What is known already.
        """
        with self._changed:
            return self._changed.wait_for(lambda: self._is_other(is_playing), timeout=seconds)

    def sent(self) -> None:
        """A picture went to the window."""
        with self._changed:
            self._unseen += 1

    def seen(self) -> None:
        """The window has taken a picture in."""
        with self._changed:
            self._unseen = max(0, self._unseen - 1)
            self._changed.notify_all()

    def wait_for_window(self, seconds: float) -> None:
        """Wait until the window has hardly anything left to show."""
        with self._changed:
            self._changed.wait_for(lambda: self._unseen < MOST_UNSEEN, timeout=seconds)

    def _is_other(self, is_playing: bool) -> bool:
        return self._seek_s is not None or bool(self._steps) or self._is_playing != is_playing

    def _change(self, *, is_playing: bool) -> None:
        with self._changed:
            self._is_playing = is_playing
            self._changed.notify_all()
