"""A microphone for the pictures: a tape of sounds stands for the one of the machine. No Qt."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.ui.sound_host import HOST

NAME = "Built-in microphone"
INTERFACE = "ALSA"
LATENCY_S = 0.01
HELD_S = 1.0
# A room is never quite silent, and a microphone that gives zeros is called switched off.
ROOM = 0.002
SEED = 5


class TapeError(Exception):
    """What stands for the error of the library."""


class TapeMicrophone:
    """Stands for the module `sounddevice`: one device, which hears a tape as fast as it is played.

    Attributes:
        is_plugged: Whether there is a device.
        is_held: Whether it plays next to nothing.
    """

    PortAudioError = TapeError

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tape_T: NDArray[np.float32] = np.zeros(0, np.float32)
        self._at = 0
        self._chance = np.random.default_rng(SEED)
        self.rate_hz = 8_000
        self.is_plugged = True
        self.is_held = False

    def insert(self, sounds: Sequence[NDArray[np.float32]], rate_hz: int, pause_s: float) -> None:
        """Play sounds from now on, float32, (T,) each, with pauses between; then it is quiet."""
        pause_T = np.zeros(round(pause_s * rate_hz), np.float32)
        with self._lock:
            parts = [part for sound in sounds for part in (sound, pause_T)]
            self._tape_T = np.concatenate([pause_T, *parts])
            self._at, self.is_held, self.rate_hz = 0, False, rate_hz

    def hold(self) -> None:
        """Play a sample a second from now on, so that a picture can be taken of what is there.

        A microphone that gives nothing at all is taken to be gone; with so little nothing new is
        answered.
        """
        self.is_held = True

    def next(self, count: int) -> NDArray[np.float32]:
        """Return so many samples, float32, (T,)."""
        with self._lock:
            heard_T = self._chance.standard_normal(count).astype(np.float32) * ROOM
            piece_T = self._tape_T[self._at : self._at + count]
            heard_T[: len(piece_T)] += piece_T
            self._at += len(piece_T)
            return heard_T

    # What the module has.

    def _terminate(self) -> None:
        """End the library, which was never begun."""

    def _initialize(self) -> None:
        """Begin the library; there is nothing to look for."""

    def query_hostapis(self) -> tuple[Mapping[str, Any], ...]:
        """Return facts of the one interface."""
        return ({"name": INTERFACE},)

    def query_devices(self, device: int | None = None, kind: str = "") -> Any:
        """Return facts of all devices, or with `kind` of the one that is used."""
        facts = {
            "name": NAME,
            "hostapi": 0,
            "max_input_channels": 1,
            "max_output_channels": 0,
            "default_samplerate": float(self.rate_hz),
        }
        if kind != "input":
            return (facts,) if self.is_plugged else ()
        if not self.is_plugged or device not in (None, 0):
            raise TapeError("no device")
        return facts

    def check_input_settings(self, *, samplerate: int, **_others: Any) -> None:
        """Raise `TapeError` for another rate than that of the tape."""
        if samplerate != self.rate_hz:
            raise TapeError("another rate")

    def InputStream(self, **settings: Any) -> TapeStream:
        """Return a stream that plays the tape."""
        return TapeStream(self, settings["blocksize"], settings["callback"])


class TapeStream:
    """Calls back from a thread of its own, a block each time that it lasts."""

    latency = LATENCY_S

    def __init__(
        self, tape: TapeMicrophone, count: int, take: Callable[[Any, int, Any, Any], None]
    ) -> None:
        self._tape, self._count, self._take = tape, count, take
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._play, name="tape", daemon=True)

    @property
    def active(self) -> bool:
        """Whether it plays."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to play."""
        self._thread.start()

    def abort(self) -> None:
        """Play no more."""
        self._over.set()

    def close(self) -> None:
        """Wait until it has ended."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _play(self) -> None:
        block_s = self._count / self._tape.rate_hz
        due_s = time.monotonic()
        while not self._over.wait(max(0.0, due_s - time.monotonic())):
            is_held = self._tape.is_held
            heard_T = self._tape.next(1 if is_held else self._count)
            self._take(heard_T[:, None], len(heard_T), None, None)
            due_s += HELD_S if is_held else block_s


TAPE = TapeMicrophone()


def plug_in() -> TapeMicrophone:
    """Let the tape stand for the microphone of this process, and return it."""
    HOST.use(TAPE)
    TAPE.is_plugged = True
    return TAPE
