"""The builds of PyTorch that the program can be set up with: one row for each system and backend.

Which machine takes which is decided in `choice`; the files of each are pinned in `locks`.
"""

from __future__ import annotations

from dataclasses import dataclass

NEW = ("2.15.0", "0.29.2")
# 2.15 has no build for CUDA 12; this pair was made for each other, and knows cards from 2014 on.
OLD = ("2.14.0", "0.29.0")
CPU, MPS, XPU, ROCM = "cpu", "mps", "xpu", "rocm7.2"
DEVICES = {CPU: "cpu", MPS: "mps", XPU: "xpu"}  # every other backend answers to "cuda"


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """A build of PyTorch.

    Attributes:
        system: "linux", "windows" or "macos".
        index: uv's name of PyTorch's own index for it, "" where the usual index has it.
        pins: The versions of torch and torchvision.
        title: In words for a person.
    """

    system: str
    backend: str
    title: str
    index: str = ""
    pins: tuple[str, str] = NEW

    @property
    def key(self) -> str:
        """Return the name of its lock: "linux-cu132"."""
        return f"{self.system}-{self.backend}"


NVIDIA = "NVIDIA graphics card"
PROCESSOR = "Processor alone"
BUILDS: tuple[Build, ...] = (
    Build(system="linux", backend="cu132", title=f"{NVIDIA} (CUDA 13.2)"),
    Build(system="linux", backend="cu130", title=f"{NVIDIA} (CUDA 13.0)", index="cu130"),
    Build(system="linux", backend="cu126", title=f"{NVIDIA} (CUDA 12.6)", index="cu126", pins=OLD),
    Build(system="linux", backend=ROCM, title="AMD graphics card (ROCm 7.2)", index=ROCM),
    Build(system="linux", backend=XPU, title="Intel graphics (XPU)", index=XPU),
    Build(system="linux", backend=CPU, title=PROCESSOR, index=CPU),
    Build(system="windows", backend="cu132", title=f"{NVIDIA} (CUDA 13.2)", index="cu132"),
    Build(system="windows", backend="cu130", title=f"{NVIDIA} (CUDA 13.0)", index="cu130"),
    Build(
        system="windows", backend="cu126", title=f"{NVIDIA} (CUDA 12.6)", index="cu126", pins=OLD
    ),
    Build(system="windows", backend=XPU, title="Intel graphics (XPU)", index=XPU),
    Build(system="windows", backend=CPU, title=PROCESSOR),
    Build(system="macos", backend=MPS, title="Apple graphics (Metal)"),
    Build(system="macos", backend=CPU, title=PROCESSOR),
)


def build_of(system: str, backend: str) -> Build | None:
    """Return the build with this backend for a system, None where there is none."""
    return next((row for row in BUILDS if (row.system, row.backend) == (system, backend)), None)


def builds_for(system: str) -> tuple[Build, ...]:
    """Return every build for a system."""
    return tuple(row for row in BUILDS if row.system == system)
