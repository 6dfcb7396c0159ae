"""Cards as Linux's kernel shows them: AMD's, Intel's, and NVIDIA's that have no driver."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from deepdesk.launcher.machine import Gpu, Surroundings

DEVICES = Path("sys/bus/pci/devices")
NODES = Path("sys/class/kfd/kfd/topology/nodes")
KFD = Path("dev/kfd")
PCI_NAMES = ("usr/share/misc/pci.ids", "usr/share/hwdata/pci.ids")
MAKERS = {"0x10de": "nvidia", "0x1002": "amd", "0x8086": "intel"}
TITLES = {"nvidia": "NVIDIA", "amd": "AMD", "intel": "Intel"}
DRIVERS = {"nvidia": {"nvidia"}, "amd": {"amdgpu"}, "intel": {"i915", "xe"}}
MEMORY = "mem_info_vram_total"  # AMD's driver shows it, in bytes


def look_at_cards(here: Surroundings) -> list[Gpu]:
    """Return the cards on the PCI bus whose maker torch knows."""
    cards = (card_at(here, DEVICES / name) for name in here.names(DEVICES))
    return [card for card in cards if card is not None]


def card_at(here: Surroundings, folder: Path) -> Gpu | None:
    """Return the card that a folder of the kernel describes, None where it is no such card."""
    maker = MAKERS.get(here.read(folder / "vendor"))
    if maker is None or not here.read(folder / "class").startswith("0x03"):  # 03: displays
        return None
    driver = driver_of(here, folder)
    driven = driver if driver in DRIVERS[maker] else ""
    device = here.read(folder / "device").removeprefix("0x").lower()
    minor = render_minor(here, folder)
    memory = here.read(folder / MEMORY)
    return Gpu(
        name=name_of(here, maker, device),
        maker=maker,
        driver=driven,
        memory_bytes=int(memory) if re.fullmatch(r"\d{1,15}", memory) else 0,
        arch=gfx_of(here, minor) if maker == "amd" else device if maker == "intel" else "",
        is_reachable=may_use(here, maker, minor),
    )


def driver_of(here: Surroundings, folder: Path) -> str:
    """Return the name of the kernel's driver for a device, "" where it has none."""
    try:
        return (here.root / folder / "driver").readlink().name
    except OSError:
        return ""


def render_minor(here: Surroundings, folder: Path) -> int:
    """Return the number of a card's device file for computing, -1 where it has none."""
    names = here.names(folder / "drm")
    minors = [int(name[7:]) for name in names if re.fullmatch(r"renderD\d{1,6}", name)]
    return minors[0] if minors else -1


def gfx_of(here: Surroundings, minor: int) -> str:
    """Return AMD's name of the architecture of the card with this device file, "" if unknown."""
    for node in here.names(NODES):
        lines = here.read(NODES / node / "properties").splitlines()
        values = dict(line.split(" ", 1) for line in lines if " " in line)
        target = values.get("gfx_target_version", "")
        if values.get("drm_render_minor") == str(minor) and re.fullmatch(r"\d{5,6}", target):
            return gfx_name(int(target))
    return ""


def gfx_name(target: int) -> str:
    """Return the name of an architecture: 110001 is gfx1101, 90010 is gfx90a."""
    major, minor, step = target // 10000, target // 100 % 100, target % 100
    return f"gfx{major}{minor:x}{step:x}" if target else ""


def may_use(here: Surroundings, maker: str, minor: int) -> bool:
    """Return whether this person may compute on a card; True where there is nothing to ask."""
    files = [Path(f"dev/dri/renderD{minor}")] if minor >= 0 else []
    files += [KFD] if maker == "amd" else []
    there = [here.root / file for file in files if (here.root / file).exists()]
    return maker == "nvidia" or all(here.may_use(file) for file in there)


def name_of(here: Surroundings, maker: str, device: str) -> str:
    """Return what people call a device, from the system's list of names if it has one."""
    vendor = next(number for number, name in MAKERS.items() if name == maker).removeprefix("0x")
    for path in PCI_NAMES:
        try:
            with (here.root / path).open(encoding="utf-8", errors="replace") as lines:
                found = listed_name(iter(lines), vendor, device)
        except OSError:
            continue
        if found:
            return f"{TITLES[maker]} {found}"
    return f"{TITLES[maker]} card {device}" if device else f"{TITLES[maker]} card"


def listed_name(lines: Iterator[str], vendor: str, device: str) -> str:
    """Return the name of a device in the lines of a list of PCI names, "" where it lacks it.

    The marketing name stands in brackets where there is one, behind the name of the chip.
    """
    is_ours = False
    for line in lines:
        if re.match(r"[0-9a-f]{4} ", line):
            if is_ours:
                return ""
            is_ours = line.startswith(vendor)
        elif is_ours and line.startswith(f"\t{device} "):
            name = line[5:].strip()
            inside = re.search(r"\[(.+)\]", name)
            return (inside[1] if inside else name)[:100]
    return ""
