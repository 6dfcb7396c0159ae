"""What a frame of eight live curves of a million points costs, beside raw pyqtgraph.

One point a curve arrives, and the plot is drawn and painted anew: the processor time of the
window's thread for that is one frame. Frames of both sides alternate, so that other programs
weigh on both alike. The peer is pyqtgraph as its examples use it, `PlotWidget` with `setData`
of the whole arrays; it is also timed with its own thinning on.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

GOAL_MS = 2.0
CURVES = 8
POINTS = 1_000_000
FRAMES = 60
SIZE_PX = (900, 600)
# A raw frame takes a good part of a second, so there are fewer of them.
PEER_EVERY = 6


def main() -> dict[str, object]:
    """Return CPU-ms of a frame of each side, and the ratio of their medians."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from deepdesk.ui import theme

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme.apply(app, "light")
    generator = np.random.default_rng(0)
    walks = [generator.normal(size=POINTS).cumsum() for _number in range(CURVES)]
    ours = own_plot(walks)
    raw = raw_plot(walks, is_thinned=False)
    thinned = raw_plot(walks, is_thinned=True)
    sides: dict[str, tuple[Callable[[int], None], list[float]]] = {
        "own": (ours, []),
        "raw": (raw, []),
        "thinned": (thinned, []),
    }
    for step in (ours, raw, thinned):
        step(0)
        app.processEvents()
    for frame in range(1, FRAMES + 1):
        for name, (step, times) in sides.items():
            if name == "own" or frame % PEER_EVERY == 0:
                times.append(frame_ms(app, step, frame))
    hidden = hidden_ms(app, walks)
    own, peer, lean = (statistics.median(times) for _step, times in sides.values())
    return {
        "goal_ms": GOAL_MS,
        "cpu_ms_per_frame": {name: summary(times) for name, (_step, times) in sides.items()},
        "ratio_to_raw_pyqtgraph": round(own / peer, 5),
        "ratio_to_thinned_pyqtgraph": round(own / lean, 4),
        "hidden_cpu_ms_per_frame": hidden,
    }


def frame_ms(app: Any, step: Callable[[int], None], frame: int) -> float:
    """Return what this thread works from new points to painted pixels."""
    start_s = time.thread_time()
    step(frame)
    app.processEvents()
    return (time.thread_time() - start_s) * 1000


def filled_plot(walks: list[Any]) -> Any:
    """Return the program's plot with a curve for each walk."""
    from deepdesk.ui.plots.curve_plot import CurvePlot
    from deepdesk.ui.plots.curves import Curve

    plot = CurvePlot()
    plot.set_subject("Loss", "", "")
    plot.resize(*SIZE_PX)
    plot.set_live(is_live=True)
    for number, values in enumerate(walks):
        curve = Curve(label=str(number), role="train")
        curve.points.extend(np.arange(POINTS) / 50_000, values)
        plot.add_curve(str(number), curve)
    return plot


def own_plot(walks: list[Any]) -> Callable[[int], None]:
    """Return what one frame of the program's plot does before it is painted."""
    plot = filled_plot(walks)
    plot.show()

    def step(frame: int) -> None:
        for _key, curve in plot.curves:
            curve.points.append(20 + frame / 1000, 0.0)
        plot.mark_stale()
        plot.redraw()

    return step


def hidden_ms(app: Any, walks: list[Any]) -> float:
    """Return what a frame costs while the plot is on a tab that is not shown."""
    plot = filled_plot(walks)

    def step(frame: int) -> None:
        for _key, curve in plot.curves:
            curve.points.append(20 + frame / 1000, 0.0)
        plot.mark_stale()
        plot.redraw()

    return round(statistics.median(frame_ms(app, step, frame) for frame in range(30)), 3)


def raw_plot(walks: list[Any], *, is_thinned: bool) -> Callable[[int], None]:
    """Return what one frame of pyqtgraph alone does; its arrays have room for new points."""
    import pyqtgraph as pg

    widget = pg.PlotWidget()
    widget.resize(*SIZE_PX)
    x = np.concatenate((np.arange(POINTS) / 50_000, 20 + np.arange(FRAMES + 1) / 1000))
    columns = [np.concatenate((values, np.zeros(FRAMES + 1))) for values in walks]
    items = [widget.plot(pen=pg.intColor(number)) for number in range(CURVES)]
    if is_thinned:
        widget.setDownsampling(auto=True, mode="peak")
        widget.setClipToView(True)
    widget.show()

    def step(frame: int) -> None:
        count = POINTS + frame
        assert widget.isVisible()  # the step keeps the widget alive
        for item, values in zip(items, columns, strict=True):
            item.setData(x[:count], values[:count])

    return step


def summary(times: list[float]) -> dict[str, float]:
    """Return median, 95th percentile and worst."""
    ordered = sorted(times)
    return {
        "median": round(statistics.median(times), 2),
        "p95": round(ordered[int(0.95 * len(ordered))], 2),
        "worst": round(ordered[-1], 2),
    }
