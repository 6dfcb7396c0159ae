"""Which machine this is, and where what was measured of it is kept. No torch before it is asked."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from deepdesk.core.chance import key_of
from deepdesk.core.errors import ProjectError, StorageError
from deepdesk.project.safe_write import read_json, write_json

FORMAT = 1
_LIMIT_BYTES = 4 << 20
_CPU_FACTS = Path("/proc/cpuinfo")


def cache_folder() -> Path:
    """Return the folder of measurements of this user; it need not exist."""
    import platformdirs

    home = os.environ.get("DEEPDESK_HOME")
    base = Path(home) / "cache" if home else Path(platformdirs.user_cache_dir("DeepDesk", False))
    return base / "forecast"


@lru_cache(maxsize=8)
def machine_facts(device: str) -> dict[str, Any]:
    """Return what measured times depend on: processor, cores, torch, and the device."""
    import torch

    from deepdesk.engine.devices import physical_cores

    name = torch.cuda.get_device_name(0) if device == "cuda" else device
    return {
        "processor": _processor(),
        "cores": physical_cores(),
        "torch": torch.__version__,
        "device": name,
        "system": platform.system(),
    }


def _processor() -> str:
    try:
        lines = _CPU_FACTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def kept(what: str, device: str) -> Mapping[str, Any] | None:
    """Return what was kept of this machine under a name, None if there is nothing that counts.

    What is damaged, too large, of another machine or of another version counts as nothing.
    """
    facts = machine_facts(device)
    try:
        saved = read_json(_path(what, facts), limit_bytes=_LIMIT_BYTES)
    except (ProjectError, StorageError):
        return None
    is_ours = (
        isinstance(saved, dict) and saved.get("format") == FORMAT and saved.get("machine") == facts
    )
    values = saved.get("values") if is_ours else None
    return values if isinstance(values, dict) else None


def stamp(what: str, device: str) -> tuple[str, int, int]:
    """Return path, time and size of what is kept under a name: other values, other contents."""
    path = _path(what, machine_facts(device))
    try:
        found = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), found.st_mtime_ns, found.st_size


def keep(what: str, device: str, values: Mapping[str, Any]) -> None:
    """Keep JSON-ready values of this machine; where that cannot be, they are measured again."""
    facts = machine_facts(device)
    path = _path(what, facts)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, {"format": FORMAT, "machine": facts, "values": dict(values)})
    except (OSError, StorageError):
        return


def _path(what: str, facts: Mapping[str, Any]) -> Path:
    return cache_folder() / f"{what}-{key_of(*map(str, facts.values())):016x}.json"
