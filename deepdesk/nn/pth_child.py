"""Turns a .pth file into safetensors, run as a program in a process of its own.

Whatever such a file does happens here, in a process with little memory and time and without
the network, and never in the window's. It is run by its path, so that nothing else of this
program is loaded: `python -I pth_child.py SOURCE TARGET`. Exit status 3 means that the file was
refused; the reason is the last line of standard error.
"""

from __future__ import annotations

import contextlib
import sys
import zipfile
from pathlib import Path
from typing import Any, NoReturn

CPU_LIMIT_S = 120
MEMORY_LIMIT_BYTES = 2 << 30  # on top of four times the file
REFUSED = 3
_MAX_TENSORS = 100_000
# Whatever reaches out of the process or starts another one.
_FORBIDDEN = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "ctypes.dlopen",
    "shutil.",
    "os.remove",
    "os.rename",
)


def refuse(reason: str) -> NoReturn:
    """Leave with the reason on standard error."""
    sys.stderr.write(f"{reason}\n")
    sys.stderr.flush()
    raise SystemExit(REFUSED)


def check_container(source: Path) -> None:
    """Refuse an archive that would grow: torch never compresses what it saves."""
    if not zipfile.is_zipfile(source):
        return
    with zipfile.ZipFile(source) as archive:
        total = 0
        for entry in archive.infolist():
            total += entry.file_size
            if entry.compress_type != zipfile.ZIP_STORED:
                refuse("The file is compressed, which weights never are.")
    if total > source.stat().st_size:
        refuse("The file claims to hold more than its size.")


def limit(source: Path) -> None:
    """Cap processor time and memory where the system knows how; called with torch loaded."""
    with contextlib.suppress(ImportError):
        import resource

        _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
        ceiling = CPU_LIMIT_S if hard == resource.RLIM_INFINITY else min(CPU_LIMIT_S, hard)
        resource.setrlimit(resource.RLIMIT_CPU, (ceiling, hard))
        pages = Path("/proc/self/statm")
        if pages.exists():
            used = int(pages.read_text().split()[0]) * resource.getpagesize()
            room = used + 4 * source.stat().st_size + MEMORY_LIMIT_BYTES
            resource.setrlimit(resource.RLIMIT_AS, (room, room))


def forbid(event: str, _arguments: Any) -> None:
    """Refuse what a file of weights has no reason to do (an audit hook)."""
    if event.startswith(_FORBIDDEN):
        raise RuntimeError(f"{event} is not allowed here")


def tensors_of(source: Path) -> dict[str, Any]:
    """Return the tensors of the file by name; anything else in it is refused."""
    import torch

    loaded = torch.load(source, map_location="cpu", weights_only=True)
    if not isinstance(loaded, dict) or len(loaded) > _MAX_TENSORS:
        refuse("The file holds no table of tensors.")
    for name, value in loaded.items():
        is_plain = isinstance(value, torch.Tensor) and value.layout == torch.strided
        if not isinstance(name, str) or not is_plain:
            refuse("The file holds something else than tensors by name.")
        if value.is_floating_point() and not bool(torch.isfinite(value).all()):
            refuse("The file holds values that are not finite.")
    return {name: value.detach().clone().contiguous() for name, value in loaded.items()}


def main(source: Path, target: Path) -> None:
    """Convert `source` and write `target`."""
    import safetensors.torch
    import torch

    torch.set_num_threads(1)
    check_container(source)
    limit(source)
    sys.addaudithook(forbid)
    try:
        tensors = tensors_of(source)
    except Exception as error:  # noqa: BLE001 - whatever a hostile file provokes is a refusal
        refuse(f"The file cannot be read as weights ({type(error).__name__}).")
    safetensors.torch.save_file(tensors, target)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
