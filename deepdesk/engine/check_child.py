"""A process that computes once on each device of this machine, and says what came of it.

A broken driver may end the process that asks it, or never answer: then it is this one.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from deepdesk.launcher.self_test import BrokenError, check_device


def main() -> int:
    """Check every device that torch finds, and print a line before and after each."""
    import torch

    from deepdesk.engine.devices import detect

    # The first use of torch costs seconds whatever the device, and is not its speed.
    torch.ones(1).sum().item()
    for device in detect():
        about = {"key": device.key, "name": device.name, "detail": device.detail}
        _tell({"begun": True, **about})
        start_s = time.perf_counter()
        why, found = "", dict[str, Any]()
        try:
            check_device(torch, device.key, found)
        except BrokenError as error:
            why = str(error)
        seconds = time.perf_counter() - start_s
        _tell({"begun": False, **about, "why": why, "seconds": round(seconds, 3)})
    return 0


def _tell(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
