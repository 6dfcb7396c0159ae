"""The Windows installer: DeepDesk.exe and a set-up for one person, both made with makensis."""

import re
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from bootstrap.console import give_up, say

from deepdesk.launcher.windows import APPLICATION_ID
from installers.authenticode import can_sign, command_for_makensis, sign
from installers.building import MARK, Release, icons_into, payload_into, uv_wheel
from installers.sbom import bill_beside
from installers.windows_contents import differences

SCRIPTS = Path(__file__).parent / "windows"
SYSTEM = "windows"
PROGRAM = "DeepDesk.exe"
CONSOLE = "deepdesk-console.cmd"
PYTHON = "3.12"
ICON_SIZES = (16, 20, 24, 32, 40, 48, 64, 256)
# Below %LOCALAPPDATA%: the longest name in any package, 151 characters in Qt's essentials, behind
# the longest folder that it is unpacked in, uv's cache with its random names.
LONGEST = len(r"\DeepDesk\runtime\cache\archive-v0\0123456789abcdefghijk") + 1 + 151
# Twice what the page has room for, for screens with twice the dots.
SIDE_PICTURE = (328, 628)
_PLAIN = re.compile(r"[A-Za-z0-9._+ -]+")


def build(out: Path, locks: Path | None = None) -> list[Path]:
    """Build the set-up into `out` and return its path in a list.

    Args:
        out: Must exist.
        locks: A folder of locks made before, or None to make them.
    """
    with tempfile.TemporaryDirectory(prefix="deepdesk-windows-") as scratch:
        payload = Path(scratch, "payload")
        release = payload_into(SYSTEM, payload, locks=locks)
        target = out / f"DeepDesk-{release.version}-windows-x64-setup.exe"
        set_up_of(payload, release, target)
        bill_beside(payload, out, SYSTEM, uv_wheel(SYSTEM))
        check(target, payload)
        return [target]


