"""start.sh of the macOS bundle, run here with a uv that only plays one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "packaging")]

from installers import macos  # noqa: E402

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not sys.platform.startswith("linux") or not shutil.which("sh"), reason="needs Linux and sh"
    ),
]
# Finds a Python once one was fetched; {0} is what fetching does.
UV = """#!/bin/sh
printf '%s\\n' "uv $*" >> "$TOLD"
python=$UV_PYTHON_INSTALL_DIR/python
case "$2" in
    find) [ -e "$python" ] && printf '%s\\n' "$python" ;;
    install) {0} ;;
esac
"""
FETCHES = 'mkdir -p "$UV_PYTHON_INSTALL_DIR" && cp "$FAKE_PYTHON" "$UV_PYTHON_INSTALL_DIR/python"'
PYTHON = '#!/bin/sh\nprintf "%s\\n" "$DEEPDESK_PAYLOAD" "$@"\n'
OSASCRIPT = '#!/bin/sh\nfor last do :; done\nprintf "%s\\n" "shown $last" >> "$TOLD"\n'


class Stage:
    """A payload folder with start.sh and a made-up uv, and programs that only note their call."""

    def __init__(self, folder):
        self.folder = folder
        self.payload = folder / "DeepDesk.app" / "Contents" / "Resources"
        self.payload.mkdir(parents=True)
        text = (macos.TEMPLATES / "start.sh").read_text(encoding="utf-8")
        self.script = self.write(self.payload / "start.sh", text.replace("@PYTHON@", "3.12"))
        self.fetching(FETCHES)
        self.write(folder / "python", PYTHON)
        self.write(folder / "bin" / "osascript", OSASCRIPT)
        self.told = folder / "told"

    @staticmethod
    def write(path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
        return path

    def fetching(self, command):
        self.write(self.payload / "uv", UV.replace("{0}", command))

    def start(self, *arguments, script=None):
        variables = {
            "DEEPDESK_RUNTIME": str(self.folder / "a runtime"),
            "FAKE_PYTHON": str(self.folder / "python"),
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "TOLD": str(self.told),
            "HOME": str(self.folder),
        }
        command = ["sh", str(script or self.script), *arguments]
        return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=30)

    def steps(self):
        return self.told.read_text(encoding="utf-8").splitlines()


@pytest.fixture
def stage(tmp_path):
    return Stage(tmp_path)


def test_the_first_start_says_that_it_fetches_a_python_and_goes_on_with_it(stage):
    done = stage.start("--set-up", "a b.deepdesk")

    assert done.stdout.splitlines() == [
        str(stage.payload),
        "-P",
        str(stage.payload / "launcher.py"),
        "--set-up",
        "a b.deepdesk",
    ]
    assert stage.steps()[1:3] == [
        "shown DeepDesk fetches a Python first, about 25 MB.",
        "uv python install --no-config --no-bin 3.12",
    ]


def test_later_starts_fetch_and_show_nothing(stage):
    stage.start()
    stage.told.unlink()

    stage.start()

    assert stage.steps() == ["uv python find --no-config --managed-python 3.12"]


def test_without_a_network_the_remedy_is_shown(stage):
    stage.fetching("exit 2")

    done = stage.start()

    assert done.returncode == 1
    assert "Connect to the network" in done.stderr
    assert stage.steps()[-1].startswith("shown A Python could not be fetched.")


def test_a_python_that_is_not_there_after_all_is_told_of(stage):
    stage.fetching(":")

    done = stage.start()

    assert done.returncode == 1
    assert "is not found" in done.stderr


def test_it_also_works_in_the_place_of_the_bundles_program(stage):
    program = stage.payload.parent / "MacOS" / "DeepDesk"
    program.parent.mkdir()
    shutil.copy(stage.script, program)

    assert stage.start(script=program).stdout.splitlines()[0] == str(stage.payload)


def test_only_a_folder_that_was_made_here_is_marked_as_ours(stage):
    stage.start()
    marker = stage.folder / "a runtime" / "made-by-deepdesk"
    assert marker.is_file()
    marker.unlink()

    stage.start()

    assert not marker.exists()


def test_an_empty_folder_that_the_person_made_is_used(stage):
    runtime = stage.folder / "a runtime"
    runtime.mkdir()

    assert stage.start().returncode == 0
    assert (runtime / "made-by-deepdesk").is_file()


def test_a_folder_of_somebody_elses_is_refused_before_anything_is_fetched(stage):
    runtime = stage.folder / "a runtime"
    runtime.mkdir()
    (runtime / "somebody's.txt").touch()

    done = stage.start()

    assert done.returncode == 1
    assert "holds files that DeepDesk did not make" in done.stderr
    assert [step.split()[0] for step in stage.steps()] == ["shown"]
    assert [path.name for path in runtime.iterdir()] == ["somebody's.txt"]


@pytest.mark.parametrize("option", ["--wheels|{}", "--wheels={}"])
def test_a_python_in_the_folder_of_wheels_is_taken_from_there(stage, option):
    wheels = stage.folder / "my wheels 100%"
    (wheels / "python").mkdir(parents=True)
    stage.fetching(f'printf "%s\\n" "$UV_PYTHON_INSTALL_MIRROR" >> "$TOLD"; {FETCHES}')

    stage.start(*option.format(wheels).split("|"))

    address = str(wheels / "python").replace("%", "%25").replace(" ", "%20")
    assert stage.steps()[3] == f"file://{address}"


def test_a_python_that_came_with_the_payload_is_taken_from_there(stage):
    (stage.payload / "python").mkdir()
    stage.fetching(f'printf "%s\\n" "$UV_PYTHON_INSTALL_MIRROR" >> "$TOLD"; {FETCHES}')

    stage.start()

    assert stage.steps()[3] == f"file://{stage.payload / 'python'}"


def test_an_intel_mac_is_refused_with_the_reason(stage):
    stage.write(
        stage.folder / "bin" / "uname", '#!/bin/sh\n[ "$1" = -s ] && echo Darwin || echo x\n'
    )

    done = stage.start()

    assert done.returncode == 1
    assert "Apple silicon" in done.stderr
