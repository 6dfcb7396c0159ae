"""What runs from an environment keeps it from being replaced or deleted."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from deepdesk.core.errors import DeepDeskError
from deepdesk.launcher import aside, in_use, removing
from deepdesk.launcher.environments import previous
from deepdesk.launcher.installing import install_work
from deepdesk.launcher.places import python_of
from deepdesk.launcher.removing import remove_runtime
from tests.unit.launcher.laid_down import chosen, lay_down, make_ready, raising

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")


@pytest.fixture
def laid(tmp_path, monkeypatch):
    """Two whole environments; "a" is in use."""
    laid = lay_down(tmp_path, monkeypatch)
    make_ready(laid.places, "b", "0.8")
    make_ready(laid.places, "a", "0.9")
    return laid


@pytest.fixture
def program(laid):
    """A program that runs from environment "b"."""
    python = python_of(laid.places.env("b"))
    python.unlink()
    python.symlink_to("/bin/cat")
    pipe = subprocess.PIPE
    with subprocess.Popen([str(python)], stdin=pipe, stdout=pipe, text=True, bufsize=1) as process:
        # Only what has answered surely runs: Linux lists it a little later than it starts.
        process.stdin.write("here\n")
        assert process.stdout.readline() == "here\n"
        yield process
        process.stdin.close()


def test_what_runs_from_an_environment_is_found(laid, program):
    assert in_use.processes_in(laid.places.env("b")) == {program.pid}
    assert not in_use.processes_in(laid.places.env("a"))


def test_what_runs_is_found_through_a_link_to_the_folder(laid, program, tmp_path):
    (tmp_path / "way").symlink_to(laid.places.runtime)

    assert in_use.processes_in(tmp_path / "way" / "env-b") == {program.pid}


def test_an_environment_that_a_program_runs_from_is_not_replaced(laid, program):
    laid.run(install_work(laid.places, chosen("cpu")))

    assert "still runs" in laid.ended.error.message
    assert "Close it" in laid.ended.error.hint
    assert previous(laid.places).version == "0.8"
    assert program.poll() is None
    assert not laid.calls


def test_where_the_system_holds_the_folder_the_sentence_is_the_same(laid, monkeypatch):
    monkeypatch.setattr(aside.Path, "rename", raising(PermissionError(13, "in use")))
    monkeypatch.setattr(aside, "_IS_WINDOWS", True)

    with pytest.raises(DeepDeskError, match="still runs"), aside.kept_aside(laid.places, "b"):
        pass


def test_nothing_is_removed_while_a_program_runs(laid, program):
    with pytest.raises(DeepDeskError, match="still runs"):
        remove_runtime(laid.places)

    assert laid.places.env("a").is_dir()


def test_who_removes_does_not_hold_what_it_removes(laid, monkeypatch):
    monkeypatch.setattr(removing, "processes_in", lambda _folder: frozenset({os.getpid()}))

    remove_runtime(laid.places)

    assert not laid.places.runtime.exists()


def test_the_uninstaller_removes_what_windows_runs_the_removal_from(laid, monkeypatch):
    monkeypatch.setattr(removing.sys, "base_prefix", str(laid.places.python / "cpython-3.12"))

    with pytest.raises(DeepDeskError, match="runs from") as caught:
        remove_runtime(laid.places, is_windows=True)

    assert str(laid.places.payload / "uninstall.exe") in caught.value.hint
    assert laid.places.env("a").is_dir()


def test_a_path_with_spaces_is_read_from_a_list_of_processes():
    folder = "/Users/a/Library/Application Support/DeepDesk/runtime/env-a/bin"
    text = f"  7 {folder}/python3 -m deepdesk train\n 88 /sbin/launchd\n\nno line\n"

    assert list(in_use.programs_told(text)) == [(7, f"{folder}/python")]
