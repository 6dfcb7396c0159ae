"""Windows that are killed while they train: the next start knows how, and which run can go on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deepdesk.core.work import StopToken
from deepdesk.project.care.crash_reports import read_report
from deepdesk.ui.after_crash import looking_back
from tests.faults.killing import make_project
from tests.faults.zygote import Zygote

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60
STARTS = 3


def began(project, home):
    """Open a window that trains and return its process once the first step was told.

    On a machine with much else to do a start has ended before that, twice in some thirty; what
    these tests are about comes after it, so it is tried again and told if it stays so.
    """
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "OMP_NUM_THREADS": "1",
        "DEEPDESK_HOME": str(home),
    }
    command = [sys.executable, "-m", "tests.faults.leaving", "train", str(project), str(home)]
    said = []
    for _attempt in range(STARTS):
        with (home / "said.txt").open("w+", encoding="utf-8") as words:
            child = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=words, text=True
            )
            if child.stdout.readline() == "busy\n":
                return child
            with child:
                child.kill()
            words.seek(0)
            said.append(f"{child.returncode}: {words.read()[-2000:]}")
        shutil.rmtree(home / "logs", ignore_errors=True)
    raise AssertionError(f"the window never began to train: {said}")


def train_and_kill(project, home, number):
    """Open a window that trains, kill it in the middle, and return its process number."""
    with began(project, home) as child:
        marks = home / "logs" / "running"
        # The mark names the run soon after it began, in a thread of its own.
        for _line in range(10_000):
            if '"run": "001-quick"' in (marks / f"{child.pid}.json").read_text():
                break
        child.send_signal(number)
        child.wait(PATIENCE_S)
    return child.pid


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
@pytest.mark.parametrize(
    ("number", "kind", "says"),
    [
        (signal.SIGSEGV, "crash", "Segmentation fault"),
        (signal.SIGABRT, "crash", "Aborted"),
        (signal.SIGKILL, "ended", "ended from outside"),
    ],
)
def test_a_window_that_dies_leaves_a_report_and_its_run(tmp_path, number, kind, says):
    home = tmp_path / "dd"
    home.mkdir()
    with Zygote() as zygote:
        project = make_project(zygote, tmp_path, per_class=16)
    train_and_kill(project, home, number)
    told = []

    looking_back(home / "logs", "a computer")(told.append, StopToken())

    (found,) = told[0].value.found
    assert found.broken.kind == kind
    text = read_report(found.report)
    assert says in text
    assert str(tmp_path) not in text
    assert found.broken.mark.run == "001-quick"
    assert list((home / "logs" / "running").iterdir()) == []
    again = []
    looking_back(home / "logs", "a computer")(again.append, StopToken())
    assert again == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_a_window_that_is_asked_to_end_leaves_no_mark(tmp_path):
    home = tmp_path / "dd"
    home.mkdir()
    with Zygote() as zygote:
        project = make_project(zygote, tmp_path, per_class=16)

    train_and_kill(project, home, signal.SIGTERM)

    assert list((home / "logs" / "running").iterdir()) == []
    assert not (home / "logs" / "reports").exists()
