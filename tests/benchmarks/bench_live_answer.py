"""How soon the microphone's page answers, and how late the window is while it listens.

Sounds of the embedded sample go into a microphone of paper in real time, block by block. An answer
is timed from the end of a sound, when its last sample arrived, to the moment when it is painted:
first with nothing beside, then beside a run that trains on the same processor. At the end the
microphone is closed and the run goes on, for a comparison of the window's lateness.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.bench_window_gaps import Heart, summary, wait, wait_s
from tests.fake_portaudio import FakeDevice, FakePortAudio, loudspeaker

RATE_HZ = 48_000
BLOCK_S = 0.02
PAUSE_S = 0.7
PHASE_S = 25.0
WARM_S = 3.0


def main() -> dict[str, object]:
    """Return delays in ms, the network's share of the time, and the window's lateness in ms."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="deepdesk-live-") as name:
        os.environ["DEEPDESK_HOME"] = name
        path, sounds = trained_project(Path(name))
        fake = FakePortAudio([FakeDevice(rates=(RATE_HZ,)), loudspeaker()])
        sys.modules["sounddevice"] = fake  # type: ignore[assignment]
        from PySide6.QtWidgets import QApplication

        from deepdesk.ui import theme

        app = QApplication.instance() or QApplication([])
        assert isinstance(app, QApplication)
        theme.apply(app, "light")
        return listen(path, fake, sounds)


def trained_project(folder: Path) -> tuple[Path, list[NDArray[np.float32]]]:
    """Make a project of the synthetic sounds, train it shortly, and return some of them."""
    from deepdesk.core.work import StopToken, run
    from deepdesk.data.importing import import_work
    from deepdesk.data.sound_files import read_sound
    from deepdesk.engine.request import RunRequest
    from deepdesk.engine.run import train_work
    from deepdesk.project.folder import Project
    from deepdesk.project.index import Filter
    from deepdesk.tasks import all_tasks

    spec = all_tasks()["audio_classification"]
    assert spec.sample is not None
    with Project.create(folder / "Sounds.deepdesk", name="Sounds", task=spec.key) as project:
        project.save(task_settings=dict(spec.sample_settings))
        work = import_work(project.path, [spec.sample(folder / "sample")], reader_of=spec.reader)
        run(work, lambda _event: None, StopToken())
        request = RunRequest(dial="quick", training={"epochs": 6})
        run(train_work(project, spec, request), lambda _event: None, StopToken())
        with project.index() as index:
            paths = [sample.path for sample in index.samples(index.ids(Filter())[::7])]
        return project.path, [read_sound(one, rate_hz=RATE_HZ).samples_T for one in paths]


class Speaking(threading.Thread):
    """Lets the microphone hear sounds and pauses, in real time, until it is told to end."""

    def __init__(self, fake: FakePortAudio, sounds: list[NDArray[np.float32]]) -> None:
        super().__init__(daemon=True)
        self.ended_s: list[float] = []
        self.is_over = False
        self._fake = fake
        self._sounds = sounds
        self._next_s = time.perf_counter()

    def run(self) -> None:
        """Speak."""
        pause_T = np.full(round(PAUSE_S * RATE_HZ), 1e-5, np.float32)
        number = 0
        while not self.is_over:
            self._say(self._sounds[number % len(self._sounds)])
            self.ended_s.append(time.perf_counter())
            self._say(pause_T)
            number += 1

    def _say(self, samples_T: NDArray[np.float32]) -> None:
        block = round(BLOCK_S * RATE_HZ)
        for start in range(0, len(samples_T), block):
            self._next_s += BLOCK_S
            time.sleep(max(0.0, self._next_s - time.perf_counter()))
            piece_T = samples_T[start : start + block]
            self._fake.hear(np.pad(piece_T, (0, block - len(piece_T))))


