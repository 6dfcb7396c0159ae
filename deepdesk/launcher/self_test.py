"""Tests an environment from the inside: does all of it load, and does what computes compute.

Run in the environment itself, in a process of its own, for a broken library may end the process:
`python -m deepdesk.launcher.self_test cu132 cuda`. It prints one line of JSON.
"""

from __future__ import annotations

import importlib
import json
import platform
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from deepdesk.launcher.builds import DEVICES

MODULES = (
    # PyTorch's libraries have to come before Qt's on Windows.
    ("torch", "torch"),
    ("torchvision", "torchvision"),
    ("numpy", "numpy"),
    ("qt", "PySide6.QtCore"),
    ("qt", "PySide6.QtGui"),
    ("qt", "PySide6.QtWidgets"),
    ("qt", "PySide6.QtSvg"),
)
# What Microsoft hands out apart from Windows, and PyTorch's libraries are linked with.
OF_WINDOWS = ("vcruntime140.dll", "vcruntime140_1.dll", "msvcp140.dll")
CLOSE = 0.05  # of values about 1: cards compute convolutions in TF32, with 10 bits of fraction


class BrokenError(Exception):
    """Something does not work.

    Attributes:
        part: "torch", "torchvision", "numpy", "qt", "device", or "system" where Windows lacks
            something.
    """

    def __init__(self, part: str, reason: str) -> None:
        super().__init__(reason)
        self.part = part


def main(arguments: Sequence[str]) -> int:
    """Test the environment this runs in and print what was found; return 0 if all is well.

    Args:
        arguments: The backend, then the device ("cuda", "xpu", "mps" or "cpu"); without the
            device, the one that the backend is for.
    """
    backend = arguments[0] if arguments else "cpu"
    device = arguments[1] if len(arguments) > 1 else DEVICES.get(backend, "cuda")
    found = examined(backend, device)
    sys.stdout.write("\n" + json.dumps(found) + "\n")
    return 0 if found["ok"] else 1


def examined(
    backend: str, device: str, load: Callable[[str], Any] = importlib.import_module
) -> dict[str, Any]:
    """Return what the test found.

    Args:
        load: Called with the name of a module.

    Returns:
        "ok"; where it is false "part" and "reason"; versions; "seconds"; and of the device its
        "name", "capability" and how long its first computation took.
    """
    start_s = time.monotonic()
    found: dict[str, Any] = {
        "ok": True,
        "backend": backend,
        "device": device,
        "python": platform.python_version(),
    }
    try:
        for part, name in MODULES:
            module = loaded(part, name, load)
            if "." not in name:
                found[part] = str(getattr(module, "__version__", ""))
        check_boxes(load, found)
        check_device(load("torch"), device, found)
    except BrokenError as error:
        found |= {"ok": False, "part": error.part, "reason": str(error)}
    found["seconds"] = round(time.monotonic() - start_s, 2)
    return found


def loaded(part: str, name: str, load: Callable[[str], Any]) -> Any:
    """Return a module.

    Raises:
        BrokenError: It does not load, for whatever reason.
    """
    try:
        return load(name)
    except Exception as error:
        lacking = missing_library()
        if lacking:
            raise BrokenError("system", LACKING.format(lacking)) from error
        raise BrokenError(part, f"{name} does not load: {short(error)}") from error


LACKING = (
    "Windows lacks {}: install Microsoft's Visual C++ Redistributable (x64), then set DeepDesk up "
    "again."
)


def missing_library() -> str:
    """Return the library of Microsoft's that does not load on Windows, "" where all do."""
    if sys.platform != "win32":
        return ""
    import ctypes

    for name in OF_WINDOWS:
        try:
            ctypes.WinDLL(name)
        except OSError:
            return name
    return ""


def check_boxes(load: Callable[[str], Any], found: dict[str, Any]) -> None:
    """Let torchvision drop one of three boxes: its compiled part fits this PyTorch.

    Raises:
        BrokenError: It cannot, or drops another.
    """
    torch, ops = load("torch"), loaded("torchvision", "torchvision.ops", load)
    try:
        boxes = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 9], [20, 20, 30, 30]])
        kept = ops.nms(boxes, torch.tensor([0.9, 0.8, 0.7]), 0.5).tolist()
    except Exception as error:
        raise BrokenError("torchvision", f"torchvision does not work: {short(error)}") from error
    if kept != [0, 2]:
        raise BrokenError("torchvision", f"torchvision computes wrongly: {kept}")
    found["boxes"] = "right"


