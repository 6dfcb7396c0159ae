"""Graphs to JSON and back. What comes from a file is checked in full before it is a graph.

A mistake that a person can repair is kept, and `deepdesk.nn.shapes` names the block that has it:
a circle, a missing connection, a setting that is not legal. Refused is what cannot be shown: a
block that is unknown, an id twice, a connection to nowhere, anything too large or too deep.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from deepdesk.core import settings
from deepdesk.core.errors import GraphError
from deepdesk.nn.graph import Edge, Graph, Group, Node

FORMAT = 1
MAX_NODES = 2_000
MAX_EDGES = 8_000
MAX_TEXT = 200
_MAX_WORD = 64
_MAX_LIST = 16
_MAX_SETTINGS = 64
_MAX_WHOLE = 1 << 53  # what JSON readers of other languages keep exactly
_ID = re.compile(r"[a-z][a-z0-9_]{0,47}")


def graph_to_json(graph: Graph) -> dict[str, Any]:
    """Return a JSON-ready object; settings are written out in full, so defaults may change."""
    return {
        "format": FORMAT,
        "name": graph.name,
        "nodes": [
            {
                "id": node.id,
                "block": node.block,
                "settings": _settings_json(node),
                **({"label": node.label} if node.label else {}),
            }
            for node in graph.nodes
        ],
        "edges": [[edge.source, edge.target, edge.port] for edge in graph.edges],
        **({"groups": [_group_json(group) for group in graph.groups]} if graph.groups else {}),
    }


def _settings_json(node: Node) -> dict[str, Any]:
    try:
        return settings.to_json(node.config)
    except GraphError:  # a mistake is kept as it is
        return {k: list(v) if isinstance(v, tuple) else v for k, v in node.settings.items()}


def _group_json(group: Group) -> dict[str, Any]:
    return {
        "id": group.id,
        "label": group.label,
        "nodes": list(group.nodes),
        "open": group.is_open,
    }


def graph_from_json(data: Any) -> Graph:
    """Return the graph of a parsed JSON object.

    Raises:
        GraphError: With the node at fault, a code and what would be legal.
    """
    _require(isinstance(data, Mapping), "A network has to be an object.")
    _closed(data, {"format", "name", "nodes", "edges", "groups"}, node="")
    number = data.get("format")
    _require(
        number == FORMAT and type(number) is int,
        "This network was written in another format than this program knows.",
    )
    nodes = _list(data.get("nodes"), "blocks", MAX_NODES)
    edges = _list(data.get("edges"), "connections", MAX_EDGES)
    graph = Graph(
        name=_text(data.get("name", ""), "The name", node=""),
        nodes=tuple(_node(item) for item in nodes),
        edges=tuple(_edge(item) for item in edges),
        groups=tuple(_group(item) for item in _list(data.get("groups", []), "groups", MAX_NODES)),
    )
    _check_ids(graph)
    _check_groups(graph)
    return graph


def _node(item: Any) -> Node:
    _require(isinstance(item, Mapping), "A block has to be an object.")
    node_id = item.get("id")
    if not isinstance(node_id, str) or not _ID.fullmatch(node_id):
        shown = ascii(node_id[:48]) if isinstance(node_id, str) else type(node_id).__name__
        raise GraphError(
            f"A block is called {shown}.",
            "An id is a lower-case letter, then letters a to z, digits and _, at most 48.",
            code="id",
        )
    _closed(item, {"id", "block", "settings", "label"}, node=node_id)
    values = item.get("settings", {})
    _require(isinstance(values, Mapping), "Settings have to be an object.", node=node_id)
    _require(len(values) <= _MAX_SETTINGS, "A block has too many settings.", node=node_id)
    for key, value in values.items():
        _require(
            isinstance(key, str) and len(key) <= MAX_TEXT and _is_plain(value),
            "A setting has to be a number, a text, on or off, or a short list of these.",
            node=node_id,
        )
    node = Node(
        id=node_id,
        block=item.get("block", ""),
        settings=dict(values),
        label=_text(item.get("label", ""), "The label", node=node_id),
    )
    return Node(node.id, node.block, _values(node), node.label)


def _values(node: Node) -> dict[str, Any]:
    """Return the settings of a node, lists as tuples, so that a graph equals its copy.

    Raises:
        GraphError: The block is unknown, or a setting is one that could not even be shown.
    """
    try:
        config = node.config
    except GraphError as error:
        is_shown = all(
            _ID.fullmatch(key) and _is_shown(value) for key, value in node.settings.items()
        )
        if error.code != "setting" or not is_shown:
            raise
        values = node.settings.items()
        return {key: tuple(v) if isinstance(v, list) else v for key, v in values}
    return {key: getattr(config, key) for key in node.settings}


def _edge(item: Any) -> Edge:
    is_edge = isinstance(item, list | tuple) and len(item) == 3
    _require(is_edge, "A connection has to be [source, target, port].", code="edge")
    source, target, port = item
    _require(
        isinstance(source, str)
        and isinstance(target, str)
        and isinstance(port, int)
        and not isinstance(port, bool)
        and 0 <= port < MAX_NODES,
        "A connection has to be [source, target, port].",
        code="edge",
    )
    return Edge(source, target, port)


def _group(item: Any) -> Group:
    _require(isinstance(item, Mapping), "A group has to be an object.")
    _closed(item, {"id", "label", "nodes", "open"}, node="")
    group_id, nodes = item.get("id"), item.get("nodes")
    is_id = isinstance(group_id, str) and _ID.fullmatch(group_id) is not None
    _require(is_id, "A group has no legal id.", code="id")
    ids = _list(nodes, "blocks of a group", MAX_NODES)
    _require(all(isinstance(part, str) for part in ids), "A group lists ids of blocks.")
    is_open = item.get("open", False)
    _require(isinstance(is_open, bool), "A group is open or not: true or false.")
    label = _text(item.get("label", ""), "The label", node="")
    return Group(id=str(group_id), label=label, nodes=tuple(ids), is_open=is_open)


def _check_groups(graph: Graph) -> None:
    """Refuse groups of blocks that are not there, or that are in two groups."""
    taken = set(graph.by_id)
    free = set(graph.by_id)
    for group in graph.groups:
        _require(group.id not in taken, "Two blocks or groups have the same id.", code="id")
        taken.add(group.id)
        is_own = bool(group.nodes) and len(set(group.nodes)) == len(group.nodes)
        _require(is_own and free >= set(group.nodes), "A group lists blocks that it cannot have.")
        free -= set(group.nodes)


def _check_ids(graph: Graph) -> None:
    """Refuse ids used twice, connections to nowhere, and two connections into one port."""
    seen: set[str] = set()
    for node in graph.nodes:
        _require(node.id not in seen, "Two blocks have the same id.", node=node.id, code="id")
        seen.add(node.id)
    taken: set[tuple[str, int]] = set()
    for edge in graph.edges:
        ends = {edge.source, edge.target}
        _require(ends <= seen, "A connection leads to a block that is not there.", code="edge")
        _require(
            (edge.target, edge.port) not in taken,
            "Two connections lead into the same input.",
            node=edge.target,
            code="edge",
        )
        taken.add((edge.target, edge.port))


def _is_shown(value: Any) -> bool:
    """Return whether a value that is not legal can stand in a sentence that says so."""
    if isinstance(value, list | tuple):
        return all(_is_shown(part) for part in value)
    return not isinstance(value, str) or (len(value) <= _MAX_WORD and value.isprintable())


def _is_plain(value: Any) -> bool:
    """Return whether a value is harmless to print and to compare: no nesting, no huge number."""
    if isinstance(value, list | tuple):
        return len(value) <= _MAX_LIST and all(
            not isinstance(part, list | tuple) and _is_plain(part) for part in value
        )
    if isinstance(value, str):
        return len(value) <= MAX_TEXT
    if isinstance(value, bool):
        return True
    if isinstance(value, int):
        return abs(value) <= _MAX_WHOLE
    return isinstance(value, float) and math.isfinite(value)


def _list(value: Any, what: str, limit: int) -> list[Any]:
    if not isinstance(value, list):
        raise GraphError(f"The {what} have to be a list.", code="format")
    if len(value) > limit:
        raise GraphError(
            f"The network has {len(value):,} {what}; at most {limit:,} are allowed.",
            code="too_large",
        )
    return value


def _text(value: Any, what: str, *, node: str) -> str:
    is_text = isinstance(value, str) and len(value) <= MAX_TEXT
    _require(is_text, f"{what} has to be a text of at most {MAX_TEXT} letters.", node=node)
    return str(value)


def _closed(item: Mapping[Any, Any], known: set[str], *, node: str) -> None:
    """Refuse keys that mean nothing here."""
    unknown = [key for key in item if key not in known]
    if unknown:
        name = ascii(str(unknown[0])[:40]) if isinstance(unknown[0], str) else "a number"
        raise GraphError(
            f"There is no entry {name}.",
            f"Known are: {', '.join(sorted(known))}.",
            node=node,
            code="format",
        )


def _require(is_legal: bool, message: str, *, node: str = "", code: str = "format") -> None:
    if not is_legal:
        raise GraphError(message, node=node, code=code)
