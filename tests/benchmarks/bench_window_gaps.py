"""How late the window answers while the balanced preset trains, and what it costs training.

A timer of 10 ms beats in the window's thread; its lateness is how long a click would
wait. The same run without a window gives the price of the window: CPU-seconds per step
and steps per second, over the same epochs, in rounds that alternate and at the same
lowered priority, so that other programs do not decide. The plots are timed apart, with
far more points than a run has.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

BEAT_MS = 10
IDLE_S = 3.0
WARM_EPOCHS = 1
COUNTED_EPOCHS = 6
MOST_ROUNDS = 4
# The last round may begin just before; the whole stays below three minutes.
LAST_ROUND_S = 100.0
CURVES = 8
POINTS = 1_000_000


def main() -> dict[str, object]:
    """Return lateness in ms idle, preparing and training, the price, and the plots' frame."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="deepdesk-gaps-") as name:
        os.environ["DEEPDESK_HOME"] = name
        folder = Path(name)
        project = sample_project(folder)
        from PySide6.QtWidgets import QApplication

        from deepdesk.ui import theme

        app = QApplication.instance() or QApplication([])
        assert isinstance(app, QApplication)
        theme.apply(app, "light")
        beats: dict[str, list[float]] = {"idle": [], "preparing": [], "training": []}
        paces: dict[str, list[Pace]] = {"window": [], "alone": []}
        start_s = time.perf_counter()
        while len(paces["window"]) < MOST_ROUNDS and (
            not paces["window"] or time.perf_counter() - start_s < LAST_ROUND_S
        ):
            paces["alone"].append(train_alone(project))
            paces["window"].append(train_in_window(project, beats))
        frame_ms = plots_frame_ms(app)
    return {
        "lateness_ms": {phase: summary(late) for phase, late in beats.items()},
        "rounds": len(paces["window"]),
        "cpu_per_step_ratio": round(ratio(paces, lambda pace: pace.cpu_s_per_step), 4),
        "window_share_of_cpu": [round(pace.window_share, 4) for pace in paces["window"]],
        "steps_per_s_ratio": round(ratio(paces, lambda pace: pace.steps_per_s), 4),
        "steps_per_s": {
            side: [round(pace.steps_per_s, 2) for pace in found] for side, found in paces.items()
        },
        "plots_cpu_ms_per_frame_8_curves_of_1e6": frame_ms,
    }


class Pace:
    """CPU time and clock time of the steps of the counted epochs.

    Attributes:
        window_share: Of the CPU time of the process, what the window's own thread took.
    """

    def __init__(self) -> None:
        self._first: tuple[int, float, float] | None = None
        self._last = (0, 0.0, 0.0)
        self._epoch = 0
        self.window_share = 0.0

    def take(self, epoch: int, step: int) -> None:
        """Note an epoch that just ended."""
        now = (step, time.process_time(), time.perf_counter())
        self._epoch = epoch
        if epoch == WARM_EPOCHS:
            self._first = now
        self._last = now

    @property
    def is_begun(self) -> bool:
        """Whether the warm-up is over."""
        return self._first is not None

    @property
    def is_over(self) -> bool:
        """Whether every counted epoch ended."""
        return self._epoch >= WARM_EPOCHS + COUNTED_EPOCHS

    @property
    def cpu_s_per_step(self) -> float:
        """CPU-seconds of the process for each step."""
        return self._per_step(1)

    @property
    def steps_per_s(self) -> float:
        """Steps in a second of the clock."""
        return 1.0 / self._per_step(2)

    def _per_step(self, column: int) -> float:
        assert self._first is not None
        return (self._last[column] - self._first[column]) / (self._last[0] - self._first[0])


def sample_project(folder: Path) -> Path:
    """Make a project of the embedded sample and return its folder."""
    from deepdesk.core.work import StopToken, run
    from deepdesk.data.importing import import_work
    from deepdesk.project.folder import Project
    from deepdesk.tasks import all_tasks

    spec = all_tasks()["image_classification"]
    assert spec.sample is not None
    with Project.create(folder / "Sample.deepdesk", name="Sample", task=spec.key) as project:
        project.save(task_settings=dict(spec.sample_settings))
        source = spec.sample(folder / "sample")
        work = import_work(project.path, [source], reader_of=spec.reader)
        run(work, lambda _event: None, StopToken())
        return project.path


def train_alone(path: Path) -> Pace:
    """Train in a thread of lowered priority, as the window does, without one."""
    from deepdesk.core.events import EpochEnded
    from deepdesk.core.priority import lower_this_thread
    from deepdesk.core.work import StopToken, run
    from deepdesk.engine.request import RunRequest
    from deepdesk.engine.run import train_work
    from deepdesk.project.folder import Project
    from deepdesk.tasks import all_tasks

    pace, stop = Pace(), StopToken()

    def emit(event: Any) -> None:
        if isinstance(event, EpochEnded) and not pace.is_over:
            pace.take(event.epoch, event.step)
            if pace.is_over:
                stop.stop()

    with Project.open(path) as project:
        spec = all_tasks()[project.file.task]
        work = train_work(project, spec, RunRequest(dial="balanced"))

        def lowered() -> None:
            lower_this_thread()
            run(work, emit, stop)

        thread = threading.Thread(target=lowered)
        thread.start()
        thread.join()
    return pace


