"""The network of the project: what it is, what it costs, and every change of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended
from deepdesk.core.settings import changed_keys, settings_of, to_json
from deepdesk.nn.graph import Graph
from deepdesk.project.project_file import ProjectFile
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.architecture.background import WHERE, Background
from deepdesk.ui.tabs.architecture.command import NetworkCommand
from deepdesk.ui.tabs.architecture.drawing import Choice, Drawing, Survey, is_same
from deepdesk.ui.tabs.architecture.saver import Saver
from deepdesk.ui.tabs.architecture.works import (
    counting_work,
    drawing_work,
    reading_work,
    survey_work,
)

CALM_MS = 400


class Network(QObject):
    """Asks in the background, tells what came, and keeps every choice in the project.

    Attributes:
        choice: Which network counts now.
        drawing: The last one that came, None before the first.

    Signals:
        began: None, when everything is looked at anew.
        surveyed: `Survey`.
        drawn: `Drawing`.
        counted: `Offer` of the list.
        failed: `DeepDeskError` that keeps the tab from showing anything.
    """

    began = Signal(object)
    surveyed = Signal(object)
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
        self._saver = Saver(desk, self._project, self)
        self._saver.saved.connect(self._saved)
        self._calm = QTimer(self, singleShot=True, interval=CALM_MS)
        self._calm.timeout.connect(self.refresh)
        self.choice = _choice_of(self._project.file)
        self.drawing: Drawing | None = None

    def refresh(self) -> None:
        """Look at task, data and networks anew."""
        self._calm.stop()
        if self._desk.store.session.project is not self._project:
            return
        self._seen = self._project.file
        if not self._saver.is_busy:
            self.choice = _choice_of(self._seen)
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
        self._jobs.forget_all()

    def choose(self, name: str) -> None:
        """Take a network on offer."""
        if self.choice.graph is None and self.drawing and self.drawing.graph.name == name:
            return
        self._push(Choice(architecture=name), f"Chose {name}")

    def reset(self) -> None:
        """Set the network back to how it is offered."""
        if self.drawing is not None and self.drawing.base is not None:
            name = self.drawing.base.name
            self._push(Choice(architecture=name), f"Set {name} back to the preset")

    def change(self, node_id: str, config: Any) -> None:
        """Give a block other settings."""
        if self.drawing is None or node_id not in self.drawing.graph.by_id:
            return
        node = self.drawing.graph.node(node_id)
        if config == node.config:
            return
        graph = self.drawing.graph.with_node(node.with_settings(**to_json(config)))
        labels = {s.key: s.knob.label for s in settings_of(type(config))}
        what = ", ".join(labels[key] for key in changed_keys(config, node.config))
        self._push(_kept(graph, self.drawing.base), f"Changed {what} of {node.title}")

    def take_file(self, path: Path) -> None:
        """Take the network that a file holds, if it is one."""
        self._jobs.ask("file", reading_work(path), self._take_graph, self._hear_refusal)

    def _take_graph(self, graph: Graph) -> None:
        self._push(Choice(graph=graph.to_json()), f"Took {graph.name or 'a network'} from a file")

    def _push(self, after: Choice, text: str) -> None:
        try:
            self._project.check_writable()
        except DeepDeskError as error:
            self._desk.banner(error, WHERE)
            if self.drawing is not None:
                self.drawn.emit(self.drawing)
            return
        self._desk.undo.push(NetworkCommand(self.choice, after, text, apply=self._apply))

    def _apply(self, choice: Choice) -> None:
        self.choice = choice
        self._saver.save(choice)
        if self._survey is not None:
            self._draw()

    def _saved(self, _none: object) -> None:
        self._seen = self._project.file

    def _take_survey(self, survey: Survey) -> None:
        # An equal one stays the same object, for which the list is not counted again.
        if survey != self._survey:
            self._survey = survey
            self.surveyed.emit(survey)
        self._draw()

    def _draw(self) -> None:
        assert self._survey is not None
        work = drawing_work(self._survey, self.choice)
        self._jobs.ask("drawing", work, self._take_drawing, self._hear_end)

    def _take_drawing(self, drawing: Drawing) -> None:
        # The list is counted after the drawing: what is looked at comes first.
        is_first = self.drawing is None or self.drawing.survey is not drawing.survey
        self.drawing = drawing
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

    def _hear_refusal(self, ended: Ended) -> None:
        if ended.error is not None and not ended.report:
            self._desk.banner(ended.error, WHERE)


def _kept(graph: Graph, base: Graph | None) -> Choice:
    """Return how a graph is kept: by its name alone where it is as it is offered."""
    if base is None:
        return Choice(graph=graph.to_json())
    return Choice(architecture=base.name, graph=None if is_same(graph, base) else graph.to_json())


def _choice_of(file: ProjectFile) -> Choice:
    return Choice(architecture=file.architecture, graph=file.graph)


def _relevant(file: ProjectFile | None) -> tuple[Any, ...]:
    if file is None:
        return ()
    return (
        file.architecture,
        file.graph,
        file.dial,
        file.task_settings,
        file.training_settings,
    )
