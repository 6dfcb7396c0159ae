"""Cards as Windows's registry lists them, where their maker's own tool does not answer."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence

from deepdesk.launcher.machine import Gpu, Surroundings
from deepdesk.launcher.nvidia import compute_of

PRESENT = (
    r"HARDWARE\DEVICEMAP\VIDEO"  # made anew at every start: cards that were taken out are gone
)
# Every card that ever was: read only where the cards of this start tell nothing of themselves.
EVER = r"SYSTEM\CurrentControlSet\Control\Class\{4d36e968-e325-11ce-bfc1-08002be10318}"
MOST_CARDS = 16
MACHINE = "\\registry\\machine\\"
MAKERS = {"10de": "nvidia", "1002": "amd", "8086": "intel"}
MEMORY = "HardwareInformation.qwMemorySize"
VALUES = ("DriverDesc", "DriverVersion", "MatchingDeviceId", MEMORY)


def look_at_cards(here: Surroundings) -> list[Gpu]:
    """Return the cards that the registry lists, each once."""
    try:
        entries = here.registry()
    except OSError:
        return []
    cards = (card_of(entry) for entry in entries)
    return list(dict.fromkeys(card for card in cards if card is not None))


def card_of(entry: Mapping[str, object]) -> Gpu | None:
    """Return the card in an entry of the registry, None where torch knows nothing of its maker."""
    found = re.search(
        r"ven_([0-9a-f]{4})&dev_([0-9a-f]{4})", str(entry.get("MatchingDeviceId", "")).lower()
    )
    if found is None or found[1] not in MAKERS:
        return None
    maker, name = MAKERS[found[1]], str(entry.get("DriverDesc", "")).strip()[:100]
    memory = entry.get(MEMORY, 0)
    version = str(entry.get("DriverVersion", ""))
    return Gpu(
        name=name or f"{maker} card",
        maker=maker,
        compute=compute_of(name) if maker == "nvidia" else None,
        driver=nvidia_version(version) if maker == "nvidia" else version[:40],
        memory_bytes=memory if isinstance(memory, int) and memory > 0 else 0,
        arch=found[2] if maker == "intel" else "",
    )


def nvidia_version(windows: str) -> str:
    """Return NVIDIA's number of a driver from Windows's: 32.0.15.8088 is 580.88, "" if it is none.

    The last five digits are the number; the whole world reads it so, though no page promises it.
    """
    digits = re.sub(r"\D", "", windows)[-5:]
    return f"{int(digits[:3])}.{digits[3:]}" if len(digits) == 5 and int(digits[:3]) else ""


def read_registry() -> Sequence[Mapping[str, object]]:
    """Return what Windows's registry says of every card that is in the machine."""
    if sys.platform != "win32":
        return ()
    import winreg

    entries = []
    with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, PRESENT) as video:
        for index in range(winreg.QueryInfoKey(video)[1]):
            _name, value, _kind = winreg.EnumValue(video, index)
            text = str(value)
            if text.lower().startswith(MACHINE):
                entries.append(read_entry(text[len(MACHINE) :]))
    if any("MatchingDeviceId" in entry for entry in entries):
        return entries
    return [read_entry(rf"{EVER}\{number:04d}") for number in range(MOST_CARDS)]


def read_entry(path: str) -> Mapping[str, object]:
    """Return the values of one card; those that cannot be read are left out."""
    if sys.platform != "win32":
        return {}
    import winreg

    values: dict[str, object] = {}
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path) as key:
            for name in VALUES:
                try:
                    values[name] = winreg.QueryValueEx(key, name)[0]
                except OSError:
                    continue
    except OSError:
        return {}
    return values
