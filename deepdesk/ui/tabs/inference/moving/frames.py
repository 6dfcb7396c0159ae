"""Where pictures come from while they go on, and what the work tells of them. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.payloads import Payload
from deepdesk.core.work import StopToken
from deepdesk.ui.video.film import FilmFacts, FilmFrame


class FrameTap(Protocol):
    """A source of pictures that is open. Used in one thread."""

    @property
    def facts(self) -> FilmFacts:
        """Size and speed; a length of 0 for one that goes on until it is stopped."""
        ...

    def next(self, stop: StopToken, *, from_s: float = 0.0, least_px: int = 0) -> FilmFrame | None:
        """Return the next picture that is still shown at `from_s`, None at the end.

        With `least_px` it may be smaller than it is, but its longer side not shorter than that.

        Raises:
            DeepDeskError: Nothing comes any more, with the reason.
        """
        ...

    def seek(self, to_s: float, stop: StopToken) -> None:
        """Go on with the picture that is shown at `to_s`."""
        ...

    def close(self) -> None:
        """Let it go."""
        ...


class FrameSource(Protocol):
    """A film or a camera that is not open yet."""

    @property
    def name(self) -> str:
        """For a person."""
        ...

    def opened(self, stop: StopToken) -> FrameTap:
        """Open it.

        Raises:
            DeepDeskError: It cannot be, with the reason and the remedy.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The source is open."""

    facts: FilmFacts
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTimes:
    """Milliseconds of one picture, stage by stage."""

    decode_ms: float
    prepare_ms: float
    network_ms: float
    read_ms: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """A picture and the answer to it.

    Attributes:
        pixels_HWC: uint8, (H, W, 3), sRGB, small enough to be shown.
        at_s: Where in the film it is, or how long the camera has run.
        number: Which picture it is.
        came_s: When it was due or arrived, on the clock of `time.perf_counter`.
        dropped: Pictures before it, since the last one, that were not asked about.
        length_s: How long until the next picture of the film.
        size: (width, height) at which the network was asked about it.
    """

    pixels_HWC: NDArray[np.uint8]
    answer: Payload | None
    at_s: float
    number: int
    came_s: float
    times: StageTimes
    dropped: int = 0
    length_s: float = 0.0
    size: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """The film is at its end; `missing_s` of what its head promised was not there."""

    missing_s: float = 0.0
