"""The network of the project: what it is, what it costs, and every change of it."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from deepdesk.core.errors import GraphError
from deepdesk.core.events import Ended
from deepdesk.nn.graph import Graph
from deepdesk.project.project_file import ProjectFile
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.architecture.background import Background
from deepdesk.ui.tabs.architecture.choices import Choices, kept
from deepdesk.ui.tabs.architecture.drawing import Choice, Drawing, Survey
from deepdesk.ui.tabs.architecture.sketch import Sketches, graph_of
from deepdesk.ui.tabs.architecture.works import (
    counting_work,
    drawing_work,
    survey_work,
)

CALM_MS, LATER_MS = 400, 800


class Network(QObject):
    """Asks in the background, tells what came, and keeps every choice in the project.

    Attributes:
        choices: Which network counts now, and every one before.
        drawing: The newest one, None before the first; right after an edit a sketch of it.

    Signals:
        began: None, when everything is looked at anew.
        surveyed: `Survey`.
        sketched: `Drawing` of an edit, at once, its totals still those from before.
        drawn: `Drawing`, counted.
        counted: `Offer` of the list.
        failed: `DeepDeskError` that keeps the tab from showing anything.
    """

    began = Signal(object)
    surveyed = Signal(object)
    sketched = Signal(object)
    drawn = Signal(object)
    counted = Signal(object)
    failed = Signal(object)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._project = desk.project
        self._spec = desk.spec
        self._jobs = Background(desk, self)
        self._seen: ProjectFile | None = None
        self._survey: Survey | None = None
        self.choices = Choices(desk, self)
        self.choices.saver.saved.connect(self._saved)
        self.choices.changed.connect(self._apply)
        # Forms then show again what counts.
        self.choices.refused.connect(lambda _error: self.drawn.emit(self.drawing))
        self._calm = QTimer(self, singleShot=True, interval=CALM_MS)
        self._calm.timeout.connect(self.refresh)
        self._later = QTimer(self, singleShot=True, interval=LATER_MS)
        self._later.timeout.connect(self._count)
        self.drawing: Drawing | None = None
        self._sketches = Sketches()

    def refresh(self) -> None:
        """Look at task, data and networks anew."""
        self._calm.stop()
        if self._desk.store.session.project is not self._project:
            return
        self._seen = self._project.file
        self.choices.read(self._seen)
        self.began.emit(None)
        work = survey_work(self._project, self._spec)
        self._jobs.ask("survey", work, self._take_survey, self._hear_end)

    def refresh_soon(self) -> None:
        """Look anew when changes have calmed down."""
        self._calm.start()

    def refresh_if_stale(self) -> None:
        """Look anew if settings of the project differ from those that were looked at."""
        if self._survey is None or _relevant(self._project.file) != _relevant(self._seen):
            self.refresh()

    def recount(self) -> None:
        """Draw and count again with the same data: weights came or went."""
        if self._survey is not None:
            self._draw()
            self._count()

    def stop(self) -> None:
        """End all work."""
        self._calm.stop()
        self._later.stop()
        self._jobs.forget_all()

    def choose(self, name: str) -> None:
        """Take a network on offer."""
        if self.choice.graph is None and self.drawing and self.drawing.graph.name == name:
            return
        self.choices.push(Choice(architecture=name), f"Chose {name}")

    def reset(self) -> None:
        """Set the network back to how it is offered."""
        if self.drawing is not None and self.drawing.base is not None:
            name = self.drawing.base.name
            self.choices.push(Choice(architecture=name), f"Set {name} back to the preset")

    @property
    def choice(self) -> Choice:
        """Which network counts now."""
        return self.choices.now

    @property
    def graph(self) -> Graph:
        """The network as it is kept, not fitted to the data: what edits begin with.

        Raises:
            GraphError: The project keeps something that is no network.
        """
        assert self._survey is not None, "nothing was looked at yet"
        return graph_of(self._survey, self.choice)

    def change_graph(self, graph: Graph, text: str, *, is_other: bool = False) -> bool:
        """Take an edited graph, which may be half drawn; returns whether it was taken.

        Args:
            text: What was done, as Undo names it: "Added Convolution after stem".
            is_other: It is another network, which does not go on from the weights of a run.
        """
        if self._survey is None or graph == self.graph:
            return False
        is_other = is_other or not _share(graph, self.graph)
        try:
            after = kept(graph, self._survey)
        except GraphError as error:
            self.choices.refuse(error)
            return False
        start = "" if is_other else self.choice.start_from
        return self.choices.push(dataclasses.replace(after, start_from=start), text)

    def open_run(self, run: str, graph: Graph) -> None:
        """Take the network of a run, to go on from its weights."""
        self.choices.push(
            Choice(graph=graph.to_json(), start_from=run), f"Opened the network of {run}"
        )

    def _apply(self, _choice: Choice) -> None:
        """Show a choice at once, as far as it is known; what it costs follows."""
        if self._survey is None:
            return
        if self._jobs.is_busy("count") or self._later.isActive():
            # The list can wait; what is edited is to be counted at once.
            self._jobs.forget("count")
            self._later.start()
        # What is no network is said by the drawing in the background.
        with contextlib.suppress(GraphError):
            if self.drawing is not None and self.drawing.survey is self._survey:
                self.drawing = self._sketches.sketch(self.drawing, self.graph)
                self.sketched.emit(self.drawing)
        self._draw()

    def _saved(self, _none: object) -> None:
        self._seen = self._project.file

    def _take_survey(self, survey: Survey) -> None:
        # An equal one stays the same object, for which the list is not counted again.
        if survey != self._survey:
            self._sketches.forget()
            self._survey = survey
            self.surveyed.emit(survey)
        self._draw()

    def _draw(self) -> None:
        assert self._survey is not None
        work = drawing_work(self._survey, self.choice)
        self._jobs.ask("drawing", work, self._take_drawing, self._hear_end, is_awaited=True)

    def _take_drawing(self, drawing: Drawing) -> None:
        # The list is counted after the drawing: what is looked at comes first.
        is_first = self.drawing is None or self.drawing.survey is not drawing.survey
        self.drawing = drawing
        self._sketches.learn(drawing)
        self.drawn.emit(drawing)
        if is_first:
            self._count()

    def _count(self) -> None:
        assert self._survey is not None
        work = counting_work(self._survey)
        self._jobs.ask("count", work, self.counted.emit, self._hear_end)

    def _hear_end(self, ended: Ended) -> None:
        if ended.error is not None and not ended.report:
            self.failed.emit(ended.error)


def _relevant(file: ProjectFile | None) -> tuple[Any, ...]:
    if file is None:
        return ()
    return (
        file.architecture,
        file.graph,
        file.start_from,
        file.dial,
        file.task_settings,
        file.training_settings,
    )


def _share(one: Graph, other: Graph) -> bool:
    """Return whether two networks have any block in common, inputs left out."""
    blocks = ({node.id for node in graph.nodes if node.block != "input"} for graph in (one, other))
    return bool(set.intersection(*blocks))
