"""A package of others that does not load is told from a mistake of ours."""

from __future__ import annotations

import importlib
import sys

import pytest

from deepdesk.core.errors import PackageError
from deepdesk.core.events import Ended
from deepdesk.core.packages import broken_package
from deepdesk.core.work import StopToken, run

NAME = "broken_package_of_a_test"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Return a function that makes a package whose `__init__` is the given source."""
    monkeypatch.syspath_prepend(str(tmp_path))
    folder = tmp_path / NAME
    folder.mkdir()

    def make(source):
        if source is not None:
            (folder / "__init__.py").write_text(source)
        importlib.invalidate_caches()

    yield make
    sys.modules.pop(NAME, None)


def ended(work):
    told = []
    run(work, told.append, StopToken())
    return told[-1]


def loading(_emit, _stop):
    module = importlib.import_module(NAME)
    assert module.tensor


@pytest.mark.parametrize(
    "source",
    [
        "import package_that_nobody_has",
        "raise OSError('libcudart.so.13: cannot open shared object file')",
        "def load():\n    raise OSError('WinError 1114')\nload()",
        "raise AttributeError('module numpy has no attribute float')",
        "this is no Python",
        None,
    ],
)
def test_whatever_ends_an_import_is_a_package_that_does_not_load(package, source):
    package(source)

    end = ended(loading)

    assert isinstance(end.error, PackageError)
    assert end.error.package in (NAME, "package_that_nobody_has")
    assert "does not load" in end.error.message
    assert end.report


def test_a_mistake_of_ours_is_not_blamed_on_a_package(package):
    package("def tensor(value):\n    raise ValueError(value)")

    def work(_emit, _stop):
        importlib.import_module(NAME).tensor(3)

    end = ended(work)

    assert isinstance(end, Ended)
    assert not isinstance(end.error, PackageError)
    assert end.report


def test_a_module_of_ours_that_is_missing_is_a_mistake_of_ours():
    error = ModuleNotFoundError("no", name="deepdesk.engine.nothing")

    assert broken_package(error) is None


@pytest.mark.parametrize(
    ("library", "is_of_system"),
    [("libGL.so.1", True), ("libstdc++.so.6", True), ("libcudart.so.13", False)],
)
def test_a_library_of_the_system_is_asked_of_the_system(package, library, is_of_system):
    package(f"raise ImportError('{library}: cannot open shared object file: No such file')")

    remedy = ended(loading).error.remedy

    assert (library in remedy) is is_of_system


def test_pytorch_is_told_by_what_it_is_for():
    error = broken_package(ModuleNotFoundError("No module named 'torch'", name="torch"))

    assert "PyTorch, which trains the networks, does not load." in str(error)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("raise MemoryError", "close other programs"),
        ("raise OSError(12, 'Cannot allocate memory')", "close other programs"),
        ("raise ImportError('libtorch.so: Cannot allocate memory')", "close other programs"),
        ("raise OSError('[WinError 1455] The paging file is too small')", "close other programs"),
        ("raise OSError(24, 'Too many open files')", "Too many files are open"),
        (
            "raise ImportError('libGL.so.1: cannot open shared object file: Too many open files')",
            "Too many files are open",
        ),
        ("raise OSError('PortAudio library not found')", "PortAudio is a library of this system"),
        (
            "raise ModuleNotFoundError('No module named _ctypes', name='_ctypes')",
            "the Python of this system is incomplete",
        ),
    ],
)
def test_what_the_system_lacks_is_no_broken_installation(package, source, words):
    package(source)

    assert words in ended(loading).error.remedy


def test_a_package_that_is_missing_has_no_other_remedy_than_the_repair(package):
    package("raise OSError('[WinError 1114] A routine failed')")

    assert ended(loading).error.remedy == ""
