"""Groups of blocks: for the eye alone, kept with the network, consistent after every step."""

from __future__ import annotations

import dataclasses

import pytest

from deepdesk.core.errors import GraphError
from deepdesk.nn import editing
from deepdesk.nn.graph import Contract, Edge, Graph, Group, Node
from deepdesk.nn.presets import chain
from deepdesk.nn.shapes import infer

CONTRACT = Contract(inputs={"image": (3, 8, 8)}, outputs={"logits": (10,)})
CHAIN = chain(
    "Grouped",
    Node("picture", "input", {"shape": (3, 8, 8)}),
    Node("a", "convolution", {"channels": 4}),
    Node("b", "activation"),
    Node("c", "convolution", {"channels": 4}),
    Node("pool", "global_pool"),
    Node("head", "classifier_head"),
)
GROUPED = editing.grouped(CHAIN, ["b", "a"], "Stem")


def members(graph: Graph) -> dict[str, tuple[str, ...]]:
    return {group.label: group.nodes for group in graph.groups}


def test_a_group_lists_its_blocks_in_the_order_of_the_graph_and_is_closed():
    (group,) = GROUPED.groups

    assert (group.nodes, group.label, group.is_open) == (("a", "b"), "Stem", False)


def test_a_group_says_nothing_to_the_network():
    assert infer(GROUPED, CONTRACT) == infer(CHAIN, CONTRACT)


def test_a_block_is_in_the_newest_group_alone():
    graph = editing.grouped(GROUPED, ["b", "c"], "Middle")

    assert members(graph) == {"Stem": ("a",), "Middle": ("b", "c")}
    assert len({group.id for group in graph.groups}) == 2


def test_a_group_whose_blocks_all_move_to_another_is_gone():
    assert members(editing.grouped(GROUPED, ["a", "b"], "New")) == {"New": ("a", "b")}


def test_a_group_whose_blocks_are_removed_is_gone():
    assert members(editing.removed(GROUPED, ["a"])) == {"Stem": ("b",)}
    assert editing.removed(GROUPED, ["a", "b"]).groups == ()


def test_a_block_put_between_two_of_a_group_joins_it():
    node = editing.new_node(GROUPED, "batch_norm")
    edge = Edge("a", "b")

    assert members(editing.inserted_on(GROUPED, node, edge)) == {"Stem": ("a", "b", "batch_norm")}


def test_a_block_put_on_the_border_of_a_group_stays_outside():
    node = editing.new_node(GROUPED, "batch_norm")

    assert members(editing.inserted_on(GROUPED, node, Edge("b", "c"))) == {"Stem": ("a", "b")}


def test_a_block_that_replaces_one_of_a_group_takes_its_place_there():
    assert members(editing.replaced(GROUPED, "b", "dropout", {})) == {"Stem": ("a", "dropout")}


def test_a_group_is_renamed_opened_and_taken_apart():
    (group,) = GROUPED.groups
    changed = dataclasses.replace(group, label="Entry", is_open=True)

    assert editing.with_group(GROUPED, changed).groups == (changed,)
    assert editing.ungrouped(GROUPED, group.id) == CHAIN


def test_a_label_that_is_too_long_to_be_kept_is_cut():
    graph = editing.grouped(CHAIN, ["a"], "x" * 1000)

    assert Graph.from_json(graph.to_json()).groups == graph.groups
    (group,) = graph.groups
    longer = editing.with_group(graph, dataclasses.replace(group, label="y" * 1000))
    assert Graph.from_json(longer.to_json()).groups == longer.groups


def test_a_pasted_group_is_a_new_one():
    graph, ids = editing.pasted(GROUPED, editing.part(GROUPED, ["a", "b"]), "c")

    first, second = graph.groups
    assert second.nodes == ids == ("a_2", "b_2")
    assert (first.label, second.label) == ("Stem", "Stem")
    assert first.id != second.id
    assert graph.sources["a_2"] == ("c",)


def test_a_part_of_a_group_is_pasted_without_it():
    assert editing.part(GROUPED, ["a", "c"]).groups == ()


def test_groups_survive_json():
    graph = editing.grouped(GROUPED, ["c", "pool"], "Täil \u2713")

    assert Graph.from_json(graph.to_json()).groups == graph.groups


@pytest.mark.parametrize(
    "group",
    [
        Group("picture", "An id of a block", ("a",)),
        Group("g", "Nothing", ()),
        Group("g", "Twice", ("a", "a")),
        Group("g", "Not there", ("z",)),
        Group("G!", "No id", ("a",)),
        Group("g", "x" * 201, ("a",)),
    ],
)
def test_a_group_that_could_not_be_is_refused(group):
    data = dataclasses.replace(CHAIN, groups=(group,)).to_json()

    with pytest.raises(GraphError):
        Graph.from_json(data)


def test_two_groups_with_one_id_or_one_block_are_refused():
    for other in (Group("g", "Same id", ("b",)), Group("h", "Same block", ("a",))):
        graph = dataclasses.replace(CHAIN, groups=(Group("g", "First", ("a",)), other))
        with pytest.raises(GraphError):
            Graph.from_json(graph.to_json())
