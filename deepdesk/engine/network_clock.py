"""How long an answer takes before, in and after the network."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Milliseconds of one answer.

    Attributes:
        prepare_ms: Until the network is first called.
        network_ms: In the network, all calls together.
        read_ms: From then on, such as choosing between boxes that overlap.
    """

    prepare_ms: float
    network_ms: float
    read_ms: float


class NetworkClock:
    """Listens to the calls of one network during an answer. Used in the thread that calls it.

    Args:
        model: A module whose calls are timed; anything else cannot be listened to, and all of the
            time counts as the network's.
    """

    def __init__(self, model: Any, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._begun_s = self._first_s = self._called_s = self._last_s = 0.0
        self._in_network_s = 0.0
        self._calls = 0
        self._model = model if hasattr(model, "register_forward_hook") else None
        self._hooks: list[Any] = []

    def begin(self) -> None:
        """An answer begins now; `end` has to follow, also where there is none in the end."""
        if self._model is not None and not self._hooks:
            self._hooks = [
                self._model.register_forward_pre_hook(self._enter),
                self._model.register_forward_hook(self._leave),
            ]
        self._begun_s = self._clock()
        self._in_network_s = 0.0
        self._calls = 0

    def end(self) -> Times:
        """Return the times of the answer that ends now."""
        now_s = self._clock()
        for hook in self._hooks:
            hook.remove()
        self._hooks = []
        if not self._calls:
            whole_ms = 1000.0 * (now_s - self._begun_s)
            return Times(prepare_ms=0.0, network_ms=whole_ms, read_ms=0.0)
        prepare_s = self._first_s - self._begun_s
        between_s = self._last_s - self._first_s - self._in_network_s
        return Times(
            prepare_ms=1000.0 * (prepare_s + between_s),
            network_ms=1000.0 * self._in_network_s,
            read_ms=1000.0 * (now_s - self._last_s),
        )

    def _enter(self, _model: Any, given: tuple[Any, ...]) -> None:
        _wait_for_device(given)
        self._called_s = self._clock()
        if not self._calls:
            self._first_s = self._called_s
        self._calls += 1

    def _leave(self, _model: Any, given: tuple[Any, ...], _out: Any) -> None:
        _wait_for_device(given)
        self._last_s = self._clock()
        self._in_network_s += self._last_s - self._called_s


def _wait_for_device(given: tuple[Any, ...]) -> None:
    """Wait until a GPU has done what was asked of it, so that its time is told where it belongs."""
    if any(getattr(getattr(x, "device", None), "type", "") == "cuda" for x in given):
        import torch  # it is loaded already where a tensor is

        torch.cuda.synchronize()
