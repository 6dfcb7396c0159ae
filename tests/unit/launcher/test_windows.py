"""What Windows does otherwise; the system's calls are made up here."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace

import pytest

from deepdesk.launcher import windows


class MadeUpKernel:
    """Notes the calls that a job object takes, with their handles as plain numbers."""

    def __init__(self):
        self.calls = []
        self.CreateJobObjectW = self.call("create", 7)
        self.OpenProcess = self.call("open", 9)
        self.AssignProcessToJobObject = self.call("assign", 1)
        self.CloseHandle = self.call("close", 1)
        self.SetInformationJobObject = self.call("limit", 1)

    def call(self, name, answer):
        def made(*arguments):
            plain = [getattr(argument, "value", argument) for argument in arguments]
            self.calls.append((name, *plain))
            return answer

        return made


def test_a_child_is_bound_to_a_job_and_ends_with_it():
    kernel = MadeUpKernel()
    job = windows.Job(kernel)

    job.take(SimpleNamespace(pid=42))
    job.end()

    names = [call[0] for call in kernel.calls]
    assert names == ["create", "limit", "open", "assign", "close", "close"]
    assert kernel.calls[2][-1] == 42
    assert kernel.calls[3] == ("assign", 7, 9)
    assert [call[1] for call in kernel.calls if call[0] == "close"] == [9, 7]


def test_a_job_is_told_to_end_its_children_when_it_closes():
    kernel = MadeUpKernel()

    windows.Job(kernel)

    _limit, handle, kind, _limits, size = kernel.calls[1]
    assert (handle, kind) == (7, 9)
    # What Windows' own headers say for 64-bit programs.
    assert size == (144 if sys.maxsize > 2**32 else 112)
    assert windows._ExtendedLimits.basic.offset == 0
    assert windows._BasicLimits.flags.offset == 16


def test_ending_a_job_twice_ends_nothing_else():
    kernel = MadeUpKernel()
    job = windows.Job(kernel)

    job.end()
    job.end()

    assert [call for call in kernel.calls if call[0] == "close"] == [("close", 7)]


@pytest.mark.skipif(sys.platform == "win32", reason="there it does something")
def test_elsewhere_a_job_does_nothing():
    job = windows.Job()

    job.take(SimpleNamespace(pid=1))
    job.end()
    windows.give_name_to_taskbar()
    windows.tell_apps_list(())


@pytest.mark.parametrize(
    ("path", "long"),
    [
        (r"C:\a\b", r"\\?\C:\a\b"),
        (r"\\server\share\a", r"\\?\UNC\server\share\a"),
        (r"\\?\C:\a", r"\\?\C:\a"),
    ],
)
def test_a_path_is_put_so_that_its_length_does_not_matter(monkeypatch, path, long):
    made_up = SimpleNamespace(absolute=lambda: path)
    monkeypatch.setattr(windows, "sys", SimpleNamespace(platform="win32"))
    monkeypatch.setattr(windows, "Path", str)

    found = windows.long_path(made_up)

    assert (path if found is made_up else found) == long


def test_a_file_with_two_names_counts_once(tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "a").write_bytes(bytes(1000))
    os.link(tmp_path / "cache" / "a", tmp_path / "b")
    (tmp_path / "c").write_bytes(bytes(10))

    assert windows.bytes_of(tmp_path) == 1010


@pytest.fixture
def packages(tmp_path):
    """Return a folder of packages as on Windows: Qt brings Microsoft's libraries, torch none."""
    for name in ("msvcp140.dll", "msvcp140_1.dll", "vcruntime140_1.dll", "Qt6Core.dll"):
        (tmp_path / "PySide6").mkdir(exist_ok=True)
        (tmp_path / "PySide6" / name).write_text(name, encoding="ascii")
    (tmp_path / "torch" / "lib").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize("there", [(0, 0), (14, 29), (14, 41)])
def test_torch_gets_the_libraries_that_the_system_lacks_or_has_too_old(packages, there):
    lent = windows.lend_libraries(packages, is_windows=True, there=there)

    assert lent == ["msvcp140.dll", "msvcp140_1.dll", "vcruntime140_1.dll"]
    assert sorted(path.name for path in (packages / "torch" / "lib").iterdir()) == lent


@pytest.mark.parametrize(
    ("is_windows", "there"), [(True, (14, 42)), (True, (15, 0)), (False, (0, 0))]
)
def test_nothing_is_lent_where_it_is_not_needed(packages, is_windows, there):
    assert windows.lend_libraries(packages, is_windows=is_windows, there=there) == []
    assert not list((packages / "torch" / "lib").iterdir())


def test_an_environment_without_torch_is_left_alone(tmp_path):
    assert windows.lend_libraries(tmp_path, is_windows=True) == []
