"""One click repairs a network: for each kind of mistake, the remedy that a person would want."""

from __future__ import annotations

import dataclasses
import time

import pytest

from deepdesk.core.errors import GraphError
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.graph import Contract, Edge, Graph, Node
from deepdesk.nn.presets import chain, tiny_vit
from deepdesk.nn.remedies import MOST, remedies
from deepdesk.nn.repair_table import PROPOSERS
from deepdesk.nn.shapes import infer
from tests.unit.nn.test_remedies_boxes import CASES as BOX_CASES

CONTRACT = Contract(inputs={"image": (3, 32, 32)}, outputs={"logits": (10,)})
PICTURE = Node("picture", "input", {"shape": (3, 32, 32)})
POOL = Node("pool", "global_pool")
HEAD = Node("head", "classifier_head")
FIRST, LAST = BLOCKS["input"].title_of({}), BLOCKS["classifier_head"].title


def filters(node_id="filters", **settings):
    return Node(node_id, "convolution", settings)


def network(*nodes):
    return chain("Broken", PICTURE, *nodes)


def linked(graph, *edges):
    return dataclasses.replace(graph, edges=(*graph.edges, *(Edge(*edge) for edge in edges)))


def shortcut(merge):
    """Return a network whose shortcut skips a convolution that strides and widens."""
    graph = network(
        filters("a", channels=16),
        filters("b", channels=32, stride=2),
        Node("merge", merge),
        POOL,
        HEAD,
    )
    return linked(graph, ("a", "merge", 1))


def many_pools(count):
    return network(*[Node(f"pool_{n}", "max_pool") for n in range(count)], POOL, HEAD)


LOOSE = dataclasses.replace(
    network(filters(), POOL, HEAD),
    nodes=(*network(filters(), POOL, HEAD).nodes, Node("drop", "dropout")),
)
CIRCLE = linked(network(filters("a"), Node("sum", "add"), POOL, HEAD), ("sum", "sum", 1))
# Name: graph, code of the mistake, the first remedies.
CASES = {
    "a linear layer on a map": (
        network(filters(), Node("linear", "linear"), HEAD),
        "layout",
        ("Insert Pool to one", "Insert Flatten"),
    ),
    "a head on a map": (
        network(filters(), HEAD),
        "layout",
        ("Insert Pool to one", "Insert Flatten"),
    ),
    "a convolution on a vector": (
        network(filters(), POOL, filters("late"), HEAD),
        "layout",
        ("Move it before Pool to one",),
    ),
    "a transformer on a picture": (
        network(Node("encoder", "transformer_encoder"), POOL, HEAD),
        "layout",
        ("Insert Patches",),
    ),
    "heads that do not divide the width": (
        network(
            Node("patches", "patch_embedding", {"width": 190}),
            Node("encoder", "transformer_encoder"),
            POOL,
            HEAD,
        ),
        "divide",
        ("Set Heads to 2",),
    ),
    "a patch that does not divide the picture": (
        network(Node("patches", "patch_embedding", {"patch": 5}), POOL, HEAD),
        "divide",
        ("Set Patch to 4", "Turn on Pad the edges"),
    ),
    "groups that do not divide the channels": (
        network(filters(channels=30), Node("norm", "group_norm"), POOL, HEAD),
        "divide",
        ("Set Groups to 6", "Remove Group norm"),
    ),
    "an even kernel": (
        network(filters(kernel=4), POOL, HEAD),
        "even_kernel",
        ("Set Kernel to 3", "Set Padding to None"),
    ),
    "too many pools": (many_pools(6), "too_small", ("Remove Max pool (pool_4)",)),
    "a map too large": (
        network(Node("up", "upsample", {"factor": 32}), filters(channels=4096), POOL, HEAD),
        "too_large",
        ("Insert Max pool of 2",),
    ),
    "negative channels": (
        network(filters(channels=-5), POOL, HEAD),
        "setting",
        ("Set Channels to 5", "Use the usual settings of Convolution"),
    ),
    "a misspelt choice": (
        network(filters(padding="sam"), POOL, HEAD),
        "setting",
        ("Set Padding to Same",),
    ),
    "an unheard-of setting": (
        network(filters(colour=3), POOL, HEAD),
        "setting",
        ("Remove the setting colour",),
    ),
    "a sum of different shapes": (
        shortcut("add"),
        "shapes_differ",
        ("Insert a projection to 32 channels, stride 2",),
    ),
    "a concatenation of different sides": (
        shortcut("concatenate"),
        "shapes_differ",
        ("Insert Max pool of 2", "Insert Resize to 32 \u00d7 32"),
    ),
    "a sum of one": (
        network(filters("a"), filters("b"), Node("sum", "add"), POOL, HEAD),
        "not_connected",
        ("Connect it to Convolution (a)", "Remove Add"),
    ),
    "a block that touches nothing": (
        LOOSE,
        "not_connected",
        ("Put it between Pool to one and Classifier",),
    ),
    "two connections into a block that takes one": (
        linked(network(filters("a"), filters("b"), POOL, HEAD), ("a", "pool", 1)),
        "too_many_inputs",
        ("Insert Add", "Insert Concatenate", "Remove the connection from Convolution (a)"),
    ),
    "a circle": (CIRCLE, "cycle", ()),
    "no end": (network(filters()), "contract", ("Add Pool to one and Classifier",)),
    "a wrong end": (
        network(POOL, Node("linear", "linear"), Node("act", "activation")),
        "contract",
        ("Set Features of Linear to 10", f"Add {LAST}", "Remove Activation"),
    ),
    "a loose end": (
        linked(
            dataclasses.replace(
                network(filters("a"), POOL, HEAD),
                nodes=(*network(filters("a"), POOL, HEAD).nodes, filters("b")),
            ),
            ("a", "b"),
        ),
        "loose_end",
        ("Join Convolution (b) with Add before Pool to one",),
    ),
    "no layers": (
        network(),
        "empty",
        ("Add Pool to one and Classifier", "Add Flatten and Classifier"),
    ),
    "nothing": (Graph("x"), "no_input", (f"Add {FIRST}",)),
    "a class token of a map": (
        network(filters(), Node("pool", "global_pool", {"how": "first"}), HEAD),
        "class_token",
        ("Set How to Average",),
    ),
    "a stage of no blocks": (
        network(Node("stage", "residual_stage", {"blocks": 0}), POOL, HEAD),
        "no_blocks",
        ("Set Blocks to 1", "Set Entry to Pool"),
    ),
    "a backbone on features": (
        network(filters(), Node("net", "backbone"), HEAD),
        "channels",
        ("Insert a projection to 3 channels",),
    ),
    "an unusable picture": (
        linked(chain("x", Node("picture", "input", {"shape": (3, 0, 32)}), POOL, HEAD)),
        "input_shape",
        ("Set the shape to 3 \u00d7 32 \u00d7 32",),
    ),
}


