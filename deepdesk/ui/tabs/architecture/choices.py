"""Which network the project has: every choice is kept in its file and can be taken back."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import QObject, Signal

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended
from deepdesk.nn.graph import Graph
from deepdesk.project.project_file import ProjectFile
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.architecture.background import WHERE
from deepdesk.ui.tabs.architecture.command import NetworkCommand
from deepdesk.ui.tabs.architecture.drawing import Choice, Survey, is_same
from deepdesk.ui.tabs.architecture.saver import Saver
from deepdesk.ui.tabs.architecture.sketch import base_of


class Choices(QObject):
    """The choice that counts, its undo, and its place in the project's file.

    Attributes:
        now: The choice that counts.
        saver: Writes it.

    Signals:
        edited: What a person just did, in words, before it shows.
        changed: The `Choice` that counts now.
        refused: `DeepDeskError` that kept a choice from being made; the banner says it already.
    """

    edited = Signal(object)
    changed = Signal(object)
    refused = Signal(object)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._project = desk.project
        self.saver = Saver(desk, self._project, self)
        self.now = choice_of(self._project.file)

    def read(self, file: ProjectFile) -> None:
        """Take what the project's file says, unless something newer is still to be written."""
        if not self.saver.is_busy:
            self.now = choice_of(file)

    def push(self, after: Choice, text: str) -> bool:
        """Make a choice; returns whether it was made."""
        try:
            self._project.check_writable()
        except DeepDeskError as error:
            self.refuse(error)
            return False
        self.edited.emit(text)
        self._desk.undo.push(NetworkCommand(self.now, after, text, apply=self._apply))
        return True

    def start_afresh(self) -> None:
        """Keep the network, but let training begin with new weights."""
        after = dataclasses.replace(self.now, start_from="")
        self.push(after, f"Let go of the weights of {self.now.start_from}")

    def refuse(self, error: DeepDeskError) -> None:
        """Say what keeps a choice from being made."""
        self._desk.banner(error, WHERE)
        self.refused.emit(error)

    def hear_end(self, ended: Ended) -> None:
        """Say what kept work for a choice from its end."""
        if ended.error is not None and not ended.report:
            self._desk.banner(ended.error, WHERE)

    def _apply(self, choice: Choice) -> None:
        self.now = choice
        self.saver.save(choice)
        self.changed.emit(choice)


def kept(graph: Graph, survey: Survey) -> Choice:
    """Return how a graph is kept: by its name alone where it is as it is offered.

    Raises:
        GraphError: It could not be read back from the project.
    """
    fitted = graph.fitted(survey.contract)
    base = base_of(survey, fitted)
    if base is not None and is_same(fitted, base):
        return Choice(architecture=base.name)
    data = graph.to_json()
    Graph.from_json(data)
    return Choice(architecture=base.name if base else "", graph=data, live=graph)


def choice_of(file: ProjectFile) -> Choice:
    """Return the choice that a project's file holds."""
    return Choice(architecture=file.architecture, graph=file.graph, start_from=file.start_from)
