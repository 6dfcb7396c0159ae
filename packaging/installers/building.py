"""What every installer carries: the wheel, uv, the locks, the licences, the icons."""

import datetime
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from bootstrap.console import give_up, say
from bootstrap.environment import ROOT

from installers import licences, sbom

PARTS = ROOT / "build" / "parts"
"""Where fetched parts are kept between builds."""
SOURCES = ("deepdesk", "resources", "pyproject.toml", "README.md")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info", "*_cache", "pictures")
MARK = ROOT / "resources" / "icons" / "deepdesk.svg"
ICON_SIZES = (16, 22, 24, 32, 48, 64, 96, 128, 256, 512)
UV_VERSION = "0.13.9"
HERE = {"linux": "linux", "win32": "windows", "darwin": "macos"}


class UvWheel(NamedTuple):
    """One wheel of uv: the platform it is for, what it must hash to, what is taken out of it."""

    platform: str
    sha256: str
    programs: tuple[str, ...]


UV_WHEELS: Mapping[str, UvWheel] = {
    "linux": UvWheel(
        "manylinux2014_x86_64",
        "d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19",
        ("uv",),
    ),
    "windows": UvWheel(
        "win_amd64",
        "6a44b2ed8111d2f60d2b92627c5dccda3f7ed7570b18ce115e569cd68c28246b",
        ("uv.exe", "uvw.exe"),
    ),
    "macos": UvWheel(
        "macosx_11_0_arm64",
        "66c512266d633bef48384a1f53003f41f2a8e7b36fe6e7fbfd3e0fd52d96fa63",
        ("uv",),
    ),
}


class Release(NamedTuple):
    """What `release.json` says."""

    version: str
    fingerprint: str
    built: str


