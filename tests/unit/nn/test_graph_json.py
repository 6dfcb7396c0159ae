"""Graphs from JSON: what is legal comes back equal, all else is refused with a reason."""

from __future__ import annotations

import contextlib
import json
import time
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from deepdesk.core.errors import GraphError
from deepdesk.nn import presets
from deepdesk.nn.build import build_meta
from deepdesk.nn.graph import Contract, Graph
from deepdesk.nn.shapes import infer

NETWORKS = {
    "small_cnn": presets.small_cnn(),
    "residual": presets.residual(),
    "tiny_vit": presets.tiny_vit(),
    "backbone": presets.backbone("resnet18", side_px=32),
}
PICTURE = {"id": "picture", "block": "input", "settings": {"shape": [3, 32, 32]}}


def document(*nodes: Any, edges: Any = None, **changes: Any) -> dict[str, Any]:
    ids = [node["id"] for node in (PICTURE, *nodes) if isinstance(node, dict) and "id" in node]
    chain = [[a, b, 0] for a, b in pairwise(ids)]
    nodes_ = [PICTURE, *nodes]
    return {"format": 1, "name": "x", "nodes": nodes_, "edges": edges or chain, **changes}


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def filters(**settings: Any) -> dict[str, Any]:
    return {"id": "filters", "block": "convolution", "settings": settings}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_preset_survives_json_unchanged(name):
    graph = NETWORKS[name]

    copy = Graph.from_json(json.loads(json.dumps(graph.to_json(), allow_nan=False)))

    assert copy.to_json() == graph.to_json()
    assert [node.config for node in copy.nodes] == [node.config for node in graph.nodes]
    assert copy == Graph.from_json(copy.to_json())


HOSTILE: dict[str, tuple[Any, str]] = {
    "a python object": (document({"id": "a", "block": "os.system"}), "unknown_block"),
    "a class of torch": (document({"id": "a", "block": "torch.nn.Linear"}), "unknown_block"),
    "a dunder": (document({"id": "a", "block": "__class__"}), "unknown_block"),
    "a cyrillic letter": (document({"id": "a", "block": "c\u043envolution"}), "unknown_block"),
    "a full-width letter": (document({"id": "a", "block": "\uff4cinear"}), "unknown_block"),
    "a zero-width space": (document({"id": "a", "block": "linear\u200b"}), "unknown_block"),
    "a block that is a list": (document({"id": "a", "block": ["linear"]}), "unknown_block"),
    "no block": (document({"id": "a"}), "unknown_block"),
    "an endless block name": (document({"id": "a", "block": "x" * 10**6}), "unknown_block"),
    "a lookalike id": (document({"id": "\u0430", "block": "flatten"}), "id"),
    "an id with a dot": (document({"id": "a.weight", "block": "flatten"}), "id"),
    "an id with a line break": (document({"id": "a\n", "block": "flatten"}), "id"),
    "no id": (document({"block": "flatten"}), "id"),
    "an id twice": (document({"id": "picture", "block": "flatten"}, edges=[]), "id"),
    "endless channels": (document(filters(channels=10**400)), "format"),
    "not a number": (
        document({"id": "a", "block": "dropout", "settings": {"share": float("nan")}}),
        "format",
    ),
    "infinity": (
        document({"id": "a", "block": "dropout", "settings": {"share": float("inf")}}),
        "format",
    ),
    "a setting with the name of something else": (document(filters(__init__=1)), "setting"),
    "a setting with a line break": (document(filters(padding="a\nb")), "setting"),
    "a hundred settings": (document(filters(**{f"s{n}": n for n in range(100)})), "format"),
    "a setting a hundred thousand deep": (document(filters(channels=nested(100_000))), "format"),
    "a name a hundred thousand deep": (document(name=nested(100_000)), "format"),
    "nodes a hundred thousand deep": (document(nested(100_000)), "format"),
    "settings that are a list": (document({"id": "a", "block": "add", "settings": []}), "format"),
    "an unknown key": (document({"id": "a", "block": "add", "class": "os"}), "format"),
    "an unknown key at the top": (document(import_="os"), "format"),
    "an edge to nowhere": (document(edges=[["picture", "b", 0]]), "edge"),
    "an edge with a huge port": (document(edges=[["picture", "picture", 10**9]]), "edge"),
    "an edge of two": (document(edges=[["picture", "picture"]]), "edge"),
    "an edge of objects": (document(edges=[[{}, [], 0]]), "edge"),
    "two edges into one port": (
        document({"id": "a", "block": "add"}, edges=[["picture", "a", 0], ["picture", "a", 0]]),
        "edge",
    ),
    "too many nodes": (document(*[{"id": "a", "block": "add"}] * 100_000), "too_large"),
    "edges that are a text": (document(edges="picture"), "format"),
    "another format": (document(format=2), "format"),
    "a format that is true": (document(format=True), "format"),
    "a list": ([], "format"),
    "nothing": (None, "format"),
    "a text": ("{}", "format"),
}

