"""What is drawn on samples, for their tiles: made small by a thread, newest wish first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from PySide6.QtCore import QObject, QRectF, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPainterPath, QPixmap

from deepdesk.data.drawn_small import SmallDrawing, small_drawing
from deepdesk.project.index import Sample
from deepdesk.ui.tabs.dataset.drawn_paint import paint_drawing
from deepdesk.ui.tabs.dataset.tile import RADIUS_PX
from deepdesk.ui.theme import colour, tokens

GRID_PX = 256
POLL_MS = 16
MOST_WAITING = 512
MOST_KEPT = 1_024
# Painting twenty boxes takes about 0.3 ms; more at once would hold up the window.
PAINTED_PER_POLL = 24
KEPT_BYTES = 48 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    target: Any
    small: SmallDrawing | None


class Overlays(QObject):
    """Drawings of samples as see-through tiles.

    Args:
        classes: Returns the class names in their order, which decides the colours.
        parent: Qt parent.

    Signals:
        arrived: list of sample ids whose drawings can be shown now.
    """

    arrived = Signal(object)

    def __init__(self, classes: Callable[[], Sequence[str]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._classes = classes
        self._made: OrderedDict[int, _Made] = OrderedDict()
        self._tiles: OrderedDict[tuple[int, int], tuple[Any, QPixmap]] = OrderedDict()
        self._kept_bytes = 0
        self._look: tuple[Any, ...] = ()
        self._asked: OrderedDict[int, Any] = OrderedDict()
        self._painted = 0
        self._density = QGuiApplication.primaryScreen().devicePixelRatio()
        # Held by the thread as well; nothing that it holds is a Qt object.
        self._desk = _Desk()
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._collect)

    @property
    def is_waiting(self) -> bool:
        """Whether drawings are on their way."""
        return bool(self._asked)

    def tile(self, sample: Sample, side_px: int) -> QPixmap | None:
        """Return what lies over the tile of a sample, None while it is on its way or is nothing."""
        if sample.target is None:
            return None
        self._forget_other_looks()
        key = (sample.id, side_px)
        kept = self._tiles.get(key)
        if kept is not None and _is_same(kept[0], sample.target):
            self._tiles.move_to_end(key)
            return kept[1]
        made = self._made.get(sample.id)
        if made is None or not _is_same(made.target, sample.target):
            self._ask(sample)
        elif made.small is not None and self._painted < PAINTED_PER_POLL:
            self._keep(key, sample.target, self._drawn(made.small, side_px))
            return self._tiles[key][1]
        elif made.small is not None:
            self._look_again()
        # Until the new one is here, the old one is better than nothing.
        return None if kept is None else kept[1]

    def small(self, sample: Sample) -> SmallDrawing | None:
        """Return what is drawn on a sample, None while it is on its way or is nothing."""
        made = self._made.get(sample.id)
        if made is not None and _is_same(made.target, sample.target):
            return made.small
        if sample.target is not None:
            self._ask(sample)
        return None

    def forget_wishes(self) -> None:
        """Drop what was asked for and is out of sight now; what is in sight asks again."""
        self._desk.forget()
        self._asked.clear()

    def close(self) -> None:
        """End the thread."""
        self._timer.stop()
        self._asked.clear()
        self._desk.close(0.3)

    def _ask(self, sample: Sample) -> None:
        asked = self._asked.get(sample.id)
        if asked is None or not _is_same(asked, sample.target):
            self._asked[sample.id] = sample.target
            while len(self._asked) > MOST_WAITING:
                self._asked.popitem(last=False)
            self._desk.request(sample.id, sample.path, sample.target)
        self._look_again()

    def _look_again(self) -> None:
        # A timer that is started again begins anew: asked often enough it would never ring.
        if not self._timer.isActive():
            self._timer.start()

    def _collect(self) -> None:
        had_rest = self._painted >= PAINTED_PER_POLL
        self._painted = 0
        arrived = []
        while True:
            try:
                number, target, small = self._desk.answers.get_nowait()
            except Empty:
                break
            if number in self._asked and _is_same(self._asked[number], target):
                del self._asked[number]
            self._made[number] = _Made(target=target, small=small)
            self._made.move_to_end(number)
            arrived.append(number)
        while len(self._made) > MOST_KEPT:
            self._made.popitem(last=False)
        if arrived or had_rest:
            self.arrived.emit(arrived)
        elif not self._asked:
            self._timer.stop()

    def _drawn(self, small: SmallDrawing, side_px: int) -> QPixmap:
        """Return a drawing over the middle of its picture, cut as `tile.rounded` cuts that."""
        self._painted += 1
        side = round(side_px * self._density)
        pixmap = QPixmap(side, side)
        pixmap.fill(colour("surface", 0.0))
        pixmap.setDevicePixelRatio(self._density)
        painter = QPainter(pixmap)
        path = QPainterPath()
        path.addRoundedRect(QRectF(0, 0, side_px, side_px), RADIUS_PX, RADIUS_PX)
        painter.setClipPath(path)
        width, height = side_px * max(1.0, small.aspect), side_px * max(1.0, 1.0 / small.aspect)
        rect = QRectF((side_px - width) / 2, (side_px - height) / 2, width, height)
        paint_drawing(painter, rect, small, self._classes())
        painter.end()
        return pixmap

    def _keep(self, key: tuple[int, int], target: Any, pixmap: QPixmap) -> None:
        before = self._tiles.pop(key, None)
        if before is not None:
            self._kept_bytes -= _bytes_of(before[1])
        self._tiles[key] = (target, pixmap)
        self._kept_bytes += _bytes_of(pixmap)
        while self._kept_bytes > KEPT_BYTES:
            _key, (_target, old) = self._tiles.popitem(last=False)
            self._kept_bytes -= _bytes_of(old)

    def _forget_other_looks(self) -> None:
        """Paint anew after a change of the theme, or of the order of classes."""
        look = (id(tokens()), tuple(self._classes()))
        if look != self._look:
            self._look = look
            self._tiles.clear()
            self._kept_bytes = 0


class _Desk:
    """Makes drawings small in a thread of its own, what was asked for last first."""

    def __init__(self) -> None:
        self.answers: SimpleQueue[tuple[int, Any, SmallDrawing | None]] = SimpleQueue()
        self._waiting: OrderedDict[int, tuple[Path, Any]] = OrderedDict()
        self._changed = threading.Condition()
        self._is_closed = False
        self._thread = threading.Thread(target=self._serve, name="deepdesk-drawings", daemon=True)
        self._thread.start()

    def request(self, number: int, path: Path, target: Any) -> None:
        with self._changed:
            self._waiting[number] = (path, target)
            self._waiting.move_to_end(number)
            while len(self._waiting) > MOST_WAITING:
                self._waiting.popitem(last=False)
            self._changed.notify()

    def forget(self) -> None:
        with self._changed:
            self._waiting.clear()

    def close(self, timeout_s: float) -> None:
        with self._changed:
            self._is_closed = True
            self._waiting.clear()
            self._changed.notify_all()
        self._thread.join(timeout_s)

    def _serve(self) -> None:
        while (asked := self._next()) is not None:
            number, path, target = asked
            try:
                small = small_drawing(path, target, GRID_PX)
            except Exception:  # noqa: BLE001 - a tile without its drawing beats no drawings at all
                small = None
            self.answers.put((number, target, small))

    def _next(self) -> tuple[int, Path, Any] | None:
        with self._changed:
            while not self._waiting and not self._is_closed:
                self._changed.wait()
            if self._is_closed:
                return None
            number, (path, target) = self._waiting.popitem(last=True)
            return number, path, target


def _is_same(one: Any, other: Any) -> bool:
    """Return whether two targets are alike; most are one and the same object."""
    return one is other or one == other


def _bytes_of(pixmap: QPixmap) -> int:
    return 4 * pixmap.width() * pixmap.height()
