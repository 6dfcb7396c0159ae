"""What the system has to bring: which machines work, libraries, fonts, a display."""

import ctypes
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bootstrap.console import give_up, say

FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")


class Need(NamedTuple):
    """Something of the system's that pip cannot install, and the packages that bring it.

    `debian` lists alternatives, the preferred name first: the t64 names came with Debian 13 and
    Ubuntu 24.04. `role` is `window`, `sound`, `tests`, `installers` or `environment`;
    those of OPTIONAL may be missing.
    """

    probe: str
    debian: tuple[str, ...]
    fedora: str
    arch: str
    role: str = "window"


# Each was found necessary on a bare Debian 12 by leaving it out.
NEEDS = (
    Need("libglib-2.0.so.0", ("libglib2.0-0t64", "libglib2.0-0"), "glib2", "glib2"),
    Need("libGL.so.1", ("libgl1",), "libglvnd-glx", "libglvnd"),
    Need("libEGL.so.1", ("libegl1",), "libglvnd-egl", "libglvnd"),
    Need("libxkbcommon.so.0", ("libxkbcommon0",), "libxkbcommon", "libxkbcommon"),
    Need("libdbus-1.so.3", ("libdbus-1-3",), "dbus-libs", "dbus"),
    Need("libfontconfig.so.1", ("libfontconfig1",), "fontconfig", "fontconfig"),
    Need("libgssapi_krb5.so.2", ("libgssapi-krb5-2",), "krb5-libs", "krb5"),
    Need("libxcb-cursor.so.0", ("libxcb-cursor0",), "xcb-util-cursor", "xcb-util-cursor"),
    Need("libxcb-icccm.so.4", ("libxcb-icccm4",), "xcb-util-wm", "xcb-util-wm"),
    Need("libxcb-keysyms.so.1", ("libxcb-keysyms1",), "xcb-util-keysyms", "xcb-util-keysyms"),
    Need("libxcb-shape.so.0", ("libxcb-shape0",), "libxcb", "libxcb"),
    Need("libxkbcommon-x11.so.0", ("libxkbcommon-x11-0",), "libxkbcommon-x11", "libxkbcommon-x11"),
    Need("libwayland-cursor.so.0", ("libwayland-cursor0",), "libwayland-cursor", "wayland"),
    Need("libwayland-egl.so.1", ("libwayland-egl1",), "libwayland-egl", "wayland"),
    Need("font", ("fonts-dejavu-core",), "dejavu-sans-fonts", "ttf-dejavu"),
    Need("libpulse.so.0", ("libpulse0",), "pulseaudio-libs", "libpulse", "sound"),
    Need("libXrandr.so.2", ("libxrandr2",), "libXrandr", "libxrandr", "sound"),
    Need("libportaudio.so.2", ("libportaudio2",), "portaudio", "portaudio", "sound"),
    Need("Xvfb", ("xvfb",), "xorg-x11-server-Xvfb", "xorg-server-xvfb", "tests"),
    Need("xauth", ("xauth",), "xorg-x11-xauth", "xorg-xauth", "tests"),
    Need("makensis", ("nsis",), "mingw-nsis-base", "nsis", "installers"),
    Need("7z", ("p7zip-full",), "p7zip-plugins", "p7zip", "installers"),
    Need("osslsigncode", ("osslsigncode",), "osslsigncode", "osslsigncode", "installers"),
    Need("debootstrap", ("debootstrap",), "debootstrap", "debootstrap", "installers"),
    Need("xdotool", ("xdotool",), "xdotool", "xdotool", "installers"),
    Need(
        "desktop-file-validate",
        ("desktop-file-utils",),
        "desktop-file-utils",
        "desktop-file-utils",
        "installers",
    ),
    Need("appstreamcli", ("appstream",), "appstream", "appstream", "installers"),
    Need("xorriso", ("xorriso",), "xorriso", "libisoburn", "installers"),
)
# What goes without, said where it does.
OPTIONAL = {
    "sound": "Sound and camera stay off until the system has ",
    "installers": "Not all installers are built and tested until the system has ",
}
VENV = Need(
    "ensurepip",
    (f"python3.{sys.version_info[1]}-venv", "python3-venv"),
    "python3-libs",
    "python",
    "environment",
)