def set_up_of(payload: Path, release: Release, target: Path) -> Path:
    """Build `target`, which lays down `payload` and what starts it: a program, a console script.

    Args:
        payload: As `payload_into` leaves it.
        release: What its release.json says.
        target: Path of the set-up.

    Returns:
        `target`, signed where there is a certificate.
    """
    payload, target = payload.absolute(), target.absolute()
    with tempfile.TemporaryDirectory(prefix="deepdesk-nsis-") as folder:
        scratch = Path(folder)
        icon, side = pictures_into(scratch)
        shared = {"VERSION": release.version, "NUMBERS": numbers_of(release.version)}
        shared["ICON"] = str(icon)
        starters_into(payload, release, shared)
        files = listed(payload)
        macros = scratch / "files.nsh"
        macros.write_text(file_macros(payload, files), encoding="utf-8")
        sizes = [-(-(payload / file).stat().st_size // 1024) for file in files]
        values = {
            "LICENCE": str(licence_into(scratch)),
            "FILES": str(macros),
            "KIB": str(sum(sizes)),
            "BITMAP": str(side),
            "TARGET": str(target),
            "APPLICATION_ID": APPLICATION_ID,
            "LONGEST": str(LONGEST),
        }
        if can_sign():
            values["SIGN"] = command_for_makensis()
        compile_script("setup.nsi", shared | values)
    sign(target)
    return target


def check(target: Path, payload: Path) -> None:
    """Compare what the set-up carries with the payload, byte by byte, where 7-Zip is there."""
    if shutil.which("7z") is None:
        say("The set-up's contents were not compared: there is no 7-Zip here (p7zip-full).")
        return
    found = differences(target, payload)
    if found:
        give_up(f"{target.name} does not carry what it should.", " ".join(found))


def starters_into(payload: Path, release: Release, shared: Mapping[str, str]) -> None:
    """Put DeepDesk.exe, signed where there is a certificate, and its console script there."""
    program = payload / PROGRAM
    own = {"FINGERPRINT": release.fingerprint, "PYTHON": PYTHON, "TARGET": str(program)}
    compile_script("launcher.nsi", {**shared, **own})
    sign(program)
    console = (SCRIPTS / CONSOLE).read_text(encoding="ascii")
    (payload / CONSOLE).write_bytes(console.replace("\n", "\r\n").encode("ascii"))


def licence_into(folder: Path) -> Path:
    """Write what the first page shows as `folder/licence.txt`, as makensis wants it."""
    words = (SCRIPTS / "licence.txt").read_text(encoding="utf-8")
    target = folder / "licence.txt"
    # The mark in front tells that it is Unicode; lines end with both characters.
    target.write_bytes(words.replace("\n", "\r\n").encode("utf-16"))
    return target


def numbers_of(version: str) -> str:
    """Return a version as the four numbers that Windows wants, for instance 1.2.0.0."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    numbers = found.group().split(".") if found else []
    return ".".join([*numbers, "0", "0", "0", "0"][:4])


def listed(payload: Path) -> list[PurePosixPath]:
    """Return the files of the payload, relative to it, sorted; release.json stands last.

    What is not whole has no release.json.
    """
    files = [path.relative_to(payload) for path in payload.rglob("*") if path.is_file()]
    plain = [PurePosixPath(path.as_posix()) for path in files]
    for path in plain:
        if not all(_PLAIN.fullmatch(part) for part in path.parts):
            give_up(f"The name {path} cannot go into the Windows installer.")
    return sorted(plain, key=lambda path: (str(path) == "release.json", str(path)))


def file_macros(payload: Path, files: Iterable[PurePosixPath]) -> str:
    """Return the NSIS macros that lay down exactly these files and take exactly these away."""
    lay_down, take_away = ["!macro LAY_DOWN"], ["!macro TAKE_AWAY"]
    folders = {PurePosixPath()}
    here: PurePosixPath | None = None
    for file in files:
        if file.parent != here:
            here = file.parent
            lay_down.append(f'  SetOutPath "{_inside(here)}"')
        lay_down.append(f'  File "{payload / file}"')
        take_away.append(f'  Delete "{_inside(file)}"')
        folders.update(file.parents)
    for folder in sorted(folders - {PurePosixPath()}, reverse=True):
        take_away.append(f'  RMDir "{_inside(folder)}"')
    return "\n".join([*lay_down, "!macroend", *take_away, "!macroend", ""])


def _inside(path: PurePosixPath) -> str:
    return "\\".join(("$INSTDIR", *path.parts))


def compile_script(name: str, values: Mapping[str, str]) -> None:
    """Compile one of the scripts with these values defined; every warning is an error."""
    if shutil.which("makensis") is None:
        give_up("The Windows installer is made with makensis.", "Install the package nsis.")
    defined = [f"-D{key}={value}" for key, value in values.items()]
    command = ["makensis", "-V2", "-WX", "-INPUTCHARSET", "UTF8", *defined, str(SCRIPTS / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        give_up(f"makensis could not compile {name}.", done.stdout + done.stderr)


def pictures_into(folder: Path) -> tuple[Path, Path]:
    """Draw the icon (.ico) and the picture beside the last page (.bmp) into `folder`."""
    icons = icons_into(folder / "icons", ICON_SIZES)
    icon = folder / "deepdesk.ico"
    icon.write_bytes(ico_of({size: path.read_bytes() for size, path in icons.items()}))
    return icon, side_picture(folder / "side.bmp")


def ico_of(pictures: Mapping[int, bytes]) -> bytes:
    """Return a Windows icon that holds these PNG files, given by their size in pixels."""
    start = 6 + 16 * len(pictures)
    head, body = struct.pack("<HHH", 0, 1, len(pictures)), b""
    for size, png in sorted(pictures.items()):
        # One byte each for width and height, in which 0 stands for 256.
        sides = (size % 256, size % 256, 0, 0, 1, 32)
        head += struct.pack("<BBBBHHII", *sides, len(png), start + len(body))
        body += png
    return head + body


def side_picture(target: Path) -> Path:
    """Draw the mark on its own ground as a bitmap of the size that the last page has room for."""
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    drawing = QSvgRenderer(str(MARK))
    mark = QImage(64, 64, QImage.Format.Format_RGB32)
    mark.fill(0)
    width, height = SIDE_PICTURE
    image = QImage(width, height, QImage.Format.Format_RGB888)
    painter = QPainter(mark)
    drawing.render(painter)
    painter.end()
    image.fill(mark.pixelColor(32, 4))
    painter = QPainter(image)
    drawing.render(
        painter, QRectF(width / 8, (height - 0.75 * width) / 2, 0.75 * width, 0.75 * width)
    )
    painter.end()
    if not image.save(str(target)):
        give_up(f"The picture {target} could not be written.")
    return target
