"""The licences folder of a payload: whose work is in it, whose is fetched, on which terms."""

import json
import shutil
import textwrap
import tomllib
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from bootstrap.console import say
from bootstrap.environment import ROOT

from installers.known_licences import INSIDE, PROPRIETARY
from installers.parts import Part, incomplete, parts_in
from installers.uv_bill import crates_in

LEGAL = Path(__file__).parent / "legal"
RESOURCES = ROOT / "resources"
NOT_STATED = "none stated; all rights remain with the authors of DeepDesk"


class Shipped(NamedTuple):
    """Something that lies in the installer itself.

    Attributes:
        name: For people.
        licence: An SPDX expression, or words where none is stated.
        source: Where its source is, "" for DeepDesk's own.
        texts: (name in the licences folder, file that holds the text).
        systems: The installers that it is in.
    """

    name: str
    licence: str
    source: str
    texts: tuple[tuple[str, Path], ...] = ()
    systems: tuple[str, ...] = ("linux", "windows", "macos")


def own_licence() -> str:
    """Return DeepDesk's own licence as pyproject.toml states it, "" while it states none."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project.get("license", ""))


def shipped_for(system: str) -> tuple[Shipped, ...]:
    """Return all that lies in the installer of `system`: linux, windows or macos."""
    everything = (
        Shipped("DeepDesk, its icons and pictures", own_licence() or NOT_STATED, ""),
        Shipped("uv", "MIT OR Apache-2.0", "https://github.com/astral-sh/uv"),
        Shipped(
            "Inter (font)",
            "OFL-1.1",
            "https://rsms.me/inter",
            (("Inter-OFL.txt", RESOURCES / "fonts" / "OFL.txt"),),
        ),
        Shipped(
            "Handwritten digits (sample)",
            "CC-BY-4.0",
            "https://archive.ics.uci.edu/dataset/80",
            (("samples.md", RESOURCES / "samples" / "README.md"),),
        ),
        Shipped(
            "NSIS run-time (in setup, DeepDesk.exe and the uninstaller)",
            "Zlib AND CPL-1.0",
            "https://nsis.sourceforge.io",
            (("NSIS.txt", LEGAL / "NSIS.txt"),),
            ("windows",),
        ),
    )
    return tuple(part for part in everything if system in part.systems)


def write_licences(
    folder: Path, *, locks: Path, system: str, uv_wheel: Path | None = None
) -> tuple[Part, ...]:
    """Write everything that a payload has to say about licences.

    Args:
        folder: Usually PAYLOAD/licences; made if missing, what is in it stays.
        locks: The folder of locks that goes into the same payload.
        system: linux, windows or macos.
        uv_wheel: The wheel that uv was taken from; it lists what uv was built from.

    Returns:
        What the locks pin.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = parts_in(locks.glob("*.txt"))
    shipped = shipped_for(system)
    for name, file in (text for part in shipped for text in part.texts):
        shutil.copyfile(file, folder / name)
    for name in ("LGPL-3.0.txt", "GPL-3.0.txt", "LGPL-2.1.txt"):
        shutil.copyfile(LEGAL / name, folder / name)
    if uv_wheel is not None:
        _write_uv(folder / "uv", uv_wheel)
    unfinished = incomplete(locks.glob("*.txt"))
    _write(folder / "About.txt", overview(shipped, parts, system, unfinished))
    _write(folder / "Qt.txt", qt_note(parts, system))
    _write(folder / "licences.json", as_json(shipped, parts))
    if unknown := [part.name for part in parts if not part.licence]:
        say("No licence is known here for: " + ", ".join(unknown))
    return parts


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _write_uv(folder: Path, wheel: Path) -> None:
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if ".dist-info/licenses/" in name:
                (folder / name.rpartition("/")[2]).write_bytes(archive.read(name))
    rows = [
        (crate.name, crate.version, crate.licence or "see its source") for crate in crates_in(wheel)
    ]
    head = "What uv was built from, as its own bill of materials says.\n\n"
    _write(folder / "built-from.txt", head + table(("crate", "version", "licence"), rows))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows of words as columns, with a line under the head."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    lines.insert(1, ["-" * width for width in widths])
    padded = [
        "  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    return "\n".join(padded) + "\n"


def _paragraph(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), 96) + "\n"


_UNFINISHED = """The index of packages that these locks need could not be asked when this was
built: {locks}. With them torch brings further packages that are not listed here: NVIDIA's, which
are proprietary (cu126, cu130), Intel's, which are proprietary (xpu), or AMD's ROCm, which is open
source under several licences (rocm). What was fetched says so itself, in its folder
NAME-VERSION.dist-info."""


_FETCHED = """Nothing of the following is in the installer. Your computer fetches it when DeepDesk
is set up, from the indexes of packages that its makers publish it on. Not everything is fetched:
only the lines that one lock of the folder "locks" names, the one for your system and graphics card.
Each package brings the full text of its licence, in the folder NAME-VERSION.dist-info of the
environment."""
_INSIDE = "The larger ones; the texts that a package brings name all that is in it."
_CLOSED = """Their makers give no source and set terms of their own, which their packages contain.
They are fetched only for a graphics card that needs them; on all other machines, or with
"--backend cpu", no package of this list is."""
_PYTHON = """uv fetches Python 3.12 in the build of the python-build-standalone project, under the
licence PSF-2.0; its folder "licenses" holds the texts of OpenSSL and all other libraries in it."""


