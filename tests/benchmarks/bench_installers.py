"""The installers: sizes, times to a window, disk, and what an update fetches.

Needs root, debootstrap, Xvfb, xdotool and an index of packages; about ten minutes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.packaging.clean_root import HOME, CleanRoot, clean_root, screen, why_not

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "packaging")]

from installers import building, linux  # noqa: E402

RUNTIME = f"{HOME}/.local/share/deepdesk/runtime"
PATIENCE_S = 120.0
LATER_STARTS = 3
_DAY_S = 86_400


def main() -> dict[str, Any]:
    """Return the sizes of all installers and what the Linux one costs in a clean system."""
    if reason := why_not():
        return {"not measured": reason}
    with tempfile.TemporaryDirectory(prefix="deepdesk-installers-") as name:
        out = Path(name)
        locks = _locks(out)
        first = _package(out / "first", locks)
        # The same program with another date in its wheel: to the launcher that is another release.
        os.environ["SOURCE_DATE_EPOCH"] = str(building.release_time() + _DAY_S)
        second = _package(out / "second", locks)
        del os.environ["SOURCE_DATE_EPOCH"]
        with clean_root() as root, screen(out) as display:
            _install(root, first)
            return {**_sizes(out, locks), **_used(root, display, second)}


def _locks(out: Path) -> Path:
    payload = out / "locks-of"
    payload.mkdir()
    building.payload_into("linux", payload)
    return payload / "locks"


def _package(out: Path, locks: Path) -> Path:
    payload = out / "usr" / "lib" / "deepdesk"
    payload.mkdir(parents=True)
    release = building.payload_into("linux", payload, locks=locks)
    linux.lay_out(out / "usr", release)
    return linux.debian_package(out, out / "usr", release)


def _sizes(out: Path, locks: Path) -> dict[str, Any]:
    """Build every installer that can be built here and return megabytes by file."""
    sizes = {}
    for system in sorted(building.UV_WHEELS):
        folder = out / system
        folder.mkdir()
        given = ["--locks", str(locks)] if system == "linux" else []
        command = [sys.executable, "-m", "installers", system, "--out", str(folder), *given]
        path = str(Path(building.__file__).parents[1])
        subprocess.run(
            command, env={**os.environ, "PYTHONPATH": path}, check=False, capture_output=True
        )
        sizes |= {f"{file.name} MB": _megabytes(file) for file in sorted(folder.iterdir())}
    return sizes


def _megabytes(path: Path) -> float:
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    # Hard links count once.
    kept = {one.lstat().st_ino: one.lstat().st_size for one in files if not one.is_symlink()}
    return round(sum(kept.values()) / 1e6, 1)


def _install(root: CleanRoot, package: Path) -> None:
    shutil.copyfile(package, root.path("/tmp/deepdesk.deb"))
    root.run("apt-get", "update", "-q", person=False)
    options = ["-y", "-q", "--no-install-recommends"]
    root.run("apt-get", "install", *options, "/tmp/deepdesk.deb", person=False)
    root.trust_the_same()


def _used(root: CleanRoot, display: str, second: Path) -> dict[str, Any]:
    root.display = display
    figures: dict[str, Any] = {"first_start_to_window_s": _window_after_s(root, display)}
    root.display = ""
    before, start_s = _received(), time.monotonic()
    root.run("deepdesk", "--set-up")
    figures["set_up_s"] = round(time.monotonic() - start_s, 1)
    figures["set_up_fetched_MB"] = round((_received() - before) / 1e6, 1)
    figures["runtime_MB"] = _megabytes(root.path(RUNTIME))
    root.display = display
    figures["later_start_to_window_s"] = [
        _window_after_s(root, display) for _ in range(LATER_STARTS)
    ]
    root.display = ""
    shutil.copyfile(second, root.path("/tmp/second.deb"))
    root.run("dpkg", "-i", "/tmp/second.deb", person=False)
    before, start_s = _received(), time.monotonic()
    root.run("deepdesk", "--set-up")
    figures["update_s"] = round(time.monotonic() - start_s, 1)
    figures["update_fetched_MB"] = round((_received() - before) / 1e6, 3)
    figures["runtime_after_update_MB"] = _megabytes(root.path(RUNTIME))
    return figures


def _window_after_s(root: CleanRoot, display: str) -> float:
    """Start the program as its icon does and return the seconds until a window is there."""
    start_s = time.monotonic()
    program = subprocess.Popen(
        root.command("deepdesk", ending="TERM"),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while time.monotonic() - start_s < PATIENCE_S:
            if _is_seen(display):
                return round(time.monotonic() - start_s, 2)
        return float("nan")
    finally:
        program.kill()
        program.wait()
        # The next start must not find this window.
        end_s = time.monotonic() + PATIENCE_S
        while _is_seen(display) and time.monotonic() < end_s:
            pass


def _is_seen(display: str) -> bool:
    search = ["xdotool", "search", "--onlyvisible", "--name", "DeepDesk"]
    environment = {**os.environ, "DISPLAY": display}
    return bool(subprocess.run(search, env=environment, capture_output=True).stdout)


def _received() -> int:
    """Return the bytes that this machine has received, but for those from itself."""
    lines = Path("/proc/net/dev").read_text(encoding="utf-8").splitlines()[2:]
    rows = (line.split(":", 1) for line in lines)
    return sum(int(values.split()[0]) for name, values in rows if name.strip() != "lo")
