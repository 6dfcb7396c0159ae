"""What the launcher does for what it is called with, and what it hands on to the program."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest

from deepdesk.core.errors import DeepDeskError
from deepdesk.launcher import commands, first_window, making, offering, starting
from deepdesk.launcher.__main__ import main
from deepdesk.launcher.asked import asked_of
from deepdesk.launcher.environments import current
from deepdesk.launcher.places import python_of
from tests.unit.launcher.laid_down import choice, lay_down, make_ready, raising

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")


@pytest.fixture
def laid(tmp_path, monkeypatch):
    laid = lay_down(tmp_path, monkeypatch)
    monkeypatch.setenv("DEEPDESK_PAYLOAD", str(laid.places.payload))
    monkeypatch.setenv("DEEPDESK_RUNTIME", str(laid.places.runtime))
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(offering, "look", lambda: None)
    monkeypatch.setattr(offering, "refusal", lambda _machine: None)
    monkeypatch.setattr(offering, "choices", lambda _machine: (choice("cpu"),))
    monkeypatch.setattr(offering, "choice_of", lambda _machine, name: choice(name))
    monkeypatch.setattr(offering, "system_python", lambda: (Path(sys.executable), "3.11"))
    return laid


@pytest.fixture
def started(monkeypatch):
    seen = []

    def become(path, command, environment):
        seen.append((command, environment))

    monkeypatch.setattr(os, "execve", become)
    return seen


class Terminal(io.StringIO):
    """Somebody who sits at a terminal and types."""

    def isatty(self):
        return True


def typed(monkeypatch, text):
    monkeypatch.setattr(sys, "stdin", Terminal(text))


def test_own_options_come_first_and_the_rest_is_the_programs(tmp_path):
    asked = asked_of(["--wheels", str(tmp_path), "--backend=cpu", "train", "--backend", "x"])

    assert (asked.wheels, asked.backend) == (tmp_path, "cpu")
    assert asked.arguments == ("train", "--backend", "x")
    assert asked.command == "start"


@pytest.mark.parametrize("name", ["set-up", "repair", "rollback", "status", "remove"])
def test_every_command_is_known(name):
    assert asked_of([f"--{name}", "--terminal"]).command == name
    assert asked_of([f"--{name}", "--terminal"]).is_terminal
    assert name in commands.COMMANDS


def test_after_two_dashes_everything_is_the_programs():
    assert asked_of(["--", "--status"]).arguments == ("--status",)


def test_a_value_that_is_missing_is_told():
    with pytest.raises(DeepDeskError, match="needs a value"):
        asked_of(["--backend"])


def test_a_folder_that_is_none_is_told(tmp_path):
    with pytest.raises(DeepDeskError, match="no folder"):
        asked_of([f"--wheels={tmp_path / 'x'}"])


def test_what_is_set_up_starts_at_once(laid, started):
    make_ready(laid.places, "a")

    main(["train", "project"])

    ((command, environment),) = started
    assert command[-2:] == ["train", "project"]
    assert environment["DEEPDESK_PAYLOAD"] == str(laid.places.payload)
    assert environment["DEEPDESK_RUNTIME"] == str(laid.places.runtime)


def test_the_program_is_not_misled(laid, started, monkeypatch):
    make_ready(laid.places, "a")
    monkeypatch.setenv("PYTHONPATH", "/ros")
    monkeypatch.setenv("PYTHONHOME", "/conda")

    main([])

    ((_command, environment),) = started
    assert not {"PYTHONPATH", "PYTHONHOME"} & set(environment)
    assert environment["PYTHONSAFEPATH"] == "1"


def test_a_script_fetches_nothing_unasked(laid, started, capsys):
    assert main(["train", "x"]) == 1

    assert "deepdesk --set-up" in capsys.readouterr().err
    assert not started
    assert not laid.calls


def test_a_script_goes_on_with_the_old_version_before_an_update(laid, started, capsys):
    make_ready(laid.places, "a", "0.9")

    main(["train", "x"])

    assert started[0][0][-2:] == ["train", "x"]
    assert "update" in capsys.readouterr().err


def test_another_card_at_a_terminal_is_set_up_though_one_is_there(laid, started, monkeypatch):
    main(["--set-up"])
    typed(monkeypatch, "y\n")

    assert main(["--backend", "cu132"]) == 0

    assert current(laid.places).backend == "cu132"
    assert len(started) == 1


def test_the_card_that_is_in_use_starts_at_once(laid, started):
    make_ready(laid.places, "a", backend="cu132")

    main(["--backend", "cu132", "train"])

    assert len(started) == 1


def test_a_folder_that_is_named_is_not_passed_over_in_silence(laid, started, tmp_path, capsys):
    make_ready(laid.places, "a")

    assert main(["--wheels", str(tmp_path)]) == 1

    assert "deepdesk --set-up" in capsys.readouterr().err
    assert not started


def test_at_a_terminal_a_yes_sets_up_and_starts(laid, started, monkeypatch, capsys):
    typed(monkeypatch, "\n")

    main(["train", "x"])

    assert current(laid.places).version == "1.0"
    assert started[0][0][0] == str(python_of(laid.places.env("a")))
    said = capsys.readouterr().err
    assert "CPU" in said
    assert str(laid.places.runtime) in said


@pytest.mark.parametrize("answer", ["n\n", "no\n", ""])
def test_at_a_terminal_a_no_leaves_everything(laid, started, monkeypatch, answer):
    typed(monkeypatch, answer)

    assert main(["train", "x"]) == 130
    assert not started
    assert not laid.calls


def test_a_failed_update_at_a_terminal_goes_on_with_what_was_there(laid, started, monkeypatch):
    make_ready(laid.places, "a", "0.9")
    laid.uv_does("pip-sync", "exit 1")
    typed(monkeypatch, "y\n")

    main([])

    assert started[0][0][0] == str(python_of(laid.places.env("a")))


def test_who_agreed_to_little_is_not_given_much(laid, started, monkeypatch, capsys):
    small = {"linux-cpu": {"3.11": {"files": [{"name": "x", "version": "1", "bytes": 10}]}}}
    large = {"linux-cu132": {"3.11": {"files": [{"name": "x", "version": "2", "bytes": 10**9}]}}}
    (laid.places.locks / "sizes.json").write_text(json.dumps(small | large))
    both = (choice("cpu"), choice("cu132"))
    monkeypatch.setattr(offering, "choices", lambda _machine: both)
    monkeypatch.setattr(making, "free_bytes", lambda _path: None)
    laid.is_bad("cpu", "No.")
    typed(monkeypatch, "y\n")

    assert main([]) == 1

    assert current(laid.places) is None
    assert "deepdesk --backend cu132" in capsys.readouterr().err


def test_set_up_asks_nothing_and_starts_nothing(laid, started):
    assert main(["--set-up", "--backend", "cu132"]) == 0

    assert current(laid.places).backend == "cu132"
    assert not started


def test_an_update_keeps_what_is_in_use_where_it_still_fits(laid, monkeypatch):
    make_ready(laid.places, "a", "0.9", backend="cu132")
    both = (choice("cpu"), choice("cu132"))
    monkeypatch.setattr(offering, "choices", lambda _machine: both)

    main(["--set-up"])

    assert current(laid.places).backend == "cu132"


def test_a_failed_set_up_is_told_by_its_exit_status(laid, capsys):
    laid.uv_does("pip-sync", "echo 'dns error' >&2; exit 1")

    assert main(["--set-up"]) == 1

    said = capsys.readouterr().err
    assert "cannot be reached" in said
    assert "--wheels FOLDER" in said


def test_a_repair_makes_it_anew(laid, started):
    main(["--set-up"])

    assert main(["--repair"]) == 0
    assert current(laid.places).name == "b"
    assert not started


def test_rollback_says_what_is_in_use_again(laid, capsys):
    make_ready(laid.places, "a", "0.9")
    make_ready(laid.places, "b")

    assert main(["--rollback"]) == 0
    assert "0.9" in capsys.readouterr().err


def test_rollback_without_an_earlier_version_is_told(laid, capsys):
    make_ready(laid.places, "a")

    assert main(["--rollback"]) == 1
    assert "no earlier version" in capsys.readouterr().err


def test_status_says_what_is_in_use_and_what_could_be(laid, capsys):
    main(["--set-up"])
    laid.release("2.0")

    assert main(["--status"]) == 0
    said = capsys.readouterr().out
    assert "In use: 1.0" in said
    assert "update" in said
    assert str(laid.places.runtime) in said


def test_without_a_console_the_status_is_shown(laid, monkeypatch):
    shown = []
    monkeypatch.setattr(first_window, "show_message", shown.append)
    monkeypatch.setattr(sys, "stdout", None)

    assert main(["--status"]) == 0
    assert "nothing is set up" in shown[0]


def test_status_before_a_set_up_says_so(laid, capsys):
    main(["--status"])

    assert "nothing is set up" in capsys.readouterr().out


def test_remove_takes_the_runtime_away(laid):
    make_ready(laid.places, "a")

    assert main(["--remove"]) == 0
    assert not laid.places.runtime.exists()


def test_with_a_display_the_window_sets_up(laid, monkeypatch):
    seen = []
    monkeypatch.setenv("DISPLAY", ":7")
    monkeypatch.setattr(commands, "_set_up_in_window", lambda _here, asked: seen.append(asked) or 0)

    main([])
    main(["--repair"])
    main(["--terminal", "--set-up"])

    assert [asked.command for asked in seen] == ["start", "repair"]


@pytest.mark.parametrize(
    ("arguments", "is_shown"), [([], True), (["train", "x"], False), (["--status"], False)]
)
def test_who_clicked_an_icon_is_shown_what_went_wrong(laid, monkeypatch, arguments, is_shown):
    shown = []
    monkeypatch.setenv("DISPLAY", ":7")
    monkeypatch.setattr(first_window, "show_message", shown.append)
    monkeypatch.setattr(commands, "places", raising(DeepDeskError("No home.")))

    assert main(arguments) == 1
    assert bool(shown) is is_shown


def test_a_fault_of_ours_is_told_and_written_down(laid, monkeypatch, capsys):
    make_ready(laid.places, "a")
    monkeypatch.setattr(commands, "is_up_to_date", raising(ZeroDivisionError("ours")))

    assert main(["train"]) == 1
    assert "fault of its own" in capsys.readouterr().err
    assert "ZeroDivisionError" in laid.places.log.read_text()


@pytest.mark.parametrize(
    ("arguments", "is_window"),
    [([], True), (["--safe-mode"], True), (["train", "x"], False), (["no-such"], False)],
)
def test_what_opens_the_window_is_told_from_commands(arguments, is_window):
    assert starting.asks_for_window(arguments) is is_window


def test_a_project_opens_the_window(tmp_path):
    assert starting.asks_for_window([str(tmp_path)])


def test_a_program_that_cannot_be_started_is_told(laid, monkeypatch, capsys):
    make_ready(laid.places, "a")

    def refuse(*_arguments):
        raise OSError(8, "exec format error")

    monkeypatch.setattr(os, "execve", refuse)

    assert main([]) == 1
    assert "--repair" in capsys.readouterr().err
