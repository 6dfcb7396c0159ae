"""Several workers that are killed and stopped: the run goes on, and nothing is left running."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import psutil
import pytest

from deepdesk.tasks import task_of
from tests.conftest import ROOT

PER_CLASS = 20
SETTINGS = ("precision=float32", "threads=1", "checkpoint_s=0.2", "batch_size=32")
GONE_S = 60
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such signals"),
]


@pytest.fixture
def project(tmp_path):
    """Return the path of a project with a few digits of each class."""
    data = task_of("image_classification").sample(tmp_path / "data")
    for group in data.iterdir():
        for path in sorted(group.iterdir())[PER_CLASS:]:
            path.unlink()
    path = tmp_path / "team.deepdesk"
    with started("new", str(path), "--task", "image_classification", "--data", str(data)) as made:
        assert made.wait() == 0
    return path


def started(*arguments):
    """Start a command of the terminal."""
    command = [sys.executable, "-m", "deepdesk", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def training(project, epochs):
    """Start to train with two workers."""
    sets = [part for setting in SETTINGS for part in ("--set", setting)]
    how = ("--preset", "quick", "--epochs", str(epochs), "--workers", "2", "--json")
    return started("train", str(project), *how, *sets)


def lines_until(child, event):
    """Yield what is told up to the first such event, or to the end."""
    for line in child.stdout:
        told = json.loads(line)
        yield told
        if told["event"] == event:
            return


def workers(child):
    """Return the processes that train."""
    below = psutil.Process(child.pid).children(recursive=True)
    return [process for process in below if "--listen" in process.cmdline()[-1:]]


def are_gone(processes):
    """Return whether all have ended, within a while."""
    _gone, alive = psutil.wait_procs(processes, timeout=GONE_S)
    return not alive


def test_a_killed_worker_is_said_and_the_run_ends_as_asked(project):
    with training(project, 6) as child:
        list(lines_until(child, "epoch_ended"))
        team = workers(child)
        team[-1].kill()
        rest = list(lines_until(child, "ended"))

        assert child.wait() == 0
        assert any("restart 1 of 3" in told.get("text", "") for told in rest)
        assert rest[-1]["status"] == "finished"
        assert are_gone(team)


def test_a_stop_reaches_every_worker_and_the_state_is_kept(project):
    with training(project, 500) as child:
        list(lines_until(child, "epoch_ended"))
        team = workers(child)
        child.send_signal(signal.SIGINT)
        rest = list(lines_until(child, "ended"))

        assert child.wait() == 130
        assert rest[-1]["status"] == "stopped"
        assert are_gone(team)


def test_workers_end_by_themselves_when_whoever_started_them_is_killed(project):
    with training(project, 500) as child:
        list(lines_until(child, "epoch_ended"))
        below = psutil.Process(child.pid).children(recursive=True)
        began_s = time.monotonic()
        child.kill()

        assert are_gone(below)
        assert time.monotonic() - began_s < GONE_S
