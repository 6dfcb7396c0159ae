"""Whether each device of this machine really computes: tried, not only asked for. No torch."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Result
from deepdesk.core.processes import child_command, start
from deepdesk.core.work import EventSink, StopToken

LIMIT_S = 120.0
_LOOK_S = 0.1
_OUTPUT = 64_000
_CHILD = "deepdesk.engine.check_child"
_CARDS = ("nvidia", "amd", "intel")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCheck:
    """What came of a device.

    Attributes:
        key: What torch calls it, "" for a card that torch does not see.
        name: For people.
        detail: Such as "2 threads" or "24 GB".
        works: Whether a forward and a backward pass gave the right numbers on it.
        seconds: That took, the first time.
        why: Why it does not work, one sentence; "" where it does.
    """

    key: str
    name: str
    detail: str = ""
    works: bool
    seconds: float = 0.0
    why: str = ""

    def words(self) -> str:
        """Return one line for people."""
        name = "Processor" if self.key == "cpu" else self.name
        about = f"{name}, {self.detail}" if self.detail else name
        return f"{about}: works" if self.works else f"{about}: {self.why or 'does not work'}"


def checking(emit: EventSink, stop: StopToken) -> None:
    """Emit a `Result` with a tuple of `DeviceCheck`, those that work first.

    Raises:
        DeepDeskError: Not even the processor could be tried.
        StoppedError: Asked to stop.
    """
    told, how = _told(stop)
    found = checks_of(told, how)
    if not found:
        raise DeepDeskError(f"The devices could not be tried: {how}.", "Repair the installation.")
    emit(Result(value=(*found, *unused_cards(found))))


def checks_of(lines: Sequence[str], how: str) -> tuple[DeviceCheck, ...]:
    """Return what the lines of the process say, those that work first.

    Args:
        how: How the process ended, for a device that was begun and never told of.
    """
    begun: dict[str, dict[str, Any]] = {}
    done: dict[str, DeviceCheck] = {}
    for line in lines:
        with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError):
            said = json.loads(line)
            key = str(said["key"])
            begun[key] = said
            if said["begun"] is False:
                done[key] = _check(said, str(said["why"]), float(said["seconds"]))
    for key, said in begun.items():
        if key not in done:
            done[key] = _check(said, f"its first computation did not come back ({how})", 0.0)
    return tuple(sorted(done.values(), key=lambda check: not check.works))


def unused_cards(found: Sequence[DeviceCheck]) -> tuple[DeviceCheck, ...]:
    """Return the graphics cards of this machine that torch does not see, each with the reason."""
    if any(check.key not in ("", "cpu") for check in found):
        return ()
    from deepdesk.launcher.choice import choices
    from deepdesk.launcher.hardware import look

    hardware = look()
    best = next(iter(choices(hardware)), None)  # none where the machine is not supported at all
    why_not = chosen_reason() or (
        best.why
        if best is not None and best.backend == "cpu"
        else "not used, because this PyTorch was made for the processor. "
        f"{best.advice if best is not None else ''}".strip()
    )
    return tuple(
        DeviceCheck(key="", name=gpu.name, works=False, why=why_not)
        for gpu in hardware.gpus
        if gpu.maker in _CARDS
    )


def chosen_reason() -> str:
    """Return why this environment was set up as it is, "" where no launcher did that."""
    ready = set_up_as()
    if ready is None:
        return ""
    passed = [why for _backend, why in ready.passed_over]
    return " ".join([ready.why, *passed])


def set_up_as() -> Any:
    """Return the launcher's `Ready` of the environment in use, or None."""
    from deepdesk.launcher.environments import current
    from deepdesk.launcher.places import MARKER, places

    if not (Path(sys.prefix).parent / MARKER).is_file():
        return None
    with contextlib.suppress(DeepDeskError, OSError):
        return current(places())
    return None


def _check(said: dict[str, Any], why: str, seconds: float) -> DeviceCheck:
    return DeviceCheck(
        key=str(said["key"]),
        name=str(said.get("name", said["key"])),
        detail=str(said.get("detail", "")),
        works=not why,
        seconds=seconds,
        why=why,
    )


def _told(stop: StopToken) -> tuple[list[str], str]:
    """Return the lines of the process, and in words how it ended."""
    try:
        child = start(child_command(_CHILD))
    except OSError as error:
        raise DeepDeskError(f"No process can be started: {error.strerror or error}.") from error
    until_s = time.monotonic() + LIMIT_S
    told: tuple[bytes, bytes] | None = None
    try:
        while told is None and time.monotonic() < until_s:
            stop.check()
            with contextlib.suppress(subprocess.TimeoutExpired):
                told = child.communicate(timeout=_LOOK_S)
        is_late = told is None
    finally:
        if told is None:
            child.kill()
            told = child.communicate()
    how = "it took too long" if is_late else _last_words(child.returncode, told[1])
    return told[0][:_OUTPUT].decode(errors="replace").splitlines(), how


def _last_words(status: int, words: bytes) -> str:
    if status < 0 or status > 255:
        return "the driver or PyTorch crashed"
    lines = words.decode(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else "it ended without a word"
