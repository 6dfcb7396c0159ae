"""Networks as JSON files, out and in: the same format as what is dropped on the window."""

from __future__ import annotations

from pathlib import Path

from deepdesk.core.errors import GraphError
from deepdesk.nn.graph import Graph
from deepdesk.project.safe_write import read_json, write_json

GRAPH_BYTES = 16 << 20


def write_graph(path: Path, graph: Graph) -> None:
    """Write a graph into a .json file.

    Raises:
        GraphError: A setting of it is not legal.
        StorageError: The disk is full or not writable.
    """
    write_json(path, graph.to_json(), sealed=False)


def read_graph(path: Path) -> Graph:
    """Return the checked graph of a .json file, which may come from anyone.

    Raises:
        GraphError: It holds something else, with the reason.
        ProjectError: It is no JSON, or far too large.
    """
    if path.suffix.lower() != ".json":
        raise GraphError(
            f"{path.name} is no network.", "Choose a .json or .onnx file.", code="format"
        )
    return Graph.from_json(read_json(path, limit_bytes=GRAPH_BYTES))
