"""A network on a canvas without a project: what an editor needs, and nothing of torch."""

from __future__ import annotations

from PySide6.QtCore import QObject

from deepdesk.nn.graph import Graph
from deepdesk.ui.tabs.architecture.canvas import Canvas
from deepdesk.ui.tabs.architecture.editor import Editor
from tests.ui.architecture_drawings import drawing, survey


class PaperNetwork:
    """Keeps a graph and every one before it."""

    def __init__(self, canvas, graph):
        self.canvas = canvas
        self.given = survey()
        self.past = []
        self.texts = []
        self._take(graph)

    def _take(self, graph):
        self.graph = graph
        self.drawing = drawing(graph, given=self.given)
        self.canvas.show_drawing(self.drawing)

    def change_graph(self, graph, text):
        if graph == self.graph:
            return False
        assert Graph.from_json(graph.to_json()) is not None, "it can be read back"
        self.past.append(self.graph)
        self.texts.append(text)
        self._take(graph)
        return True

    def undo(self):
        self.texts.pop()
        self._take(self.past.pop())


class Stage(QObject):
    """A canvas with an editor, and what the footer was told."""

    def __init__(self, qtbot, desk, graph):
        super().__init__()
        self.canvas = Canvas()
        self.canvas.resize(800, 600)
        qtbot.addWidget(self.canvas)
        self.network = PaperNetwork(self.canvas, graph)
        self.editor = Editor(desk, self.network, self.canvas, self)
        self.said = []
        desk.said.connect(lambda note: self.said.append(note.text))

    @property
    def flow(self):
        """Ids of the blocks as data flows."""
        return [node.id for node in self.network.graph.order]

    def pairs(self):
        """Return the connections as (source, target)."""
        return {(edge.source, edge.target) for edge in self.network.graph.edges}

    def select(self, *ids):
        """Select blocks, the first one having the focus."""
        self.canvas.select(ids[0])
        if len(ids) > 1:
            self.canvas.take(self.canvas.chosen_now.with_cards(set(ids)))