def check_device(torch: Any, device: str, found: dict[str, Any]) -> None:
    """Compute on a device, forward and backward, and compare with the processor.

    Raises:
        BrokenError: It is not there, is not known to this build, fails, or computes wrongly.
    """
    try:
        missing = MISSING[device](torch, found)
        if missing:
            raise BrokenError("device", missing)
        start_s = time.monotonic()
        far = convolved(torch, f"{device}:{found['index']}" if "index" in found else device)
        found["first_s"] = round(time.monotonic() - start_s, 2)
        near = convolved(torch, "cpu")
    except BrokenError:
        raise
    except Exception as error:
        raise BrokenError("device", f"A first computation failed: {short(error)}") from error
    worst = max(abs(one - other) for one, other in zip(far, near, strict=True))
    if not worst <= CLOSE:  # also where it is no number
        raise BrokenError("device", f"The card computes wrongly: {worst:.3g} away from what is.")
    found["error"] = float(f"{worst:.3g}")


def convolved(torch: Any, device: str) -> list[float]:
    """Return the results and gradients of a small convolution, always of the same numbers."""
    ramp = torch.linspace(-1, 1, 2 * 3 * 8 * 8).reshape(2, 3, 8, 8)
    weights = torch.linspace(-0.3, 0.3, 4 * 3 * 3 * 3).reshape(4, 3, 3, 3)
    weights = weights.to(device).requires_grad_()
    result = torch.nn.functional.conv2d(ramp.to(device), weights, padding=1)
    result.relu().mean().backward()
    values: list[float] = [*result.detach().flatten().tolist(), *weights.grad.flatten().tolist()]
    return values


def _missing_cuda(torch: Any, found: dict[str, Any]) -> str:
    if not torch.cuda.is_available():
        return "PyTorch finds no graphics card that it can use."
    known = list(torch.cuda.get_arch_list())
    is_amd = bool(torch.version.hip)
    said = ""
    for index in range(torch.cuda.device_count()):
        properties = torch.cuda.get_device_properties(index)
        compute = (int(properties.major), int(properties.minor))
        gfx = str(getattr(properties, "gcnArchName", "")).split(":", maxsplit=1)[0]
        capability = gfx if is_amd else f"{compute[0]}.{compute[1]}"
        if gfx in known if is_amd else has_code(known, compute):
            found |= {"name": str(properties.name), "capability": capability, "index": index}
            return ""
        said = said or f"This PyTorch has no code for {properties.name} ({capability})."
    return said


def has_code(known: Iterable[str], compute: tuple[int, int]) -> bool:
    """Return whether a build has code for a card of NVIDIA's.

    Args:
        known: What the build says: "sm_86" runs on 8.6 to 8.9, "compute_90" on 9.0 and all after.
    """
    for name in known:
        match = re.fullmatch(r"(sm|compute)_(\d+)(\d)(a?)f?", name)
        if match is None:
            continue
        least = (int(match[2]), int(match[3]))
        if match[4]:  # for exactly this one
            fits = least == compute
        elif match[1] == "compute":
            fits = least <= compute
        else:
            fits = least[0] == compute[0] and least <= compute
        if fits:
            return True
    return False


def _missing_xpu(torch: Any, found: dict[str, Any]) -> str:
    if not (hasattr(torch, "xpu") and torch.xpu.is_available()):
        return "PyTorch finds no graphics of Intel that it can use."
    found["name"] = str(torch.xpu.get_device_name(0))
    return ""


def _missing_mps(torch: Any, found: dict[str, Any]) -> str:
    if not torch.backends.mps.is_available():
        return "PyTorch finds no graphics of Apple that it can use."
    found["name"] = platform.machine()
    return ""


def _missing_cpu(torch: Any, found: dict[str, Any]) -> str:
    found["threads"] = int(torch.get_num_threads())
    return ""


MISSING: dict[str, Callable[[Any, dict[str, Any]], str]] = {
    "cuda": _missing_cuda,
    "xpu": _missing_xpu,
    "mps": _missing_mps,
    "cpu": _missing_cpu,
}


def short(error: Exception) -> str:
    """Return an error in one line."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:300]}" if lines else type(error).__name__


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
