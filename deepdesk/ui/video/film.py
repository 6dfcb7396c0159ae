"""A film as a thread sees it: facts, frames in order, places to go to. No Qt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.errors import BadSampleError
from deepdesk.core.work import StopToken
from deepdesk.ui.video.process import START_S, EndedError, VideoProcess

SUFFIXES = frozenset(
    (".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".wmv", ".mpg", ".mpeg", ".ogv", ".3gp")
)
FRAME_S = 20.0
LONGEST_S = 24 * 3600.0
_MODULE = "deepdesk.ui.video.decode_child"
_USUAL_RATE = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmFacts:
    """What a film says of itself.

    Attributes:
        size: (width, height) in pixels, turned as it is meant to be seen.
        length_s: As its head says; a film that was cut off ends earlier.
        rate: Frames a second, 25 where it does not say.
        codec: How its pictures are compressed, in words.
        turned: By how many degrees its pictures are turned for seeing.
        starts_s: When each picture is shown where they do not come in equal steps.
    """

    size: tuple[int, int]
    length_s: float
    rate: float
    codec: str = ""
    turned: int = 0
    starts_s: tuple[float, ...] = ()

    @property
    def frames(self) -> int:
        """About how many frames there are."""
        return max(1, round(self.length_s * self.rate))

    def start_of(self, number: int) -> float:
        """Return when a picture is shown, in seconds."""
        return self.starts_s[number] if self.starts_s else number / self.rate


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FilmFrame:
    """One picture of a film.

    Attributes:
        pixels_HWC: uint8, (H, W, 3), sRGB.
        start_s: When it is shown, from the film's beginning.
        number: Which frame of the film it is, from 0.
        passed: How many frames were left out since the one before.
        decode_ms: What decoding took that somebody waited for.
        age_ms: How long ago a camera sent it, 0 for a film.
    """

    pixels_HWC: NDArray[np.uint8]
    start_s: float
    number: int
    passed: int = 0
    decode_ms: float = 0.0
    age_ms: float = 0.0


def is_film(path: Path) -> bool:
    """Return whether a file is a video by its name."""
    return path.suffix.lower() in SUFFIXES


class Film:
    """An open film. Used in one thread; `close` may be called twice.

    Raises:
        BadSampleError: It is no video that can be read, with the reason.
        StoppedError: It was asked to stop.
    """

    def __init__(self, path: Path, stop: StopToken, *, pace: float = 4.0) -> None:
        self._path = path
        self._check_file()
        self._process = VideoProcess(_MODULE)
        self._length_us = 0
        try:
            head, _body = self._ask({"do": "pace", "rate": pace}, stop, START_S)
            head, _body = self._ask({"do": "open", "path": str(path.resolve())}, stop, FRAME_S)
            self.facts = _facts(head)
            if not 0 < self.facts.length_s <= LONGEST_S:
                raise self._refused("It does not say how long it is.", "Save it anew as MP4.")
        except BaseException:
            self.close()
            raise

    def next(
        self, stop: StopToken, *, from_s: float = 0.0, side_px: int = 0, least_px: int = 0
    ) -> FilmFrame | None:
        """Return the next frame that is still shown at `from_s`; None when the film is over.

        Args:
            stop: Ends waiting.
            from_s: Frames that are over by then are left out.
            side_px: Longest side of a picture that is made smaller, 0 for as it is.
            least_px: It is made smaller by a whole number while its longer side stays as long.

        Raises:
            BadSampleError: The rest of the film cannot be read.
            StoppedError: It was asked to stop.
        """
        from_us = round(from_s * 1e6)
        order = {"do": "next", "from_us": from_us, "side": side_px, "least": least_px}
        head, body = self._ask(order, stop, FRAME_S)
        if head["is"] == "end":
            return None
        width, height = head["size"]
        start_s = max(0.0, head["start_us"] / 1e6)
        return FilmFrame(
            pixels_HWC=np.frombuffer(body, np.uint8).reshape(height, width, 3),
            start_s=start_s,
            number=round(start_s * self.facts.rate),
            passed=int(head["skipped"]),
            decode_ms=float(head["decode_ms"]),
        )

    def seek(self, to_s: float, stop: StopToken) -> None:
        """Go on with the frame that is shown at `to_s`.

        Raises:
            BadSampleError: The film cannot be read any more.
            StoppedError: It was asked to stop.
        """
        self._ask({"do": "seek", "us": max(0, round(to_s * 1e6))}, stop, FRAME_S)

    def close(self) -> None:
        """Let the file go."""
        self._process.close()

    def _check_file(self) -> None:
        try:
            size = self._path.stat().st_size
        except OSError as error:
            raise self._refused("It cannot be read.", "Look whether it is still there.") from error
        if not size:
            raise self._refused("The file is empty.", "Copy it anew from where it comes from.")

    def _ask(self, order: dict[str, Any], stop: StopToken, within_s: float) -> Any:
        try:
            head, body = self._process.ask(order, stop, within_s=within_s)
        except EndedError as error:
            raise self._refused(
                "Reading it went wrong: it is damaged, or too large for this computer.",
                "Save it as MP4 (H.264) with another program, then try again.",
            ) from error
        if head.get("is") == "problem":
            raise self._refused(str(head.get("message")), str(head.get("hint") or ""))
        return head, body

    def _refused(self, message: str, hint: str) -> BadSampleError:
        return BadSampleError("film", f"{self._path.name}: {message}", hint)


@contextmanager
def opened_film(path: Path, stop: StopToken, *, pace: float = 4.0) -> Iterator[Film]:
    """Open a film for the length of a `with`.

    Args:
        path: Of the file.
        stop: Ends waiting.
        pace: How many times as fast as it is meant to be seen it is decoded ahead.

    Raises:
        BadSampleError: It is no video that can be read, with the reason.
    """
    film = Film(path, stop, pace=pace)
    try:
        yield film
    finally:
        film.close()


def _facts(head: dict[str, Any]) -> FilmFacts:
    width, height = (int(side) for side in head["size"])
    rate = float(head["rate"])
    return FilmFacts(
        size=(width, height),
        length_s=int(head["length_ms"]) / 1000.0,
        rate=rate if 0.1 <= rate <= 1000.0 else _USUAL_RATE,
        codec=str(head["codec"]),
        turned=int(head["turned"]),
    )
