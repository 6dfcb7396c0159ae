"""Hostile files of networks, through the path on which a person opens one and a run starts."""

from __future__ import annotations

import json
import os
import time

import pytest

from deepdesk.core.errors import DeepDeskError, GraphError, ProjectError
from deepdesk.core.events import Result
from deepdesk.core.work import StopToken
from deepdesk.engine.plan import chosen_graph
from deepdesk.engine.request import RunRequest
from deepdesk.export.graph_file import GRAPH_BYTES
from deepdesk.nn.build import build_meta
from deepdesk.nn.graph import Contract
from deepdesk.nn.remedies import remedies
from deepdesk.nn.shapes import infer, shapes_of
from deepdesk.project.safe_write import parse_json
from deepdesk.ui.tabs.architecture.export_tools import reading_work

CONTRACT = Contract(inputs={"image": (3, 32, 32)}, outputs={"logits": (10,)})
PICTURE = '{"id": "picture", "block": "input", "settings": {"shape": [3, 32, 32]}}'
LIMIT_S = 1.0


def document(nodes="", edges="", more=""):
    nodes = f"{PICTURE}, {nodes}" if nodes else PICTURE
    return f'{{"format": 1, "name": "x", "nodes": [{nodes}], "edges": [{edges}]{more}}}'


def node(block, settings="{}", node_id="a"):
    return json.dumps({"id": node_id, "block": block})[:-1] + f', "settings": {settings}}}'


def many(count, make):
    return ", ".join(make(number) for number in range(count))


