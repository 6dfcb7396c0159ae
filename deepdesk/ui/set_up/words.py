"""What the set-up window says: sizes, speeds, and the sentences of every occasion. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deepdesk.ui.time_words import SPACE

if TYPE_CHECKING:
    from deepdesk.launcher.hardware import Gpu, Hardware

# Of files, as makers of disks count; memory is counted in powers of two.
KB, MB, GB = 10**3, 10**6, 10**9
GIB = 1 << 30
SHOWN_GPUS = 3
SYSTEMS = {"linux": "Linux", "windows": "Windows", "macos": "macOS"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Why the window is open, in words.

    Attributes:
        title: May hold {size}: what is to be fetched.
        hint: May hold {new} and {old}: versions.
        verb: What the main button does beside fetching.
        refuse: On the button that does not; may hold {old}.
        keeps: Whether that button starts what is already there.
    """

    title: str
    hint: str
    verb: str
    refuse: str
    keeps: bool = False


OCCASIONS = {
    "first": Occasion(
        title="Set up DeepDesk",
        hint="What training needs is fetched once, to fit this computer. Your own files stay here.",
        verb="set up",
        refuse="Not now",
    ),
    "update": Occasion(
        title="A newer version: {size} to fetch",
        hint="Version {new} replaces {old}. The one before is kept, so that you can go back.",
        verb="update",
        refuse="Not now, start {old}",
        keeps=True,
    ),
    "repair": Occasion(
        title="DeepDesk needs a repair",
        hint="What was set up is made anew. Your projects and settings stay as they are.",
        verb="repair",
        refuse="Not now",
    ),
    "change": Occasion(
        title="Set up DeepDesk differently",
        hint="What is there now stays until the new one has passed its test.",
        verb="change over",
        refuse="Keep what is there",
        keeps=True,
    ),
}


def size_text(size_bytes: int) -> str:
    """Return a size in the unit that people would use: "3.1 GB", "12 MB"."""
    if size_bytes >= GB:
        size = size_bytes / GB
        return f"{size:.1f}{SPACE}GB" if size < 100 else f"{size:.0f}{SPACE}GB"
    if size_bytes >= MB:
        return f"{size_bytes / MB:.0f}{SPACE}MB"
    return f"{size_bytes / KB:.0f}{SPACE}kB" if size_bytes else f"0{SPACE}MB"


def about(size_bytes: int, *, is_exact: bool) -> str:
    """Return a size, said to be an estimate where it is one; "not known" for none."""
    if not size_bytes:
        return "nothing" if is_exact else "not known"
    return size_text(size_bytes) if is_exact else f"about {size_text(size_bytes)}"


def done_text(done: int, total: int) -> str:
    """Return how much of a whole is there: "1.2 of 3.1 GB"."""
    if not total:
        return size_text(done) if done else ""
    whole = size_text(total)
    number, _space, unit = size_text(done).partition(SPACE)
    same = whole.endswith(f"{SPACE}{unit}")
    return f"{number} of {whole}" if same else f"{number}{SPACE}{unit} of {whole}"


def speed_text(bytes_per_s: float) -> str:
    """Return a speed: "24 MB/s"."""
    if bytes_per_s >= MB:
        speed = bytes_per_s / MB
        return f"{speed:.1f}{SPACE}MB/s" if speed < 10 else f"{speed:.0f}{SPACE}MB/s"
    return f"{bytes_per_s / KB:.0f}{SPACE}kB/s"


def gpu_text(gpu: Gpu) -> str:
    """Return what matters of a graphics card: memory, driver, what it can compute."""
    memory = f"{gpu.memory_bytes / GIB:.0f}{SPACE}GB of memory" if gpu.memory_bytes else ""
    driver = f"driver {gpu.driver}" if gpu.driver else ""
    arch = ".".join(str(part) for part in gpu.compute) if gpu.compute else ""
    compute = f"compute capability {arch}" if arch else gpu.arch
    return ", ".join(part for part in (memory, driver, compute) if part)


def machine_rows(hardware: Hardware) -> list[tuple[str, str, str]]:
    """Return (icon, name, note) of what the machine can train on, never empty."""
    rows = [("gpu", gpu.name, gpu_text(gpu)) for gpu in hardware.gpus[:SHOWN_GPUS]]
    more = len(hardware.gpus) - SHOWN_GPUS
    if more > 0:
        rows.append(("gpu", f"and {more} more", ""))
    if rows:
        return rows
    note = "The processor will train: all works, large networks take longer."
    return [("cpu", "No graphics card that can train was found", note)]


def system_text(hardware: Hardware) -> str:
    """Return the system in a few words."""
    return f"{SYSTEMS.get(hardware.system, hardware.system)}, {hardware.machine}".strip(", ")


def button_text(verb: str, size: str, *, is_folder: bool) -> str:
    """Return the words of the main button: what it fetches, if anything, and what it does."""
    if is_folder:
        return f"{verb.capitalize()} from this folder"
    if size == "nothing":
        return verb.capitalize()
    return f"Fetch and {verb}" if size == "not known" else f"Fetch {size} and {verb}"
