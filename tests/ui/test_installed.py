"""What the launcher is given, and what a person is told where a package does not load."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys

import pytest

from deepdesk.core.errors import PackageError
from deepdesk.ui import help_actions, installed
from deepdesk.ui.installed import (
    DEVICES_VARIABLE,
    hide_devices,
    launcher_variables,
    repair_words,
    tell_broken,
)


@pytest.fixture
def devices(monkeypatch):
    """Return a function that sets which graphics cards a person lets be seen."""
    monkeypatch.setenv(installed.DEVICES_BEFORE_VARIABLE, "")
    monkeypatch.delenv(installed.DEVICES_BEFORE_VARIABLE)
    monkeypatch.setenv(DEVICES_VARIABLE, "")

    def see(which):
        if which is None:
            monkeypatch.delenv(DEVICES_VARIABLE)
        else:
            monkeypatch.setenv(DEVICES_VARIABLE, which)

    return see


@pytest.fixture
def shown(monkeypatch):
    """Return what is shown in a window to who reads no terminal."""
    texts = []
    monkeypatch.setattr("deepdesk.launcher.first_window.show_message", texts.append)
    return texts


@pytest.fixture
def without_checkout(monkeypatch, tmp_path):
    """Let this program lie where no list of pinned versions is."""
    (tmp_path / "deepdesk").mkdir()
    monkeypatch.setattr(installed.deepdesk, "__file__", str(tmp_path / "deepdesk" / "init.py"))


class NoTerminal:
    """A stream as Windows shows the one that goes nowhere."""

    def __init__(self, stream):
        self.name = stream.name

    def isatty(self):
        return True


@pytest.mark.parametrize("which", [None, "", "1"])
def test_the_launcher_sees_the_cards_that_safe_mode_hides(devices, which):
    devices(which)

    hide_devices()

    assert os.environ[DEVICES_VARIABLE] == ""
    assert launcher_variables().get(DEVICES_VARIABLE) == which
    assert installed.DEVICES_BEFORE_VARIABLE not in launcher_variables()


def test_going_back_speaks_of_the_same_folders_as_the_repair(monkeypatch, tmp_path):
    given = []
    monkeypatch.setenv("DEEPDESK_PAYLOAD", str(tmp_path / "payload"))
    monkeypatch.setattr(help_actions, "launcher_command", lambda: ["launcher"])
    monkeypatch.setattr(installed, "launcher_command", lambda: ["launcher"])
    done = subprocess.CompletedProcess([], 0, b"back", b"")
    monkeypatch.setattr(
        subprocess, "run", lambda *_given, **named: given.append(named["env"]) or done
    )
    monkeypatch.setattr(subprocess, "Popen", lambda *_given, **named: given.append(named["env"]))

    help_actions.gone_back()
    installed.start_launcher("--repair")

    assert given[0] == given[1] == launcher_variables()
    assert {"DEEPDESK_PAYLOAD", "DEEPDESK_RUNTIME"} <= set(given[0])


def test_a_package_is_repaired_by_the_name_and_version_it_is_installed_with(without_checkout):
    words = repair_words("PIL")

    version = importlib.metadata.version("pillow")
    assert words.endswith(f"-m pip install --force-reinstall pillow=={version}")


def test_a_build_of_another_index_is_asked_by_its_plain_version(without_checkout, monkeypatch):
    monkeypatch.setattr(importlib.metadata, "version", lambda _name: "2.15.0+cu130")

    assert repair_words("torch").endswith(" torch==2.15.0")


def test_a_package_of_which_nothing_is_left_has_its_name_all_the_same(
    without_checkout, monkeypatch
):
    def nothing(*_given):
        raise importlib.metadata.PackageNotFoundError

    monkeypatch.setattr(importlib.metadata, "version", nothing)
    monkeypatch.setattr(importlib.metadata, "packages_distributions", dict)

    assert repair_words("PIL").endswith(" pillow")


def test_in_a_checkout_what_a_package_needs_stays_pinned():
    assert "constraints.txt" in repair_words("torch")


def test_on_windows_the_command_is_quoted_as_windows_wants_it(without_checkout, monkeypatch):
    monkeypatch.setattr(sys, "executable", r"C:\Program Files\Python\python.exe")
    monkeypatch.setattr(installed, "_IS_WINDOWS", True)

    assert repair_words("torch").startswith('"C:\\Program Files\\Python\\python.exe" -m pip')


def test_who_clicked_an_icon_is_told_in_a_window(shown, capsys):
    assert tell_broken(PackageError("torch", "OSError: gone")) == 1

    assert "does not load" in shown[0]
    assert "To repair it, type:" in shown[0]
    assert capsys.readouterr().err == f"{shown[0]}\n"


def test_a_remedy_is_told_in_a_window_too(shown):
    tell_broken(PackageError("torch", "MemoryError", "Close other programs."))

    assert shown[0].endswith("Close other programs.")


def test_who_typed_a_command_gets_no_window(shown, monkeypatch):
    tell_broken(PackageError("torch", "OSError: gone"), starts=False)
    assert shown == []

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    tell_broken(PackageError("torch", "OSError: gone"))
    assert shown == []


def test_what_goes_nowhere_is_read_by_nobody_though_windows_calls_it_a_terminal(shown, monkeypatch):
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - as a start does
        monkeypatch.setattr(sys, "stderr", NoTerminal(nowhere))
        installed.show_unread("Gone.")

    assert shown == ["Gone."]


def test_a_launcher_that_repairs_has_a_window_of_its_own(shown, capsys, monkeypatch):
    monkeypatch.setattr(installed, "start_launcher", lambda _option: True)

    tell_broken(PackageError("torch", "OSError: gone"))

    assert shown == []
    assert "The launcher repairs DeepDesk" in capsys.readouterr().err