def version() -> str:
    """Return the version of the program, which `deepdesk/__init__.py` alone states."""
    text = (ROOT / "deepdesk" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    if found is None:
        give_up("deepdesk/__init__.py states no version.")
    return found.group(1)


def release_time() -> int:
    """Return the time that goes into files and archives, in seconds since 1970.

    It is `SOURCE_DATE_EPOCH` if that is set, else the time of the last commit: the same sources
    give the same bytes.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given.isdecimal():
        return int(given)
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    try:
        return int(subprocess.check_output(command, stderr=subprocess.DEVNULL))
    except (OSError, subprocess.CalledProcessError, ValueError):
        return int((ROOT / "deepdesk" / "__init__.py").stat().st_mtime)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def wheel_into(folder: Path) -> Path:
    """Build the wheel of the program into `folder` and return its path.

    It is built from a copy, so that nothing is left in the source tree, and stamped with
    `release_time`, so that the same sources give the same wheel.
    """
    with tempfile.TemporaryDirectory(prefix="deepdesk-wheel-") as scratch:
        for name in SOURCES:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, Path(scratch, name), ignore=LEFT_OUT)
            else:
                shutil.copy(source, Path(scratch, name))
        environment = dict(os.environ, SOURCE_DATE_EPOCH=str(release_time()))
        options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
        command = [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", str(folder)]
        done = subprocess.run([*command, scratch], env=environment, check=False)
    wheels = list(folder.glob(f"deepdesk-{version()}-*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        give_up("The wheel could not be built.", "The lines above say why.")
    return wheels[0]


def uv_wheel(system: str) -> Path:
    """Return the checked wheel of uv for `system`, fetched with pip unless it lies in `PARTS`."""
    platform, sha256, _programs = UV_WHEELS[system]
    pattern = f"uv-{UV_VERSION}-*{platform}*.whl"
    if not any(PARTS.glob(pattern)):
        say(f"Fetching uv {UV_VERSION} for {system}.")
        PARTS.mkdir(parents=True, exist_ok=True)
        options = ["--no-deps", "--only-binary=:all:", "--platform", platform, "--quiet"]
        command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(PARTS)]
        subprocess.run([*command, f"uv=={UV_VERSION}"], check=False)
    found = next(iter(sorted(PARTS.glob(pattern))), None)
    if found is None:
        give_up(f"uv {UV_VERSION} for {system} could not be fetched.", f"Put it into {PARTS}.")
    if (seen := sha256_of(found)) != sha256:
        found.unlink()
        give_up(f"{found.name} is not the file that was pinned: it hashes to {seen}.")
    return found


def uv_into(system: str, folder: Path) -> tuple[Path, ...]:
    """Take uv's programs out of its wheel into `folder` and return their paths."""
    programs = UV_WHEELS[system].programs
    with zipfile.ZipFile(uv_wheel(system)) as wheel:
        for name in wheel.namelist():
            base = name.rpartition("/")[2]
            if ".data/scripts/" in name and base in programs:
                (folder / base).write_bytes(wheel.read(name))
                (folder / base).chmod(0o755)
    return tuple(folder / name for name in programs)


def icons_into(folder: Path, sizes: Iterable[int] = ICON_SIZES) -> dict[int, Path]:
    """Draw the program's mark as `folder/<size>.png` for each size in pixels."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    folder.mkdir(parents=True, exist_ok=True)
    drawing = QSvgRenderer(str(MARK))
    drawn = {}
    for size in sizes:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        drawing.render(painter)
        painter.end()
        drawn[size] = folder / f"{size}.png"
        if not image.save(str(drawn[size])):
            give_up(f"The icon {drawn[size]} could not be written.")
    return drawn


def fingerprint_of(wheel: Path, locks: Path) -> str:
    """Return the hash of the wheel and of every lock: what an environment is made from."""
    total = hashlib.sha256()
    for file in (wheel, *sorted(locks.glob("*"))):
        total.update(f"{file.name}\0{sha256_of(file)}\n".encode())
    return total.hexdigest()


def release_into(folder: Path, wheel: Path) -> Release:
    """Write `folder/release.json` for this wheel and the locks in `folder/locks`."""
    when = datetime.datetime.fromtimestamp(release_time(), datetime.UTC)
    release = Release(version(), fingerprint_of(wheel, folder / "locks"), when.isoformat())
    text = json.dumps(release._asdict(), indent=2) + "\n"
    (folder / "release.json").write_text(text, encoding="utf-8")
    return release


def locks_into(system: str, folder: Path, made: Path | None = None) -> None:
    """Put the locks of `system` into `folder/locks`.

    Args:
        system: linux, windows or macos.
        folder: The payload, with the wheel in it.
        made: A folder of locks made before; without one they are made now, which needs an index.
    """
    if made is not None:
        shutil.copytree(made, folder / "locks", dirs_exist_ok=True)
        return
    from installers.locking import write_locks

    with tempfile.TemporaryDirectory(prefix="deepdesk-uv-") as scratch:
        # The index is asked by a uv that runs here, whichever system it is asked for.
        uv = uv_into(HERE.get(sys.platform, "linux"), Path(scratch))[0]
        wheel = next(folder.glob("deepdesk-*.whl"))
        say(str(write_locks(folder / "locks", uv, wheel, systems=[system])))


def payload_into(system: str, folder: Path, *, locks: Path | None = None) -> Release:
    """Lay down in `folder` everything that the installer of `system` carries.

    Args:
        system: linux, windows or macos.
        folder: Made if missing; what is in it stays.
        locks: A folder of locks made before; see `locks_into`.

    Returns:
        What release.json says.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wheel = wheel_into(folder)
    uv_into(system, folder)
    shutil.copy(Path(__file__).parent / "payload" / "launcher.py", folder / "launcher.py")
    shutil.copy(ROOT / "packaging" / "CHANGELOG.md", folder / "CHANGELOG.md")
    locks_into(system, folder, locks)
    release = release_into(folder, wheel)
    built_from = uv_wheel(system)
    licences.write_licences(
        folder / "licences", locks=folder / "locks", system=system, uv_wheel=built_from
    )
    sbom.write_sbom(folder / "sbom.json", payload=folder, system=system, uv_wheel=built_from)
    return release
