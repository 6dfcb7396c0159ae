"""A look at the machine: which system, which cards, which drivers. It is quick and never raises."""

from __future__ import annotations

import dataclasses
import platform
import re
from collections.abc import Callable
from pathlib import Path

from deepdesk.launcher import kernel_cards, nvidia, windows_cards
from deepdesk.launcher.machine import PROCESSORS, Gpu, Hardware, Surroundings

__all__ = ["Gpu", "Hardware", "Surroundings", "look"]

APPLE_LIMIT_S = 2.0
BOARD = Path("proc/device-tree/model")
TEGRA = Path("etc/nv_tegra_release")
KERNEL = Path("proc/version")
Found = tuple[list[Gpu], list[str]]


def look(here: Surroundings | None = None) -> Hardware:
    """Return what this machine is, within about ten seconds; what could not be asked is noted.

    Args:
        here: What is read; None for the machine this runs on.
    """
    here = here or Surroundings(registry=windows_cards.read_registry)
    machine = here.machine.lower()
    hardware = Hardware(system=here.system, machine=PROCESSORS.get(machine, machine))
    try:
        return LOOKS.get(here.system, _look_elsewhere)(here, hardware)
    except Exception as error:  # noqa: BLE001 - a strange machine still gets the processor
        note = f"The machine could not be looked at: {error!r}"[:300]
        return dataclasses.replace(hardware, notes=(note,))


def _look_at_linux(here: Surroundings, hardware: Hardware) -> Hardware:
    library, version = here.libc
    kind = linux_kind(here)
    cards, notes = nvidia.ask_cards(here)
    shown = kernel_cards.look_at_cards(here)
    return dataclasses.replace(
        hardware,
        glibc=version if library == "glibc" else "",
        kind=kind,
        gpus=tuple(merged(cards, shown)),
        notes=tuple(notes),
    )


def linux_kind(here: Surroundings) -> str:
    """Return "wsl" inside Windows, "jetson" on NVIDIA's boards, "" otherwise."""
    if "microsoft" in here.read(KERNEL).lower():
        return "wsl"
    if "jetson" in here.read(BOARD).lower() or here.read(TEGRA):
        return "jetson"
    return ""


def _look_at_windows(here: Surroundings, hardware: Hardware) -> Hardware:
    cards, notes = nvidia.ask_cards(here)
    listed = windows_cards.look_at_cards(here)
    # A program made for another processor is told that one; this names the real one.
    real = here.environment.get("PROCESSOR_ARCHITEW6432", "").lower()
    return dataclasses.replace(
        hardware,
        machine=PROCESSORS.get(real, real) or hardware.machine,
        gpus=tuple(merged(cards, listed)),
        notes=tuple(notes),
    )


def _look_at_mac(here: Surroundings, hardware: Hardware) -> Hardware:
    # A Python made for Intel calls an Apple processor x86_64; the kernel knows better.
    is_apple = hardware.machine == "arm64" or sysctl(here, "hw.optional.arm64") == "1"
    answer = here.ask(["/usr/bin/sw_vers", "-productVersion"], APPLE_LIMIT_S)
    version = answer.text.strip() if answer.code == 0 else platform.mac_ver()[0]
    gpus: tuple[Gpu, ...] = ()
    if is_apple:
        memory = sysctl(here, "hw.memsize")
        name = sysctl(here, "machdep.cpu.brand_string") or "Apple graphics"
        size = int(memory) if re.fullmatch(r"\d{1,15}", memory) else 0
        gpus = (Gpu(name=name[:100], maker="apple", memory_bytes=size),)
    machine = "arm64" if is_apple else hardware.machine
    version = version if re.fullmatch(r"\d+(\.\d+)*", version) else ""
    return dataclasses.replace(hardware, machine=machine, version=version, gpus=gpus)


def sysctl(here: Surroundings, name: str) -> str:
    """Return a value of macOS's kernel, "" where it does not tell it."""
    answer = here.ask(["/usr/sbin/sysctl", "-n", name], APPLE_LIMIT_S)
    return answer.text.strip() if answer.code == 0 else ""


def _look_elsewhere(here: Surroundings, hardware: Hardware) -> Hardware:
    return dataclasses.replace(hardware, notes=(f"{here.platform} is not known.",))


def merged(asked: list[Gpu], shown: list[Gpu]) -> list[Gpu]:
    """Return the cards that the maker's tool told, then those that only the system shows."""
    told = {card.maker for card in asked}
    return asked + [card for card in shown if card.maker not in told]


LOOKS: dict[str, Callable[[Surroundings, Hardware], Hardware]] = {
    "linux": _look_at_linux,
    "windows": _look_at_windows,
    "macos": _look_at_mac,
}
