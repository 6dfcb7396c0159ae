"""Names and groups of blocks."""

from __future__ import annotations

import dataclasses

from deepdesk.core.errors import GraphError
from deepdesk.nn import editing
from deepdesk.nn.graph import Graph
from deepdesk.ui.tabs.architecture.editor import Editor
from deepdesk.ui.tabs.architecture.placing import whole_groups
from deepdesk.ui.tabs.architecture.words import blocks_text


class Naming:
    """Groups and renames what is selected; methods return whether the network was changed."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor

    def group(self, label: str) -> bool:
        """Put the selected blocks into a group with a name."""
        chosen = self._editor.chosen

        def step(graph: Graph) -> tuple[Graph, str, str]:
            made = editing.grouped(graph, chosen, label.strip())
            return made, f"Grouped {blocks_text(len(chosen))} as {label.strip()}", ""

        return bool(chosen and label.strip()) and self._editor.do(step)

    def ungroup(self) -> bool:
        """Take the groups of what is selected apart; their blocks stay."""

        def step(graph: Graph) -> tuple[Graph, str, str]:
            gone = whole_groups(graph, (*self._editor.chosen, *self._editor.canvas.selected_groups))
            if not gone:
                raise GraphError("No group is selected.", "Select a group first.")
            for group in gone:
                graph = editing.ungrouped(graph, group.id)
            return graph, f"Took {gone[0].label} apart", ""

        return self._editor.do(step)

    def toggle_group(self, request: tuple[str, bool]) -> bool:
        """Open a group, or close it."""
        group_id, is_open = request

        def step(graph: Graph) -> tuple[Graph, str, str]:
            group = next(group for group in graph.groups if group.id == group_id)
            made = editing.with_group(graph, dataclasses.replace(group, is_open=is_open))
            return made, f"{'Opened' if is_open else 'Closed'} {group.label}", ""

        return self._editor.do(step)

    def rename(self, some_id: str, name: str) -> bool:
        """Give a block, a group or (with "" as id) the network another name."""

        def step(graph: Graph) -> tuple[Graph, str, str]:
            text = f"Renamed to {name.strip()}" if name.strip() else "Took the name away"
            return renamed(graph, some_id, name.strip()), text, ""

        return self._editor.do(step)


def renamed(graph: Graph, some_id: str, name: str) -> Graph:
    """Return the graph with another name for a block, a group or, for "", itself."""
    if some_id in graph.by_id:
        return graph.with_node(dataclasses.replace(graph.node(some_id), label=name))
    for group in graph.groups:
        if group.id == some_id:
            return editing.with_group(graph, dataclasses.replace(group, label=name or group.label))
    return dataclasses.replace(graph, name=name or graph.name)
