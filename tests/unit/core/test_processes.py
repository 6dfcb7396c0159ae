"""Every process of the program is started at one place, and works however this one was started."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import deepdesk
from deepdesk.core import processes
from deepdesk.core.processes import (
    CHILDREN,
    become_child,
    child_command,
    give_streams,
    own_command,
    python,
    start,
    variables,
)

PACKAGE = Path(deepdesk.__file__).parent
# Those that start others on purpose in a way of their own: what is held tightly, and the launcher.
MAY_START = {"core/processes.py", "nn/pth_conversion.py", "ui/installed.py", "ui/help_actions.py"}
STARTS = re.compile(
    r"\b(subprocess\.(Popen|run|call)|os\.(system|execve?|spawnv?|fork)|multiprocessing\.Process)\("
)


def test_no_other_place_starts_processes():
    found = set()
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE).as_posix()
        if name.startswith("launcher/") or name in MAY_START:
            continue
        if STARTS.search(path.read_text(encoding="utf-8")):
            found.add(name)

    assert not found


def test_every_child_is_a_module_with_a_main():
    for module in CHILDREN:
        path = PACKAGE.joinpath(*module.split(".")[1:]).with_suffix(".py")
        names = [n.name for n in ast.parse(path.read_text()).body if isinstance(n, ast.FunctionDef)]
        assert "main" in names, module


def test_a_name_that_is_no_child_is_refused():
    assert become_child("os") == 2
    with pytest.raises(AssertionError):
        child_command("os")


def test_a_child_is_this_program_again():
    command = child_command("deepdesk.ui.video.decode_child")

    assert command[:3] == [sys.executable, "-m", "deepdesk"]
    assert own_command("train")[-1] == "train"


def test_a_python_without_a_console_gives_its_children_one_that_nobody_sees(tmp_path):
    alone = tmp_path / "pythonw.exe"
    assert python(str(alone), is_windows=True) == str(alone)

    (tmp_path / "python.exe").touch()

    assert python(str(alone), is_windows=True) == str(tmp_path / "python.exe")
    assert python(str(alone), is_windows=False) == str(alone)


def test_what_lies_where_the_program_was_started_is_no_part_of_it(tmp_path, monkeypatch):
    (tmp_path / "deepdesk.py").write_text("raise SystemExit(7)")
    (tmp_path / "json.py").write_text("raise SystemExit(8)")
    monkeypatch.chdir(tmp_path)

    child = start([sys.executable, "-m", "deepdesk", "--version"])
    out, _words = child.communicate(timeout=60)

    assert (child.returncode, out.decode().strip()) == (0, deepdesk.__version__)


def test_an_installed_program_puts_nothing_before_pythons_own(tmp_path, monkeypatch):
    installed = tmp_path / "site-packages" / "deepdesk" / "__init__.py"
    monkeypatch.setattr(processes.deepdesk, "__file__", str(installed))
    monkeypatch.delenv("PYTHONPATH", raising=False)

    assert "PYTHONPATH" not in variables()
    assert variables({"A": "b"})["A"] == "b"
    assert variables()["PYTHONSAFEPATH"] == "1"


def test_a_checkout_is_found_from_everywhere(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "other")

    assert variables()["PYTHONPATH"].split(os.pathsep) == [str(PACKAGE.parent), "other"]


def test_where_there_is_no_console_what_is_printed_goes_nowhere(monkeypatch):
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    give_streams()
    streams = [sys.stdin, sys.stdout, sys.stderr]

    print("nobody reads this")
    print("nor this", file=sys.stderr)

    assert sys.stdin.read() == ""
    for stream in streams:
        stream.close()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there it is a Python of its own")
def test_the_program_works_with_all_its_streams_closed():
    script = (
        "import os, runpy, sys\n"
        "for number in (0, 1, 2): os.close(number)\n"
        "sys.stdin = sys.stdout = sys.stderr = None\n"
        "import atexit\n"
        "names = [f'/proc/self/fd/{number}' for number in (0, 1, 2)]\n"
        "def look():\n"
        "    if {os.readlink(name) for name in names} != {'/dev/null'}: os._exit(9)\n"
        "if os.path.exists('/proc/self/fd'): atexit.register(look)\n"
        "sys.argv = ['deepdesk', 'tasks']\n"
        "runpy.run_module('deepdesk', run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], env=variables(), timeout=120)

    assert done.returncode == 0
