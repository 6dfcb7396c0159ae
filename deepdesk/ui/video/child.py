"""What every process for video has: Qt without a window, orders in, messages out."""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from typing import IO, Any

from deepdesk.ui.video import wire

NEEDS = (
    "libpulse0 and libxrandr2 are missing.",
    "Type: sudo apt install libpulse0 libxrandr2",
)
Order = Callable[[dict[str, Any], bytearray], None]


class Mouth:
    """Says things to the program that started this process."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def say(self, head: Mapping[str, Any], body: wire.Bytes = b"") -> None:
        """Send a message; where nobody listens any more, this process is of no use."""
        try:
            wire.put(self._stream, head, body)
        except OSError:
            os._exit(0)

    def complain(self, message: str, hint: str = "") -> None:
        """Send why something cannot be done."""
        self.say({"is": "problem", "message": message, "hint": hint})


def serve(make: Callable[[Mouth], Mapping[str, Order]]) -> int:
    """Obey orders until the input ends, and return the exit status.

    Args:
        make: Called once Qt is there; returns what is done for each order, in the main thread.
    """
    orders, mouth = _own_pipes()
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["QT_LOGGING_RULES"] = "qt.*=false"
    # Frames stay in plain memory: nothing here has a graphics card.
    os.environ["QT_FFMPEG_DECODING_HW_DEVICE_TYPES"] = ","
    try:
        from PySide6.QtCore import QObject, Qt, Signal
        from PySide6.QtGui import QGuiApplication
        from PySide6.QtMultimedia import QMediaFormat
    except ImportError:
        mouth.complain(*NEEDS)
        return 1
    application = QGuiApplication(["deepdesk-video"])
    decode = QMediaFormat.ConversionMode.Decode
    if not QMediaFormat().supportedVideoCodecs(decode):
        mouth.complain(*NEEDS)
        return 1

    class Inbox(QObject):
        came = Signal(object)
        over = Signal()

    inbox = Inbox()
    made = make(mouth)

    def obey(message: tuple[dict[str, Any], bytearray]) -> None:
        try:
            made[message[0]["do"]](*message)
        except Exception as error:  # noqa: BLE001 - told to who can say it
            sys.stderr.write(traceback.format_exc())
            mouth.complain(f"Unexpected: {error!r}")

    inbox.came.connect(obey, Qt.ConnectionType.QueuedConnection)
    inbox.over.connect(application.quit, Qt.ConnectionType.QueuedConnection)
    reader = threading.Thread(target=_listen, args=(orders, inbox), name="orders", daemon=True)
    reader.start()
    application.exec()
    # Qt's own threads may be amid a frame: nothing here is worth waiting for them.
    os._exit(0)


def _own_pipes() -> tuple[IO[bytes], Mouth]:
    """Return input and output; whatever a library prints goes elsewhere."""
    orders = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return orders, Mouth(answers)


def _listen(orders: IO[bytes], inbox: Any) -> None:
    while (message := wire.take(orders)) is not None:
        inbox.came.emit(message)
    inbox.over.emit()
