"""The energy of a run: read from counters of the machine, else reckoned with what a person states.

NVIDIA cards count their millijoules (NVML, Volta and newer), processors their microjoules
(Intel's and AMD's RAPL through Linux' powercap, where it may be read). Nothing is guessed: a
machine without counters whose wattage nobody stated has no figure.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from deepdesk.core.errors import StorageError
from deepdesk.core.events import EpochEnded, RunEnded, Saved, Stepped
from deepdesk.core.work import EventSink
from deepdesk.engine.forecast import machine
from deepdesk.project.preferences import load as load_preferences
from deepdesk.project.runs import RunFolder

POWERCAP = Path("/sys/class/powercap")
STATED = "stated watts"
_FILE = "power"
# Below that a run says little about what the machine draws.
_TELLING_S = 30.0
# Older runs count less, so that another computer beneath the same name is soon known.
_REMEMBERED_S = 4 * 3600.0


class Counter(Protocol):
    """Counts the energy of a part of the machine."""

    name: str

    def joules(self) -> float:
        """Return the energy since a moment that stays the same while the program runs."""
        ...


class ProcessorCounter:
    """RAPL counters of all processor packages, which begin again from 0 now and then.

    Args:
        zones: Folders of powercap, one for each package.

    Raises:
        OSError: They may not be read.
    """

    name = "processor"

    def __init__(self, zones: Sequence[Path]) -> None:
        self._zones = tuple(zones)
        self._ranges = [_number(zone / "max_energy_range_uj") for zone in zones]
        self._last = [_number(zone / "energy_uj") for zone in zones]
        self._sum_uj = 0

    def joules(self) -> float:
        """Return the energy since this counter was made."""
        for place, zone in enumerate(self._zones):
            now = _number(zone / "energy_uj")
            passed = now - self._last[place]
            self._sum_uj += passed if passed >= 0 else passed + self._ranges[place]
            self._last[place] = now
        return self._sum_uj / 1e6


class CardCounter:
    """The counter of the first NVIDIA card.

    Args:
        library: The module `pynvml`, initialised.
    """

    name = "GPU"

    def __init__(self, library: Any) -> None:
        self._library = library
        self._card = library.nvmlDeviceGetHandleByIndex(0)
        self.joules()

    def joules(self) -> float:
        """Return the energy since the driver was loaded."""
        return float(self._library.nvmlDeviceGetTotalEnergyConsumption(self._card)) / 1e3


def counters(device: str) -> tuple[Counter, ...]:
    """Return the counters that can be read: of the GPU where it computes, and of the processor."""
    found = [_card() if device == "cuda" else None, _processor(POWERCAP)]
    return tuple(counter for counter in found if counter is not None)


def _processor(folder: Path) -> Counter | None:
    zones = sorted(path for path in folder.glob("intel-rapl:*") if path.name.count(":") == 1)
    try:
        return ProcessorCounter(zones) if zones else None
    except (OSError, ValueError):
        return None


def _card() -> Counter | None:
    try:
        import pynvml

        pynvml.nvmlInit()
        return CardCounter(pynvml)
    except Exception:  # noqa: BLE001 - no driver, no card, an old one: each an error of its own
        return None


def _number(path: Path) -> int:
    return int(path.read_text(encoding="ascii"))


class Meter:
    """Adds up the energy of one run while it trains; pauses do not count.

    Args:
        device: That computes.
        counting: Counters to read; () reckons with `watts`.
        watts: What a person says the computer draws, 0 where nobody said.
        joules: Of the run before it went on.
        clock: Seconds that always pass.
    """

    def __init__(
        self,
        device: str,
        counting: Sequence[Counter],
        *,
        watts: float = 0.0,
        joules: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.joules = joules
        self._before = joules
        self.trained_s = 0.0
        self._device = device
        self._counters = tuple(counting)
        self._watts = watts
        self._clock = clock
        self._begun: float | None = None
        self._last = (0.0, 0.0, 0.0)

    @property
    def source(self) -> str:
        """Where the figure comes from, "" when there is none."""
        names = " and ".join(counter.name for counter in self._counters)
        return names or (STATED if self._watts else "")

    def note(self, trained_s: float) -> None:
        """Take in that the run has trained for so long in all."""
        now = (trained_s, self._clock(), sum(counter.joules() for counter in self._counters))
        if self._begun is None:
            self._begun, self._last = trained_s, now
            return
        trained, passed, drawn = (a - b for a, b in zip(now, self._last, strict=True))
        # Of a span with a pause only the part that trained counts.
        share = min(1.0, max(0.0, trained) / passed) if passed > 0 else 0.0
        self.joules += drawn * share if self._counters else self._watts * max(0.0, trained)
        self.trained_s += max(0.0, trained)
        self._last = now

    def remember(self) -> None:
        """Keep what this machine draws while it trains, for the next forecast."""
        if not self._counters or self.trained_s < _TELLING_S:
            return
        known = _kept(self._device)
        fade = min(1.0, _REMEMBERED_S / max(known["seconds"], 1e-9))
        joules = known["joules"] * fade + self.joules - self._before
        seconds = known["seconds"] * fade + self.trained_s
        machine.keep(
            _FILE, self._device, {"joules": joules, "seconds": seconds, "source": self.source}
        )


def watts_of(device: str) -> tuple[float, str]:
    """Return (watts while training, where from): measured by earlier runs, else stated, else 0."""
    known = _kept(device)
    if known["seconds"] > 0:
        return known["joules"] / known["seconds"], "measured"
    stated = load_preferences().watts
    return stated, STATED if stated else ""


def _kept(device: str) -> dict[str, float]:
    values: Mapping[str, Any] = machine.kept(_FILE, device) or {}
    found = {key: values.get(key, 0.0) for key in ("joules", "seconds")}
    is_legal = all(type(v) in (int, float) and 0 <= v < 1e15 for v in found.values())
    return found if is_legal else {"joules": 0.0, "seconds": 0.0}


def metered(run: RunFolder, device: str, emit: EventSink) -> EventSink:
    """Return a sink that keeps the energy of a run in its folder and passes every event on."""
    meter = Meter(
        device, counters(device), watts=load_preferences().watts, joules=run.info().joules
    )
    return lambda event: _tell(meter, run, emit, event)


def _tell(meter: Meter, run: RunFolder, emit: EventSink, event: Any) -> None:
    if isinstance(event, Stepped | EpochEnded):
        meter.note(event.seconds)
    elif isinstance(event, Saved | RunEnded) and meter.source:
        # The run goes on without its figure; a full disk is said by whoever saves.
        with contextlib.suppress(StorageError):
            run.update(joules=round(meter.joules, 1), energy_from=meter.source)
    if isinstance(event, RunEnded):
        meter.remember()
    emit(event)
