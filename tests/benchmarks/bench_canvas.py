"""Frames of the architecture canvas with 300 blocks: pan, zoom, rubber band, a connection drawn.

Each step moves a little and repaints the whole window at once, without a screen, so that the
time is that of one frame. The goal is 16.7 ms, which is 60 frames a second.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

GOAL_MS = 1000 / 60
STEPS = 90
SIZE_PX = (1000, 700)


def frames(canvas: Any, step: Callable[[int], None]) -> dict[str, Any]:
    """Return how long frames take in milliseconds, and what of it this thread worked.

    On a machine that does other work too only the second says what the canvas costs.
    """
    from PySide6.QtWidgets import QApplication

    times, worked = [], []
    for number in range(STEPS):
        start, work_start = time.perf_counter(), time.thread_time()
        step(number)
        canvas.viewport().repaint()
        times.append((time.perf_counter() - start) * 1000)
        worked.append((time.thread_time() - work_start) * 1000)
        # What is drawn anew later has its time between the frames too.
        QApplication.processEvents()
    return {"frame_ms": summary(times), "work_ms": summary(worked)}


def summary(times: list[float]) -> dict[str, float]:
    """Return median, 95th percentile and worst."""
    ordered = sorted(times)
    return {
        "median": round(statistics.median(times), 2),
        "p95": round(ordered[int(0.95 * len(ordered))], 2),
        "worst": round(ordered[-1], 2),
    }


def dragged(canvas: Any, begin: Any, to: Callable[[int], Any]) -> dict[str, Any]:
    """Return the frames of a drag with the left button."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=begin)
    found = frames(canvas, lambda number: QTest.mouseMove(canvas.viewport(), to(number)))
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=begin)
    return found


def gestures(canvas: Any) -> dict[str, Any]:
    """Return the frames of every gesture at the zoom of now."""
    from PySide6.QtCore import QPoint

    start = canvas.mapToScene(canvas.viewport().rect().center())
    found: dict[str, Any] = {}
    found["pan"] = frames(canvas, lambda number: canvas.pan_by(*((-9, -5), (9, 5))[number // 45]))
    found["zoom"] = frames(canvas, lambda number: canvas.zoom_by((1.02, 1 / 1.02)[number // 45]))
    canvas.look_at(start)
    found["rubber_band"] = dragged(
        canvas, QPoint(2, 2), lambda number: QPoint(10 + 11 * number, 10 + 7 * number)
    )
    found["connection"] = connection(canvas)
    return found


def connection(canvas: Any) -> dict[str, Any]:
    """Return the frames of a connection that is drawn from the card in the middle."""
    from PySide6.QtCore import QPoint, Qt

    from deepdesk.ui.tabs.architecture.connecting import Connect
    from deepdesk.ui.tabs.architecture.gestures import Pointer

    def pointer(at: QPoint) -> Pointer:
        keys = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        return Pointer(at, canvas.mapToScene(at), *keys)

    middle = canvas.mapToScene(canvas.viewport().rect().center())
    first = canvas.picture.card_at(middle, 200) or next(iter(canvas.picture.cards))
    spot = canvas.mapFromScene(canvas.picture.output_of(first))
    gesture = Connect(canvas, first, start=pointer(spot))
    canvas.begin(gesture)
    way = QPoint(4, 3)
    found = frames(canvas, lambda number: gesture.move(pointer(spot + way * (number - 45))))
    canvas.end()
    return found


def edit_ms(canvas: Any, drawings: tuple[Any, Any]) -> dict[str, Any]:
    """Return the time to show another drawing and paint it, again and again."""
    return frames(canvas, lambda number: canvas.show_drawing(drawings[number % 2]))


def main() -> dict[str, Any]:
    """Measure 300 blocks, all in sight and near enough to read."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtWidgets import QApplication

    from deepdesk.nn.editing import inserted_after, new_node
    from deepdesk.ui.tabs.architecture.canvas import Canvas
    from deepdesk.ui.theme import apply
    from tests.ui.architecture_drawings import branched_graph, drawing

    app = QApplication.instance() or QApplication([])
    apply(app, "light")
    canvas = Canvas()
    canvas.resize(*SIZE_PX)
    canvas.show()
    graph = branched_graph(300)
    canvas.show_drawing(drawing(graph))
    QApplication.processEvents()
    figures: dict[str, Any] = {"goal_ms": round(GOAL_MS, 1), "blocks": len(graph.nodes)}
    figures["readable"] = gestures(canvas)
    canvas.show_all()
    QApplication.processEvents()
    figures["all_in_sight"] = gestures(canvas)
    other = graph.with_node(graph.node("c5").with_settings(channels=9))
    more = inserted_after(graph, new_node(graph, "dropout"), "c40")
    figures["edit_of_a_setting"] = edit_ms(canvas, (drawing(graph), drawing(other)))
    figures["block_more_or_less"] = edit_ms(canvas, (drawing(graph), drawing(more)))
    canvas.close()
    return figures
