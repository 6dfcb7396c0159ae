"""The macOS installer: DeepDesk.app in a disk image.

On a Mac it is compiled with the system's compiler, signed and, with a key, notarised. On other
systems all that needs no Mac is done as well, so that most mistakes show there: such an image is
for looking at.
"""

import importlib.util
import os
import plistlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bootstrap.console import give_up, say

from installers import icns
from installers.building import Release, icons_into, payload_into, uv_wheel
from installers.macos_signing import notarise, sign_bundle, sign_image, sign_program
from installers.sbom import bill_beside, write_sbom

TEMPLATES = Path(__file__).parent / "macos"
STUB = TEMPLATES / "stub.c"
PYTHON = "3.12"
BUNDLE = "DeepDesk.app"
PROGRAM = Path("Contents", "MacOS", "DeepDesk")
TARGET = "14.0"
WARNINGS = ("-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-O2")
IDENTIFIER = "DEEPDESK_BUNDLE_IDENTIFIER"
_IDENTIFIER = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def build(out: Path, locks: Path | None = None) -> list[Path]:
    """Build the disk image into `out` and return its path in a list.

    Args:
        out: Must exist.
        locks: A folder of locks made before, or None to make them.
    """
    with tempfile.TemporaryDirectory(prefix="deepdesk-macos-") as scratch:
        volume = Path(scratch, "volume")
        bundle = volume / BUNDLE
        resources = bundle / "Contents" / "Resources"
        release = payload_into("macos", resources, locks=locks)
        lay_out(bundle, release)
        if sys.platform == "darwin":
            sign_program(resources / "uv")
        # Again: the bundle has more files than the payload, and signing changed uv.
        bill = resources / "sbom.json"
        write_sbom(bill, payload=resources, system="macos", uv_wheel=uv_wheel("macos"))
        bill_beside(resources, out, "macos", uv_wheel("macos"))
        if sys.platform == "darwin":
            sign_bundle(bundle)
        (volume / "Applications").symlink_to("/Applications")
        shutil.copy(TEMPLATES / "read-me.txt", volume / "Read me.txt")
        ending = "" if sys.platform == "darwin" else "-unsigned"
        image = out / f"DeepDesk-{release.version}-macos-arm64{ending}.dmg"
        make_image(volume, image)
        if sys.platform == "darwin":
            sign_image(image)
            notarise(image)
        return [image]


def lay_out(bundle: Path, release: Release) -> None:
    """Put into a bundle everything around the payload in its Resources."""
    contents, resources = bundle / "Contents", bundle / "Contents" / "Resources"
    (bundle / PROGRAM).parent.mkdir(parents=True, exist_ok=True)
    (contents / "Info.plist").write_bytes(info(release))
    (contents / "PkgInfo").write_bytes(b"APPL????")
    script = resources / "start.sh"
    text = (TEMPLATES / "start.sh").read_text(encoding="utf-8")
    script.write_text(text.replace("@PYTHON@", PYTHON), encoding="utf-8", newline="\n")
    script.chmod(0o755)
    with tempfile.TemporaryDirectory(prefix="deepdesk-icons-") as scratch:
        icon = icns.icns_of(icons_into(Path(scratch), icns.KINDS))
    for name in ("deepdesk.icns", "project.icns"):
        (resources / name).write_bytes(icon)
    if not compile_stub(bundle / PROGRAM):
        say("No compiler for macOS is here, so a script takes the place of the program.")
        shutil.copy(script, bundle / PROGRAM)


def info(release: Release) -> bytes:
    """Return Info.plist as bytes, with version and identifier filled in."""
    identifier = os.environ.get(IDENTIFIER, "deepdesk.DeepDesk")
    if not _IDENTIFIER.fullmatch(identifier):
        give_up(f"{IDENTIFIER} is {identifier!r}.", "Such a name looks like org.example.DeepDesk.")
    values = {
        "IDENTIFIER": identifier,
        "VERSION": release.version,
        "NUMBERS": numbers_of(release.version),
    }
    text = (TEMPLATES / "Info.plist").read_text(encoding="utf-8")
    text = re.sub(r"@([A-Z]+)@", lambda found: values[found.group(1)], text)
    return plistlib.dumps(plistlib.loads(text.encode()))


def numbers_of(version: str) -> str:
    """Return the numbers that a version starts with, at most three, for instance "1.2.0"."""
    found = re.match(r"\d+(\.\d+){0,2}", version)
    if found is None:
        give_up(f"The version {version!r} starts with no number.")
    return found.group()


def compiler() -> list[str] | None:
    """Return what compiles C for Apple silicon here, None if nothing does.

    That is the system's own on a Mac, and elsewhere zig, if its wheel (ziglang) is installed.
    """
    if sys.platform == "darwin":
        return ["xcrun", "clang", "-arch", "arm64", f"-mmacosx-version-min={TARGET}"]
    if importlib.util.find_spec("ziglang") is not None:
        return [sys.executable, "-m", "ziglang", "cc", "-target", f"aarch64-macos.{TARGET}"]
    return None


def compile_stub(program: Path) -> bool:
    """Compile the bundle's program, and return whether there is a compiler for that."""
    command = compiler()
    if command is None:
        return False
    run([*command, *WARNINGS, "-o", str(program), str(STUB)])
    program.chmod(0o755)
    return True


def make_image(volume: Path, image: Path) -> None:
    """Make a compressed disk image of a folder, with hdiutil or, elsewhere, with xorriso."""
    image.unlink(missing_ok=True)
    if sys.platform == "darwin":
        options = ["-volname", "DeepDesk", "-fs", "HFS+", "-format", "ULFO", "-ov", "-quiet"]
        run(["hdiutil", "create", "-srcfolder", str(volume), *options, str(image)])
        return
    tool = shutil.which("xorriso")
    if tool is None:
        give_up("xorriso is missing, which makes disk images outside macOS.", "Install xorriso.")
    options = ["-quiet", "-volid", "DeepDesk", "-hfsplus", "-hfsplus-serial-no", "d" * 16]
    run([tool, "-as", "mkisofs", *options, "-r", "-o", str(image), str(volume)])


def run(command: Sequence[str]) -> None:
    """Run a command, or say which one failed and leave."""
    try:
        subprocess.run(command, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        give_up(f"{command[0]} failed: {error}.", "The lines above say why.")