class Watching:
    """Notes when answers were painted, and how long the network took for them."""

    def __init__(self, live: Any, speaking: Speaking) -> None:
        self._speaking = speaking
        self._known = 0
        self.work_ms: list[float] = []
        self.took_ms: list[float] = []
        self.after_ms: list[float] = []
        self._pending: list[Any] = []
        listening = live.listening
        shown = listening._takers
        from deepdesk.ui.tabs.inference.live.pieces import Replied

        show = shown[Replied]

        def take(reply: Any) -> None:
            self.work_ms.append(reply.work_ms)
            self._pending.append(reply)
            show(reply)

        listening._takers = {**shown, Replied: take}
        listening._page.board.line.painted.connect(self._painted)

    def _painted(self, now_s: float) -> None:
        for reply in self._pending:
            self.took_ms.append(1000 * (now_s - reply.came_s))
            # The answer to a sound is the first one with a class that knows all of it.
            ended_s = self._speaking.ended_s
            knows = [one for one in ended_s[self._known :] if reply.came_s >= one]
            if knows and reply.answer.scores:
                self.after_ms.append(1000 * (now_s - knows[-1]))
                self._known += len(knows)
        self._pending.clear()

    def take(self, seconds: float) -> dict[str, object]:
        """Return the figures since the last call."""
        figures = {
            "sound_end_to_painted_ms": _spread(self.after_ms),
            "last_sample_to_painted_ms": _spread(self.took_ms),
            "network_ms": _spread(self.work_ms),
            "network_share_of_time": round(sum(self.work_ms) / 1000 / seconds, 4),
        }
        for one in (self.after_ms, self.took_ms, self.work_ms):
            one.clear()
        self._known = len(self._speaking.ended_s)
        return figures


def listen(path: Path, fake: Any, sounds: list[NDArray[np.float32]]) -> dict[str, object]:
    """Listen in a real window, alone and beside a run."""
    from deepdesk.ui.desk import Desk
    from deepdesk.ui.shell import MainWindow

    desk = Desk()
    window = MainWindow(desk)
    window.show()
    window.projects.open(path)
    wait(lambda: desk.store.session.project is not None)
    window.show_tab("inference")
    tab: Any = window.tabs.page("inference")
    wait(lambda: tab.inquiry.choice is not None)
    tab.workspace.top.live.click()
    wait(lambda: not desk.jobs)
    speaking = Speaking(fake, sounds)
    watching = Watching(tab.live, speaking)
    tab.live.listening.toggle()
    wait(lambda: bool(fake.listening))
    speaking.start()
    heart = Heart()
    figures: dict[str, object] = {"alone": _phase(watching, heart)}
    desk.training.train(_request())
    wait(lambda: desk.store.session.phase == "running")
    figures["beside_a_run"] = _phase(watching, heart)
    tab.live.listening.stop()
    wait(lambda: not tab.live.listening.is_running)
    # The same run without the microphone tells what of the lateness is the microphone's.
    without = _phase(watching, heart)
    figures["a_run_alone"] = {
        key: without[key] for key in ("window_lateness_ms", "window_share_of_a_core", "cores_used")
    }
    assert desk.store.session.phase == "running", "the run ended too soon"
    speaking.is_over = True
    heart.stop()
    desk.training.stop_and_keep()
    wait(lambda: desk.store.session.phase == "idle" and not desk.jobs)
    desk.close_project()
    window.hide()
    return figures


def _request() -> Any:
    from deepdesk.engine.request import RunRequest

    return RunRequest(dial="balanced", training={"epochs": 400})


def _phase(watching: Watching, heart: Heart) -> dict[str, object]:
    wait_s(WARM_S)
    heart.take()
    watching.take(1.0)
    own_s, all_s = time.thread_time(), time.process_time()
    wait_s(PHASE_S)
    return {
        **watching.take(PHASE_S),
        "window_lateness_ms": summary(heart.take()),
        "window_share_of_a_core": round((time.thread_time() - own_s) / PHASE_S, 4),
        "cores_used": round((time.process_time() - all_s) / PHASE_S, 2),
    }


def _spread(values: list[float]) -> dict[str, float]:
    if not values:
        return {"count": 0}
    return {
        "median": round(statistics.median(values), 2),
        "p95": round(float(np.percentile(values, 95)), 2),
        "max": round(max(values), 2),
        "count": len(values),
    }
