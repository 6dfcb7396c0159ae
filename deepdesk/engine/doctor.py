"""What this machine and this installation are, for `doctor` and for reports of problems.

Each part is found by itself: one that is broken is told in its place, and nothing is loaded for it
that is not needed. Names of people and places of their data are taken out.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import io
import os
import platform
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import deepdesk
from deepdesk.core.work import StopToken, run
from deepdesk.engine.device_check import DeviceCheck, checking, set_up_as
from deepdesk.project.care.crash_reports import read_report, reports
from deepdesk.project.care.discreet import discreet
from deepdesk.project.care.log_file import NAME, tail
from deepdesk.project.user_folder import log_folder

LOG_LINES, SET_UP_LINES = 200, 80
PACKAGES = (
    "torch",
    "torchvision",
    "PySide6_Essentials",
    "PySide6_Addons",
    "numpy",
    "pillow",
    "pyqtgraph",
    "safetensors",
    "sounddevice",
    "soundfile",
    "soxr",
    "tokenizers",
    "optuna",
    "psutil",
    "nvidia-ml-py",
)
# That say how the desktop, Qt and torch were set up; none holds a name of a person.
VARIABLES = (
    "XDG_SESSION_TYPE",
    "XDG_CURRENT_DESKTOP",
    "QT_QPA_PLATFORM",
    "QT_SCALE_FACTOR",
    "LANG",
    "LC_ALL",
    "CUDA_VISIBLE_DEVICES",
    "HSA_OVERRIDE_GFX_VERSION",
    "OMP_NUM_THREADS",
)
_PLUGINS = ("platforms", "multimedia", "imageformats", "wayland-shell-integration", "tls")


def report() -> dict[str, Any]:
    """Return versions, devices, memory and more as a JSON-ready object."""
    facts = {
        **_guarded("torch", _torch),
        "deepdesk": deepdesk.__version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "machine": platform.machine(),
        **{name: _part(find) for name, find in _PARTS.items()},
    }
    return {name: _without_names(fact) for name, fact in facts.items()}


def report_texts(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return everything that a report of a problem needs, as files by name.

    Args:
        facts: What `report` found.
    """
    logs = log_folder()
    texts = {
        "system.txt": as_text(facts),
        "deepdesk.log": tail(logs / NAME, LOG_LINES),
        "set-up.log": _set_up_log(),
    }
    for path in reports(logs)[:1]:
        texts["last-report.txt"] = read_report(path)
    return {name: discreet(text) + "\n" for name, text in texts.items() if text}


