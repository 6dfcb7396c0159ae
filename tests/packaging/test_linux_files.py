"""What is laid down on Linux, judged by the desktops' tools; and the archive's two scripts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "packaging")]

from installers import linux  # noqa: E402
from installers.building import Release  # noqa: E402

RELEASE = Release("1.2.3", "ab" * 32, "2026-11-21T00:00:00+00:00")
ENTRY = "share/applications/deepdesk.desktop"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="for Linux alone"),
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """Return a folder that stands for /usr, with a payload of one small file."""
    folder = tmp_path_factory.mktemp("tree") / "usr"
    linux.write(folder / "lib" / "deepdesk" / "launcher.py", "print('launcher')\n")
    linux.lay_out(folder, RELEASE)
    return folder


@pytest.fixture
def unpacked(tree, tmp_path) -> Path:
    """Return the unpacked archive."""
    with tarfile.open(linux.archive(tmp_path, tree, RELEASE)) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path / "deepdesk-1.2.3-linux-x86_64"


def checked(*command: object) -> str:
    """Run a checker and return what it said; skip where it is missing."""
    if shutil.which(str(command[0])) is None:
        pytest.skip(f"this system lacks {command[0]}")
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_menu_entry_is_valid(tree):
    assert checked("desktop-file-validate", tree / ENTRY) == ""


def test_the_description_for_software_centres_is_valid(tree):
    about = tree / "share" / "metainfo" / "deepdesk.metainfo.xml"
    said = checked("sh", "-c", f"appstreamcli validate --no-net --no-color '{about}' || true")
    if not said:
        pytest.skip("this system lacks appstreamcli")

    found = {line.split()[-2] for line in said.splitlines() if line[:2] in ("E:", "W:")}
    # A name in the manner of org.example.App needs a domain of the project's own.
    assert found <= {"cid-desktopapp-is-not-rdns"}, said


@pytest.mark.parametrize("name", ["entry.sh", "install.sh", "uninstall.sh", "postrm"])
def test_the_scripts_are_for_any_shell(name):
    checked("dash", "-n", linux.TEMPLATES / name)


def test_every_size_of_the_icon_is_drawn(tree):
    drawn = {path.parts[-3] for path in (tree / linux.ICONS).rglob("deepdesk.png")}

    assert {"16x16", "24x24", "32x32", "48x48", "64x64", "128x128", "256x256", "512x512"} <= drawn


def run(script: Path, home: Path, *arguments: str) -> str:
    """Run a script of the archive as a person with this home would."""
    environment = {"PATH": os.defpath, "HOME": str(home)}
    done = subprocess.run(
        ["sh", str(script), *arguments], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def contents(folder: Path) -> set[str]:
    """Return the files under a folder, but for the lists that desktops keep of others."""
    lists = ("mimeinfo.cache", "icon-theme.cache")
    files = (path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    return {
        path.relative_to(folder).as_posix()
        for path in files
        if path.name not in lists and "share/mime/" not in path.as_posix()
    }


def test_the_archive_installs_for_a_person_and_goes_away_again(unpacked, tmp_path):
    home = tmp_path / "a home"
    other = home / ".local" / "share" / "applications" / "other.desktop"
    linux.write(other, "[Desktop Entry]\n")
    linux.write(home / ".local/share/deepdesk/runtime/made-by-deepdesk", "")
    linux.write(home / "Documents/DeepDesk/mine.deepdesk/project.json", "{}")
    before = contents(home) - {".local/share/deepdesk/runtime/made-by-deepdesk"}

    run(unpacked / "install.sh", home)
    entry = (home / ".local" / ENTRY).read_text("utf-8")
    said = checked(home / ".local" / "bin" / "deepdesk")
    run(home / ".local" / "lib" / "deepdesk" / "uninstall.sh", home)

    assert f'Exec="{home}/.local/bin/deepdesk" %f\n' in entry
    assert said == "launcher\n"
    assert contents(home) == before


def test_installing_again_keeps_what_was_set_up(unpacked, tmp_path):
    home = tmp_path / "person"
    home.mkdir()
    run(unpacked / "install.sh", home)
    marker = home / ".local/share/deepdesk/runtime/made-by-deepdesk"
    linux.write(marker, "")
    before = contents(home)

    run(unpacked / "install.sh", home)

    assert contents(home) == before