def overview(
    shipped: Sequence[Shipped], parts: Sequence[Part], system: str, unfinished: Sequence[str] = ()
) -> str:
    """Return About.txt: what is in the installer, what is fetched, what is proprietary.

    Args:
        unfinished: Names of the locks that do not pin everything.
    """
    own = [(part.name, part.licence, part.source or "-") for part in shipped]
    sections = [
        "LICENCES\n\nIn this installer\n",
        table(("what", "licence", "source"), own),
        "\nFetched at the first start\n",
        _paragraph(_FETCHED),
        _table_of_fetched(parts),
        "\nLibraries inside of packages\n",
        _paragraph(_INSIDE),
        _table_of_inside(parts),
        "\nProprietary packages\n",
        _paragraph(_CLOSED),
        _table_of_closed(parts),
    ]
    if unfinished:
        sections.append("\n" + _paragraph(_UNFINISHED.format(locks=", ".join(unfinished))))
    if system != "linux":
        sections += ["\nPython\n", _paragraph(_PYTHON)]
    return "\n".join(sections)


def _table_of_fetched(parts: Sequence[Part]) -> str:
    rows = [(part.name, part.version, part.licence or "see the package itself") for part in parts]
    return table(("package", "version", "licence"), rows)


def _table_of_inside(parts: Sequence[Part]) -> str:
    rows = sorted(
        (library.name, name, library.licence, library.source or "-")
        for name in {part.name for part in parts}
        for library in INSIDE.get(name, ())
    )
    return table(("library", "in", "licence", "source"), rows)


def _table_of_closed(parts: Sequence[Part]) -> str:
    closed = [part for part in parts if part.is_proprietary]
    rows = [
        (part.name, part.version, PROPRIETARY.get(part.licence, part.licence)) for part in closed
    ]
    return table(("package", "version", "terms"), rows) if rows else "None.\n"


RUNTIMES = {
    "linux": "~/.local/share/deepdesk/runtime/env-a/lib/python3.*/site-packages",
    "windows": r"%LOCALAPPDATA%\DeepDesk\runtime\env-a\Lib\site-packages",
    "macos": "~/Library/Application Support/DeepDesk/runtime/env-a/lib/python3.12/site-packages",
}
PYTHONS = {
    "linux": "~/.local/share/deepdesk/runtime/env-a/bin/python",
    "windows": r"%LOCALAPPDATA%\DeepDesk\runtime\env-a\Scripts\python.exe",
    "macos": '"$HOME/Library/Application Support/DeepDesk/runtime/env-a/bin/python"',
}
UVS = {
    "linux": "/usr/lib/deepdesk/uv",
    "windows": r"%LOCALAPPDATA%\Programs\DeepDesk\uv.exe",
    "macos": "/Applications/DeepDesk.app/Contents/Resources/uv",
}


def qt_note(parts: Sequence[Part], system: str) -> str:
    """Return Qt.txt: that Qt is used, under which licence, where its source is, how to swap it."""
    versions = sorted({part.version for part in parts if part.name == "pyside6-essentials"})
    words = " and ".join(versions) or "6"
    paragraphs = (
        f"""DeepDesk uses Qt and Qt for Python (PySide6 and shiboken6), version {words}, under the
        GNU Lesser General Public License, version 3 (LGPL-3.0.txt, which builds on GPL-3.0.txt).
        Qt is Copyright (C) The Qt Company Ltd. and other contributors.""",
        """Nothing of Qt is in this installer. It is fetched as unchanged packages from where the Qt
        project publishes them, and lies as plain files in the environment. DeepDesk is Python: it
        is not linked with Qt, and finds it at each start by its name.""",
        f"""Source: https://code.qt.io (pyside/pyside-setup.git and qt/qt5.git, the tag
        v{versions[-1] if versions else "6"}), and as archives under
        https://download.qt.io/official_releases. The package soundfile holds libsndfile, LAME and
        mpg123, and soxr holds libsoxr, under the LGPL 2.1 or 2.0 (LGPL-2.1.txt); PySide6_Addons
        holds FFmpeg under the LGPL 2.1. About.txt says where the source of each is.""",
        """Some modules of Qt that are part of PySide6_Addons (among them Charts, Graphs, Data
        Visualization, Quick 3D, Virtual Keyboard and HTTP Server) are under the GPL alone. DeepDesk
        loads none of them.""",
        """To use another build of Qt: put its files in place of those that lie there, or install it
        over them. DeepDesk checks neither, and starts with what it finds. "--repair" brings the
        original back. You may also study how DeepDesk works with your own build, and take it apart
        for that.""",
    )
    commands = (
        f"  Where it lies (env-a or env-b, as the file runtime/current says):\n"
        f"    {RUNTIMES[system]}\n"
        f"  To install another build, all on one line:\n"
        f"    {UVS[system]} pip install --python {PYTHONS[system]}\n"
        f"    --no-deps YOUR-PySide6_Essentials.whl YOUR-shiboken6.whl YOUR-PySide6_Addons.whl\n"
    )
    return "QT\n\n" + "\n".join(_paragraph(text) for text in paragraphs) + "\n" + commands


def as_json(shipped: Sequence[Shipped], parts: Sequence[Part]) -> str:
    """Return what About.txt says for programs, such as the page in the window that shows it."""
    fetched = [
        {
            "name": part.name,
            "version": part.version,
            "licence": part.licence,
            "source": part.source,
            "proprietary": part.is_proprietary,
            "inside": [library._asdict() for library in INSIDE.get(part.name, ())],
            "locks": list(part.locks),
        }
        for part in parts
    ]
    own = [{"name": part.name, "licence": part.licence, "source": part.source} for part in shipped]
    return json.dumps({"format": 1, "shipped": own, "fetched": fetched}, indent=1) + "\n"