def zipped(texts: Mapping[str, str]) -> bytes:
    """Return texts by file name as a zip."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(name, text.encode(errors="backslashreplace"))
    return held.getvalue()


def device_words(stop: StopToken) -> str:
    """Return what came of computing on each device, in one line; a failure is told as well."""
    found: list[str] = []

    def take(event: Any) -> None:
        value = getattr(event, "value", None)
        error = getattr(event, "error", None)
        found.extend(check.words() for check in value or () if isinstance(check, DeviceCheck))
        found.extend([str(error)] if error is not None else [])

    run(checking, take, stop)
    return "; ".join(found)


def as_text(facts: Mapping[str, Any]) -> str:
    """Return facts as lines for people, with what belongs together under one name."""
    return "\n".join(_lines(facts, ""))


def _without_names(fact: Any) -> Any:
    if isinstance(fact, Mapping):
        return {name: _without_names(part) for name, part in fact.items()}
    if isinstance(fact, list):
        return [_without_names(part) for part in fact]
    return discreet(fact) if isinstance(fact, str) else fact


def _lines(facts: Mapping[str, Any], margin: str) -> list[str]:
    lines = []
    for name, value in facts.items():
        if isinstance(value, Mapping):
            lines += [f"{margin}{name}:", *_lines(value, f"{margin}  ")]
        elif isinstance(value, list):
            lines += [f"{margin}{name}:", *(f"{margin}  {_one_line(part)}" for part in value)]
        else:
            lines.append(f"{margin}{name}: {value}")
    return lines


def _one_line(part: Any) -> str:
    return ", ".join(str(v) for v in part.values() if v) if isinstance(part, dict) else str(part)


def _part(find: Callable[[], Any]) -> Any:
    try:
        return find()
    except Exception as error:  # noqa: BLE001 - what is broken is what is being looked for
        return f"not known: {type(error).__name__}: {str(error)[:300]}"


def _guarded(name: str, find: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    found = _part(find)
    return found if isinstance(found, dict) else {name: found}


def _torch() -> dict[str, Any]:
    import torch

    from deepdesk.engine.plan import versions

    return {
        **versions(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "torch was built for": {
            "cuda": torch.version.cuda or "no",
            "rocm": torch.version.hip or "no",
            "cards": " ".join(torch.cuda.get_arch_list()) or "none",
        },
    }


def _devices() -> list[dict[str, str]]:
    from deepdesk.engine.devices import detect

    return [{"key": d.key, "name": d.name, "detail": d.detail, "why": d.why} for d in detect()]


def _cores() -> int:
    from deepdesk.engine.devices import physical_cores

    return physical_cores()


def _memory() -> int:
    import psutil

    return int(psutil.virtual_memory().total)


def _memory_now() -> str:
    import psutil

    memory, swap = psutil.virtual_memory(), psutil.swap_memory()
    free, total = memory.available / 2**30, memory.total / 2**30
    return f"{free:.1f} of {total:.1f} GB free, swap {swap.total / 2**30:.1f} GB"


def _cards() -> list[str]:
    from deepdesk.launcher.hardware import look

    hardware = look()
    found = []
    for gpu in hardware.gpus:
        size = f"{gpu.memory_bytes / 2**30:.0f} GB" if gpu.memory_bytes else "memory not known"
        found.append(f"{gpu.name} ({gpu.maker}), driver {gpu.driver or 'none'}, {size}")
    return [*(found or ["none"]), *hardware.notes]


def _set_up() -> Any:
    from deepdesk.launcher.places import places

    ready = set_up_as()
    if ready is None:
        kind = (
            "a checkout" if (Path(deepdesk.__file__).parents[1] / "start.py").is_file() else "pip"
        )
        return f"not by the installer, but from {kind}"
    return {
        "for": ready.backend,
        "why": ready.why,
        "passed over": [f"{backend}: {why}" for backend, why in ready.passed_over],
        "self-test": dict(ready.self_test),
        "when": ready.when,
        "release": f"{ready.version} ({ready.fingerprint[:12]})",
        "payload is there": places().release.is_file(),
    }


def _set_up_log() -> str:
    from deepdesk.launcher.places import places

    with contextlib.suppress(OSError):
        return tail(places().log, SET_UP_LINES)
    return ""


def _packages() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "missing"
    return found


def _qt() -> dict[str, str]:
    spec = importlib.util.find_spec("PySide6")
    if spec is None or not spec.submodule_search_locations:
        return {"PySide6": "missing"}
    folder = Path(next(iter(spec.submodule_search_locations)))
    # In wheels for Linux and macOS Qt has a folder of its own.
    plugins = next(
        (p for p in (folder / "Qt" / "plugins", folder / "plugins") if p.is_dir()), folder
    )
    return {kind: _names_in(plugins / kind) for kind in _PLUGINS}


def _names_in(folder: Path) -> str:
    if not folder.is_dir():
        return "none"
    names = {path.name.partition(".")[0].removeprefix("lib") for path in folder.iterdir()}
    return " ".join(sorted(names)) or "none"


def _sound() -> str:
    import sounddevice

    # Their names may be those of people: only how many there are is told.
    devices = sounddevice.query_devices()
    inputs = sum(device["max_input_channels"] > 0 for device in devices)
    outputs = sum(device["max_output_channels"] > 0 for device in devices)
    hosts = ", ".join(str(host["name"]) for host in sounddevice.query_hostapis())
    return f"{inputs} to record, {outputs} to play, through {hosts or 'nothing'}"


def _disks() -> dict[str, str]:
    from deepdesk.project.safe_write import free_bytes

    places = {"logs": log_folder(), "home": Path.home(), "environment": Path(sys.prefix)}
    return {name: f"{free_bytes(path) / 2**30:.1f} GB free" for name, path in places.items()}


def _variables() -> dict[str, str]:
    return {name: os.environ[name] for name in VARIABLES if os.environ.get(name)}


_PARTS: Mapping[str, Callable[[], Any]] = {
    "set up": _set_up,
    "devices": _devices,
    "graphics cards": _cards,
    "cores": _cores,
    "logical_cores": lambda: os.cpu_count() or 1,
    "memory_bytes": _memory,
    "memory": _memory_now,
    "disk": _disks,
    "packages": _packages,
    "qt plugins": _qt,
    "sound devices": _sound,
    "variables": _variables,
}
