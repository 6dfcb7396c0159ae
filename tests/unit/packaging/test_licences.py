"""The licences folder: every package has a licence, what is proprietary is named, Qt's duties."""

from __future__ import annotations

import importlib.metadata
import json
import re
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.unit.packaging.made_up_payload import payload_in, uv_wheel_in

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "packaging")]

from bootstrap.environment import requirements  # noqa: E402
from installers import known_licences, licences, parts  # noqa: E402

# Part of PySide6_Addons, but under the GPL alone; Qt's own list of its modules says so.
GPL_ALONE = {
    "QtCharts",
    "QtDataVisualization",
    "QtGraphs",
    "QtGraphsWidgets",
    "QtHttpServer",
    "QtNetworkAuth",
    "QtQuick3D",
}


@pytest.fixture
def written(tmp_path):
    """Return (folder, parts) of a payload whose licences were written."""
    payload = payload_in(tmp_path / "payload")
    folder = payload / "licences"
    wheel = uv_wheel_in(tmp_path)
    found = licences.write_licences(
        folder, locks=payload / "locks", system="windows", uv_wheel=wheel
    )
    return folder, found


def test_a_lock_is_read_with_its_hashes_and_markers(tmp_path):
    found = {
        part.name: part for part in parts.parts_in((payload_in(tmp_path) / "locks").glob("*.txt"))
    }

    assert set(found) == {"numpy", "nvidia-cublas", "pyside6-essentials", "torch"}
    assert found["numpy"].hashes == ("a" * 64, "b" * 64)
    assert found["numpy"].locks == ("linux-cpu", "linux-cu126")
    assert found["torch"].version == "2.14.0+cu126"
    assert found["torch"].purl == "pkg:pypi/torch@2.14.0%2Bcu126"


def test_proprietary_parts_are_named_as_such(written):
    folder, found = written

    assert [part.name for part in found if part.is_proprietary] == ["nvidia-cublas"]
    text = (folder / "About.txt").read_text(encoding="utf-8")
    assert "nvidia-cublas  13.4.1.3  proprietary" in text.partition("Proprietary packages")[2]


def test_what_is_shipped_lies_there_with_its_text(written):
    folder, _found = written

    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names >= {
        "GPL-3.0.txt",
        "Inter-OFL.txt",
        "LGPL-3.0.txt",
        "NSIS.txt",
        "uv/LICENSE-MIT",
        "uv/built-from.txt",
    }
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in (folder / "LGPL-3.0.txt").read_text("utf-8")


def test_nsis_is_in_the_windows_installer_alone():
    assert not [part for part in licences.shipped_for("linux") if "NSIS" in part.name]
    assert not [part for part in licences.shipped_for("macos") if "NSIS" in part.name]
    assert [part for part in licences.shipped_for("windows") if "NSIS" in part.name]


@pytest.mark.parametrize("system", ["linux", "windows", "macos"])
def test_the_note_on_qt_says_version_licence_source_and_how_to_swap_it(tmp_path, system):
    payload = payload_in(tmp_path)

    note = licences.qt_note(parts.parts_in((payload / "locks").glob("*.txt")), system)

    for words in ("version 6.11.3", "LGPL-3.0.txt", "code.qt.io", "another build of Qt"):
        assert words in " ".join(note.split())
    assert "pip install --python" in note
    assert "--no-deps" in note


def test_the_note_for_programs_says_the_same(written):
    folder, found = written

    told = json.loads((folder / "licences.json").read_text(encoding="utf-8"))

    assert [part["name"] for part in told["fetched"]] == [part.name for part in found]
    assert {part["name"] for part in told["shipped"]} >= {"uv", "Inter (font)"}
    (qt,) = [part for part in told["fetched"] if part["name"] == "pyside6-essentials"]
    assert qt["inside"][0]["licence"] == "LGPL-3.0-only"


def test_a_package_that_nobody_knows_is_told_of(tmp_path, capsys):
    (tmp_path / "linux-cpu.txt").write_text("deepdesk-unheard-of==1.0\n")

    licences.write_licences(tmp_path / "licences", locks=tmp_path, system="linux")

    assert "deepdesk-unheard-of" in capsys.readouterr().err
    text = (tmp_path / "licences" / "About.txt").read_text(encoding="utf-8")
    assert re.search(r"deepdesk-unheard-of +1\.0 +see the package itself", text)


def test_locks_that_do_not_pin_everything_are_told_of(tmp_path):
    (tmp_path / "linux-cpu.txt").write_text("# complete: yes\nnumpy==2.4.6\n")
    (tmp_path / "linux-xpu.txt").write_text("# complete: no\nnumpy==2.4.6\n")

    licences.write_licences(tmp_path / "licences", locks=tmp_path, system="linux")

    text = " ".join((tmp_path / "licences" / "About.txt").read_text(encoding="utf-8").split())
    assert "could not be asked when this was built: linux-xpu. With them" in text


def needed() -> list[str]:
    """Return the normalised names of all packages that the program needs, as installed here."""
    waiting = [Requirement(line) for line in requirements(with_tests=False)]
    found: set[str] = set()
    while waiting:
        wanted = waiting.pop()
        name = parts.normal(wanted.name)
        if name in found or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        found.add(name)
        further = importlib.metadata.requires(wanted.name) or []
        waiting += [Requirement(line) for line in further]
    return sorted(found)


@pytest.mark.parametrize("name", needed())
def test_the_licence_of_every_package_is_known(name):
    licence = parts.licence_of(name, importlib.metadata.distribution(name))

    assert licence, "say it in packaging/installers/known_licences.py"
    # None whose terms would reach the program; inside Qt and others, that is said under INSIDE.
    assert not re.search(r"(?<!L)A?GPL", licence)


def test_every_package_with_a_list_of_what_is_inside_is_needed():
    assert set(known_licences.INSIDE) <= set(needed())


def test_no_module_of_qt_under_the_gpl_alone_is_loaded():
    loaded = {
        module
        for path in (ROOT / "deepdesk").rglob("*.py")
        for module in re.findall(r"PySide6\.(Qt\w+)", path.read_text(encoding="utf-8"))
    }

    assert "QtWidgets" in loaded
    assert not loaded & GPL_ALONE
