"""What uninstalling takes out of the folder of environments: what a set-up made, nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from deepdesk.launcher import removing

ROOT = Path(__file__).resolve().parents[3]
INSTALLERS = ROOT / "packaging" / "installers"
UNINSTALL = INSTALLERS / "linux" / "uninstall.sh"
POSTRM = INSTALLERS / "linux" / "postrm"
SET_UP = INSTALLERS / "windows" / "setup.nsi"
MINE = "own/projects/mine.deepdesk"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="scripts of the Unix shell")


def names_in_shell(path):
    """Return the names that a script deletes in the folder of environments."""
    text = path.read_text("utf-8").replace("\\\n", " ")
    first, then = re.search(r"&& rm -rf -- (env-a .+?) && rm -f -- (\S+?)[ )]", text).groups()
    return (*first.split(), then)


def filled(folder):
    """Lay everything that a set-up may leave into `folder`, and a project of the person's."""
    for name in removing._OURS:
        (folder / name.replace("*", "7").replace("?", "a") / "inside").mkdir(parents=True)
    marker = folder / "made-by-deepdesk"
    (marker / "inside").rmdir()
    marker.rmdir()
    marker.touch()
    (folder / MINE).mkdir(parents=True)
    return folder


def run(*command, home, runtime=None):
    variables = {"PATH": "/usr/bin:/bin", "HOME": str(home)}
    if runtime is not None:
        variables["DEEPDESK_RUNTIME"] = str(runtime)
    return subprocess.run(
        ["sh", *map(str, command)], env=variables, cwd=home, capture_output=True, text=True
    )


@pytest.fixture
def installed(tmp_path):
    """Return an uninstaller that lies where install.sh puts it, with an empty list of files."""
    program = tmp_path / "lib" / "deepdesk"
    program.mkdir(parents=True)
    for name in ("installed-files", "installed-folders"):
        (program / name).touch()
    (program / "uninstall.sh").write_bytes(UNINSTALL.read_bytes())
    return program / "uninstall.sh"


def test_every_uninstaller_deletes_the_launchers_own_list_of_names():
    in_set_up = re.findall(r'!insertmacro REMOVE_NAMED "(.+)"', SET_UP.read_text("utf-8"))

    assert names_in_shell(UNINSTALL) == removing._OURS
    assert names_in_shell(POSTRM) == removing._OURS
    assert tuple(in_set_up) == removing._OURS


def test_what_the_person_keeps_in_the_folder_stays(installed, tmp_path):
    runtime = filled(tmp_path / "chosen by me")

    done = run(installed, home=tmp_path, runtime=runtime)

    assert done.returncode == 0, done.stderr
    assert [path.name for path in runtime.iterdir()] == ["own"]
    assert (runtime / MINE).is_dir()
    assert str(runtime) in done.stdout


def test_a_folder_with_nothing_else_in_it_goes_and_its_neighbours_stay(installed, tmp_path):
    runtime = filled(tmp_path / "above" / "deepdesk-runtime")
    for folder in (MINE, "own/projects", "own"):
        (runtime / folder).rmdir()

    done = run(installed, home=tmp_path, runtime=runtime)

    assert done.returncode == 0, done.stderr
    assert "stays in" not in done.stdout
    assert list((tmp_path / "above").iterdir()) == []


def test_the_packages_own_script_leaves_what_the_person_keeps_there(tmp_path):
    runtime = filled(tmp_path / ".local" / "share" / "deepdesk" / "runtime")
    script = re.search(r"^remove_runtime='(.+?)'$", POSTRM.read_text("utf-8"), re.M | re.S).group(1)

    done = run("-c", script, home=tmp_path)

    assert done.stderr == ""
    assert [path.name for path in runtime.iterdir()] == ["own"]
    (runtime / "made-by-deepdesk").touch()
    for folder in (MINE, "own/projects", "own"):
        (runtime / folder).rmdir()
    run("-c", script, home=tmp_path)
    assert list((tmp_path / ".local" / "share").iterdir()) == []


def test_the_uninstaller_in_the_archive_removes_nothing_and_names_the_installed_one(tmp_path):
    runtime = filled(tmp_path / "runtime")
    copy = tmp_path / "archive" / "uninstall.sh"
    copy.parent.mkdir()
    copy.write_bytes(UNINSTALL.read_bytes())

    done = run(copy, home=tmp_path, runtime=runtime)

    assert done.returncode == 1
    assert f"{tmp_path}/.local/lib/deepdesk/uninstall.sh" in done.stderr
    assert (runtime / "made-by-deepdesk").is_file()
    assert (runtime / "env-a" / "inside").is_dir()
