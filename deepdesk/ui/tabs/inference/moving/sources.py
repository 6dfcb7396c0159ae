"""Films and cameras as sources of pictures. No Qt."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

from deepdesk.core.work import StopToken
from deepdesk.ui.tabs.inference.moving.frames import FrameTap
from deepdesk.ui.video.camera import OpenCamera
from deepdesk.ui.video.film import Film, FilmFacts, FilmFrame


@dataclass(frozen=True, slots=True)
class FilmSource:
    """A video file."""

    path: Path

    @property
    def name(self) -> str:
        """Of the file."""
        return self.path.name

    def opened(self, stop: StopToken) -> FrameTap:
        """Open it.

        Raises:
            BadSampleError: It is no video that can be read, with the reason.
        """
        return _FilmTap(Film(self.path, stop))


class _FilmTap:
    """An open film; decoding is all the time that a picture was waited for."""

    def __init__(self, film: Film) -> None:
        self._film = film

    @property
    def facts(self) -> FilmFacts:
        return self._film.facts

    def next(self, stop: StopToken, *, from_s: float = 0.0, least_px: int = 0) -> FilmFrame | None:
        start_s = time.perf_counter()
        frame = self._film.next(stop, from_s=from_s, least_px=least_px)
        if frame is None:
            return None
        return replace(frame, decode_ms=1000.0 * (time.perf_counter() - start_s))

    def seek(self, to_s: float, stop: StopToken) -> None:
        self._film.seek(to_s, stop)

    def close(self) -> None:
        self._film.close()


@dataclass(frozen=True, slots=True)
class CameraSource:
    """A camera by its key, "" for the usual one."""

    key: str = ""
    mirrored: bool = False
    name: str = "Camera"

    def opened(self, stop: StopToken) -> FrameTap:
        """Open it.

        Raises:
            DeviceError: There is none, it is in use, or not allowed.
        """
        return OpenCamera(self.key, stop, mirrored=self.mirrored)