FEEDS_A = '["picture", "a", 0]'
# Name: the text of the file. Long ones are made when they are needed.
REFUSED = {
    "a call of the system": lambda: document(node("os.system"), FEEDS_A),
    "a class of torch": lambda: document(node("torch.nn.Linear"), FEEDS_A),
    "a dunder": lambda: document(node("__reduce__"), FEEDS_A),
    "a cyrillic lookalike": lambda: document(node("c\u043envolution"), FEEDS_A),
    "a full-width lookalike": lambda: document(node("\uff4cinear"), FEEDS_A),
    "a right-to-left override": lambda: document(node("\u202elinear"), FEEDS_A),
    "a path": lambda: document(node("../../etc/passwd"), FEEDS_A),
    "a lambda": lambda: document(node("lambda", '{"function": "marshal"}'), FEEDS_A),
    "an entry for a module": lambda: document(more=', "module": "os"'),
    "a hundred thousand deep": lambda: document(more=', "groups": ' + "[" * 10**5 + "]" * 10**5),
    "a hundred thousand objects deep": lambda: '{"a":' * 10**5 + "1" + "}" * 10**5,
    "not a number": lambda: document(node("dropout", '{"share": NaN}'), FEEDS_A),
    "infinity": lambda: document(node("dropout", '{"share": -Infinity}'), FEEDS_A),
    "beyond all floats": lambda: document(node("dropout", '{"share": 1e999}'), FEEDS_A),
    "a whole number of a million digits": lambda: document(
        node("linear", f'{{"features": {"9" * 10**6}}}'), FEEDS_A
    ),
    "a whole number of a hundred digits": lambda: document(
        node("linear", f'{{"features": {"9" * 100}}}'), FEEDS_A
    ),
    "ten million blocks": lambda: document("{}" + ", {}" * (10**7 - 1)),
    "a hundred thousand blocks": lambda: document(
        many(10**5, lambda n: node("flatten", node_id=f"n{n}"))
    ),
    "two hundred thousand connections": lambda: document(edges=", ".join(["[]"] * 200_000)),
    "a hundred thousand connections": lambda: document(
        edges=", ".join(['["picture", "picture", 0]'] * 10**5)
    ),
    "a name of ten million letters": lambda: document().replace('"x"', f'"{"x" * 10**7}"'),
    "a setting of ten million letters": lambda: document(
        node("activation", f'{{"function": "{"x" * 10**7}"}}'), FEEDS_A
    ),
    "a block of ten million letters": lambda: document(node("x" * 10**7), FEEDS_A),
    "an id of ten million letters": lambda: document(node("linear", node_id="x" * 10**7)),
    "a label of ten million letters": lambda: document(
        f'{{"id": "a", "block": "add", "label": "{"x" * 10**7}"}}'
    ),
    "a key twice": lambda: '{"format": 1, "format": 1, "name": "", "nodes": [], "edges": []}',
    "a setting twice": lambda: document(node("linear", '{"features": 1, "features": 2}'), FEEDS_A),
    "a list of a hundred thousand sizes": lambda: document().replace(
        "3, 32, 32", "1, " * 10**5 + "1"
    ),
    "a hundred thousand settings": lambda: document(
        node("linear", "{" + many(10**5, lambda n: f'"a{n}":1') + "}"), FEEDS_A
    ),
    "nested sizes": lambda: document().replace("[3, 32, 32]", "[[3], [32], [32]]"),
    "an id twice": lambda: document(node("flatten", node_id="picture")),
    "a connection to nowhere": lambda: document(edges='["picture", "b", 0]'),
    "a negative port": lambda: document(node("add"), '["picture", "a", -1]'),
    "a port of a billion": lambda: document(node("add"), '["picture", "a", 1000000000]'),
    "a port that is true": lambda: document(node("add"), '["picture", "a", true]'),
    "one port fed twice": lambda: document(node("add"), f"{FEEDS_A}, {FEEDS_A}"),
    "a group with the id of a block": lambda: document(
        more=', "groups": [{"id": "picture", "label": "", "nodes": ["picture"]}]'
    ),
    "a group of nothing": lambda: document(
        more=', "groups": [{"id": "g", "label": "", "nodes": []}]'
    ),
    "a group of blocks that are not there": lambda: document(
        more=', "groups": [{"id": "g", "label": "", "nodes": ["b"]}]'
    ),
    "a group in a group": lambda: document(
        more=', "groups": [{"id": "g", "label": "", "nodes": [["picture"]]}]'
    ),
    "two groups of the same block": lambda: document(
        more=', "groups": [{"id": "g", "nodes": ["picture"]}, {"id": "h", "nodes": ["picture"]}]'
    ),
    "a group that has a block twice": lambda: document(
        more=', "groups": [{"id": "g", "nodes": ["picture", "picture"]}]'
    ),
    "a hundred thousand groups": lambda: document(
        more=', "groups": [' + many(10**5, lambda n: '{"id": "g", "nodes": ["picture"]}') + "]"
    ),
    "another format": lambda: document().replace('"format": 1', '"format": 2'),
    "a pickle": lambda: "\x80\x04cos\nsystem\n",
    "half a file": lambda: document()[:40],
    "an empty file": lambda: "",
    "a page of the web": lambda: "<html></html>",
    "a lone surrogate for an id": lambda: document(node("linear", node_id="\ud800")),
    "a NUL in the name of a block": lambda: document(node("linear\0"), FEEDS_A),
}
# Opened, so that they can be repaired; a run is refused with the block at fault.
BROKEN = {
    "negative channels": lambda: document(node("convolution", '{"channels": -1}'), FEEDS_A),
    "a million layers": lambda: document(
        node("transformer_encoder", '{"layers": 1000000}'), FEEDS_A
    ),
    "a circle": lambda: document(
        ", ".join((node("add"), node("add", node_id="b"))),
        '["a", "b", 0], ["b", "a", 0], ["picture", "a", 1], ["picture", "b", 1]',
    ),
    "a circle of two thousand": lambda: document(
        many(1_999, lambda n: node("add", node_id=f"n{n}")),
        many(1_999, lambda n: f'["n{n}", "n{(n + 1) % 1999}", 0]'),
    ),
    "a thousand circles": lambda: document(
        many(1_998, lambda n: node("add", node_id=f"n{n}")),
        many(1_998, lambda n: f'["n{n}", "n{n ^ 1}", 0]'),
    ),
    "two thousand blocks with nothing in common": lambda: document(
        many(1_999, lambda n: node("linear", node_id=f"n{n}"))
    ),
    "eight thousand connections into one block": lambda: document(
        ", ".join((node("add"), many(1_900, lambda n: node("flatten", node_id=f"n{n}")))),
        many(1_900, lambda n: f'["picture", "a", {n}]'),
    ),
    "a trillion parameters": lambda: document(
        ", ".join(
            (
                node("upsample", '{"factor": 32}'),
                node("flatten", node_id="b"),
                node("linear", '{"features": 65536}', node_id="c"),
                *(node("linear", '{"features": 65536}', node_id=f"d{n}") for n in range(250)),
                node("classifier_head", node_id="e"),
            )
        ),
        f'{FEEDS_A}, ["a", "b", 0], ["b", "c", 0], ["c", "d0", 0], ["d249", "e", 0], '
        + many(249, lambda n: f'["d{n}", "d{n + 1}", 0]'),
    ),
    "a map of a trillion numbers": lambda: document(
        ", ".join(
            (node("upsample", '{"factor": 32}'), node("upsample", '{"factor": 32}', node_id="b"))
        ),
        f'{FEEDS_A}, ["a", "b", 0]',
    ),
    "an id that is part of every network": lambda: document(
        ", ".join(
            (
                node("convolution", node_id="forward"),
                node("global_pool", node_id="b"),
                node("classifier_head", node_id="c"),
            )
        ),
        '["picture", "forward", 0], ["forward", "b", 0], ["b", "c", 0]',
    ),
}


