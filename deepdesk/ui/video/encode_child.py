"""The process that writes films: pictures in, one file out."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from deepdesk.ui.video.child import Mouth, Order, serve

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QMediaFormat

NO_ENCODER = ("This computer has no encoder for MP4.", "Save it as AVI or as pictures.")
# Best first: what phones and browsers play, then what every player does.
CODECS = ("H264", "H265", "MPEG4")


class Encoder:
    """Writes one film. Lives in the main thread."""

    def __init__(self, mouth: Mouth) -> None:
        from PySide6.QtMultimedia import QMediaCaptureSession, QMediaRecorder, QVideoFrameInput

        self._mouth = mouth
        self._session = QMediaCaptureSession()
        self._input = QVideoFrameInput()
        self._recorder = QMediaRecorder()
        self._stopped = QMediaRecorder.RecorderState.StoppedState
        self._quality = QMediaRecorder.Quality.VeryHighQuality
        self._session.setVideoFrameInput(self._input)
        self._session.setRecorder(self._recorder)
        self._recorder.setAutoStop(True)
        self._frame: Any = None
        self._is_ending = False
        self._rate = 25.0
        self._count = 0
        self._input.readyToSendVideoFrame.connect(self._send)
        self._recorder.errorOccurred.connect(self._fail)
        self._recorder.recorderStateChanged.connect(self._follow)

    def orders(self) -> Mapping[str, Order]:
        """Return what it obeys."""
        return {"open": self.open, "frame": self.frame, "end": self.end}

    def open(self, order: dict[str, Any], _body: bytearray) -> None:
        """Begin a file."""
        from PySide6.QtCore import QUrl

        chosen = _format()
        if chosen is None:
            self._mouth.complain(*NO_ENCODER)
            return
        self._rate = float(order["rate"])
        self._recorder.setMediaFormat(chosen)
        self._recorder.setVideoFrameRate(self._rate)
        self._recorder.setQuality(self._quality)
        self._recorder.setOutputLocation(QUrl.fromLocalFile(order["path"]))
        self._recorder.record()
        self._mouth.say({"is": "done", "codec": type(chosen).videoCodecName(chosen.videoCodec())})

    def frame(self, order: dict[str, Any], body: bytearray) -> None:
        """Take the next picture; the answer comes when there is room for another one."""
        import numpy as np

        from deepdesk.ui.video.pictures import frame_of

        width, height = order["size"]
        pixels_HWC = np.frombuffer(body, np.uint8).reshape(height, width, 3)
        start_us, end_us = (round(1e6 * (self._count + i) / self._rate) for i in range(2))
        self._count += 1
        self._frame = frame_of(pixels_HWC, start_us, end_us)
        self._frame.setStreamFrameRate(self._rate)
        self._send()

    def end(self, _order: dict[str, Any], _body: bytearray) -> None:
        """Finish the file."""
        from PySide6.QtMultimedia import QVideoFrame

        self._is_ending = True
        # An empty frame ends the stream.
        self._frame = QVideoFrame()
        self._send()

    def _send(self) -> None:
        if self._frame is None or not self._input.sendVideoFrame(self._frame):
            return
        self._frame = None
        if not self._is_ending:
            self._mouth.say({"is": "done"})

    def _follow(self, state: Any) -> None:
        if state == self._stopped and self._is_ending:
            self._is_ending = False
            path = self._recorder.actualLocation().toLocalFile()
            self._mouth.say({"is": "done", "path": path})

    def _fail(self, _error: Any, words: str) -> None:
        self._mouth.complain(f"The video cannot be written: {words}", "Save it as AVI or pictures.")


def _format() -> QMediaFormat | None:
    """Return the best MP4 that can be written here."""
    from PySide6.QtMultimedia import QMediaFormat

    made = QMediaFormat(QMediaFormat.FileFormat.MPEG4)
    able = made.supportedVideoCodecs(QMediaFormat.ConversionMode.Encode)
    for name in CODECS:
        codec = getattr(QMediaFormat.VideoCodec, name)
        if codec in able:
            made.setVideoCodec(codec)
            made.setAudioCodec(QMediaFormat.AudioCodec.Unspecified)
            return made
    return None


def main() -> int:
    """Write what is sent."""
    kept: list[Encoder] = []

    def make(mouth: Mouth) -> Mapping[str, Order]:
        kept.append(Encoder(mouth))
        return kept[0].orders()

    return serve(make)


if __name__ == "__main__":
    sys.exit(main())
