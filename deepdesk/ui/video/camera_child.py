"""The process that listens to a camera, so that a driver that hangs hangs alone.

Only the newest picture is kept; those that nobody asked for in time are counted. A film can
stand for a camera: its key is "file:" and a path, and it begins anew when it is over.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from deepdesk.ui.video.child import Mouth, Order, serve

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QCameraDevice, QVideoFrame

FILE = "file:"
SILENT_MS = 5_000
NONE = ("No camera was found.", "Connect one, then press Start.")
GONE = ("The camera is not connected any more.", "Connect it again, then press Start.")
BUSY = (
    "The camera cannot be opened. Another program may be using it.",
    "Close that program, or allow this one to use the camera, then press Start.",
)
SILENT = ("The camera sends no pictures.", "Unplug it and connect it again, then press Start.")


class Camera:
    """One camera, or a film in its place. Lives in the main thread."""

    def __init__(self, mouth: Mouth) -> None:
        from PySide6.QtCore import QTimer
        from PySide6.QtMultimedia import QMediaCaptureSession, QMediaDevices, QVideoSink

        self._mouth = mouth
        self._devices = QMediaDevices()
        self._session = QMediaCaptureSession()
        self._sink = QVideoSink()
        self._source: Any = None
        self._key = ""
        self._rate = 0.0
        self._mirrored = False
        self._newest: QVideoFrame | None = None
        self._came_s = self._first_s = 0.0
        self._passed = self._least_px = 0
        self._is_opening = self._is_wanted = False
        self._silence = QTimer()
        self._silence.setSingleShot(True)
        self._silence.setInterval(SILENT_MS)
        self._silence.timeout.connect(lambda: self._fail(SILENT))
        self._sink.videoFrameChanged.connect(self._take)
        self._devices.videoInputsChanged.connect(self._look_for_it)

    def orders(self) -> Mapping[str, Order]:
        """Return what it obeys."""
        return {"devices": self.devices, "open": self.open, "next": self.next}

    def devices(self, _order: dict[str, Any], _body: bytearray) -> None:
        """Tell which cameras there are, the usual one first."""
        usual = self._devices.defaultVideoInput()
        found = sorted(self._devices.videoInputs(), key=lambda one: one.id() != usual.id())
        listed = [[_key_of(device), device.description()] for device in found]
        self._mouth.say({"is": "devices", "devices": listed})

    def open(self, order: dict[str, Any], _body: bytearray) -> None:
        """Open a camera by its key, "" for the usual one; facts are told with its first picture."""
        self._key, self._mirrored = str(order["key"]), bool(order["mirrored"])
        self._is_opening = True
        self._silence.start()
        if self._key.startswith(FILE):
            self._open_film(self._key.removeprefix(FILE))
        else:
            self._open_camera()

    def next(self, order: dict[str, Any], _body: bytearray) -> None:
        """Send the newest picture, when there is one that was not sent yet."""
        self._least_px = int(order.get("least", 0))
        self._is_wanted = True
        self._silence.start()
        self._serve()

    def _open_camera(self) -> None:
        from PySide6.QtMultimedia import QCamera

        device = self._device()
        if device is None:
            self._fail(GONE if self._key and self._devices.videoInputs() else NONE)
            return
        self._source = QCamera(device)
        self._source.errorOccurred.connect(self._refuse)
        self._session.setCamera(self._source)
        self._session.setVideoOutput(self._sink)
        self._source.start()
        self._rate = float(self._source.cameraFormat().maxFrameRate())

    def _open_film(self, path: str) -> None:
        from PySide6.QtCore import QUrl
        from PySide6.QtMultimedia import QMediaPlayer

        self._source = QMediaPlayer()
        self._source.setVideoSink(self._sink)
        self._source.setLoops(QMediaPlayer.Loops.Infinite.value)
        self._source.errorOccurred.connect(self._refuse)
        self._source.setSource(QUrl.fromLocalFile(path))
        self._source.play()

    def _device(self) -> QCameraDevice | None:
        if not self._key:
            usual = self._devices.defaultVideoInput()
            return None if usual.isNull() else usual
        same = (one for one in self._devices.videoInputs() if _key_of(one) == self._key)
        return next(same, None)

    def _take(self, frame: QVideoFrame) -> None:
        if not frame.isValid():
            return
        self._silence.start()
        if self._newest is not None:
            self._passed += 1
        self._newest, self._came_s = frame, time.perf_counter()
        if self._is_opening:
            self._begin(frame)
        self._serve()

    def _begin(self, frame: QVideoFrame) -> None:
        self._is_opening = False
        self._first_s = self._came_s
        size = frame.size()
        rate = self._rate or float(frame.streamFrameRate())
        self._mouth.say({"is": "facts", "size": [size.width(), size.height()], "rate": rate})

    def _serve(self) -> None:
        from deepdesk.ui.video.pictures import pixels_of

        if not self._is_wanted or self._newest is None:
            return
        start_s = time.perf_counter()
        frame, self._newest = self._newest, None
        pixels_HWC = pixels_of(frame, mirrored=self._mirrored, least_px=self._least_px)
        if pixels_HWC is None:
            self._passed += 1
            return
        self._is_wanted = False
        height, width, _channels = pixels_HWC.shape
        now_s = time.perf_counter()
        head = {
            "is": "frame",
            "size": [width, height],
            "at_s": self._came_s - self._first_s,
            "came_s": self._came_s,
            "passed": self._passed,
            "decode_ms": 1000.0 * (now_s - start_s),
        }
        self._passed = 0
        self._mouth.say(head, pixels_HWC.data)

    def _look_for_it(self) -> None:
        if self._source is not None and not self._key.startswith(FILE) and self._device() is None:
            self._fail(GONE)

    def _refuse(self, _error: Any, words: str) -> None:
        sys.stderr.write(f"{words}\n")
        self._fail(BUSY)

    def _fail(self, why: tuple[str, str]) -> None:
        if self._is_opening or self._is_wanted:
            self._is_opening = self._is_wanted = False
            self._mouth.complain(*why)


def _key_of(device: QCameraDevice) -> str:
    return bytes(device.id().data()).decode(errors="replace")


def main() -> int:
    """Show what the camera sees."""
    kept: list[Camera] = []

    def make(mouth: Mouth) -> Mapping[str, Order]:
        kept.append(Camera(mouth))
        return kept[0].orders()

    return serve(make)


if __name__ == "__main__":
    sys.exit(main())
