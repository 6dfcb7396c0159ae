"""A real window without a screen that is asked to end in the middle of something.

`python -m tests.faults.leaving WHAT PROJECT DATA` opens the program's window on a project, begins
to train, import, export or save, and prints "busy" once that is under way.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deepdesk.project.folder import Project
from tests.faults.found import Found

ROOT = Path(__file__).resolve().parents[2]
WHATS = ("train", "import", "export", "save")
HOWS = ("SIGTERM", "SIGHUP", "close")
PATIENCE_S = 60.0
LONGEST_S = 5.0
_CLOSE = "SIGUSR1"
_BAD_WORDS = ("Traceback", "Aborted", "QThread: Destroyed", "Fatal", "Segmentation")


def leave_often(project: Path, data: Path, *, count: int, seed: int) -> Found:
    """Open a window `count` times and end it in the middle; every combination comes in turn."""
    found = Found(notes={"slowest_s": 0.0})
    chance = random.Random(seed)
    for number in range(count):
        what = WHATS[number % len(WHATS)]
        how = HOWS[number // len(WHATS) % len(HOWS)]
        after_s = chance.uniform(0.0, 0.6)
        seconds, wrong = _leave(project, data, what, how, after_s)
        found.rounds += 1
        found.notes["slowest_s"] = max(seconds, found.notes["slowest_s"])  # type: ignore[call-overload]
        name = f"{what} ended by {how} after {after_s:.3f} s"
        found.failures += [f"{name}: {wrong}"] if wrong else []
    return found


def _leave(project: Path, data: Path, what: str, how: str, after_s: float) -> tuple[float, str]:
    """Return how long leaving took, and what is wrong with it."""
    place = project.with_name(f"leaving-{what}.deepdesk")
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(project, place)
    log = place.with_suffix(".txt")
    with log.open("w") as errors:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.leaving", what, str(place), str(data)],
            cwd=ROOT,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    with child:
        assert child.stdout is not None
        if child.stdout.readline() != "busy\n":
            child.kill()
            return 0.0, f"never began: {log.read_text()[-600:]}"
        time.sleep(after_s)
        start_s = time.monotonic()
        child.send_signal(getattr(signal, _CLOSE if how == "close" else how))
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(PATIENCE_S)
        seconds = round(time.monotonic() - start_s, 2)
        child.kill()
    said = log.read_text()
    return seconds, _wrong(place, child.returncode, seconds, said)


def _wrong(project: Path, status: int, seconds: float, said: str) -> str:
    if status != 0:
        return f"status {status}: {said[-600:]}"
    if seconds > LONGEST_S:
        return f"took {seconds} s: {said[-600:]}"
    if any(word in said for word in _BAD_WORDS):
        return said[-600:]
    with Project.open(project) as opened:
        if opened.read_only:
            return f"still locked by {opened.owner}"
        with opened.index() as index:
            index.check()
        for info in opened.runs.list():
            if info.status not in ("stopped", "finished", "interrupted"):
                return f"run {info.name} is {info.status}: {info.note}"
            kept = opened.runs.get(info.name).checkpoints
            if kept.latest() != kept.latest_valid():
                return f"run {info.name} has a damaged checkpoint"
    left = list(project.rglob("*.tmp-*"))
    return f"left {left}" if left else ""


class _Actor:
    """Begins something as soon as the project is on the desk."""

    def __init__(self, what: str, data: Path) -> None:
        self._begin: Callable[[Any], None] = getattr(self, f"_{what}")
        self._data = data
        self._has_told = False

    def start(self, started: Any) -> None:
        """Wait for the project of a started window; let the window be closed by a signal."""
        desk = started.desk
        desk.project_opened.connect(lambda _project: self._begin(desk))
        signal.signal(getattr(signal, _CLOSE), lambda *_: self._close_soon(started.window))

    def _close_soon(self, window: Any) -> None:
        from PySide6.QtCore import QTimer

        QTimer.singleShot(0, window, lambda: self._close(window))

    def _close(self, window: Any) -> None:
        window.close()
        if window.leaving.dialog is not None:
            window.leaving.dialog.accept()

    def _busy(self, _event: object = None) -> None:
        if not self._has_told:
            self._has_told = True
            print("busy", flush=True)

    def _train(self, desk: Any) -> None:
        from deepdesk.core.events import Stepped
        from deepdesk.engine.request import RunRequest

        def look(event: object) -> None:
            if isinstance(event, Stepped):
                self._busy()

        desk.run_event.connect(look)
        settings = {"precision": "float32", "threads": 1, "epochs": 200, "checkpoint_s": 0.1}
        desk.training.train(RunRequest(dial="quick", training=settings))

    def _import(self, desk: Any) -> None:
        from deepdesk.data.importing import import_work

        work = import_work(desk.project.path, [self._data], reader_of=desk.spec.reader, copy=True)
        desk.start(work, "dataset", on_event=self._busy)

    def _export(self, desk: Any) -> None:
        def work(emit: Any, stop: Any) -> None:
            from deepdesk.core.task import DataFacts

            emit("begun")
            from deepdesk.export.from_project import source_work

            task = desk.spec.load()(desk.spec.config(), DataFacts(classes=tuple("0123456789")))
            graph = next(iter(task.architectures().values()))
            source_work(desk.project, desk.spec, graph, desk.project.exports / "x.py")(emit, stop)

        desk.start(work, "architecture", on_event=self._busy, on_ended=lambda _ended: None)

    def _save(self, desk: Any) -> None:
        def work(emit: Any, stop: Any) -> None:
            number = 0
            while not stop.is_stopping:
                number += 1
                desk.project.save(name=f"name {number}")
                emit(number)

        desk.start(work, "dataset", on_event=self._busy)


def main() -> int:
    """Run the window as the program does, with an actor in it."""
    what, project, data = sys.argv[1:]
    from deepdesk import app
    from deepdesk.ui import start_window

    actor = _Actor(what, Path(data))
    begin = start_window.StartedWindow.begin

    def begin_and_act(started: Any) -> None:
        actor.start(started)
        begin(started)

    start_window.StartedWindow.begin = begin_and_act  # type: ignore[method-assign]
    return app.main(app.Options(project=Path(project)))


if __name__ == "__main__":
    sys.exit(main())
