"""What comes in live, piece by piece, and the words in which the work tells of it. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.payloads import Audio, Payload
from deepdesk.core.work import StopToken


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What came since the one before.

    Attributes:
        given: For the network.
        kept: The same as it came, to be shown and heard again.
        length_s: How much time it covers.
        came_s: When its last moment arrived, on the clock of `time.perf_counter`.
    """

    given: Audio
    kept: Audio
    length_s: float
    came_s: float


class Tap(Protocol):
    """A source that is open. Used in one thread."""

    @property
    def name(self) -> str:
        """What is open, for a person."""
        ...

    @property
    def waiting_s(self) -> float:
        """How much has come in that was not read yet."""
        ...

    @property
    def lost(self) -> int:
        """How often something was lost so far because nobody read it in time."""
        ...

    def read(self, stop: StopToken) -> Piece:
        """Wait for the next piece.

        Raises:
            DeviceError: The device is gone.
            StoppedError: It was asked to stop.
        """
        ...

    def skip(self) -> None:
        """Begin anew: the next piece does not follow the one before."""
        ...

    def close(self) -> None:
        """Let the device go."""
        ...


class Source(Protocol):
    """Where pieces come from, before it is open. No Qt."""

    def opened(self, rate_hz: int) -> Tap:
        """Open it.

        Args:
            rate_hz: What the network hears best, 0 for whatever comes.

        Raises:
            DeviceError: There is none, or it is busy, with the remedy.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The source is open.

    Attributes:
        name: What it is.
        classes: That the network knows, () where its answers are no classes.
        thresholds: Class name to the probability that was fitted with the run, if any was.
        window_s: How much an answer looks at, 0 where that is not known.
    """

    name: str
    classes: tuple[str, ...] = ()
    thresholds: Mapping[str, float] = field(default_factory=dict)
    window_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came in lately: float32, (T,), which ends at `end_s` of the sitting."""

    samples_T: NDArray[np.float32]
    rate_hz: int
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied:
    """An answer to all that came until `end_s` of the sitting.

    Attributes:
        came_s: When the last moment that it knows of arrived, as in `Piece`.
        work_ms: How long the network took.
        about_s: Where what it is about lies in the sitting, None where the network does not say.
    """

    answer: Payload
    end_s: float
    came_s: float
    work_ms: float
    about_s: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """`length_s` seconds until `end_s` were not answered, because answers take too long.

    A length of 0 stands for what was lost before it could be kept.
    """

    length_s: float
    end_s: float
