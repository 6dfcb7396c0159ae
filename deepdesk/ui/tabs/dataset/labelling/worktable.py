"""The picture that is worked on: read beside the window, every change saved by itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from deepdesk.core.drawing import Drawing, is_drawing, target_of
from deepdesk.core.errors import ConfigError, DeepDeskError
from deepdesk.core.events import Ended, Result
from deepdesk.project.index import Change, Sample, SampleIndex
from deepdesk.ui.desk import Desk
from deepdesk.ui.jobs import Job
from deepdesk.ui.tabs.dataset.edits import Edits, Step
from deepdesk.ui.tabs.dataset.index_worker import IndexWorker
from deepdesk.ui.tabs.dataset.labelling.loading import Loaded, drawing_for, loading

MOST_CHARACTERS = 990_000
LANE = "labelling"


class Worktable(QObject):
    """One picture at a time, and its drawing on the way into the index.

    Signals:
        opening: The id that is asked for.
        loaded: `Loaded`.
        refused: `DeepDeskError`, why the picture cannot be shown.
        told: `Drawing` that the index holds now and the canvas does not, after an undo for
            instance.
        saved: The id of the sample whose drawing was kept.
    """

    opening = Signal(object)
    loaded = Signal(object)
    refused = Signal(object)
    told = Signal(object)
    saved = Signal(object)

    def __init__(
        self, desk: Desk, worker: IndexWorker, edits: Edits, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._worker, self._edits = desk, worker, edits
        self.sample: Sample | None = None
        self.drawing: Drawing | None = None
        self.is_labelled = False
        self._wanted = -1
        self._job: Job | None = None
        self._unsaved: list[str] = []
        edits.made.connect(self._follow)
        worker.failed.connect(lambda _error: self._forget_unsaved())

    @property
    def is_busy(self) -> bool:
        """Whether a picture is on its way or a change is not yet kept."""
        return self._wanted >= 0 or bool(self._unsaved)

    def open(self, sample_id: int) -> None:
        """Show a picture; of several wishes only the last counts."""
        self._wanted = sample_id
        self.sample = self.drawing = None
        if self._job is not None:
            self._job.stop()
        self.opening.emit(sample_id)
        self._worker.ask(lambda index: _found(index, sample_id), self._read, lane=LANE)

    def change(self, text: str, drawing: Drawing) -> None:
        """Keep a drawing, as one step that can be undone."""
        sample = self.sample
        if sample is None:
            return
        self.drawing, self.is_labelled = drawing, True
        self._unsaved.append(text)
        self._edits.make(text, _keeping(sample.id, drawing))

    def add_class(self, name: str) -> None:
        """Let a name that was typed be a class of the project, before anything of it is drawn."""

        def step(index: SampleIndex) -> Sequence[Change]:
            is_known = any(row.name == name for row in index.classes())
            return [] if is_known else [index.add_class(name)]

        self._edits.make(f"Added “{name}”", step)

    def take_away(self) -> None:
        """Let the picture be not labelled again."""
        if self.sample is None or self.drawing is None:
            return
        self.drawing = Drawing(width_px=self.drawing.width_px, height_px=self.drawing.height_px)
        self.is_labelled = False
        text, number = "Took the label away", self.sample.id
        self._unsaved.append(text)
        self._edits.make(text, lambda index: [index.set_target([number], None)])
        self.told.emit(self.drawing)

    def close(self) -> None:
        """Read nothing more."""
        self._wanted = -1
        if self._job is not None:
            self._job.stop()

    def _read(self, sample: Sample | None) -> None:
        if sample is None:
            self._refuse(DeepDeskError("This picture has left the project.", "Choose another one."))
            return
        if sample.id != self._wanted:
            return
        number = sample.id
        work = loading(sample, self._desk.spec.reader())
        self._job = self._desk.start(
            work,
            "dataset",
            on_event=lambda event: self._take(number, event),
            on_ended=lambda ended: self._end(number, ended),
        )

    def _take(self, number: int, event: object) -> None:
        if number != self._wanted or not isinstance(event, Result):
            return
        loaded: Loaded = event.value
        self._wanted = -1
        self.sample, self.drawing = loaded.sample, loaded.drawing
        self.is_labelled = loaded.is_labelled
        self.loaded.emit(loaded)

    def _end(self, number: int, ended: Ended) -> None:
        if number != self._wanted:
            return
        if ended.error is not None and not ended.report:
            self._refuse(ended.error)

    def _refuse(self, error: DeepDeskError) -> None:
        self._wanted = -1
        self.refused.emit(error)

    def _follow(self, text: str) -> None:
        """Look at what the index holds once nothing of ours is on its way."""
        if text in self._unsaved:
            self._unsaved.remove(text)
            if self.sample is not None:
                self.saved.emit(self.sample.id)
        elif self.sample is not None:
            self._look()

    def _forget_unsaved(self) -> None:
        self._unsaved.clear()
        if self.sample is not None:
            self._look()

    def _look(self) -> None:
        sample = self.sample
        if sample is None:
            return
        number = sample.id
        self._worker.ask(lambda index: _found(index, number), self._compare, lane=f"{LANE}-look")

    def _compare(self, sample: Sample | None) -> None:
        if self.sample is None or self.drawing is None or self._unsaved:
            return
        if sample is None or sample.id != self.sample.id:
            if sample is None:
                self.open(self.sample.id)
            return
        try:
            held = drawing_for(sample.target, self.drawing.width_px, self.drawing.height_px)
        except ConfigError as error:
            self._refuse(error)
            return
        self.sample, self.is_labelled = sample, is_drawing(sample.target)
        if held != self.drawing:
            self.drawing = held
            self.told.emit(held)
        self.saved.emit(sample.id)


def _found(index: SampleIndex, sample_id: int) -> Sample | None:
    some: list[Sample] = index.samples([sample_id])
    return some[0] if some else None


def _keeping(sample_id: int, drawing: Drawing) -> Step:
    def step(index: SampleIndex) -> Sequence[Change]:
        target: Any = target_of(drawing)
        if len(json.dumps(target)) > MOST_CHARACTERS:
            raise ConfigError(
                "shapes",
                "What is drawn on this picture has become too detailed to be kept.",
                "The last change was taken back. Paint with a larger brush or draw fewer shapes.",
            )
        return [index.set_target([sample_id], target)]

    return step
