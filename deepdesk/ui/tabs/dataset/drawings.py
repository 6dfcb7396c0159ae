"""What is drawn on samples, in the tab of tasks that learn from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QPainter

from deepdesk.core.learnt import learnt_from
from deepdesk.core.task import TaskSpec
from deepdesk.project.index import Filter, Sample
from deepdesk.ui.tabs.dataset.drawn_paint import paint_drawing
from deepdesk.ui.tabs.dataset.drawn_words import drawn_tip, drawn_words
from deepdesk.ui.tabs.dataset.overlays import Overlays
from deepdesk.ui.tabs.dataset.overview import TINY_PX, USUAL_SIDE_PX

if TYPE_CHECKING:
    from deepdesk.ui.desk import Desk
    from deepdesk.ui.tabs.dataset.workspace import Workspace

MOST_TOLD = 12


def learns_drawings(spec: TaskSpec) -> bool:
    """Return whether a task learns from what is drawn on its samples."""
    return learnt_from(spec.gives) == "drawing"


def tiny_share_of(desk: Desk) -> float | None:
    """Return which share of a picture training hardly sees, None for truths that are no drawings.

    It follows from the width that training gives pictures, where the task has such a setting.
    """
    if not learns_drawings(desk.spec):
        return None
    saved = desk.project.file.task_settings
    usual = getattr(desk.spec.config(), "width_px", USUAL_SIDE_PX)
    width = saved.get("width_px", usual)
    is_width = isinstance(width, int) and not isinstance(width, bool) and width > 0
    return TINY_PX / (width if is_width else USUAL_SIDE_PX)


def filter_of(asked: Filter, *, is_drawn: bool) -> Filter:
    """Return a filter of classes as one of what is drawn, where truths are drawings."""
    if not is_drawn:
        return asked
    drawing = "none" if asked.unlabelled else asked.drawing
    return Filter(
        drawn_class=asked.class_id,
        drawing=drawing,
        split=asked.split,
        problem=asked.problem,
        text=asked.text,
        origin=asked.origin,
        without_target=asked.without_target,
        tiny_share=asked.tiny_share,
    )


class Drawings(QObject):
    """Shows drawings over tiles and over the sample at the right; nothing for other tasks."""

    def __init__(self, desk: Desk, space: Workspace) -> None:
        super().__init__(space)
        self._space = space
        self._sample: Sample | None = None
        self.overlays: Overlays | None = None
        if not learns_drawings(desk.spec):
            return
        self.overlays = Overlays(self.names, self)
        look = space.grid.look
        look.drawn_of = self.overlays.tile
        look.words_of = self._words_of
        look.position_of = lambda _class_id: -1
        # Wider tiles, with room for a few words and for small boxes.
        space.grid.zoom(1)
        space.left.classes.list.takes_samples = False
        space.right.sample.preview.paint_over(self._paint_over)
        self.overlays.arrived.connect(lambda _ids: self._update())
        space.grid.opened.connect(lambda _row: self.open_current())
        bar = space.grid.verticalScrollBar()
        bar.valueChanged.connect(lambda _px: self._forget_wishes())

    @property
    def is_waiting(self) -> bool:
        """Whether drawings are on their way."""
        return self.overlays is not None and self.overlays.is_waiting

    def open_current(self) -> bool:
        """Open the current sample to be drawn on; return whether that can be done here."""
        sample = self._space.browser.current
        if sample is None or not self._space.labelling.is_offered:
            return False
        self._space.open_labelling(sample.id)
        return True

    def names(self) -> tuple[str, ...]:
        """Return the classes in their order."""
        return tuple(row.name for row in self._space.overview.classes)

    def show(self, kind: str) -> None:
        """Show the samples of which something is to be looked at, one of `DRAWN_WORDS`."""
        drawn = self._space.overview.drawn
        if drawn is not None:
            self._space.middle.bar.show_drawing(kind, drawn.tiny_share)

    def tip_of(self, sample: Sample) -> str:
        """Return what a sample says about itself under the pointer."""
        return drawn_tip(sample, self.names())

    def show_sample(self, sample: Sample | None) -> None:
        """Show what is drawn on the sample at the right."""
        self._sample = sample
        panel = self._space.right.sample
        is_one = sample is not None and len(self._space.grid.picked.rows) < 2
        panel.drawn.setVisible(is_one and self.overlays is not None)
        self._say()
        self._space.right.sample.preview.update()

    def close_work(self) -> None:
        """End the thread."""
        if self.overlays is not None:
            self.overlays.close()

    def _words_of(self, sample: Sample) -> str:
        return drawn_words(sample.target, self.names())

    def _forget_wishes(self) -> None:
        if self.overlays is not None:
            self.overlays.forget_wishes()

    def _update(self) -> None:
        self._space.grid.viewport().update()
        self._space.right.sample.preview.update()
        self._say()

    def _say(self) -> None:
        """Write what is drawn on the sample at the right, or why it cannot be shown."""
        if self._sample is None or self.overlays is None:
            return
        small = self.overlays.small(self._sample)
        problem = "" if small is None else small.problem
        words = drawn_words(self._sample.target, self.names(), most=MOST_TOLD)
        label = self._space.right.sample.drawn
        label.set_tone("warn" if problem or self._sample.target is None else "")
        label.setText(f"Its file of classes cannot be shown: {problem}" if problem else words)

    def _paint_over(self, painter: QPainter, rect: QRectF) -> None:
        if self._sample is None or self.overlays is None:
            return
        small = self.overlays.small(self._sample)
        if small is not None:
            paint_drawing(painter, rect, small, self.names())
