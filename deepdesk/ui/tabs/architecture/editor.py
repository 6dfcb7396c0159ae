"""What a person does to the network on the canvas: each step a graph, a name and an Undo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject

from deepdesk.core.errors import GraphError
from deepdesk.core.settings import changed_keys, settings_of, to_json
from deepdesk.nn import editing
from deepdesk.nn.catalogue import block_of
from deepdesk.nn.graph import Edge, Graph, Node
from deepdesk.nn.nearest import nearest_config
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.architecture.canvas import Canvas
from deepdesk.ui.tabs.architecture.network import Network
from deepdesk.ui.tabs.architecture.placing import (
    Spot,
    empty_network,
    in_flow,
    placed,
    rerouted,
)
from deepdesk.ui.tabs.architecture.sources import fed, place_of, source_named
from deepdesk.ui.tabs.architecture.words import blocks_text

OWN_NAME = "My network"


class Editor(QObject):
    """Edits the network where the canvas has its selection.

    Every method returns whether the network was changed; if not, the footer says why.

    Attributes:
        refusal: Why the last step was not made.
    """

    def __init__(self, desk: Desk, network: Network, canvas: Canvas, parent: QObject) -> None:
        super().__init__(parent)
        self.desk = desk
        self.network = network
        self.canvas = canvas
        self.refusal = ""

    @property
    def chosen(self) -> tuple[str, ...]:
        """Ids of the selected blocks, as data flows."""
        if self.network.drawing is None:
            return ()
        ids = self.canvas.selection or (self.canvas.selected,)
        return tuple(i for i in ids if i in self.network.drawing.graph.by_id)

    @property
    def spot(self) -> Spot:
        """Where the next block goes: onto the selected connection, else after the selection."""
        edges = self.canvas.selected_edges
        edge = edges[0] if len(edges) == 1 and not self.canvas.selection else None
        focus = self.canvas.selected
        chosen = self.chosen
        return Spot(after=chosen if len(chosen) > 1 else (focus,) if focus else (), edge=edge)

    def insert(self, block: str, settings: Mapping[str, Any], spot: Spot) -> bool:
        """Add a block at a place and select it."""

        def step(graph: Graph) -> tuple[Graph, str, str]:
            node = editing.new_node(graph, block, settings)
            after = in_flow(graph, (spot.edge.source,) if spot.edge else spot.after)
            is_fed = bool(after) and not spot.is_loose and node.kind.ports[1] > 0
            where = f" after {graph.node(after[-1]).title}" if is_fed else ""
            return self.with_block(graph, node, spot), f"Added {node.title}{where}", node.id

        return self.do(step)

    def with_block(self, graph: Graph, node: Node, spot: Spot) -> Graph:
        """Return the graph with a new block at a place.

        Raises:
            GraphError: The place names a block that there is not, or a circle would form.
        """
        if not spot.words or self.network.drawing is None:
            return placed(graph, node, spot)
        contract = self.network.drawing.survey.contract
        source = source_named(graph, spot.words, place_of(graph, spot), contract)
        return fed(graph, node, spot, source)

    def drop(self, request: tuple[str, object]) -> bool:
        """Add a block where it was let go: on a block, on a connection, or on the ground."""
        block, target = request
        if isinstance(target, Edge):
            return self.insert(block, {}, Spot(edge=target))
        if isinstance(target, str) and target:
            return self.insert(block, {}, Spot(after=(target,)))
        return self.insert(block, {}, Spot(is_loose=True))

    def connect_blocks(self, request: tuple[str, str, int | None]) -> bool:
        """Feed one block into another."""
        source, target, port = request

        def step(graph: Graph) -> tuple[Graph, str, str]:
            ends = (graph.node(source).title, graph.node(target).title)
            made = editing.connected(graph, source, target, _free(graph, target, port))
            return made, f"Connected {ends[0]} to {ends[1]}", target

        return self.do(step)

    def connect_chosen(self) -> bool:
        """Feed each selected block into the last of them."""
        if self.network.drawing is None:
            return False
        chosen = in_flow(self.network.drawing.graph, self.chosen)
        if len(chosen) < 2:
            return self.say_no("Select two blocks to connect them.")

        def step(graph: Graph) -> tuple[Graph, str, str]:
            joined = {(edge.source, edge.target) for edge in graph.edges}
            for source in chosen[:-1]:
                if len(chosen) == 2 or (source, chosen[-1]) not in joined:
                    graph = editing.connected(graph, source, chosen[-1])
            return graph, f"Connected to {graph.node(chosen[-1]).title}", chosen[-1]

        return self.do(step)

    def reroute(self, request: tuple[Edge, str, str, int | None]) -> bool:
        """Move one end of a connection."""
        edge, source, target, port = request

        def step(graph: Graph) -> tuple[Graph, str, str]:
            made = rerouted(graph, edge, source, target, port)
            ends = (graph.node(source).title, graph.node(target).title)
            return made, f"Connected {ends[0]} to {ends[1]}", target

        return self.do(step)

    def disconnect_edges(self, edges: tuple[Edge, ...]) -> bool:
        """Take connections away; with blocks selected and none given, all that feed them."""
        chosen = set(self.chosen)

        def step(graph: Graph) -> tuple[Graph, str, str]:
            gone = edges or tuple(edge for edge in graph.edges if edge.target in chosen)
            what = "a connection" if len(gone) == 1 else f"{len(gone)} connections"
            return editing.disconnected(graph, gone), f"Removed {what}", ""

        return self.do(step)

    def delete(self) -> bool:
        """Take away what is selected: connections, or blocks, whose neighbours are joined."""
        edges = tuple(self.canvas.selected_edges)
        chosen = self.chosen
        if edges and not self.canvas.selection:
            return self.disconnect_edges(edges)

        def step(graph: Graph) -> tuple[Graph, str, str]:
            before = next((s for i in chosen for s in graph.sources[i] if s not in chosen), "")
            return editing.removed(graph, chosen), f"Removed {named(graph, chosen)}", before

        return bool(chosen) and self.do(step)

    def replace(self, block: str, settings: Mapping[str, Any]) -> bool:
        """Put another block in the place of the one that has the focus."""
        chosen = self.chosen

        def step(graph: Graph) -> tuple[Graph, str, str]:
            made = editing.replaced(graph, chosen[0], block, settings)
            fresh = next(node.id for node in made.nodes if node.id not in graph.by_id)
            titles = (graph.node(chosen[0]).title, block_of(block).title)
            return made, f"Replaced {titles[0]} with {titles[1]}", fresh

        return len(chosen) == 1 and self.do(step)

    def mend(self, request: tuple[str, int]) -> bool:
        """Take a remedy that the drawing offers."""
        node_id, index = request
        drawing = self.network.drawing
        offered = drawing.remedies.get(node_id, ()) if drawing is not None else ()
        if not 0 <= index < len(offered):
            return False
        return self.do(
            lambda _graph: (offered[index].graph, f"Mended: {offered[index].title}", node_id)
        )

    def configure(self, edit: tuple[str, Any]) -> bool:
        """Give a block other settings: (block id, its new config)."""
        node_id, config = edit
        drawing = self.network.drawing
        if drawing is None or node_id not in drawing.graph.by_id:
            return False
        before = drawing.graph.node(node_id)
        # Only what differs: the rest may have been filled in from the data for now.
        keys = changed_keys(config, nearest_config(before))
        values = to_json(config)
        labels = {setting.key: setting.knob.label for setting in settings_of(type(config))}

        def step(graph: Graph) -> tuple[Graph, str, str]:
            node = graph.node(node_id).with_settings(**{key: values[key] for key in keys})
            what = ", ".join(labels[key] for key in keys)
            return graph.with_node(node), f"Changed {what} of {before.title}", ""

        return bool(keys) and self.do(step)

    def begin_new(self) -> bool:
        """Begin a network with nothing but its input."""
        if self.network.drawing is None:
            return False
        inputs = self.network.drawing.survey.contract.inputs

        def step(graph: Graph) -> tuple[Graph, str, str]:
            made = empty_network(graph, inputs, OWN_NAME)
            return made, "Began a new network", made.nodes[0].id

        return self.do(step)

    def do(self, step: Callable[[Graph], tuple[Graph, str, str]]) -> bool:
        """Make a step, which gives the graph after it, what was done, and the block to look at."""
        if self.network.drawing is None:
            return False
        try:
            graph, text, focus = step(self.network.graph)
        except GraphError as error:
            return self.say_no(str(error))
        is_taken = self.network.change_graph(graph, text)
        if is_taken and focus:
            self.canvas.select(focus)
        return is_taken

    def say_no(self, why: str) -> bool:
        """Say in the footer why nothing was changed."""
        self.refusal = why
        self.desk.say(why, level="warning")
        return False


def named(graph: Graph, ids: tuple[str, ...]) -> str:
    """Return a block by its title, several by their number."""
    return graph.node(ids[0]).title if len(ids) == 1 else blocks_text(len(ids))


def _free(graph: Graph, target: str, port: int | None) -> int | None:
    """Return a port, or None for the next free one where it is taken and another is free."""
    taken = {edge.port for edge in graph.edges if edge.target == target}
    has_room = len(taken) < graph.node(target).kind.ports[1]
    return None if port in taken and has_room else port
