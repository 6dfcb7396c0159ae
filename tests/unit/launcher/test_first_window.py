"""The first face: which one, what it is told, and what follows it."""

from __future__ import annotations

import io
import signal
import sys
from pathlib import Path

import pytest

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended, Progress, Result, Said
from deepdesk.launcher import desktop_face, first_window, offering, starting, tk_face
from deepdesk.launcher.asked import Asked
from deepdesk.launcher.environments import current
from deepdesk.launcher.installing import window_python
from deepdesk.launcher.terminal_face import TerminalFace
from tests.unit.launcher.laid_down import choice, lay_down, make_ready, raising

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")


@pytest.fixture
def laid(tmp_path, monkeypatch):
    laid = lay_down(tmp_path, monkeypatch)
    face = TerminalFace(out=io.StringIO())
    monkeypatch.setattr(first_window, "first_face", lambda: face)
    monkeypatch.setattr(offering, "look", lambda: None)
    monkeypatch.setattr(offering, "refusal", lambda _machine: None)
    monkeypatch.setattr(offering, "choices", lambda _machine: (choice("cpu"),))
    monkeypatch.setattr(offering, "system_python", lambda: (Path(sys.executable), "3.11"))
    return laid


@pytest.fixture
def became(monkeypatch):
    seen = []

    def become(_places, command):
        seen.append(list(command))
        return 0

    monkeypatch.setattr(first_window, "become", become)
    monkeypatch.setattr(starting, "become", become)
    return seen


def test_the_small_environment_is_made_and_the_set_up_window_follows(laid, became):
    asked = Asked(arguments=("project",), backend="cpu", command="repair")

    assert first_window.open_set_up(laid.places, asked) == 0

    python = str(window_python(laid.places))
    told = ["--repair", "--backend", "cpu", "--", "project"]
    assert became == [[python, "-m", "deepdesk.ui.set_up", *told]]


def test_where_qt_cannot_open_a_window_this_one_goes_on_to_the_program(laid, became, monkeypatch):
    offered = []
    monkeypatch.setattr(first_window, "why_no_window", lambda _python: "libxcb-cursor is missing")
    monkeypatch.setattr(first_window, "agrees", lambda lines: offered.extend(lines) or True)

    first_window.open_set_up(laid.places, Asked(arguments=("project",)))

    assert current(laid.places).backend == "cpu"
    assert became[0][-3:] == ["-m", "deepdesk", "project"]
    assert "libxcb-cursor is missing" in laid.places.log.read_text()
    assert offered[0] == "DeepDesk will be set up for: CPU"


def test_nothing_is_fetched_where_nobody_agreed(laid, became, monkeypatch):
    monkeypatch.setattr(first_window, "why_no_window", lambda _python: "no")
    monkeypatch.setattr(first_window, "agrees", lambda _lines: False)

    assert first_window.open_set_up(laid.places, Asked()) == 130
    assert current(laid.places) is None
    assert not became


def test_the_desktop_asks_where_there_is_no_tk(monkeypatch, tmp_path):
    tool = tmp_path / "zenity"
    tool.write_text('#!/bin/sh\n[ "$1" = --question ] || exit 2\nexit ${ANSWER}\n')
    tool.chmod(0o755)
    monkeypatch.setattr(tk_face, "ask", raising(ImportError("no tkinter")))
    monkeypatch.setattr(desktop_face.shutil, "which", lambda _name: str(tool))

    monkeypatch.setenv("ANSWER", "0")
    assert first_window.agrees(["3.3 GB"])
    monkeypatch.setenv("ANSWER", "1")
    assert not first_window.agrees(["3.3 GB"])


def test_where_nobody_can_be_asked_the_answer_is_no(monkeypatch):
    shown = []
    monkeypatch.setattr(tk_face, "ask", raising(ImportError("no tkinter")))
    monkeypatch.setattr(desktop_face, "ask", raising(OSError("nothing")))
    monkeypatch.setattr(first_window, "show_message", shown.append)
    monkeypatch.setattr(sys, "stdin", None)

    assert not first_window.agrees(["3.3 GB"])
    assert "--set-up" in shown[0]


def test_without_a_network_the_version_that_is_there_starts(laid, became):
    make_ready(laid.places, "a", "0.9")
    laid.uv_does("pip-sync", "echo 'dns error' >&2; exit 1")

    first_window.open_set_up(laid.places, Asked())

    assert became[0][-2:] == ["-m", "deepdesk"]


def test_without_a_network_and_a_version_it_ends_with_the_reason(laid, became):
    laid.uv_does("pip-sync", "echo 'dns error' >&2; exit 1")

    assert first_window.open_set_up(laid.places, Asked()) == 1
    assert not became
    assert "cannot be reached" in first_window.first_face().out.getvalue()


