"""What is known of a machine, and what a look at one may read; plain values."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from platform import libc_ver, machine

from deepdesk.launcher.asking_tools import Answer, ask

SYSTEMS = {"linux": "linux", "win32": "windows", "cygwin": "windows", "darwin": "macos"}
PROCESSORS = {"amd64": "x86_64", "x64": "x86_64", "aarch64": "arm64"}
__all__ = ["Answer", "Gpu", "Hardware", "Surroundings", "ask"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """A graphics card, or the graphics part of a processor.

    Attributes:
        maker: "nvidia", "amd", "intel" or "apple".
        compute: NVIDIA's compute capability, None where it is not known.
        driver: Its version as the maker writes it, "" without a driver.
        memory_bytes: Its own memory, 0 where it is not known.
        arch: AMD's name of the architecture, such as "gfx1100", or "".
        is_reachable: Whether this person may use its device files.
    """

    name: str
    maker: str
    compute: tuple[int, int] | None = None
    driver: str = ""
    memory_bytes: int = 0
    arch: str = ""
    is_reachable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """A machine, as far as it could be asked.

    Attributes:
        system: "linux", "windows" or "macos"; another name is not supported.
        machine: "x86_64", "arm64" or what the system says.
        version: Of macOS, such as "14.5"; "" elsewhere.
        glibc: Of Linux, such as "2.36"; "" elsewhere, and where the C library is another.
        kind: "" for a usual machine, "wsl" for Linux inside Windows, "jetson" for those boards.
        notes: What could not be asked and why, in sentences.
    """

    system: str
    machine: str
    version: str = ""
    glibc: str = ""
    kind: str = ""
    gpus: tuple[Gpu, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Whatever a look at the machine reads; tests bring their own.

    Attributes:
        platform: As `sys.platform`.
        root: Of the file system, for what the kernel shows there.
        ask: Called with a command and the seconds it may take.
        registry: What Windows knows of the cards: a mapping for each; () elsewhere.
    """

    platform: str = sys.platform
    machine: str = field(default_factory=machine)
    libc: tuple[str, str] = field(default_factory=libc_ver)
    root: Path = Path("/")
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    ask: Callable[[Sequence[str], float], Answer] = ask
    registry: Callable[[], Sequence[Mapping[str, object]]] = tuple
    may_use: Callable[[Path], bool] = field(
        default=lambda path: os.access(path, os.R_OK | os.W_OK), compare=False
    )

    @property
    def system(self) -> str:
        """Return "linux", "windows", "macos", or what Python says."""
        return SYSTEMS.get(self.platform, self.platform)

    def read(self, path: str | Path) -> str:
        """Return what a small file of the kernel says, "" where it cannot be read."""
        try:
            with (self.root / path).open(encoding="utf-8", errors="replace") as file:
                return file.read(100_000).strip("\0 \n")
        except OSError:
            return ""

    def names(self, path: str | Path) -> list[str]:
        """Return the sorted names in a folder, none where it cannot be read."""
        try:
            return sorted(entry.name for entry in (self.root / path).iterdir())
        except OSError:
            return []
