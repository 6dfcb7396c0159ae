"""start.py and what it keeps in packaging: nothing here installs or starts anything."""

from __future__ import annotations

import ast
import os
import runpy
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "packaging")]

from bootstrap import environment, system  # noqa: E402

import start  # noqa: E402


@pytest.fixture
def fake_venv(tmp_path, monkeypatch):
    """Point the set-up at an empty place, with a Python that is only a file."""
    folder = tmp_path / ".venv"
    monkeypatch.setattr(environment, "VENV", folder)
    monkeypatch.setattr(environment, "STAMP", folder / "deepdesk-ready")
    monkeypatch.setattr(environment, "INSTALLING", folder / "deepdesk-installing")
    monkeypatch.setattr(environment, "must_be_rebuilt", lambda: True)
    monkeypatch.setattr(environment, "check", lambda: None)
    monkeypatch.setattr(environment, "create_venv", lambda: make_python(folder))
    monkeypatch.setattr(environment, "pip_install", lambda packages: None)
    monkeypatch.setattr(system, "missing", lambda roles: [])
    return folder


def make_python(folder):
    python = environment.venv_python()
    python.parent.mkdir(parents=True)
    python.touch()
    packages = environment.sysconfig.get_path(
        "purelib", "venv", {"base": str(folder), "platbase": str(folder)}
    )
    Path(packages).mkdir(parents=True)


@pytest.fixture
def handed_over(monkeypatch):
    """Catch the command that start.py would become."""
    commands = []
    monkeypatch.setattr(start, "set_up", lambda roles, with_tests=False, packs=(): None)
    monkeypatch.setattr(start, "hand_over", lambda *command, folder=None: commands.append(command))
    return commands


def test_an_older_python_can_read_start():
    ast.parse((ROOT / "start.py").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_an_older_python_is_told_what_is_needed(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 0))

    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer"):
        runpy.run_path(str(ROOT / "start.py"))


def test_set_up_uses_the_standard_library_alone():
    files = [ROOT / "start.py", *(ROOT / "packaging" / "bootstrap").glob("*.py")]
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8")))]
    imported = {
        alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names
    }
    imported |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}

    assert {name.split(".")[0] for name in imported} - sys.stdlib_module_names == {"bootstrap"}


def test_a_finished_set_up_is_ready_at_the_next_start(fake_venv):
    environment.set_up([], with_tests=True)

    assert environment.is_ready(with_tests=True)
    assert environment.is_ready(with_tests=False)
    assert not environment.INSTALLING.exists()


def test_a_set_up_without_tests_is_not_ready_for_them(fake_venv):
    environment.set_up([])

    assert environment.is_ready(with_tests=False)
    assert not environment.is_ready(with_tests=True)


def test_a_pack_is_installed_once_and_stays_through_later_set_ups(fake_venv, monkeypatch):
    installed = []
    monkeypatch.setattr(environment, "pip_install", installed.append)
    environment.set_up([])
    monkeypatch.setattr(environment, "must_be_rebuilt", lambda: False)

    assert not environment.is_ready(with_tests=False, packs=["timm"])
    environment.set_up([], packs=["timm"])
    environment.set_up([], packs=["timm"])
    environment.set_up([], with_tests=True)

    has_timm = [any(line.startswith("timm") for line in lines) for lines in installed]
    assert has_timm == [False, True, True]
    assert environment.is_ready(with_tests=True, packs=["timm"])


def test_other_constraints_need_a_new_set_up(fake_venv, tmp_path, monkeypatch):
    environment.set_up([])
    other = tmp_path / "constraints.txt"
    other.write_text("torch==2.14.0\n", encoding="utf-8")

    monkeypatch.setattr(environment, "CONSTRAINTS", other)

    assert not environment.is_ready(with_tests=False)


def test_an_interrupted_set_up_is_never_taken_for_a_whole_one(fake_venv, monkeypatch):
    def interrupted(packages):
        raise KeyboardInterrupt

    monkeypatch.setattr(environment, "pip_install", interrupted)
    with pytest.raises(KeyboardInterrupt):
        environment.set_up([])

    monkeypatch.undo()
    monkeypatch.setattr(environment, "INSTALLING", fake_venv / "deepdesk-installing")
    assert not (fake_venv / "deepdesk-ready").exists()
    assert environment.must_be_rebuilt()


def test_a_missing_python_means_a_rebuild(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "VENV", tmp_path)
    monkeypatch.setattr(environment, "INSTALLING", tmp_path / "deepdesk-installing")

    assert environment.must_be_rebuilt()


def test_the_environment_finds_the_program_from_any_folder(fake_venv):
    environment.set_up([])

    links = list(fake_venv.rglob("deepdesk.pth"))
    assert [link.read_text(encoding="utf-8").strip() for link in links] == [str(ROOT)]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("ERROR: No matching distribution found for torch", "no index"),
        ("ERROR: ResolutionImpossible: for help visit", "no index"),
        ("ERROR: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: something else", "could not install"),
    ],
)
def test_trouble_with_pip_is_one_sentence_and_a_remedy(fake_venv, capsys, said, sentence):
    fake_venv.mkdir()
    environment.INSTALLING.touch()

    with pytest.raises(SystemExit) as left:
        environment.explain_pip(said)

    assert left.value.code == 1
    assert sentence in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_said(fake_venv, capsys, monkeypatch):
    def refused():
        raise PermissionError(13, "Permission denied", str(fake_venv))

    monkeypatch.setattr(environment, "create_venv", refused)
    with pytest.raises(SystemExit) as left:
        environment.set_up([])

    assert left.value.code == 1
    assert "Put DeepDesk into a folder you may write to" in capsys.readouterr().err


