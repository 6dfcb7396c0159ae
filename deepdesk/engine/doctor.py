"""What this machine can do, for `doctor` and for reports of problems."""

from __future__ import annotations

import os
import platform
from typing import Any

import psutil
import torch

from deepdesk.engine.devices import detect, physical_cores
from deepdesk.engine.plan import versions


def report() -> dict[str, Any]:
    """Return versions, devices, memory and cores as a JSON-ready object."""
    return {
        **versions(),
        "system": platform.platform(),
        "cores": physical_cores(),
        "logical_cores": os.cpu_count() or 1,
        "memory_bytes": psutil.virtual_memory().total,
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "devices": [
            {"key": d.key, "name": d.name, "detail": d.detail, "why": d.why} for d in detect()
        ],
    }