# What a person can repair is opened, and the block that has the mistake is named.
BROKEN: dict[str, tuple[Any, str]] = {
    "negative channels": (document(filters(channels=-1)), "setting"),
    "half a channel": (document(filters(channels=1.5)), "setting"),
    "true channels": (document(filters(channels=True)), "setting"),
    "a million layers": (
        document({"id": "a", "block": "transformer_encoder", "settings": {"layers": 10**6}}),
        "setting",
    ),
    "a circle": (
        document({"id": "a", "block": "add"}, edges=[["picture", "a", 0], ["a", "a", 1]]),
        "cycle",
    ),
    "a setting that is unheard of": (document(filters(colour="red")), "setting"),
    "a list for a number": (document(filters(channels=[1, 2])), "setting"),
    "a choice that is none": (document(filters(padding="sane")), "setting"),
    "a block that feeds itself": (document(filters(), edges=[["filters", "filters", 1]]), "cycle"),
    "a merge of one": (document({"id": "a", "block": "add"}), "not_connected"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_network_is_refused_with_a_reason_within_a_second(name):
    data, code = HOSTILE[name]
    start_s = time.perf_counter()

    with pytest.raises(GraphError) as caught:
        Graph.from_json(data)

    assert time.perf_counter() - start_s < 1.0
    assert caught.value.code == code
    assert 10 < len(caught.value.message) < 300
    assert caught.value.message.isprintable()


@pytest.mark.parametrize("name", BROKEN)
def test_a_network_with_a_mistake_is_opened_and_the_block_at_fault_is_named(name):
    data, code = BROKEN[name]

    graph = Graph.from_json(data)

    problem = infer(graph).problems[0]
    assert (problem.code, problem.node) == (code, data["nodes"][1]["id"])
    copy = Graph.from_json(json.loads(json.dumps(graph.to_json())))
    assert copy.to_json() == graph.to_json()


def test_a_lookalike_shows_its_letter_and_the_nearest_block():
    data, _code = HOSTILE["a cyrillic letter"]

    with pytest.raises(GraphError) as caught:
        Graph.from_json(data)

    assert "\\u043e" in caught.value.message
    assert "'convolution'" in caught.value.hint
    assert caught.value.node == "a"


@pytest.mark.parametrize(
    ("nodes", "code"),
    [
        (
            [
                {"id": "a", "block": "flatten"},
                {"id": "b", "block": "linear", "settings": {"features": 65_536}},
            ],
            "parameters",
        ),
        (
            [
                filters(channels=65_536),
                {"id": "u", "block": "upsample", "settings": {"factor": 32}},
            ],
            "too_large",
        ),
    ],
)
def test_a_network_of_a_trillion_numbers_is_refused_without_memory(nodes, code):
    picture = {"id": "picture", "block": "input", "settings": {"shape": [65_536, 128, 128]}}
    data = document(*nodes)
    data["nodes"][0] = picture
    graph = Graph.from_json(data)
    contract = Contract(inputs={"image": (65_536, 128, 128)}, outputs={"logits": (65_536,)})
    start_s = time.perf_counter()

    problems = infer(graph, contract).problems
    if not problems:
        with pytest.raises(GraphError) as caught:
            build_meta(graph, contract)
        problems = (caught.value,)

    assert time.perf_counter() - start_s < 1.0
    assert problems[0].code == code


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@budget(max_examples=40, deadline=None)
@given(
    where=st.sampled_from(["format", "name", "nodes", "edges", "node", "settings", "id"]),
    value=JSON,
)
def test_any_other_json_in_any_place_is_refused_or_legal_never_a_crash(where, value):
    data = NETWORKS["small_cnn"].to_json()
    places = {
        "node": lambda: data["nodes"].__setitem__(1, value),
        "settings": lambda: data["nodes"][1].__setitem__("settings", value),
        "id": lambda: data["nodes"][1].__setitem__("id", value),
    }
    places.get(where, lambda: data.__setitem__(where, value))()

    with contextlib.suppress(GraphError):
        graph = Graph.from_json(data)
        assert Graph.from_json(graph.to_json()) == Graph.from_json(graph.to_json())