def train_in_window(path: Path, beats: dict[str, list[float]]) -> Pace:
    """Train from the Training tab of a real window; gather the lateness of each beat."""
    from PySide6.QtCore import QCoreApplication, QEvent

    from deepdesk.core.events import EpochEnded
    from deepdesk.ui.desk import Desk
    from deepdesk.ui.shell import MainWindow

    desk = Desk()
    window = MainWindow(desk)
    window.show()
    window.projects.open(path)
    wait(lambda: desk.store.session.project is not None)
    window.show_tab("training")
    tab: Any = window.tabs.page("training")
    wait(lambda: not desk.jobs)
    heart = Heart()
    wait_s(IDLE_S)
    beats["idle"] += heart.take()
    pace = Pace()

    def take(event: Any) -> None:
        if isinstance(event, EpochEnded) and not pace.is_over:
            pace.take(event.epoch, event.step)

    desk.run_event.connect(take)
    tab.setup.dial.chosen.emit("balanced")
    tab.setup.dial.set_value("balanced")
    tab.train()
    wait(lambda: pace.is_begun)
    beats["preparing"] += heart.take()
    own_s, all_s = time.thread_time(), time.process_time()
    wait(lambda: pace.is_over)
    pace.window_share = (time.thread_time() - own_s) / (time.process_time() - all_s)
    beats["training"] += heart.take()
    desk.training.stop_and_keep()
    wait(lambda: desk.store.session.phase == "idle" and not desk.jobs)
    heart.stop()
    desk.close_project()
    wait(lambda: not desk.jobs)
    window.hide()
    window.deleteLater()
    desk.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return pace


class Heart:
    """A precise timer and how late each of its beats came, in ms."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self._late: list[float] = []
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._last_s = time.perf_counter()
        self._timer.start(BEAT_MS)

    def take(self) -> list[float]:
        """Return the lateness of the beats since the last call."""
        late, self._late = self._late, []
        return late

    def stop(self) -> None:
        """Beat no more."""
        self._timer.stop()

    def _beat(self) -> None:
        now_s = time.perf_counter()
        self._late.append(max(0.0, (now_s - self._last_s) * 1000 - BEAT_MS))
        self._last_s = now_s


def wait(until: Callable[[], bool], patience_s: float = 300.0) -> None:
    """Run the window until something holds."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    timer = QTimer()
    end_s = time.perf_counter() + patience_s
    holds = [False]

    def look() -> None:
        # Kept, for what held may not hold any more when the loop has ended.
        holds[0] = until()
        if holds[0] or time.perf_counter() > end_s:
            loop.quit()

    timer.timeout.connect(look)
    timer.start(50)
    loop.exec()
    timer.stop()
    assert holds[0], "the window waited in vain"


def wait_s(seconds: float) -> None:
    """Run the window for a while."""
    end_s = time.perf_counter() + seconds
    wait(lambda: time.perf_counter() > end_s)


def plots_frame_ms(app: Any) -> float:
    """Return CPU-ms to draw and paint eight curves of a million points that just grew."""
    from deepdesk.ui.plots.curve_plot import CurvePlot
    from deepdesk.ui.plots.curves import Curve

    plot = CurvePlot()
    plot.set_subject("Loss", "", "")
    plot.resize(900, 600)
    plot.set_live(is_live=True)
    generator = np.random.default_rng(0)
    for number in range(CURVES):
        curve = Curve(label=str(number), role="train")
        values = generator.normal(size=POINTS).cumsum()
        curve.points.extend(np.arange(POINTS) / 50_000, values)
        plot.add_curve(str(number), curve)
    plot.show()
    app.processEvents()
    times = []
    for frame in range(30):
        start_s = time.process_time()
        for _key, curve in plot.curves:
            curve.points.append(20 + frame / 1000, 0.0)
        plot.mark_stale()
        plot.redraw()
        app.processEvents()
        times.append((time.process_time() - start_s) * 1000)
    plot.deleteLater()
    return round(statistics.median(times), 2)


def summary(late_ms: list[float]) -> dict[str, float]:
    """Return the middle, the 99th percentile and the worst."""
    middle, high = np.percentile(late_ms, [50, 99])
    return {
        "p50": round(float(middle), 2),
        "p99": round(float(high), 2),
        "max": round(max(late_ms), 2),
        "beats": len(late_ms),
    }


def ratio(paces: dict[str, list[Pace]], of: Callable[[Pace], float]) -> float:
    """Return the median over rounds of window against alone."""
    pairs = zip(paces["window"], paces["alone"], strict=True)
    return statistics.median(of(window) / of(alone) for window, alone in pairs)