def contract_for(name):
    return None if CASES[name][1] == "input_shape" else CONTRACT


@pytest.mark.parametrize("name", CASES)
def test_the_first_remedies_are_what_a_person_would_do(name):
    graph, code, titles = CASES[name]
    problem = infer(graph, contract_for(name)).problems[0]
    assert problem.code == code

    offered = remedies(graph, contract_for(name), problem)

    assert tuple(remedy.title for remedy in offered)[: len(titles)] == titles
    assert 0 < len(offered) <= MOST


@pytest.mark.parametrize("name", CASES)
def test_each_remedy_takes_its_problem_away_and_makes_none_before_it(name):
    graph, code, _titles = CASES[name]
    problem = infer(graph, contract_for(name)).problems[0]

    for remedy in remedies(graph, contract_for(name), problem):
        left = {(p.code, p.node) for p in infer(remedy.graph, contract_for(name)).problems}
        assert (code, problem.node) not in left
        assert Graph.from_json(remedy.graph.to_json()).to_json() == remedy.graph.to_json()


@pytest.mark.parametrize("name", CASES)
def test_the_first_remedies_lead_to_a_network_without_problems(name):
    graph, _code, _titles = CASES[name]

    for _click in range(6):
        problems = infer(graph, CONTRACT).problems
        if not problems:
            return
        graph = remedies(graph, CONTRACT, problems[0])[0].graph
    assert infer(graph, CONTRACT).problems == ()


def test_every_kind_of_problem_has_a_case_here():
    known = {code for _graph, code, _titles in (*CASES.values(), *BOX_CASES.values())}

    assert set(PROPOSERS) - known <= {"id", "fixed_side", "no_map", "parameters"}


def test_a_projection_gives_the_shape_of_the_longer_branch():
    graph = shortcut("add")

    first = remedies(graph, CONTRACT, infer(graph, CONTRACT).problems[0])[0].graph

    found = infer(first, CONTRACT)
    assert found.problems == ()
    assert found.shapes["merge"] == (32, 16, 16)
    source = first.node(first.sources["merge"][1])
    assert (source.block, source.config.kernel, source.config.stride) == ("convolution", 1, 2)
    assert first.sources[source.id] == ("a",)


