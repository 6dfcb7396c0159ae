"""What is in a Windows set-up, as 7-Zip sees it."""

import re
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

X64 = 0x8664
_ENTRY = re.compile(r"^Path = (.+)$(?:\n.+)*?\nSize = (\d*)$", re.MULTILINE)
_HEAD_BYTES = 4096


def contents(set_up: Path) -> dict[str, int]:
    """Return path and size in bytes of every file that a set-up carries.

    Raises:
        OSError: There is no 7-Zip.
        ValueError: The set-up cannot be read.
    """
    done = subprocess.run(
        ["7z", "l", "-slt", "-ba", str(set_up)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise ValueError(f"{set_up} cannot be read: {done.stdout[-300:]}")
    return {name: int(size or 0) for name, size in _ENTRY.findall(done.stdout)}


def differences(set_up: Path, payload: Path) -> list[str]:
    """Return sentences on what a set-up carries otherwise than the payload; none if all is there.

    Every byte is compared.

    Raises:
        OSError: There is no 7-Zip.
    """
    if shutil.which("7z") is None:
        raise OSError("There is no 7-Zip here.")
    with tempfile.TemporaryDirectory(prefix="deepdesk-7z-") as scratch:
        folder = Path(scratch)
        command = ["7z", "x", "-bd", "-y", f"-o{folder}", str(set_up)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return [f"{set_up} cannot be unpacked: {done.stdout[-300:]}"]
        carried = files_of(folder)
        wanted = files_of(payload)
        # The installer's own: its plug-ins, its picture, and the uninstaller that it writes.
        own = {name for name in carried if name.startswith("$PLUGINSDIR/")} | {"uninstall.exe"}
        found = [f"{name} is missing." for name in sorted(wanted - carried)]
        found += [f"{name} does not belong there." for name in sorted(carried - wanted - own)]
        both = sorted(wanted & carried)
        different = [name for name in both if not same(folder / name, payload / name)]
        return found + [f"{name} is another file." for name in different]


def files_of(folder: Path) -> set[str]:
    """Return the paths of all files below a folder, relative to it, with slashes."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in found}


def same(one: Path, other: Path) -> bool:
    """Return whether two files hold the same bytes."""
    return one.read_bytes() == other.read_bytes()


def machine_of(program: Path) -> int:
    """Return the machine that a Windows program is for; `X64` is what it should be.

    Raises:
        ValueError: It is no Windows program.
    """
    with program.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    is_program = len(head) == _HEAD_BYTES and head[:2] == b"MZ"
    at = struct.unpack_from("<I", head, 0x3C)[0] if is_program else 0
    if head[at : at + 4] != b"PE\0\0":
        raise ValueError(f"{program} is no Windows program.")
    machine: int = struct.unpack_from("<H", head, at + 4)[0]
    return machine
