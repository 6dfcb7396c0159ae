"""From an edit of a network of 300 blocks to the new totals on the screen, in the real tab.

Everything between is in it: the sketch that shows at once, the job that counts in a thread of
its own, and drawing what it found. Real time, so only meaningful on a quiet machine.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
BLOCKS, EDITS, PATIENCE_S, SIDE_PX = 300, 40, 30.0, 32


def main() -> dict[str, Any]:
    """Return milliseconds until the sketch and until the totals, of edits in turn."""
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        return _measured(application, Path(folder))


def _measured(application: Any, folder: Path) -> dict[str, Any]:
    from PySide6.QtCore import QEventLoop

    from deepdesk.project.folder import Project
    from deepdesk.ui.desk import Desk
    from deepdesk.ui.garbage import Garbage
    from deepdesk.ui.tabs.architecture.tab import ArchitectureTab

    path = _made(folder / "Long")
    garbage = Garbage()
    garbage.start()
    desk = Desk()
    desk.show_project(Project.open(path))
    tab = ArchitectureTab(desk)
    tab.resize(1280, 720)
    tab.show()

    def wait(until: Callable[[], bool]) -> None:
        end_s = time.perf_counter() + PATIENCE_S
        while not until() and time.perf_counter() < end_s:
            # Waiting in Qt leaves the interpreter to the other threads, as the window's loop does.
            application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    wait(lambda: tab.network.drawing is not None)
    shown, counted = [], []
    for number in range(EDITS):
        first, then = _edit(tab, wait, number)
        shown.append(first)
        counted.append(then)
    tab.close()
    desk.stop_all()
    wait(lambda: not desk.jobs)
    desk.close_project()
    garbage.stop()
    return {
        "blocks": BLOCKS,
        "goal_ms": 50,
        "shown_median_ms": round(statistics.median(shown[2:]), 1),
        "counted_median_ms": round(statistics.median(counted[2:]), 1),
        "counted_p95_ms": round(statistics.quantiles(counted[2:], n=20)[-1], 1),
        "counted_worst_ms": round(max(counted[2:]), 1),
    }


def _made(path: Path) -> Path:
    from deepdesk.core.task import Found
    from deepdesk.nn import presets
    from deepdesk.nn.graph import Node
    from deepdesk.project.folder import Project

    inner = [Node(f"c{n}", "convolution", {"channels": 8}) for n in range(BLOCKS - 3)]
    ends = [Node("pool", "global_pool"), Node("classes", "classifier_head")]
    picture = Node("picture", "input", {"shape": (3, SIDE_PX, SIDE_PX)})
    graph = presets.chain("Long", picture, *inner, *ends)
    with Project.create(path, name="Long", task="image_classification") as project:
        with project.index() as index:
            found = [Found(path=path / f"{n}.png", label="ab"[n % 2]) for n in range(4)]
            index.add(found, source=str(path))
        project.save(graph=graph.to_json())
        return project.path


def _edit(tab: Any, wait: Callable[[Callable[[], bool]], None], number: int) -> tuple[float, float]:
    """Change the channels of one block; return milliseconds until shown and until counted."""
    drawn: list[bool] = []
    tab.network.drawn.connect(drawn.append)
    graph = tab.network.graph
    node = graph.node(f"c{7 * number % (BLOCKS - 3)}")
    after = graph.with_node(node.with_settings(channels=16 + number))
    start_s = time.perf_counter()
    tab.network.change_graph(after, "Changed Channels")
    shown_s = time.perf_counter()
    wait(lambda: bool(drawn))
    counted_s = time.perf_counter()
    tab.network.drawn.disconnect(drawn.append)
    return (shown_s - start_s) * 1000, (counted_s - start_s) * 1000
