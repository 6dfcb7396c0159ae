"""Frames of the canvas for labels: 500 shapes on 12 megapixels, pushed, zoomed and drawn on.

Each step moves a little and repaints at once, without a screen, so that the time is that of one
frame. The goal is 16.7 ms, which is 60 frames a second. Of a dragged shape only what it covered and
covers now is painted, as on the screen.
"""

from __future__ import annotations

import math
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

GOAL_MS = 1000 / 60
STEPS = 90
SIZE_PX = (1280, 800)
PICTURE_PX = (4000, 3000)


def frames(canvas: Any, step: Callable[[int], None]) -> dict[str, Any]:
    """Return how long frames take in milliseconds, what of it this thread worked, and the rate."""
    from PySide6.QtWidgets import QApplication

    times, worked = [], []
    for number in range(STEPS):
        start, work_start = time.perf_counter(), time.thread_time()
        step(number)
        # What was asked to be painted is painted now.
        QApplication.sendPostedEvents()
        times.append((time.perf_counter() - start) * 1000)
        worked.append((time.thread_time() - work_start) * 1000)
        QApplication.processEvents()
    return {
        "frame_ms": summary(times),
        "work_ms": summary(worked),
        "frames_a_second": round(1000 / statistics.median(times), 1),
        "share_below_goal": round(sum(one <= GOAL_MS for one in times) / len(times), 3),
    }


def summary(times: list[float]) -> dict[str, float]:
    """Return median, 95th percentile and worst."""
    ordered = sorted(times)
    return {
        "median": round(statistics.median(times), 2),
        "p95": round(ordered[int(0.95 * len(ordered))], 2),
        "worst": round(ordered[-1], 2),
    }


def picture() -> Any:
    """Return a picture of 12 megapixels with structure at all sizes, uint8, (3000, 4000, 3)."""
    width, height = PICTURE_PX
    down, across = np.mgrid[:height, :width].astype(np.float32)
    waves = [np.sin(across / one) * np.cos(down / other) for one, other in ((40, 60), (7, 9))]
    grey = 128 + 60 * waves[0] + 40 * waves[1]
    return np.stack([grey, 0.8 * grey + 20, 0.6 * grey + 60], axis=2).clip(0, 255).astype(np.uint8)


def drawing() -> Any:
    """Return 300 boxes, 150 outlines of 24 corners and 50 painted discs."""
    from deepdesk.core.drawing import Box, Drawing, Polygon, Region
    from deepdesk.data.patches import Patch, region_from

    width, height = PICTURE_PX
    draws = np.random.default_rng(4)
    empty = Drawing(width_px=width, height_px=height)
    shapes: list[Box | Polygon | Region] = []
    for number in range(500):
        x, y = float(draws.uniform(150, width - 150)), float(draws.uniform(150, height - 150))
        label = f"class {number % 7}"
        radius = float(draws.uniform(30, 120))
        if number < 300:
            shapes.append(
                Box(label=label, left=x - radius, top=y - radius, right=x + radius, bottom=y + 40)
            )
        elif number < 450:
            turns = [2 * math.pi * at / 24 for at in range(24)]
            ring = tuple((x + radius * math.cos(t), y + radius * math.sin(t)) for t in turns)
            shapes.append(Polygon(label=label, rings=(ring,)))
        else:
            side = int(radius)
            down, across = np.mgrid[-side:side, -side:side]
            disc = Patch(
                left=int(x) - side, top=int(y) - side, is_on_HW=across**2 + down**2 < side**2
            )
            region = region_from(label, disc, empty)
            assert region is not None
            shapes.append(region)
    return Drawing(width_px=width, height_px=height, shapes=tuple(shapes))


def gestures(canvas: Any) -> dict[str, Any]:
    """Return the frames of every gesture at the zoom of now."""
    from PySide6.QtCore import QPointF, Qt
    from PySide6.QtTest import QTest

    middle = QPointF(canvas.width() / 2, canvas.height() / 2)
    found: dict[str, Any] = {}
    found["pan"] = frames(canvas, lambda number: canvas.push(*((-19, -11), (19, 11))[number // 45]))
    found["zoom"] = frames(
        canvas, lambda number: canvas.zoom_by((1.03, 1 / 1.03)[number // 45], middle)
    )
    QTest.qWait(200)  # the view comes to rest
    found["cross_hair"] = frames(
        canvas, lambda number: QTest.mouseMove(canvas, _way(canvas, number))
    )
    canvas.take_tool("select")
    shape = canvas.scene.drawing.shapes[0]
    at = canvas.scene.shapes_within(
        *canvas.view.to_picture(400, 300), *canvas.view.to_picture(700, 500)
    )
    shape = canvas.scene.drawing.shapes[at[0]] if at else shape
    left, top, right, bottom = canvas.scene.sides(shape)
    begin = QPointF(*canvas.view.to_canvas(((left + right) / 2, (top + bottom) / 2))).toPoint()
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=begin)
    QTest.mouseMove(canvas, begin)
    found["drag_of_a_shape"] = frames(
        canvas, lambda number: QTest.mouseMove(canvas, _way(canvas, number))
    )
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=begin)
    canvas.take_tool("brush")
    canvas.set_brush(60)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=begin)
    found["brush"] = frames(canvas, lambda number: QTest.mouseMove(canvas, _way(canvas, number)))
    canvas.tool.cancel()
    canvas.take_tool("select")
    return found


def _way(canvas: Any, number: int) -> Any:
    from PySide6.QtCore import QPoint

    return QPoint(100 + 9 * number, 80 + 6 * number)


def main() -> dict[str, Any]:
    """Measure the whole picture, its own pixels, and single pixels that are seen."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from deepdesk.data.picture_levels import levels_of
    from deepdesk.ui.jobs import Job
    from deepdesk.ui.tabs.dataset.labelling.canvas import Canvas
    from deepdesk.ui.tabs.dataset.labelling.filling import Filling
    from deepdesk.ui.theme import apply

    app = QApplication.instance() or QApplication([])
    apply(app, "light")
    canvas = Canvas(Filling(lambda work, _on_event, _on_ended: Job(work, "bench").start()))
    canvas.resize(*SIZE_PX)
    figures: dict[str, Any] = {"goal_ms": round(GOAL_MS, 1), "canvas_px": list(SIZE_PX)}
    pixels = picture()
    start = time.perf_counter()
    canvas.scene.levels = levels_of(pixels)
    figures["levels_s"] = round(time.perf_counter() - start, 2)
    canvas.is_locked, canvas.label = False, "class 1"
    canvas.scene.positions = {f"class {at}": at for at in range(7)}
    canvas.show_drawing(drawing())
    figures["shapes"] = len(canvas.scene.drawing.shapes)
    canvas.show()
    for name, zoom in (("whole_picture", 0.0), ("pixel_for_pixel", 1.0), ("enlarged", 4.0)):
        canvas.show_all()
        if zoom:
            canvas.zoom_to(zoom)
        QTest.qWait(300)
        figures[name] = gestures(canvas)
    canvas.close()
    return figures
