"""What a card needs so that a build of PyTorch knows it, and why it may not be usable."""

from __future__ import annotations

from collections.abc import Callable

from deepdesk.launcher.machine import Gpu, Hardware

CUDA13_DRIVER = 580
# The first drivers of CUDA 12: anything newer runs every 12.x.
CUDA12_DRIVER = {"linux": 525, "windows": 528}
CUDA13_COMPUTE = (7, 5)
CUDA12_COMPUTE = {"linux": (5, 0), "windows": (6, 1)}
CUDA12_LAST = (9, 0)  # CUDA 12.6 came before Blackwell
# What PyTorch's ROCm wheels are compiled for (.ci/docker/almalinux/build.sh of version 2.12).
# Without gfx900 and gfx906: ROCm 7 has no kernels for them any more.
CDNA = ("gfx908", "gfx90a", "gfx942", "gfx950")
RDNA = ("gfx1030", "gfx1100", "gfx1101", "gfx1102", "gfx1150", "gfx1151", "gfx1200", "gfx1201")
ROCM_KNOWS = frozenset({*CDNA, *RDNA})
# Intel's device numbers, first and last: Arc A and B, Max, Core Ultra with Arc (H and V rows).
XPU_KNOWS = (
    (0x5690, 0x56C2),
    (0xE202, 0xE223),
    (0x0BD0, 0x0BE5),
    (0x7D51, 0x7D51),
    (0x7D55, 0x7D55),
    (0x7DD1, 0x7DD5),
    (0x6420, 0x64B0),
    (0xB080, 0xB0BF),
)


def driver_number(gpu: Gpu) -> int:
    """Return the first part of a driver's version, 0 where there is none."""
    first = gpu.driver.split(".", maxsplit=1)[0]
    return int(first) if first.isdecimal() else 0


def fits_cuda13(hardware: Hardware, gpu: Gpu) -> bool:
    """Return whether builds with CUDA 13 know a card and its driver."""
    is_known = gpu.compute is None or gpu.compute >= CUDA13_COMPUTE
    return is_known and driver_number(gpu) >= CUDA13_DRIVER and not is_off_limits(hardware)


def fits_cuda12(hardware: Hardware, gpu: Gpu) -> bool:
    """Return whether the build with CUDA 12.6 knows a card and its driver."""
    least = CUDA12_COMPUTE.get(hardware.system)
    if least is None or is_off_limits(hardware) or hardware.machine != "x86_64":
        return False
    is_known = gpu.compute is None or least <= gpu.compute <= CUDA12_LAST
    return is_known and driver_number(gpu) >= CUDA12_DRIVER[hardware.system]


def fits_rocm(hardware: Hardware, gpu: Gpu) -> bool:
    """Return whether the build with ROCm knows a card."""
    is_home = (hardware.system, hardware.machine, hardware.kind) == ("linux", "x86_64", "")
    return is_home and bool(gpu.driver) and gpu.arch in ROCM_KNOWS


def fits_xpu(hardware: Hardware, gpu: Gpu) -> bool:
    """Return whether Intel's build knows a card."""
    is_home = hardware.system in {"linux", "windows"} and hardware.machine == "x86_64"
    try:
        device = int(gpu.arch or "0", 16)
    except ValueError:
        return False
    is_known = any(first <= device <= last for first, last in XPU_KNOWS)
    return is_home and not hardware.kind and bool(gpu.driver) and is_known


def is_off_limits(hardware: Hardware) -> bool:
    """Return whether NVIDIA's cards cannot be used with the builds that everybody gets."""
    is_windows_on_arm = (hardware.system, hardware.machine) == ("windows", "arm64")
    return hardware.kind == "jetson" or is_windows_on_arm


def why_not(hardware: Hardware, gpu: Gpu) -> str:
    """Return why no build can use a card, and what helps, in sentences; "" where one can."""
    reason = REASONS.get(gpu.maker)
    return reason(hardware, gpu) if reason else ""


def _why_not_nvidia(hardware: Hardware, gpu: Gpu) -> str:
    if fits_cuda13(hardware, gpu) or fits_cuda12(hardware, gpu):
        return ""
    if is_off_limits(hardware):
        place = "a Jetson board" if hardware.kind == "jetson" else "Windows on ARM"
        return f"{gpu.name}: on {place}, the graphics need a PyTorch of NVIDIA's own."
    if gpu.compute is not None and gpu.compute < CUDA12_COMPUTE.get(hardware.system, (5, 0)):
        return f"{gpu.name} is too old for PyTorch."
    is_newer = gpu.compute is None or gpu.compute >= CUDA13_COMPUTE
    if not gpu.driver:
        return f"{gpu.name} has no working driver. {_install(is_newer)}"
    return f"The driver {gpu.driver} of {gpu.name} is too old. {_install(is_newer)}"


def _install(is_newer: bool) -> str:
    wanted = "580 or newer" if is_newer else "580, the last one for this card"
    return f"Install NVIDIA's driver {wanted}, then set DeepDesk up again."


def _why_not_amd(hardware: Hardware, gpu: Gpu) -> str:
    if fits_rocm(hardware, gpu):
        return ""
    if hardware.system != "linux" or hardware.kind:
        return f"{gpu.name}: PyTorch uses AMD's cards on Linux alone."
    if not gpu.driver or not gpu.arch:
        return f"{gpu.name}: the driver amdgpu shows no card to compute on."
    return f"{gpu.name} ({gpu.arch}) is not among the cards that PyTorch's build knows."


def _why_not_intel(hardware: Hardware, gpu: Gpu) -> str:
    is_used = fits_xpu(hardware, gpu)
    return "" if is_used else f"{gpu.name} is not among the graphics that PyTorch's build knows."


REASONS: dict[str, Callable[[Hardware, Gpu], str]] = {
    "nvidia": _why_not_nvidia,
    "amd": _why_not_amd,
    "intel": _why_not_intel,
}