def test_a_reason_why_qt_opens_no_window_is_its_last_line(tmp_path):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho first >&2; echo 'no platform plugin' >&2; exit 1\n")
    python.chmod(0o755)

    assert first_window.why_no_window(python) == "no platform plugin"
    assert "No such file" in first_window.why_no_window(tmp_path / "none")


def test_the_terminal_is_what_is_always_there(monkeypatch):
    monkeypatch.setattr(tk_face, "TkFace", raising(ImportError("no tkinter")))
    monkeypatch.setattr(desktop_face, "ZenityFace", raising(OSError("no zenity")))
    monkeypatch.setattr(desktop_face.shutil, "which", lambda _name: None)

    assert isinstance(first_window.first_face(), TerminalFace)


def test_a_sentence_reaches_whoever_has_no_terminal(monkeypatch, tmp_path):
    shown = tmp_path / "shown"
    tool = tmp_path / "kdialog"
    tool.write_text(f'#!/bin/sh\necho "$*" >{shown}\n')
    tool.chmod(0o755)
    monkeypatch.setattr(tk_face, "show", raising(ImportError("no tkinter")))
    monkeypatch.setattr(
        desktop_face.shutil, "which", lambda name: str(tool) if name == "kdialog" else None
    )

    first_window.show_message("DeepDesk cannot start.")

    assert shown.read_text() == "--title DeepDesk --msgbox DeepDesk cannot start.\n"


def test_zenity_reads_what_it_is_told():
    told = desktop_face.words_for_zenity

    assert told(Said(text="Waiting.")) == "# Waiting.\n"
    assert told(Progress(what="Fetching", done=500_000, total=1_000_000)) == (
        "50\n# Fetching 500 kB of 1.0 MB\n"
    )
    assert told(Progress(what="Fetching", done=1, total=1)).startswith("99\n"), "100 would close it"
    assert told(Ended()) == ""


def zenity(monkeypatch, tmp_path, script):
    tool = tmp_path / "zenity"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    monkeypatch.setattr(desktop_face.shutil, "which", lambda _name: str(tool))
    return desktop_face.ZenityFace()


def test_zenity_follows_work_to_its_end(monkeypatch, tmp_path):
    face = zenity(monkeypatch, tmp_path, f"cat >{tmp_path}/told")

    def work(emit, _stop):
        emit(Said(text="Here."))
        emit(Result(value=7))

    outcome = face.follow(work)

    assert (outcome.result, outcome.is_good) == (7, True)


def test_closing_zenity_cancels(monkeypatch, tmp_path):
    face = zenity(monkeypatch, tmp_path, "exit 1")

    def work(_emit, stop):
        while True:
            stop.check()

    outcome = face.follow(work)

    assert outcome.is_cancelled


def test_closing_zenity_while_it_is_told_something_is_no_fault(monkeypatch, tmp_path):
    face = zenity(monkeypatch, tmp_path, "exit 1")

    def work(emit, stop):
        while not stop.is_stopping:
            pass
        for number in range(3):
            emit(Said(text=f"Still here {number}."))
        stop.check()

    outcome = face.follow(work)

    assert outcome.is_cancelled


def test_words_in_a_terminal_hold_a_bar_that_is_drawn_over(monkeypatch):
    out = io.StringIO()
    monkeypatch.setattr(out, "isatty", lambda: True, raising=False)
    face = TerminalFace(out=out)

    face.emit(Progress(what="Fetching packages", done=1_100_000_000, total=3_300_000_000))
    face.emit(Said(text="There."))

    assert out.getvalue() == (
        "\r\x1b[KFetching packages ##########-------------------- 1.1 GB of 3.3 GB\nThere.\n"
    )


def test_words_in_a_file_are_told_seldom():
    face = TerminalFace(out=io.StringIO())

    for done in range(1000):
        face.emit(Progress(what="Fetching packages", done=done, total=1000))

    assert face.out.getvalue().count("\n") == 1


def test_without_any_output_work_is_followed_all_the_same():
    face = TerminalFace(out=None)

    outcome = face.follow(lambda emit, _stop: emit(Result(value=1)))

    assert outcome.result == 1


def test_an_interruption_cancels_work_and_is_told(monkeypatch):
    face = TerminalFace(out=io.StringIO())
    before = signal.getsignal(signal.SIGINT)

    def work(_emit, stop):
        signal.raise_signal(signal.SIGINT)
        stop.check()

    outcome = face.follow(work)

    assert outcome.is_cancelled
    assert "fetched again" in face.out.getvalue()
    assert signal.getsignal(signal.SIGINT) is before


def test_errors_are_told_with_their_remedy():
    face = TerminalFace(out=io.StringIO())

    def work(_emit, _stop):
        raise DeepDeskError("No room.", "Free some.")

    assert not face.follow(work).is_good
    assert face.out.getvalue() == "No room. Free some.\n"
