"""Click to fill, worked out beside the window: of several wishes only the newest counts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from deepdesk.core.drawing_edits import Place
from deepdesk.core.events import Ended, Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.data.patches import Patch
from deepdesk.data.region_growing import grown
from deepdesk.ui.jobs import Job

Start = Callable[[Work, Callable[[object], None], Callable[[Ended], None]], Job]


class Filling(QObject):
    """The region around a click, for tolerances that change while it is dragged.

    Args:
        start: Begins a work with takers of its events and of its end.

    Signals:
        grown: None, when `patch` is another one.
        kept: The `Patch` that is meant.
    """

    grown = Signal(object)
    kept = Signal(object)

    def __init__(self, start: Start, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._start = start
        self.pixels_HWC: NDArray[np.uint8] | None = None
        self.patch: Patch | None = None
        self._place: Place | None = None
        self._tolerance = 0
        self._asked = 0
        self._shown = 0
        self._job: Job | None = None
        self._is_meant = False

    @property
    def is_pending(self) -> bool:
        """Whether a fill was meant and is still being worked out."""
        return self._is_meant

    def begin(self, place: Place, tolerance: int) -> None:
        """Fill from a place on."""
        self.drop()
        self._place = place
        self.go_on(tolerance)

    def go_on(self, tolerance: int) -> None:
        """Fill anew with another tolerance."""
        if self._place is None or self.pixels_HWC is None or tolerance == self._tolerance:
            return
        self._tolerance = tolerance
        self._asked += 1
        if self._job is None:
            self._begin()

    def keep(self) -> None:
        """Tell the region once it is worked out for the newest tolerance."""
        self._is_meant = self._place is not None and self.pixels_HWC is not None
        self._keep_if_done()

    def drop(self) -> None:
        """Forget it."""
        had = self.patch is not None
        self._place, self.patch, self._tolerance = None, None, 0
        self._is_meant = False
        if self._job is not None:
            self._job.stop()
        if had:
            self.grown.emit(None)

    def _begin(self) -> None:
        place, pixels = self._place, self.pixels_HWC
        if place is None or pixels is None:
            return
        self._shown = self._asked
        work = filling(pixels, place, self._tolerance)
        self._job = self._start(work, self._take, self._end)

    def _take(self, event: object) -> None:
        if isinstance(event, Result) and self._place is not None:
            self.patch = event.value
            self.grown.emit(None)

    def _end(self, ended: Ended) -> None:
        self._job = None
        if ended.error is not None:
            self.drop()
        elif self._asked != self._shown:
            self._begin()
        else:
            self._keep_if_done()

    def _keep_if_done(self) -> None:
        if not self._is_meant or self._job is not None or self._asked != self._shown:
            return
        patch = self.patch
        self._place, self.patch, self._tolerance = None, None, 0
        self._is_meant = False
        if patch is not None:
            self.kept.emit(patch)
        self.grown.emit(None)


def filling(pixels_HWC: NDArray[np.uint8], place: Place, tolerance: int) -> Work:
    """Return work whose `Result` is the `Patch` around a place of a picture, uint8, (H, W, 3)."""

    def work(emit: EventSink, stop: StopToken) -> None:
        emit(Result(value=grown(pixels_HWC, place, tolerance, stop.check)))

    return work
