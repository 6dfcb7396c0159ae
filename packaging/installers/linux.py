"""The Linux installers: a .deb, and a .tar.gz with a script for other systems."""

import datetime
import os
import re
import shutil
import tempfile
import textwrap
from collections.abc import Mapping
from pathlib import Path

from bootstrap import system
from bootstrap.environment import ROOT

from installers import packing
from installers.building import MARK, Release, icons_into, payload_into, release_time, uv_wheel
from installers.changes import changes_of
from installers.sbom import bill_beside

TEMPLATES = Path(__file__).parent / "linux"
MAINTAINER = "The DeepDesk authors <deepdesk@deepdesk.invalid>"
PYTHON = "python3 (>= 3.11) | python3.11 | python3.12 | python3.13"
# What no probe of the start-up set-up stands for; the libraries that are fetched bring the rest.
ALWAYS = ("libc6 (>= 2.34)", "ca-certificates")
RECOMMENDS = ("python3-tk", "pipewire-alsa | libasound2-plugins", "xdg-desktop-portal")
# Where each template goes under /usr, or under another prefix.
TARGETS = {
    "deepdesk.desktop": "share/applications/deepdesk.desktop",
    "deepdesk.xml": "share/mime/packages/deepdesk.xml",
    "deepdesk.metainfo.xml": "share/metainfo/deepdesk.metainfo.xml",
    "service-menu.desktop": "share/kio/servicemenus/deepdesk.desktop",
    "copyright": "share/doc/deepdesk/copyright",
}
ICONS = Path("share", "icons", "hicolor")


def build(out: Path, locks: Path | None = None) -> list[Path]:
    """Build both installers into `out` and return their paths.

    Args:
        out: Must exist.
        locks: A folder of locks made before, or None to make them.
    """
    with tempfile.TemporaryDirectory(prefix="deepdesk-linux-") as scratch:
        tree = Path(scratch, "usr")
        payload = tree / "lib" / "deepdesk"
        release = payload_into("linux", payload, locks=locks)
        lay_out(tree, release)
        bill_beside(payload, out, "linux", uv_wheel("linux"))
        return [debian_package(out, tree, release), archive(out, tree, release)]


def lay_out(tree: Path, release: Release) -> None:
    """Put into `tree`, which stands for /usr, all that belongs around the payload."""
    for name, target in TARGETS.items():
        write(tree / target, filled_in(name, release))
    write(tree / "lib" / "deepdesk" / "deepdesk", filled_in("entry.sh", release), mode=0o755)
    (tree / "bin").mkdir()
    (tree / "bin" / "deepdesk").symlink_to("../lib/deepdesk/deepdesk")
    manual = filled_in("deepdesk.1", release).encode()
    write(tree / "share" / "man" / "man1" / "deepdesk.1.gz", packing.gz(manual))
    with tempfile.TemporaryDirectory(prefix="deepdesk-icons-") as scratch:
        for size, drawn in icons_into(Path(scratch)).items():
            place = tree / ICONS / f"{size}x{size}" / "apps" / "deepdesk.png"
            write(place, drawn.read_bytes())
    write(tree / ICONS / "scalable" / "apps" / "deepdesk.svg", MARK.read_bytes())


def filled_in(name: str, release: Release, more: Mapping[str, str] | None = None) -> str:
    """Return the template `name` with what stands between @ signs filled in."""
    when = datetime.datetime.fromtimestamp(release_time(), datetime.UTC)
    values = {
        "VERSION": release.version,
        "FINGERPRINT": release.fingerprint,
        "DATE": when.date().isoformat(),
        "LONGDATE": when.strftime("%a, %d %b %Y %H:%M:%S +0000"),
        "MAINTAINER": os.environ.get("DEEPDESK_MAINTAINER", MAINTAINER),
        "DEPENDS": ", ".join(depends()),
        "RECOMMENDS": ", ".join(RECOMMENDS),
        **(more or {}),
    }
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    return re.sub(r"@([A-Z]+)@", lambda found: values[found.group(1)], text)


def bullets(markdown: str) -> list[str]:
    """Return the points of a list in Markdown, each in one line."""
    found: list[str] = []
    for line in markdown.splitlines():
        if line.startswith("- "):
            found.append(line.removeprefix("- "))
        elif line.startswith("  ") and found:
            found[-1] += " " + line.strip()
    return [point.replace("`", "") for point in found]


def debian_changes(markdown: str) -> str:
    """Return the points of a list in Markdown as an entry of a Debian change log."""
    lines = [textwrap.wrap(point, 76) for point in bullets(markdown)]
    return "\n".join("  * " + "\n    ".join(point) for point in lines)


def depends() -> list[str]:
    """Return the packages that a Debian or Ubuntu has to bring, as a control file names them."""
    needs = [need for need in system.NEEDS if need.role in ("window", "sound")]
    return [*ALWAYS, PYTHON, *(" | ".join(need.debian) for need in needs)]


def write(path: Path, contents: str | bytes, *, mode: int = 0o644) -> None:
    """Write a file with these rights, and its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(contents.encode() if isinstance(contents, str) else contents)
    path.chmod(mode)


def debian_package(out: Path, tree: Path, release: Release) -> Path:
    """Write `out/deepdesk_<version>_amd64.deb` from `tree`; the same tree gives the same bytes."""
    changes = {"CHANGES": debian_changes(changes_of(release.version))}
    log = packing.gz(filled_in("changelog", release, changes).encode())
    write(tree / "share" / "doc" / "deepdesk" / "changelog.gz", log)
    sizes = [path.lstat().st_size for path in tree.rglob("*") if not path.is_dir()]
    kib = str(sum(-(-size // 1024) for size in sizes))
    control = {
        "control": (filled_in("control", release, {"KIB": kib}), 0o644),
        "md5sums": (packing.md5sums(tree, "usr"), 0o644),
        "postrm": (filled_in("postrm", release), 0o755),
    }
    when = release_time()
    parts = {
        "debian-binary": b"2.0\n",
        "control.tar.xz": packing.xz(packing.packed_texts(control, when=when)),
        "data.tar.xz": packing.xz(packing.packed(tree, "./usr", when=when)),
    }
    package = out / f"deepdesk_{release.version}_amd64.deb"
    package.write_bytes(packing.ar(parts, when=when))
    return package


def archive(out: Path, tree: Path, release: Release) -> Path:
    """Write `out/deepdesk-<version>-linux-x86_64.tar.gz`, with scripts that install and remove."""
    top = f"deepdesk-{release.version}-linux-x86_64"
    with tempfile.TemporaryDirectory(prefix="deepdesk-archive-") as scratch:
        folder = Path(scratch, top)
        shutil.copytree(tree, folder / "files", symlinks=True)
        for name in ("install.sh", "uninstall.sh"):
            write(folder / name, (TEMPLATES / name).read_bytes(), mode=0o755)
        write(folder / "check" / "check.py", (TEMPLATES / "check.py").read_bytes())
        for name in ("__init__.py", "console.py", "system.py"):
            source = ROOT / "packaging" / "bootstrap" / name
            write(folder / "check" / "bootstrap" / name, source.read_bytes())
        file = out / f"{top}.tar.gz"
        file.write_bytes(packing.gz(packing.packed(folder, top, when=release_time())))
    return file