def opened(tmp_path, text):
    """Return the graph of a file, read as the window reads one that is dropped on it."""
    path = tmp_path / "network.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    found = []
    work = reading_work(path, CONTRACT)
    start_s = time.perf_counter()
    try:
        work(found.append, StopToken())
    finally:
        found.append(time.perf_counter() - start_s)
        assert found[-1] < LIMIT_S
    (result,) = (event for event in found if isinstance(event, Result))
    return result.value


def started(data):
    """Do what a new run does with the network that it is given, up to the first step."""
    graph = chosen_graph(None, RunRequest(graph=data), None, "")
    shapes_of(graph, CONTRACT)
    build_meta(graph, CONTRACT)


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_is_refused_with_a_reason_within_a_second(tmp_path, monkeypatch, name):
    called = []
    monkeypatch.setattr(os, "system", called.append)
    text = REFUSED[name]()

    with pytest.raises((GraphError, ProjectError)) as caught:
        opened(tmp_path, text)

    assert 10 < len(caught.value.message) < 300
    assert caught.value.message.isprintable()
    assert caught.value.hint.isprintable()
    assert not called


@pytest.mark.parametrize("name", REFUSED)
def test_a_run_with_a_hostile_network_is_refused_as_well(name):
    text = REFUSED[name]()
    try:
        data = None if len(text) > GRAPH_BYTES else parse_json(text.encode())
    except ValueError:
        data = None
    if data is None:
        return  # no file of a project can hold it
    start_s = time.perf_counter()

    with pytest.raises(GraphError) as caught:
        chosen_graph(None, RunRequest(graph=data), None, "")

    assert time.perf_counter() - start_s < LIMIT_S
    assert caught.value.message.isprintable()


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_network_is_opened_and_the_block_at_fault_is_named(tmp_path, name):
    graph = opened(tmp_path, BROKEN[name]())
    start_s = time.perf_counter()

    problems = list(infer(graph, CONTRACT).problems)
    if not problems:
        with pytest.raises(GraphError) as caught:
            build_meta(graph, CONTRACT)
        problems = [caught.value]
    remedies(graph, CONTRACT, problems[0])

    assert time.perf_counter() - start_s < LIMIT_S
    assert problems[0].node in graph.by_id
    assert all(len(problem.message) < 300 for problem in problems)


@pytest.mark.parametrize("name", BROKEN)
def test_a_run_with_a_broken_network_is_refused_within_a_second(name):
    data = json.loads(BROKEN[name]())
    start_s = time.perf_counter()

    with pytest.raises(DeepDeskError) as caught:
        started(data)

    assert time.perf_counter() - start_s < LIMIT_S
    assert caught.value.message.isprintable()


def test_a_file_above_the_limit_is_not_even_parsed(tmp_path):
    text = document() + " " * GRAPH_BYTES

    with pytest.raises(ProjectError, match="larger"):
        opened(tmp_path, text)
