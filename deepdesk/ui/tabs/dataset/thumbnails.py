"""Tiles for the grid: read by threads, newest wish first, kept while they are likely to be seen."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QPixmap

from deepdesk.core.task import Reader
from deepdesk.data.thumbnails import MAX_WAITING, ThumbnailLoader
from deepdesk.project.index import Sample
from deepdesk.ui.payload_views import image_of
from deepdesk.ui.tabs.dataset.tile import rounded

# Twice the usual tile, for screens of double density and for zoomed tiles.
SIDE_PX = 192
POLL_MS = 16
KEPT_BYTES = 64 << 20
# Making a tile takes about 0.1 ms; more at once would hold up the window.
TILES_PER_POLL = 48


class Thumbnails(QObject):
    """Tiles of samples, by id and side.

    Signals:
        arrived: list of sample ids whose tiles can be drawn now.
    """

    arrived = Signal(object)

    def __init__(self, cache: Path, reader: Reader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._answers: SimpleQueue[tuple[int, Any]] = SimpleQueue()
        # A bound method would keep this object alive for as long as the threads live.
        answers = self._answers
        self._loader = ThumbnailLoader(
            cache, reader, SIDE_PX, lambda number, made: answers.put((number, made))
        )
        self._tiles: OrderedDict[tuple[int, int], QPixmap] = OrderedDict()
        self._asked: OrderedDict[int, int] = OrderedDict()
        self._failed: set[int] = set()
        self._kept_bytes = 0
        self._density = QGuiApplication.primaryScreen().devicePixelRatio()
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._collect)

    @property
    def is_waiting(self) -> bool:
        """Whether tiles are on their way."""
        return bool(self._asked)

    def tile(self, sample: Sample, side_px: int) -> QPixmap | None:
        """Return the tile of a sample, None while it is on its way or cannot be made."""
        key = (sample.id, side_px)
        tile = self._tiles.get(key)
        if tile is not None:
            self._tiles.move_to_end(key)
        elif sample.state != "bad" and sample.id not in self._failed:
            self._ask(sample, side_px)
        return tile

    def kept(self, sample: Sample) -> QPixmap | None:
        """Return any tile of a sample that is at hand, without asking for one."""
        return next(
            (tile for (number, _), tile in self._tiles.items() if number == sample.id), None
        )

    def forget_wishes(self) -> None:
        """Drop what was asked for and is out of sight now; what is in sight asks again."""
        self._loader.forget()
        self._asked.clear()

    def close(self) -> None:
        """End the threads."""
        self._timer.stop()
        self._asked.clear()
        self._loader.close(0.3)

    def _ask(self, sample: Sample, side_px: int) -> None:
        if self._asked.get(sample.id) == side_px:
            return
        self._asked[sample.id] = side_px
        self._asked.move_to_end(sample.id)
        while len(self._asked) > MAX_WAITING:
            self._asked.popitem(last=False)
        self._loader.request(sample.id, sample.path)
        if not self._timer.isActive():
            self._timer.start()

    def _collect(self) -> None:
        arrived = []
        for _ in range(TILES_PER_POLL):
            try:
                number, made = self._answers.get_nowait()
            except Empty:
                break
            side_px = self._asked.pop(number, None)
            if isinstance(made, Exception):
                self._failed.add(number)
            elif side_px is not None:
                self._keep((number, side_px), QPixmap.fromImage(image_of(made)))
            arrived.append(number)
        if arrived:
            self.arrived.emit(arrived)
        if not self._asked and self._answers.empty():
            self._timer.stop()

    def _keep(self, key: tuple[int, int], picture: QPixmap) -> None:
        self._tiles[key] = rounded(picture, key[1], self._density)
        self._kept_bytes += _bytes_of(key[1], self._density)
        while self._kept_bytes > KEPT_BYTES:
            (_number, side_px), _tile = self._tiles.popitem(last=False)
            self._kept_bytes -= _bytes_of(side_px, self._density)


def _bytes_of(side_px: int, density: float) -> int:
    return 4 * round(side_px * density) ** 2
