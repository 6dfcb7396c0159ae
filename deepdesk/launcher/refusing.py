"""Machines that no build of PyTorch runs on, and what is said there."""

from __future__ import annotations

from collections.abc import Callable

from deepdesk.core.errors import DeepDeskError
from deepdesk.launcher.machine import Hardware

LEAST_GLIBC = {"x86_64": "2.34", "arm64": "2.39"}  # what Qt's wheels are made for


def refusal(hardware: Hardware) -> DeepDeskError | None:
    """Return why the program cannot work on a machine, None where it can."""
    for fits, message, hint in REFUSALS.get(hardware.system, ()):
        if not fits(hardware):
            said = message.format(
                machine=hardware.machine,
                glibc=hardware.glibc,
                least=LEAST_GLIBC.get(hardware.machine, ""),
                version=hardware.version,
            )
            return DeepDeskError(said, hint)
    if hardware.system not in REFUSALS:
        return DeepDeskError(
            f"DeepDesk does not know this system ({hardware.system}).",
            "It runs on Linux, Windows and macOS.",
        )
    return None


def number(version: str) -> tuple[int, ...]:
    """Return a version's numbers: "2.36" is (2, 36), "" is ()."""
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


def _has_processor(hardware: Hardware) -> bool:
    return hardware.machine in {"x86_64", "arm64"}


def _has_new_libc(hardware: Hardware) -> bool:
    return number(hardware.glibc) >= number(LEAST_GLIBC[hardware.machine])


def _has_new_macos(hardware: Hardware) -> bool:
    return number(hardware.version) >= (14,) or not hardware.version


PROCESSORS = "A 64-bit processor of Intel, AMD or ARM is needed."
Check = tuple[Callable[[Hardware], bool], str, str]
REFUSALS: dict[str, tuple[Check, ...]] = {
    "linux": (
        (_has_processor, "There is no PyTorch for this processor ({machine}).", PROCESSORS),
        (
            lambda hardware: bool(hardware.glibc),
            "This Linux has another C library than glibc, and PyTorch and Qt need that one.",
            "Use a system such as Debian, Ubuntu, Fedora or Arch.",
        ),
        (
            _has_new_libc,
            "This Linux is too old: its C library is version {glibc}, and {least} is needed.",
            "Debian 12 and Ubuntu 22.04 are new enough; on ARM, Debian 13 and Ubuntu 24.04.",
        ),
    ),
    "windows": (
        (_has_processor, "There is no PyTorch for this processor ({machine}).", PROCESSORS),
    ),
    "macos": (
        (
            lambda hardware: hardware.machine == "arm64",
            "There is no PyTorch any more for Macs with an Intel processor.",
            "DeepDesk runs on Macs with Apple's own processors.",
        ),
        (
            _has_new_macos,
            "PyTorch needs macOS 14, and this is {version}.",
            "Update macOS in System Settings, General, Software Update.",
        ),
    ),
}
