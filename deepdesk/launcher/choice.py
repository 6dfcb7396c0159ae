"""Which build of PyTorch a machine takes: a table of what fits, best first, each with its reason.

The driver alone does not decide: a card also needs code for its generation in the build, and a
build that lacks it fails only after gigabytes were fetched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from deepdesk.core.errors import DeepDeskError
from deepdesk.launcher.builds import CPU, DEVICES, MPS, ROCM, XPU, Build, build_of, builds_for
from deepdesk.launcher.cards import (
    driver_number,
    fits_cuda12,
    fits_cuda13,
    fits_rocm,
    fits_xpu,
    why_not,
)
from deepdesk.launcher.machine import Gpu, Hardware
from deepdesk.launcher.refusing import refusal

__all__ = ["Choice", "choice_of", "choices", "refusal"]

MAKERS = ("nvidia", "amd", "intel", "apple")
NATIVE_132 = 595  # the driver that came with CUDA 13.2; from 580 on it runs as a minor version
LARGE = "cu132"  # Linux's build in the usual index: it has NVIDIA's libraries, and runs without


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way to set the program up.

    Attributes:
        backend: As in `builds`: "cu132", "cu130", "cu126", "rocm7.2", "xpu", "cpu" or "mps".
        torch: The version of PyTorch.
        title: In words: "NVIDIA graphics card (CUDA 13.2)".
        why: One sentence or more: why this one.
        advice: What a person could do for a better one, or should know; "" for nothing.
        gpu: The card it is for, None where the processor computes.
    """

    backend: str
    torch: str
    title: str
    why: str
    advice: str = ""
    gpu: Gpu | None = None

    @property
    def device(self) -> str:
        """Return torch's name of what computes: "cuda", "xpu", "mps" or "cpu"."""
        return DEVICES.get(self.backend, "cuda") if self.gpu else "cpu"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: which cards a backend is for.

    Attributes:
        why: A sentence; "{card}" stands for the card.
    """

    maker: str
    backend: str
    fits: Callable[[Hardware, Gpu], bool]
    why: str


def _is_native_132(hardware: Hardware, gpu: Gpu) -> bool:
    return driver_number(gpu) >= NATIVE_132 and fits_cuda13(hardware, gpu)


def _fits_windows_13(hardware: Hardware, gpu: Gpu) -> bool:
    return hardware.system == "windows" and fits_cuda13(hardware, gpu)


def _fits_linux_13(hardware: Hardware, gpu: Gpu) -> bool:
    return hardware.system == "linux" and fits_cuda13(hardware, gpu)


def _is_apple(hardware: Hardware, gpu: Gpu) -> bool:
    return gpu.maker == "apple" and hardware.machine == "arm64"


def _matches_older_driver(hardware: Hardware, gpu: Gpu) -> bool:
    return _fits_linux_13(hardware, gpu) and not _is_native_132(hardware, gpu)


THIRTEEN = "{card} and its driver {driver} run CUDA 13."
# Best first for every card; each row is tried where the one above did not pass its test.
TABLE: tuple[Row, ...] = (
    Row("nvidia", "cu132", _fits_linux_13, THIRTEEN),
    Row("nvidia", "cu130", _matches_older_driver, "CUDA 13.0 is what the driver {driver} knows."),
    Row("nvidia", "cu130", _fits_windows_13, THIRTEEN),
    Row("nvidia", "cu126", fits_cuda12, "{card} with driver {driver} runs CUDA 12.6."),
    Row("amd", ROCM, fits_rocm, "{card} ({arch}) is among the cards that this build knows."),
    Row("intel", XPU, fits_xpu, "{card} is one that Intel's build of PyTorch knows."),
    Row("apple", MPS, _is_apple, "The graphics of {card} compute through Metal."),
)

BUILD_FITS: dict[str, Callable[[Hardware, Gpu], bool]] = {
    "cu132": fits_cuda13,
    "cu130": fits_cuda13,
    "cu126": fits_cuda12,
    ROCM: fits_rocm,
    XPU: fits_xpu,
    MPS: _is_apple,
}


def choices(hardware: Hardware) -> tuple[Choice, ...]:
    """Return the ways to set the program up on a machine, best first; the last always works.

    Empty only where `refusal` says why nothing can work.
    """
    if refusal(hardware) is not None:
        return ()
    cards = sorted(hardware.gpus, key=lambda gpu: (-gpu.memory_bytes, MAKERS.index(gpu.maker)))
    found: dict[str, Choice] = {}
    for gpu in cards:
        for choice in card_choices(hardware, gpu):
            found.setdefault(choice.backend, choice)
    return (*found.values(), *processor_choices(hardware))


def card_choices(hardware: Hardware, gpu: Gpu) -> list[Choice]:
    """Return the ways to use a card, best first; none where nothing knows it."""
    said = {"card": gpu.name, "driver": gpu.driver or "of the system", "arch": gpu.arch}
    advice = card_advice(hardware, gpu)
    made = []
    for row in TABLE:
        build = build_of(hardware.system, row.backend)
        if build is not None and row.maker == gpu.maker and row.fits(hardware, gpu):
            unused = [f"{other.name} is not used." for other in left_out(hardware, row)]
            words = " ".join([*advice, *unused])
            made.append(choice_with(build, why=row.why.format(**said), advice=words, gpu=gpu))
    return made


def left_out(hardware: Hardware, row: Row) -> list[Gpu]:
    """Return the cards that the build of a row cannot use."""
    return [
        gpu
        for gpu in hardware.gpus
        if gpu.maker != row.maker or not BUILD_FITS[row.backend](hardware, gpu)
    ]


def card_advice(hardware: Hardware, gpu: Gpu) -> list[str]:
    """Return what a person could do so that a card computes better, in sentences."""
    said = []
    if gpu.maker == "nvidia" and not fits_cuda13(hardware, gpu):
        is_new = gpu.compute is not None and gpu.compute >= (7, 5)
        newer = "With NVIDIA's driver 580 or newer, the newest PyTorch could be used."
        last = "This is the last PyTorch that knows cards of this age."
        said.append(newer if is_new else last)
    if not gpu.is_reachable:
        said.append(
            'You may not use the card yet: type "sudo usermod -aG render,video $USER", '
            "then log out and in again."
        )
    if gpu.maker == "intel" and hardware.system == "linux":
        said.append("Intel's package for computing (libze-intel-gpu1) has to be installed.")
    return said


def processor_choices(hardware: Hardware) -> list[Choice]:
    """Return the ways to compute on the processor, the smallest first."""
    reasons = [why_not(hardware, gpu) for gpu in hardware.gpus]
    said = " ".join(reason for reason in reasons if reason) or NOTHING_FOUND[bool(hardware.gpus)]
    advice = " ".join([*hardware.notes, *(EMULATED if is_emulated(hardware) else ())])
    made = []
    for backend, why in ((CPU, said), (LARGE, f"{said} {FROM_USUAL_INDEX}")):
        build = build_of(hardware.system, backend)
        if build is not None and (backend == CPU or hardware.system == "linux"):
            made.append(choice_with(build, why=why, advice=advice, gpu=None))
    return made


NOTHING_FOUND = {
    False: "No graphics card that PyTorch can use was found.",
    True: "It works on every machine, only slower than a graphics card.",
}
FROM_USUAL_INDEX = (
    "This build comes from the usual index of packages; NVIDIA's libraries come with it unused."
)
EMULATED = ("There is no PyTorch for Windows on ARM: it runs by emulation, and slowly.",)
LARGE_TITLE = "Processor alone (large build)"


def is_emulated(hardware: Hardware) -> bool:
    """Return whether the build runs by emulation."""
    return (hardware.system, hardware.machine) == ("windows", "arm64")


def choice_with(build: Build, *, why: str, advice: str, gpu: Gpu | None) -> Choice:
    """Return the choice of a build for a card, or for the processor."""
    is_large = gpu is None and build.backend == LARGE
    return Choice(
        backend=build.backend,
        torch=build.pins[0],
        title=LARGE_TITLE if is_large else build.title,
        why=why,
        advice=advice,
        gpu=gpu,
    )


def choice_of(hardware: Hardware, backend: str) -> Choice:
    """Return the choice that a person asked for by the backend's name, fitting or not.

    Raises:
        DeepDeskError: There is no such build for this system, or none at all.
    """
    refused = refusal(hardware)
    if refused is not None:
        raise refused
    fitting = next((row for row in choices(hardware) if row.backend == backend), None)
    build = build_of(hardware.system, backend)
    if build is None:
        names = ", ".join(row.backend for row in builds_for(hardware.system))
        raise DeepDeskError(f'There is no build "{backend}" here.', f"Choose one of: {names}.")
    makers = {row.maker for row in TABLE if row.backend == backend}
    gpu = next((card for card in hardware.gpus if card.maker in makers), None)
    why = "You asked for this one."
    return fitting or choice_with(build, why=why, advice=NOT_KNOWN, gpu=gpu)


NOT_KNOWN = "Nothing says that it fits this machine; it is tested before it is used."