def test_a_sum_of_different_shapes_is_projected_first_whatever_is_wrong_behind_it():
    graph = network(
        filters("a", channels=16),
        filters("b", channels=32, stride=2),
        Node("merge", "add"),
        Node("linear", "linear"),
        HEAD,
    )
    graph = linked(graph, ("a", "merge", 1))
    (problem,) = infer(graph, CONTRACT).problems
    assert (problem.code, problem.node) == ("shapes_differ", "merge")

    first = remedies(graph, CONTRACT, problem)[0]

    assert first.title == "Insert a projection to 32 channels, stride 2"
    (behind,) = infer(first.graph, CONTRACT).problems
    assert (behind.code, behind.node) == ("layout", "linear")


def test_a_block_named_like_a_part_of_the_network_can_be_renamed():
    graph = network(filters("forward"), POOL, HEAD)
    (problem,) = infer(graph, CONTRACT).problems
    assert (problem.code, problem.node) == ("id", "forward")

    (remedy,) = remedies(graph, CONTRACT, problem)

    assert remedy.title == "Rename it to forward_block"
    assert "forward" not in remedy.graph.by_id
    assert infer(remedy.graph, CONTRACT).problems == ()


def test_a_problem_that_is_gone_has_no_remedy():
    graph = network(filters(), POOL, HEAD)
    problem = GraphError("It was.", node="pool", code="layout")

    assert remedies(graph, CONTRACT, problem) == ()


def test_a_problem_names_both_shapes():
    problem = infer(shortcut("add"), CONTRACT).problems[0]

    assert "32 \u00d7 16 \u00d7 16" in problem.message
    assert "16 \u00d7 32 \u00d7 32" in problem.message


def test_remedies_of_a_network_of_300_blocks_come_within_30_milliseconds():
    nodes = [filters(f"filters_{n}", channels=8) for n in range(300)]
    graph = network(*nodes, HEAD)
    problem = infer(graph, CONTRACT).problems[0]
    times = []
    for _ in range(3):
        start_s = time.perf_counter()
        offered = remedies(graph, CONTRACT, problem)
        times.append(time.perf_counter() - start_s)

    assert [remedy.title for remedy in offered][:2] == ["Insert Pool to one", "Insert Flatten"]
    assert min(times) < 0.030


def test_a_preset_on_another_picture_is_repaired_by_clicks():
    graph = tiny_vit(side_px=32)
    contract = Contract(inputs={"image": (3, 30, 30)}, outputs={"logits": (10,)})

    problem = infer(graph, contract).problems[0]

    assert problem.code == "divide"
    assert {"Set Patch to 3", "Turn on Pad the edges"} <= {
        remedy.title for remedy in remedies(graph, contract, problem)
    }


def test_a_setting_that_the_data_fills_in_has_to_be_legal_as_well():
    graph = network(filters(), POOL, Node("head", "classifier_head", {"classes": -3}))

    (problem,) = infer(graph, CONTRACT).problems

    assert (problem.code, problem.node) == ("setting", "head")
    first = remedies(graph, CONTRACT, problem)[0]
    assert first.title == "Set Classes to 3"
    assert infer(first.graph, CONTRACT).problems == ()


def test_an_input_too_many_is_replaced_by_the_first():
    graph = network(filters(), Node("sum", "add"), POOL, HEAD)
    more = (Node("again", "input", {"shape": (3, 32, 32)}), filters("b"))
    graph = dataclasses.replace(graph, nodes=(*graph.nodes, *more))
    graph = linked(graph, ("again", "b", 0), ("b", "sum", 1))

    (problem,) = infer(graph, CONTRACT).problems
    first = remedies(graph, CONTRACT, problem)[0]

    assert (problem.code, problem.node) == ("loose_end", "again")
    assert first.title == f"Use {FIRST} (picture) in its place"
    assert first.graph.sources["b"] == ("picture",)
    assert infer(first.graph, CONTRACT).problems == ()


def test_numbers_in_a_row_become_a_map_where_one_is_needed():
    contract = Contract(inputs={"numbers": (64,)}, outputs={"logits": (10,)})
    vector = Node("picture", "input", {"shape": (64,)})
    graph = chain("Generator", vector, filters(), POOL, HEAD)

    offered = remedies(graph, contract, infer(graph, contract).problems[0])

    assert offered[0].title == "Insert Reshape"
    assert infer(offered[0].graph, contract).shapes["filters"] == (64, 8, 8)


def test_two_mistakes_of_one_block_are_repaired_one_after_the_other():
    graph = network(filters(channels=6, kernel=4, groups=4), POOL, HEAD)

    for _click in range(2):
        problem = infer(graph, CONTRACT).problems[0]
        graph = remedies(graph, CONTRACT, problem)[0].graph

    assert infer(graph, CONTRACT).problems == ()
