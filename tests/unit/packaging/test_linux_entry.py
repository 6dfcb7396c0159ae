"""The entry of the installed program on Linux: a whole environment starts at once."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deepdesk.launcher.asked import asked_of
from deepdesk.launcher.processes import MISLEADING

ROOT = Path(__file__).resolve().parents[3]
ENTRY = ROOT / "packaging" / "installers" / "linux" / "entry.sh"
FINGERPRINT = "0123abcd" * 8

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a script of the Unix shell")


def program(path, text):
    """Write a shell script that says `text` and what it was called with."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'#!/bin/sh\necho {text} "$@"\necho "path=$PYTHONPATH payload=$DEEPDESK_PAYLOAD"\n'
    )
    path.chmod(0o755)


@pytest.fixture
def payload(tmp_path):
    """Return a payload whose launcher says that it was asked."""
    folder = tmp_path / "lib with space"
    folder.mkdir()
    entry = folder / "deepdesk"
    entry.write_text(ENTRY.read_text("utf-8").replace("@FINGERPRINT@", FINGERPRINT), "utf-8")
    entry.chmod(0o755)
    (folder / "launcher.py").write_text("import sys\nprint('launcher', *sys.argv[1:])\n", "utf-8")
    return folder


@pytest.fixture
def runtime(tmp_path):
    """Return a runtime whose environment b is whole and in use."""
    folder = tmp_path / "home" / ".local" / "share" / "deepdesk" / "runtime"
    environment = folder / "env-b"
    program(environment / "bin" / "python", "program")
    ready = {"name": "b", "fingerprint": FINGERPRINT}
    (environment / "deepdesk-ready.json").write_text(json.dumps(ready, indent=2), "utf-8")
    (folder / "current").write_text("b", "utf-8")
    return folder


def started(payload, *arguments, **variables):
    """Start the entry as a menu would and return the lines that came out."""
    home = payload.parent / "home"
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), **variables}
    done = subprocess.run(
        [str(payload / "deepdesk"), *arguments], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_whole_environment_of_this_release_becomes_the_program(payload, runtime):
    lines = started(payload, "/a b.deepdesk", PYTHONPATH="/elsewhere")

    assert lines == ["program -m deepdesk /a b.deepdesk", f"path= payload={payload}"]


def test_the_entry_is_found_through_a_link(payload, runtime, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "deepdesk").symlink_to(payload / "deepdesk")

    done = subprocess.run(
        [str(tmp_path / "bin" / "deepdesk")],
        env={"PATH": "/usr/bin:/bin", "HOME": str(payload.parent / "home")},
        capture_output=True,
        text=True,
    )

    assert done.stdout.splitlines()[-1] == f"path= payload={payload}"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda runtime: (runtime / "current").unlink(),
        lambda runtime: (runtime / "current").write_text("", "utf-8"),
        lambda runtime: (runtime / "env-b" / "deepdesk-ready.json").write_text("{}", "utf-8"),
        lambda runtime: (runtime / "env-b" / "deepdesk-ready.json").unlink(),
        lambda runtime: (runtime / "env-b" / "bin" / "python").unlink(),
        shutil.rmtree,
    ],
    ids=["not in use", "half written", "another release", "half made", "no Python", "nothing"],
)
def test_anything_less_than_whole_is_left_to_the_launcher(payload, runtime, spoil):
    spoil(runtime)

    assert started(payload, "tasks") == ["launcher tasks"]


@pytest.mark.parametrize("option", ["--repair", "--rollback", "--status", "--set-up", "--wheels"])
def test_what_the_launcher_is_asked_reaches_it(payload, runtime, option):
    assert started(payload, option, "x") == [f"launcher {option} x"]


def test_another_runtime_is_looked_for_where_it_is_said_to_be(payload, runtime, tmp_path):
    moved = tmp_path / "elsewhere"
    runtime.rename(moved)

    lines = started(payload, DEEPDESK_RUNTIME=str(moved))

    assert lines[0] == "program -m deepdesk"


def test_what_misleads_a_python_is_the_launchers_own_list():
    assert f"unset {' '.join(MISLEADING)}\n" in ENTRY.read_text("utf-8")


def test_every_option_of_the_launcher_is_left_to_it():
    words = ENTRY.read_text("utf-8").replace(")", " ").split()
    options = ["--set-up", "--repair", "--rollback", "--status", "--remove", "--terminal", "--"]

    assert all(not asked_of([option]).arguments for option in options)
    assert {*options, "--wheels", "--wheels=*", "--backend", "--backend=*"} <= set(words)


UV = """#!/bin/sh
echo "$*" >>"$UV_PYTHON_INSTALL_DIR.told"
echo "mirror=${UV_PYTHON_INSTALL_MIRROR-}" >>"$UV_PYTHON_INSTALL_DIR.told"
case "$2" in
    find) [ -e "$UV_PYTHON_INSTALL_DIR" ] && echo /bin/echo ;;
    install) : >"$UV_PYTHON_INSTALL_DIR" ;;
esac
"""


@pytest.fixture
def without_python(payload, tmp_path):
    """Return a folder of programs without a Python, for an entry that has a made-up uv."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("dirname", "readlink", "mkdir", "ls", "sed"):
        (tools / name).symlink_to(shutil.which(name))
    entry = payload / "deepdesk"
    text = entry.read_text("utf-8").replace("/usr/bin/python3 python3 ", "")
    entry.write_text(text, "utf-8")
    program(payload / "uv", "uv")
    (payload / "uv").write_text(UV, "utf-8")
    return str(tools)


@pytest.mark.parametrize("is_there", [True, False])
def test_a_new_or_empty_folder_is_marked_before_a_python_is_fetched(
    payload, without_python, tmp_path, is_there
):
    runtime = tmp_path / "new" / "runtime"
    if is_there:
        runtime.mkdir(parents=True)

    lines = started(payload, "tasks", PATH=without_python, DEEPDESK_RUNTIME=str(runtime))

    assert lines == [f"{payload}/launcher.py tasks"]
    assert (runtime / "made-by-deepdesk").is_file()


def test_a_folder_of_somebody_elses_is_refused_before_a_python_is_fetched(
    payload, without_python, tmp_path
):
    runtime = tmp_path / "theirs"
    runtime.mkdir()
    (runtime / ".theirs").touch()
    variables = {"PATH": without_python, "HOME": str(tmp_path), "DEEPDESK_RUNTIME": str(runtime)}

    done = subprocess.run([payload / "deepdesk"], env=variables, capture_output=True, text=True)

    assert done.returncode == 1
    assert "holds files that DeepDesk did not make" in done.stderr
    assert [path.name for path in runtime.iterdir()] == [".theirs"]


@pytest.mark.parametrize("option", ["--wheels|{}", "--wheels={}"])
def test_a_python_in_the_folder_of_wheels_is_not_fetched(payload, without_python, tmp_path, option):
    archives = tmp_path / "my wheels 100%" / "python"
    archives.mkdir(parents=True)
    runtime = tmp_path / "runtime"

    asked = option.format(archives.parent).split("|")
    started(payload, *asked, PATH=without_python, DEEPDESK_RUNTIME=str(runtime))

    told = (runtime / "python.told").read_text("utf-8")
    address = str(archives).replace("%", "%25").replace(" ", "%20")
    assert f"python install --no-config --no-bin 3.12\nmirror=file://{address}\n" in told
