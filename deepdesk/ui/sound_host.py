"""PortAudio, loaded when it is first needed, and how many of its streams are open. No Qt.

PortAudio lists devices once, when it starts. To see one that was plugged in since, it has to be
started again, which ends every open stream; so it is only done while there is none.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from deepdesk.core.errors import DeviceError

LOGGER = logging.getLogger("deepdesk.sound")
NOT_ALLOWED = DeviceError(
    "DeepDesk is not allowed to use the microphone.",
    "Allow it in the system's settings for privacy, then start DeepDesk again.",
)


class SoundHost:
    """The one user of PortAudio in this process. Safe to call from any thread but the window's."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._open = 0
        self._ask: Callable[[], bool] | None = None
        self._instead: Any = None

    def use(self, library: Any) -> None:
        """Let `library`, which has what is used of `sounddevice`, stand for it from now on."""
        self._instead = library

    def ask_with(self, ask: Callable[[], bool]) -> None:
        """Let `ask`, which may take long, decide from now on whether to open a microphone."""
        self._ask = ask

    def check_allowed(self) -> None:
        """Wait for the leave to listen.

        Raises:
            DeviceError: The person or the system said no.
        """
        if self._ask is not None and not self._ask():
            # A new one each time: one that was raised keeps where.
            raise DeviceError(NOT_ALLOWED.message, NOT_ALLOWED.hint)

    def library(self, what: str) -> Any:
        """Return the module `sounddevice`.

        Args:
            what: Beginning of the sentence, for instance "Playing" or "Recording".

        Raises:
            DeviceError: PortAudio is not installed.
        """
        if self._instead is not None:
            return self._instead
        try:
            with self._lock:
                import sounddevice
        except (ImportError, OSError) as error:
            raise DeviceError(
                f"{what} needs PortAudio.",
                "Install libportaudio2, then start DeepDesk again.",
            ) from error
        return sounddevice

    def opened(self, make: Callable[[], Any]) -> Any:
        """Return the stream that `make` opens, and count it until `closed` is called."""
        with self._lock:
            stream = make()
            self._open += 1
            return stream

    def closed(self) -> None:
        """Say that a stream is closed."""
        with self._lock:
            self._open = max(0, self._open - 1)

    def listed(self, ask: Callable[[Any], Any]) -> Any:
        """Return what `ask` reads from PortAudio, started again where nothing is open.

        Raises:
            DeviceError: PortAudio is not installed, or does not start.
        """
        sounddevice = self.library("Recording")
        with self._lock:
            try:
                if not self._open:
                    sounddevice._terminate()
                    sounddevice._initialize()
                return ask(sounddevice)
            except (sounddevice.PortAudioError, ValueError, OSError) as error:
                LOGGER.info("devices for sound could not be listed: %s", error)
                raise DeviceError(
                    "The sound devices could not be listed.", "Start DeepDesk again."
                ) from error


HOST = SoundHost()
