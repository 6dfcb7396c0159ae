"""Cameras as a thread sees them: which there are, and pictures one by one. No Qt."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from deepdesk.core.errors import DeviceError
from deepdesk.core.work import StopToken
from deepdesk.ui.video.camera_child import FILE
from deepdesk.ui.video.film import FilmFacts, FilmFrame
from deepdesk.ui.video.process import START_S, EndedError, VideoProcess

OPEN_S = 20.0
_MODULE = "deepdesk.ui.video.camera_child"
_USUAL_RATE = 30.0
NOT_ALLOWED = (
    "DeepDesk is not allowed to use the camera.",
    "Allow it in the system's settings for privacy, then start DeepDesk again.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraDevice:
    """A camera; its key stays the same when others come and go."""

    key: str
    name: str


class CameraHost:
    """Whether cameras may be used, and what stands for them in tests and pictures."""

    def __init__(self) -> None:
        self._ask: Callable[[], bool] | None = None
        self._film: Path | None = None

    def use_film(self, film: Path | None) -> None:
        """Let a film stand for the only camera from now on, None for real ones again."""
        self._film = film

    def ask_with(self, ask: Callable[[], bool]) -> None:
        """Let `ask`, which may take long, decide from now on whether to open a camera."""
        self._ask = ask

    def key(self, key: str) -> str:
        """Return the key of what is really opened."""
        return key if self._film is None else f"{FILE}{self._film.resolve()}"

    def check_allowed(self) -> None:
        """Wait for the leave to watch.

        Raises:
            DeviceError: The person or the system said no.
        """
        if self._film is None and self._ask is not None and not self._ask():
            raise DeviceError(*NOT_ALLOWED)

    def devices(self, stop: StopToken) -> tuple[CameraDevice, ...]:
        """Return the cameras that are connected, the usual one first.

        Raises:
            DeviceError: They cannot be listed.
        """
        if self._film is not None:
            return (CameraDevice(key=self.key(""), name=self._film.stem),)
        process = VideoProcess(_MODULE)
        try:
            head = _told(process, {"do": "devices"}, stop, START_S)[0]
        finally:
            process.close()
        return tuple(CameraDevice(key=key, name=name) for key, name in head["devices"])


HOST = CameraHost()


class OpenCamera:
    """A camera that is open. Used in one thread.

    Args:
        key: Of the camera, "" for the usual one.
        mirrored: Whether left and right change places.

    Raises:
        DeviceError: There is none, it is in use, or not allowed.
        StoppedError: It was asked to stop.
    """

    def __init__(self, key: str, stop: StopToken, *, mirrored: bool = False) -> None:
        HOST.check_allowed()
        self._process = VideoProcess(_MODULE)
        order = {"do": "open", "key": HOST.key(key), "mirrored": mirrored}
        self._number = -1
        try:
            head, _body = _told(self._process, order, stop, OPEN_S)
        except BaseException:
            self.close()
            raise
        width, height = (int(side) for side in head["size"])
        rate = float(head["rate"])
        usual = rate if 1.0 <= rate <= 1000.0 else _USUAL_RATE
        self.facts = FilmFacts(size=(width, height), length_s=0.0, rate=usual)

    def next(self, stop: StopToken, *, from_s: float = 0.0, least_px: int = 0) -> FilmFrame | None:
        """Return the newest picture that was not returned yet; waits for one.

        With `least_px` it may be smaller than it came, but its longer side not than that.

        Raises:
            DeviceError: It was unplugged, or sends nothing any more.
            StoppedError: It was asked to stop.
        """
        del from_s
        head, body = _told(self._process, {"do": "next", "least": least_px}, stop, OPEN_S)
        width, height = head["size"]
        self._number += 1 + int(head["passed"])
        return FilmFrame(
            pixels_HWC=np.frombuffer(body, np.uint8).reshape(height, width, 3),
            start_s=float(head["at_s"]),
            number=self._number,
            passed=int(head["passed"]),
            decode_ms=float(head["decode_ms"]),
            age_ms=1000.0 * max(0.0, time.perf_counter() - float(head["came_s"])),
        )

    def seek(self, to_s: float, stop: StopToken) -> None:
        """Do nothing: what a camera sees is now."""

    def close(self) -> None:
        """Let the camera go."""
        self._process.close()


def _told(process: VideoProcess, order: dict[str, Any], stop: StopToken, within_s: float) -> Any:
    try:
        head, body = process.ask(order, stop, within_s=within_s)
    except EndedError as error:
        raise DeviceError(
            "The camera does not answer.", "Unplug it and connect it again, then press Start."
        ) from error
    if head.get("is") == "problem":
        raise DeviceError(str(head.get("message")), str(head.get("hint") or ""))
    return head, body