def unsupported_platform() -> str:
    """Return a sentence when no PyTorch exists for this machine, else nothing."""
    if sys.maxsize < 2**32:
        return "DeepDesk needs a 64-bit Python; this one is 32-bit."
    if (sys.platform, platform.machine()) == ("darwin", "x86_64"):
        return "DeepDesk needs Apple silicon: PyTorch no longer exists for Intel Macs."
    if (sys.platform, platform.machine()) == ("win32", "ARM64"):
        return "DeepDesk needs an x64 Python on Windows: PyTorch does not exist for ARM there."
    name, version = platform.libc_ver()
    if name == "glibc" and tuple(map(int, version.split(".")[:2])) < (2, 34):
        return f"DeepDesk needs glibc 2.34 or newer (Debian 12, Ubuntu 22.04); this is {version}."
    return ""


def has_font() -> bool:
    """Return whether any font lies where fontconfig looks."""
    folders = (Path(folder).expanduser() for folder in FONT_FOLDERS)
    return any(any(folder.rglob("*.[to]t[fc]")) for folder in folders)


def has_ensurepip() -> bool:
    """Return whether this Python can put pip into an environment; Debian's cannot by itself."""
    importlib.invalidate_caches()
    return importlib.util.find_spec("ensurepip") is not None


def is_loadable(library: str) -> bool:
    """Return whether the dynamic linker finds and loads `library`."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


PROBES = {"font": has_font, "ensurepip": has_ensurepip}


def is_present(need: Need) -> bool:
    """Return whether the library loads, the program is found, or the named probe says so."""
    if need.probe in PROBES:
        return PROBES[need.probe]()
    if ".so" in need.probe:
        return is_loadable(need.probe)
    return shutil.which(need.probe) is not None


def missing(roles: Sequence[str]) -> list[Need]:
    """Return the needs of these roles that the machine does not meet; none outside Linux."""
    if not sys.platform.startswith("linux"):
        return []
    return [need for need in NEEDS if need.role in roles and not is_present(need)]


def privilege() -> list[str] | None:
    """Return what to put before a package manager to run it as root; None when not allowed."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return []
    if shutil.which("sudo") and run_quietly("sudo", "-n", "true"):
        return ["sudo", "-n"]
    return None


def run_quietly(*command: str) -> bool:
    """Run a command without its output and return whether it succeeded."""
    nowhere = subprocess.DEVNULL
    return subprocess.call(command, stdin=nowhere, stdout=nowhere, stderr=nowhere) == 0


def debian_name(need: Need) -> str:
    """Return the first of the alternative names that this release knows."""
    known = [name for name in need.debian if run_quietly("apt-cache", "show", name)]
    return (known or list(need.debian[-1:]))[0]


def install_line(needs: Sequence[Need]) -> list[str]:
    """Return the command that installs `needs`, or nothing for an unknown system."""
    if shutil.which("apt-get"):
        names = [debian_name(need) for need in needs]
        return ["apt-get", "install", "-y", "--no-install-recommends", *sorted(set(names))]
    if shutil.which("dnf"):
        return ["dnf", "install", "-y", *sorted({need.fedora for need in needs})]
    if shutil.which("pacman"):
        return ["pacman", "-S", "--needed", *sorted({need.arch for need in needs})]
    return []


def install(needs: Sequence[Need]) -> bool:
    """Install system packages with apt-get where that is allowed; return whether it worked."""
    root = privilege()
    if root is None or not shutil.which("apt-get"):
        return False
    say("Installing system packages: " + " ".join(need.debian[-1] for need in needs))
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    subprocess.call([*root, "apt-get", "update", "-q"], stdout=sys.stderr, env=environment)
    # Only now: a fresh image knows no package, nor which of two names is its, before the update.
    subprocess.call([*root, *install_line(needs)], stdout=sys.stderr, env=environment)
    return all(is_present(need) for need in needs)


def require(needs: Sequence[Need]) -> None:
    """Install what is missing, else print the command to type; OPTIONAL may stay missing."""
    if not needs or install(needs):
        return
    needs = [need for need in needs if not is_present(need)]
    line = install_line(needs)
    names = " ".join(need.probe for need in needs)
    remedy = "Type: sudo " + " ".join(line) if line else "Install what provides: " + names
    roles = {need.role for need in needs}
    if roles - OPTIONAL.keys():
        give_up("The system lacks " + names + ".", remedy)
    for role in sorted(roles):
        lacking = " ".join(need.probe for need in needs if need.role == role)
        say(OPTIONAL[role] + lacking + ".\n  " + remedy)


def has_display() -> bool:
    """Return whether a window can open here."""
    if not sys.platform.startswith("linux"):
        return True
    if os.environ.get("WAYLAND_DISPLAY") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    display = os.environ.get("DISPLAY", "")
    if not display.startswith(":"):
        return bool(display)
    number = display[1:].split(".")[0]
    return Path("/tmp/.X11-unix/X" + number).exists()
