"""One thing at a time, done beside the training loop; the loop asks how it went."""

from __future__ import annotations

import _thread
import threading
from collections.abc import Callable

from deepdesk.core.errors import DeepDeskError


class Background:
    """Calls one function at a time in a thread of its own.

    Attributes:
        is_started: Whether there is a function about which nobody asked how it went.
    """

    def __init__(self) -> None:
        self._over = threading.Event()
        self._over.set()
        self._error: BaseException | None = None
        self.is_started = False

    @property
    def is_busy(self) -> bool:
        """Whether a function is running."""
        return not self._over.is_set()

    @property
    def is_over(self) -> bool:
        """Whether a function has ended and nobody asked how it went."""
        return self.is_started and self._over.is_set()

    def start(self, act: Callable[[], None]) -> None:
        """Begin with `act`; the one before must be taken in."""
        self._error = None
        self._over.clear()
        self.is_started = True
        # threading.Thread would wait until the thread runs, which takes long on a busy machine.
        _thread.start_new_thread(self._run, (act,))

    def join(self) -> None:
        """Wait until nothing is running."""
        self._over.wait()

    def take(self) -> DeepDeskError | None:
        """Wait for the function and return what the world said no to, None when all went well.

        Raises:
            BaseException: A mistake of ours that the function met.
        """
        self.join()
        self.is_started = False
        error, self._error = self._error, None
        if error is None or isinstance(error, DeepDeskError):
            return error
        raise error

    def _run(self, act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - raised again in the loop's thread
            self._error = error
        finally:
            self._over.set()
