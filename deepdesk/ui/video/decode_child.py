"""The process that decodes films: one file, one frame for each time it is asked for one.

A hostile file can take down this process and no other, and it may use as long for a frame as it
likes: nobody's window waits. Films are played as fast as they are wanted; when enough frames
wait, the player is paused, so that memory stays bounded.
"""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from deepdesk.ui.video.child import Mouth, Order, serve

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QVideoFrame

# Frames that wait until somebody asks for them.
AHEAD = 4
FASTEST = 100.0
MOST_PIXELS = 4096 * 2304
# A place in a damaged film may never come; then whatever comes is taken.
PLACE_MS = 1_500
NO_VIDEO = ("There is no picture in it, only sound.", "Choose a video.")
UNREADABLE = (
    "It is no video that can be read: cut off, damaged, or of an unknown kind.",
    "Save it as MP4 (H.264) with another program, then try again.",
)
UNKNOWN = (
    "Its way of compressing pictures is not known here.",
    "Save it as MP4 (H.264) with another program, then try again.",
)


class Decoder:
    """Plays one film and hands its frames out. Lives in the main thread."""

    def __init__(self, mouth: Mouth) -> None:
        from PySide6.QtCore import QTimer
        from PySide6.QtMultimedia import QMediaPlayer, QVideoSink

        self._mouth = mouth
        self._player = QMediaPlayer()
        self._sink = QVideoSink()
        self._player.setVideoSink(self._sink)
        self._status = QMediaPlayer.MediaStatus
        self._state = QMediaPlayer.PlaybackState
        self._waiting: deque[QVideoFrame] = deque()
        self._wish: dict[str, Any] | None = None
        self._is_opening = False
        self._last_us = -1
        self._place_us: int | None = None
        self._skipped = 0
        self._patience = QTimer()
        self._patience.setSingleShot(True)
        self._patience.setInterval(PLACE_MS)
        self._patience.timeout.connect(self._give_place_up)
        self._sink.videoFrameChanged.connect(self._take)
        self._player.mediaStatusChanged.connect(self._follow)
        self._player.errorOccurred.connect(self._fail)

    def orders(self) -> Mapping[str, Order]:
        """Return what it obeys."""
        return {"open": self.open, "next": self.next, "seek": self.seek, "pace": self.pace}

    def open(self, order: dict[str, Any], _body: bytearray) -> None:
        """Open a file; its facts are told once its first frame is there."""
        from PySide6.QtCore import QUrl

        self._is_opening = True
        self._player.setSource(QUrl.fromLocalFile(order["path"]))

    def next(self, order: dict[str, Any], _body: bytearray) -> None:
        """Send the next frame that is still shown at `from_us`, or say that the film is over."""
        self._wish = order
        self._skipped = 0
        self._serve()

    def seek(self, order: dict[str, Any], _body: bytearray) -> None:
        """Go to the frame that is shown at `us`; the next one that is asked for is that one."""
        self._waiting.clear()
        self._last_us = -1
        most = max(0, self._player.duration() - 1)
        milliseconds = min(int(order["us"]) // 1000 + 1, most)
        self._place_us = min(int(order["us"]), most * 1000)
        if self._player.playbackState() == self._state.StoppedState:
            self._player.pause()
        self._player.setPosition(milliseconds)
        self._patience.start()
        self._player.play()
        self._mouth.say({"is": "done"})

    def pace(self, order: dict[str, Any], _body: bytearray) -> None:
        """Decode so many times as fast as the film is meant to be seen."""
        self._player.setPlaybackRate(max(1.0, min(FASTEST, float(order["rate"]))))
        self._mouth.say({"is": "done"})

    def _take(self, frame: QVideoFrame) -> None:
        if not frame.isValid():
            return
        start_us, end_us = frame.startTime(), frame.endTime()
        if self._place_us is not None:
            # Frames of the place before may still be on their way: two frames later at least.
            # Some kinds of file go to the frame after it.
            late_us = start_us - self._place_us
            if late_us > 2_000 + max(0, end_us - start_us) or end_us < self._place_us:
                return
            self._found_place()
        if start_us <= self._last_us:
            return
        self._last_us = start_us
        self._waiting.append(frame)
        if self._is_opening:
            self._begin(frame)
        if len(self._waiting) >= AHEAD:
            self._player.pause()
        self._serve()

    def _found_place(self) -> None:
        self._place_us = None
        self._patience.stop()

    def _give_place_up(self) -> None:
        self._place_us = None
        self._serve()

    def _begin(self, frame: QVideoFrame) -> None:
        self._is_opening = False
        image = frame.toImage()
        if image.width() * image.height() > MOST_PIXELS:
            self._refuse_size(image.width(), image.height())
            return
        data = self._player.metaData()
        keys = type(data).Key
        self._mouth.say(
            {
                "is": "facts",
                "size": [image.width(), image.height()],
                "length_ms": self._player.duration(),
                "rate": float(data.value(keys.VideoFrameRate) or 0.0),
                "codec": data.stringValue(keys.VideoCodec),
                "turned": int(getattr(frame.rotation(), "value", 0)),
            }
        )

    def _refuse_size(self, width: int, height: int) -> None:
        self._is_opening = False
        self._player.stop()
        self._waiting.clear()
        self._mouth.complain(
            f"It has {width:,} x {height:,} pixels, more than the 4,096 x 2,304 that are read.",
            "Make a smaller copy of it with another program.",
        )

    def _serve(self) -> None:
        while self._wish is not None and self._waiting:
            frame = self._waiting.popleft()
            ends_us = frame.endTime() if frame.endTime() > frame.startTime() else frame.startTime()
            if ends_us <= int(self._wish.get("from_us", 0)) and not self._is_last():
                self._skipped += 1
                continue
            self._send(frame, self._wish)
        if self._wish is not None and self._is_over():
            self._wish = None
            self._mouth.say({"is": "end", "skipped": self._skipped})
        paused = self._player.playbackState() == self._state.PausedState
        if paused and len(self._waiting) < AHEAD // 2 and not self._is_over():
            self._player.play()

    def _send(self, frame: QVideoFrame, wish: dict[str, Any]) -> None:
        from deepdesk.ui.video.pictures import pixels_of

        start_s = time.perf_counter()
        side_px, least_px = int(wish.get("side", 0)), int(wish.get("least", 0))
        pixels_HWC = pixels_of(frame, side_px=side_px, least_px=least_px)
        if pixels_HWC is None:
            self._skipped += 1
            return
        self._wish = None
        height, width, _channels = pixels_HWC.shape
        if height * width > MOST_PIXELS:
            self._refuse_size(width, height)
            return
        head = {
            "is": "frame",
            "size": [width, height],
            "start_us": frame.startTime(),
            "end_us": frame.endTime(),
            "skipped": self._skipped,
            "decode_ms": 1000.0 * (time.perf_counter() - start_s),
        }
        self._mouth.say(head, pixels_HWC.data)

    def _is_last(self) -> bool:
        return not self._waiting and self._player.mediaStatus() == self._status.EndOfMedia

    def _is_over(self) -> bool:
        ended = self._player.mediaStatus() in (self._status.EndOfMedia, self._status.InvalidMedia)
        return ended and not self._waiting and self._place_us is None

    def _follow(self, status: Any) -> None:
        if status == self._status.LoadedMedia and self._is_opening:
            self._check_loaded()
        elif status == self._status.EndOfMedia:
            if self._is_opening:
                self._is_opening = False
                self._mouth.complain(*UNKNOWN)
            self._serve()

    def _check_loaded(self) -> None:
        if not self._player.hasVideo():
            self._is_opening = False
            self._mouth.complain(*(UNKNOWN if self._player.videoTracks() else NO_VIDEO))
            return
        size = self._player.metaData().value(type(self._player.metaData()).Key.Resolution)
        if size is not None and size.width() * size.height() > MOST_PIXELS:
            self._refuse_size(size.width(), size.height())
            return
        self._player.play()

    def _fail(self, _error: Any, words: str) -> None:
        sys.stderr.write(f"{words}\n")
        if self._is_opening or self._wish is not None:
            self._is_opening, self._wish = False, None
            self._mouth.complain(*UNREADABLE)


def main() -> int:
    """Decode what is asked for."""
    kept: list[Decoder] = []

    def make(mouth: Mouth) -> Mapping[str, Order]:
        kept.append(Decoder(mouth))
        return kept[0].orders()

    return serve(make)


if __name__ == "__main__":
    sys.exit(main())
