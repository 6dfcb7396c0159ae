"""The Linux installers: what lies in them, and that the same sources give the same bytes."""

from __future__ import annotations

import configparser
import gzip
import io
import sys
import tarfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "packaging")]

from installers import linux, packing  # noqa: E402
from installers.building import Release  # noqa: E402

RELEASE = Release("1.2.3", "ab" * 32, "2026-11-21T00:00:00+00:00")
WHEN = 1_795_000_000
CHANGES = """\
### Installing

- Projects open
  by `double-click`.
- Another.
"""
MIME = "application/x-deepdesk-project"


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Return a folder that stands for /usr, with a payload of two small files."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(WHEN))
    monkeypatch.setattr(linux, "icons_into", drawn)
    monkeypatch.setattr(linux, "changes_of", lambda version: CHANGES)
    monkeypatch.setattr(packing, "xz", lambda data: data)
    folder = tmp_path / "usr"
    linux.write(folder / "lib" / "deepdesk" / "uv", b"uv", mode=0o755)
    linux.write(folder / "lib" / "deepdesk" / "launcher.py", "pass\n")
    linux.lay_out(folder, RELEASE)
    return folder


def drawn(folder):
    """Write one icon that is only a file."""
    (folder / "48.png").write_bytes(b"png")
    return {48: folder / "48.png"}


def members(package):
    """Return name: bytes of the parts of an ar archive."""
    data, parts, place = package.read_bytes(), {}, 8
    assert data[:8] == b"!<arch>\n"
    while place < len(data):
        header = data[place : place + 60].decode("ascii")
        size = int(header[48:58])
        assert header[58:] == "`\n"
        parts[header[:16].strip()] = data[place + 60 : place + 60 + size]
        place += 60 + size + size % 2
    return parts


def test_a_debian_package_has_its_three_parts_in_order(tree, tmp_path):
    parts = members(linux.debian_package(tmp_path, tree, RELEASE))

    assert list(parts) == ["debian-binary", "control.tar.xz", "data.tar.xz"]
    assert parts["debian-binary"] == b"2.0\n"


def test_everything_in_the_package_belongs_to_root_and_runs_only_if_it_is_to_run(tree, tmp_path):
    parts = members(linux.debian_package(tmp_path, tree, RELEASE))

    with tarfile.open(fileobj=io.BytesIO(parts["data.tar.xz"])) as data:
        entries = {entry.name: entry for entry in data}
    assert {(entry.uid, entry.gid, entry.mtime) for entry in entries.values()} == {(0, 0, WHEN)}
    running = {name for name, entry in entries.items() if entry.isreg() and entry.mode & 0o111}
    assert running == {"./usr/lib/deepdesk/uv", "./usr/lib/deepdesk/deepdesk"}
    assert entries["./usr/bin/deepdesk"].linkname == "../lib/deepdesk/deepdesk"


def test_the_control_file_names_version_size_and_what_the_window_needs(tree, tmp_path):
    parts = members(linux.debian_package(tmp_path, tree, RELEASE))

    with tarfile.open(fileobj=io.BytesIO(parts["control.tar.xz"])) as control:
        text = control.extractfile("./control").read().decode()
        postrm = control.getmember("./postrm")
    fields = dict(line.split(": ", 1) for line in text.splitlines() if line[0].isalpha())
    assert (fields["Package"], fields["Version"]) == ("deepdesk", "1.2.3")
    assert int(fields["Installed-Size"]) > 0
    for need in (
        "libc6 (>= 2.34)",
        "libxcb-cursor0",
        "libpulse0",
        "python3 (>= 3.11) | python3.11",
    ):
        assert need in fields["Depends"]
    assert "xvfb" not in fields["Depends"]
    assert "python3-tk" in fields["Recommends"]
    assert postrm.mode == 0o755


def test_the_same_tree_gives_the_same_bytes(tree, tmp_path):
    (tmp_path / "out").mkdir()
    first = linux.debian_package(tmp_path, tree, RELEASE)
    second = linux.debian_package(tmp_path / "out", tree, RELEASE)
    archives = [linux.archive(folder, tree, RELEASE) for folder in (tmp_path, tmp_path / "out")]

    assert first.read_bytes() == second.read_bytes()
    assert archives[0].read_bytes() == archives[1].read_bytes()


def test_no_place_in_a_template_is_left_open(tree):
    for path in tree.rglob("*"):
        if path.is_file() and path.suffix in (".desktop", ".xml", ".sh", ""):
            assert "@VERSION@" not in path.read_text("utf-8"), path
    manual = gzip.decompress((tree / "share" / "man" / "man1" / "deepdesk.1.gz").read_bytes())
    assert b"DeepDesk 1.2.3" in manual


def test_menu_and_file_type_name_each_other(tree):
    menu = configparser.RawConfigParser(interpolation=None)
    menu.read(tree / "share" / "applications" / "deepdesk.desktop", "utf-8")
    kinds = ElementTree.parse(tree / "share" / "mime" / "packages" / "deepdesk.xml").getroot()
    about = ElementTree.parse(tree / "share" / "metainfo" / "deepdesk.metainfo.xml").getroot()

    entry = menu["Desktop Entry"]
    assert entry["mimetype"] == f"{MIME};"
    # One project a window; and no folder may become ours by default.
    assert entry["exec"] == "deepdesk %f"
    assert [kind.get("type") for kind in kinds] == [MIME]
    assert about.findtext("launchable") == "deepdesk.desktop"
    assert about.findtext("provides/mediatype") == MIME
    assert about.find("releases/release").get("version") == "1.2.3"


def test_the_archive_carries_its_scripts_and_the_look_at_the_system(tree, tmp_path):
    with tarfile.open(linux.archive(tmp_path, tree, RELEASE)) as archive:
        names = set(archive.getnames())

    top = "deepdesk-1.2.3-linux-x86_64"
    assert {f"{top}/install.sh", f"{top}/uninstall.sh", f"{top}/check/check.py"} <= names
    assert f"{top}/files/lib/deepdesk/deepdesk" in names


def test_the_change_log_becomes_debians(tree, tmp_path):
    linux.debian_package(tmp_path, tree, RELEASE)

    text = gzip.decompress((tree / "share/doc/deepdesk/changelog.gz").read_bytes()).decode()
    assert text.startswith("deepdesk (1.2.3) unstable; urgency=medium\n\n")
    assert "  * Projects open by double-click.\n  * Another.\n\n -- The DeepDesk authors <" in text