def on_system_with(monkeypatch, *programs):
    """Pretend that only these programs are installed, and that nothing may be installed."""
    monkeypatch.setattr(system.shutil, "which", lambda name: name if name in programs else None)
    monkeypatch.setattr(system, "privilege", lambda: None)
    monkeypatch.setattr(system, "is_present", lambda need: False)
    monkeypatch.setattr(system, "run_quietly", lambda *command: command[-1].endswith("0t64"))


@pytest.mark.parametrize(
    ("program", "line"),
    [
        ("apt-get", "sudo apt-get install -y --no-install-recommends libglib2.0-0t64"),
        ("dnf", "sudo dnf install -y glib2"),
        ("pacman", "sudo pacman -S --needed glib2"),
    ],
)
def test_a_missing_library_prints_the_command_to_type(monkeypatch, capsys, program, line):
    on_system_with(monkeypatch, program)

    with pytest.raises(SystemExit) as left:
        system.require([need for need in system.NEEDS if need.probe == "libglib-2.0.so.0"])

    assert left.value.code == 1
    assert line in capsys.readouterr().err


def test_missing_sound_does_not_stop_the_window(monkeypatch, capsys):
    on_system_with(monkeypatch, "apt-get")

    system.require([need for need in system.NEEDS if need.role == "sound"])

    assert "libportaudio.so.2" in capsys.readouterr().err


def test_a_library_that_does_not_exist_is_not_loadable():
    assert not system.is_loadable("libdeepdesk-nowhere.so.9")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays differ elsewhere")
@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, False),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"QT_QPA_PLATFORM": "offscreen"}, True),
        ({"DISPLAY": ":4711"}, False),
        ({"DISPLAY": "far.away:0"}, True),
    ],
)
def test_a_display_is_found_where_one_is(monkeypatch, variables, expected):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert system.has_display() is expected


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["sample"], ("-m", "deepdesk", "sample")),
        (["run", "runs", "cats.deepdesk"], ("-m", "deepdesk", "runs", "cats.deepdesk")),
        (["test", "-k", "graph"], ("-m", "pytest", "-k", "graph")),
        (["bench", "start"], ("-m", "tests.benchmarks", "start")),
        (["shots", "/tmp/shots"], ("-m", "deepdesk.ui.shots", "/tmp/shots")),
        (["--with", "timm", "sample"], ("-m", "deepdesk", "sample")),
        (["package", "linux"], ("-m", "installers", "linux")),
    ],
)
def test_a_verb_becomes_its_command(handed_over, arguments, command):
    start.dispatch(arguments)

    assert handed_over == [command]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["dance"], 2),
        (["shots"], 2),
        (["--with"], 2),
        (["--with", "test"], 2),
        (["--with", "dance"], 2),
    ],
)
def test_what_cannot_be_done_says_so(handed_over, capsys, arguments, status):
    with pytest.raises(SystemExit) as left:
        start.dispatch(arguments)

    assert left.value.code == status
    assert capsys.readouterr().err
    assert not handed_over


def test_an_interrupt_leaves_with_130(monkeypatch):
    def interrupted(arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(start, "dispatch", interrupted)

    with pytest.raises(SystemExit) as left:
        start.main()

    assert left.value.code == 130


@pytest.mark.skipif(os.name == "nt", reason="Windows starts a child instead")
def test_waiting_threads_do_not_spin(monkeypatch):
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    seen = {}
    monkeypatch.setattr(os, "execv", lambda path, command: seen.update(os.environ))

    start.hand_over("-c", "pass")

    assert seen["OMP_WAIT_POLICY"] == "PASSIVE"


def pins():
    """Return the pinned requirements by normalised name."""
    lines = environment.CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {pin.name.lower().replace("_", "-"): pin for pin in found}


def declared():
    """Return what pyproject.toml asks for, with the test extra."""
    return [Requirement(line) for line in environment.requirements(with_tests=True)]


@pytest.mark.parametrize("wanted", declared(), ids=str)
def test_every_dependency_is_pinned_within_its_range(wanted):
    pin = pins()[wanted.name.lower().replace("_", "-")]
    (exact,) = pin.specifier

    assert exact.operator == "=="
    assert wanted.specifier.contains(exact.version)


def test_torch_and_torchvision_are_the_tested_pair():
    found = {name: str(pins()[name].specifier) for name in ("torch", "torchvision")}

    assert found == {"torch": "==2.15.0", "torchvision": "==0.29.2"}


def test_qt_stays_below_the_version_that_crashes_old_pythons():
    project = tomllib.loads(environment.PROJECT.read_text(encoding="utf-8"))["project"]
    qt = [Requirement(line) for line in project["dependencies"] if line.startswith("PySide6")]
    below = [one for one in qt if one.marker and one.marker.evaluate({"python_version": "3.11"})]

    assert below
    assert not any(one.specifier.contains("6.12.0") for one in below)
