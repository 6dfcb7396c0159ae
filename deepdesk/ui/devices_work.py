"""Finding the devices of this machine: loads torch, in the one thread of its job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deepdesk.core.events import Result
from deepdesk.core.work import EventSink, StopToken

if TYPE_CHECKING:
    from deepdesk.engine.devices import DeviceInfo


def finding_devices(emit: EventSink, _stop: StopToken) -> None:
    """Emit a `Result` with the (text, why) of the device that would be taken."""
    from deepdesk.engine.devices import detect

    emit(Result(value=badge_words(detect())))


def badge_words(devices: list[DeviceInfo]) -> tuple[str, str]:
    """Return what the badge says of the first device, and why."""
    first = devices[0]
    return f"{first.name} · {first.detail}", first.why
