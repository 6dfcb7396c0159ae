"""Which devices this machine has, and why one was taken."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

import psutil
import torch

from deepdesk.core.errors import DeviceError


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceInfo:
    """One place to compute.

    Attributes:
        key: What torch calls it: "cpu", "cuda", "mps" or "xpu".
        name: For the badge, for instance "CPU" or "NVIDIA RTX 4090".
        detail: For the badge, for instance "2 threads".
        why: One sentence: why it would be taken, or what is in the way of a faster one.
        memory_bytes: Its memory, 0 if unknown.
    """

    key: str
    name: str
    detail: str
    why: str
    memory_bytes: int


def detect() -> list[DeviceInfo]:
    """Return the usable devices, fastest first; the CPU is always among them."""
    found = [info for probe in _PROBES for info in (probe(),) if info is not None]
    return [*found, _cpu(has_other=bool(found))]


def device_for(wanted: str) -> DeviceInfo:
    """Return the device of that key, or the fastest for "auto".

    Raises:
        DeviceError: This machine has no such device.
    """
    found = detect()
    if wanted == "auto":
        return found[0]
    for info in found:
        if info.key == wanted:
            return info
    names = ", ".join(info.key for info in found)
    raise DeviceError(
        f"This machine has no {wanted} device that torch can use.", f"There is: {names}."
    )


def device_name(key: str) -> str:
    """Return what a device is called, for instance "NVIDIA RTX 4090"; its key if it is not here."""
    return next((info.name for info in detect() if info.key == key), key)


def usable_cores() -> int:
    """Return how many threads of the processor this process may use at once, at least 1."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, allowed or 1)


def physical_cores() -> int:
    """Return the processor cores this process may use, at least 1."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(psutil.cpu_count(logical=False) or 1, allowed or 1))


def _cuda() -> DeviceInfo | None:
    if not torch.cuda.is_available():
        return None
    properties = torch.cuda.get_device_properties(0)
    maker = "ROCm" if torch.version.hip else "CUDA"
    return DeviceInfo(
        key="cuda",
        name=properties.name,
        detail=f"{properties.total_memory / 2**30:.0f} GB",
        why=f"A GPU that works with {maker} is there, the fastest choice.",
        memory_bytes=properties.total_memory,
    )


def _mps() -> DeviceInfo | None:
    if not torch.backends.mps.is_available():
        return None
    return DeviceInfo(
        key="mps",
        name="Apple GPU",
        detail="shared memory",
        why="The GPU of this Mac is there, faster than its processor.",
        memory_bytes=psutil.virtual_memory().total,
    )


def _xpu() -> DeviceInfo | None:
    if not torch.xpu.is_available():
        return None
    properties = torch.xpu.get_device_properties(0)
    return DeviceInfo(
        key="xpu",
        name=properties.name,
        detail=f"{properties.total_memory / 2**30:.0f} GB",
        why="An Intel GPU is there, faster than the processor.",
        memory_bytes=properties.total_memory,
    )


_PROBES: tuple[Callable[[], DeviceInfo | None], ...] = (_cuda, _mps, _xpu)


def _cpu(*, has_other: bool) -> DeviceInfo:
    cores = physical_cores()
    why = (
        "The processor, because it was chosen."
        if has_other
        else ("The processor, because torch finds no GPU that it can use on this machine.")
    )
    return DeviceInfo(
        key="cpu",
        name="CPU",
        detail=f"{cores} {'thread' if cores == 1 else 'threads'}",
        why=why,
        memory_bytes=psutil.virtual_memory().total,
    )


def used_memory_bytes(device: torch.device) -> int:
    """Return the memory in use: of the GPU by torch, or of this process on the CPU."""
    if device.type == "cuda":
        return torch.cuda.memory_allocated(device)
    return int(psutil.Process().memory_info().rss)
