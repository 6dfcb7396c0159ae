"""From a .pth file of anyone to safetensors, through a child process that is held tightly."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path

from deepdesk.core.errors import StorageError
from deepdesk.core.processes import NO_WINDOW, python
from deepdesk.core.work import StopToken
from deepdesk.nn import pth_child

TIMEOUT_S = 180.0
_KEPT_VARIABLES = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "TEMP", "TMP")


def convert_pth(source: Path, target: Path, stop: StopToken) -> None:
    """Write the tensors of `source` to `target` as safetensors.

    The child has an empty folder as its own, no more environment than it needs, capped memory
    and time, and may start nothing and reach no network (RLIMIT on Linux and macOS, a deadline
    everywhere).

    Raises:
        StorageError: The file holds something else than weights, with the reason.
        StoppedError: Asked to stop.
    """
    with tempfile.TemporaryDirectory(prefix="deepdesk-weights-") as folder:
        arguments = [python(), "-I", str(Path(pth_child.__file__).resolve())]
        child = subprocess.Popen(
            [*arguments, str(source.resolve()), str(target.resolve())],
            cwd=folder,
            env={k: v for k, v in os.environ.items() if k.upper() in _KEPT_VARIABLES},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            creationflags=NO_WINDOW,
        )
        try:
            complaint = _wait(child, stop)
        finally:
            if child.poll() is None:
                child.kill()
                child.communicate()
    if child.returncode != 0:
        target.unlink(missing_ok=True)
        reason = complaint.splitlines()[-1][:200] if complaint else ""
        is_refusal = child.returncode == pth_child.REFUSED and reason
        raise StorageError(
            f"{source.name} cannot be used: "
            + (reason if is_refusal else "it took too much memory or time."),
            "Use the file that torchvision offers, or one saved as safetensors.",
        )


def _wait(child: subprocess.Popen[bytes], stop: StopToken) -> str:
    """Return what the child wrote to standard error; a late child is killed."""
    deadline_s = time.monotonic() + TIMEOUT_S
    while True:
        stop.check()
        try:
            _out, complaint = child.communicate(timeout=0.1)
        except subprocess.TimeoutExpired:
            if time.monotonic() > deadline_s:
                child.kill()
            continue
        return complaint.decode(errors="replace")
