"""Edits on the canvas: where blocks go, what is said, what is refused, what Undo brings back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deepdesk.nn.graph import Edge, Group
from deepdesk.nn.remedies import Remedy
from deepdesk.ui.tabs.architecture.naming import Naming
from deepdesk.ui.tabs.architecture.placing import Spot, foretold, placed, spot_text
from tests.ui.architecture_drawings import skip_graph, survey
from tests.ui.editing_stage import Stage


@pytest.fixture
def stage(qtbot, desk):
    return Stage(qtbot, desk, skip_graph(stride=1))


@pytest.fixture
def naming(stage):
    return Naming(stage.editor)


def test_a_block_goes_between_the_focus_and_all_that_it_feeds(stage):
    stage.select("stem")

    assert stage.editor.insert("activation", {}, stage.editor.spot)

    assert {("stem", "activation"), ("activation", "middle"), ("activation", "add")} <= (
        stage.pairs()
    )
    assert stage.canvas.selected == "activation"
    assert stage.network.texts == ["Added Activation after Convolution"]


def test_a_block_on_a_connection_leaves_the_other_connections(stage):
    edge = Edge("stem", "add", 1)

    assert stage.editor.drop(("activation", edge))

    assert {("stem", "middle"), ("stem", "activation"), ("activation", "add")} <= stage.pairs()
    assert ("stem", "add") not in stage.pairs()


def test_a_block_dropped_on_the_ground_is_connected_to_nothing(stage):
    before = stage.pairs()

    assert stage.editor.drop(("convolution", None))

    assert stage.pairs() == before
    assert "convolution" in stage.flow


def test_a_branch_leaves_what_the_block_before_feeds(stage):
    before = stage.pairs()

    stage.editor.insert("convolution", {}, Spot(after=("stem",), is_branch=True))

    assert stage.pairs() == before | {("stem", "convolution")}


def test_without_a_selection_a_block_goes_before_the_head(stage):
    stage.editor.insert("dropout", {}, Spot())

    assert {("pool", "dropout"), ("dropout", "classes")} <= stage.pairs()


def test_a_merge_block_joins_all_that_is_selected(stage):
    stage.editor.disconnect_edges((Edge("stem", "add", 1),))
    stage.select("stem", "middle")

    stage.editor.insert("concatenate", {}, stage.editor.spot)

    assert {("middle", "concatenate"), ("stem", "concatenate"), ("concatenate", "add")} <= (
        stage.pairs()
    )


def test_a_circle_is_refused_with_the_reason(stage):
    assert not stage.editor.connect_blocks(("add", "stem", None))

    assert "circle" in stage.editor.refusal
    assert stage.said[-1] == stage.editor.refusal
    assert stage.network.texts == []


def test_a_connection_to_a_taken_port_takes_a_free_one_where_there_is_one(stage):
    stage.editor.disconnect_edges((Edge("stem", "add", 1),))

    stage.editor.connect_blocks(("stem", "add", 0))

    assert {("middle", "add"), ("stem", "add")} <= stage.pairs()


def test_selected_blocks_are_connected_by_a_key(stage):
    stage.editor.disconnect_edges((Edge("stem", "add", 1),))
    stage.select("add", "stem")

    assert stage.editor.connect_chosen()

    assert ("stem", "add") in stage.pairs()


def test_an_end_of_a_connection_is_moved(stage):
    assert stage.editor.reroute((Edge("stem", "add", 1), "picture", "add", 1))

    assert ("stem", "add") not in stage.pairs()
    assert ("picture", "add") in stage.pairs()


def test_deleting_joins_what_is_left(stage):
    stage.select("pool")

    assert stage.editor.delete()

    assert ("add", "classes") in stage.pairs()
    assert stage.canvas.selected == "add"


def test_a_replaced_block_keeps_its_connections(stage):
    stage.select("middle")

    assert stage.editor.replace("max_pool", {"size": 2})

    assert {("stem", "max_pool"), ("max_pool", "add")} <= stage.pairs()
    assert stage.canvas.selected == "max_pool"


def test_a_remedy_of_the_drawing_is_taken(stage):
    mended = replace(stage.network.graph, name="Mended")
    offered = {"add": (Remedy("Connect it", mended),)}
    stage.network.drawing = replace(stage.network.drawing, remedies=offered)

    assert not stage.editor.mend(("add", 1))
    assert stage.editor.mend(("add", 0))

    assert stage.network.graph == mended
    assert stage.network.texts == ["Mended: Connect it"]


def test_only_the_settings_that_were_changed_are_kept(stage):
    head = stage.network.drawing.graph.node("classes")
    config = replace(head.config, dropout=0.5)

    assert stage.editor.configure(("classes", config))

    kept = stage.network.graph.node("classes").settings
    assert kept["dropout"] == 0.5
    assert kept.get("classes") != 10, "the number of classes was filled in for the drawing alone"


def test_a_new_network_has_its_input_alone(stage):
    assert stage.editor.begin_new()

    assert [node.block for node in stage.network.graph.nodes] == ["input"]
    assert stage.network.graph.name == "My network"


def test_blocks_are_grouped_named_opened_and_taken_apart(stage, naming):
    stage.select("middle", "add")

    assert naming.group("Body")
    (group,) = stage.network.graph.groups
    assert group == Group("group", "Body", ("middle", "add"))
    assert naming.toggle_group((group.id, True))
    assert stage.network.graph.groups[0].is_open
    assert naming.rename(group.id, "Tail")
    assert stage.network.graph.groups[0].label == "Tail"
    stage.select("middle")
    assert naming.ungroup()
    assert stage.network.graph.groups == ()

    for _step in range(4):
        stage.network.undo()
    assert stage.network.graph == skip_graph(stride=1)


def test_a_block_and_the_network_are_renamed(stage, naming):
    assert naming.rename("stem", " Eye ")
    assert naming.rename("", "Nature")

    assert stage.network.graph.node("stem").title == "Eye"
    assert stage.network.graph.name == "Nature"
    assert naming.rename("stem", "")
    assert stage.network.graph.node("stem").title == "Convolution"


def test_what_would_come_out_is_foretold(stage):
    given = survey()
    graph = stage.network.graph
    from deepdesk.nn.editing import new_node

    node = new_node(graph, "convolution", {"channels": 32, "stride": 2})
    text = foretold(given.contract, node, placed(graph, node, Spot(after=("stem",))))

    assert text.startswith("Convolution: 32 filters")
    assert "32 \N{MULTIPLICATION SIGN} 16 \N{MULTIPLICATION SIGN} 16" in text
    assert spot_text(graph, Spot(after=("stem", "middle"))) == "After Convolution and Convolution"
    assert placed(graph, node, Spot(is_loose=True)).edges == graph.edges


def test_words_after_from_name_what_else_feeds_a_merge_block(stage):
    stage.editor.disconnect_edges((Edge("stem", "add", 1),))
    stage.select("middle")

    spot = replace(stage.editor.spot, words="conv")
    assert stage.editor.insert("concatenate", {}, spot)
    assert {("middle", "concatenate"), ("stem", "concatenate")} <= stage.pairs()

    assert not stage.editor.insert("add", {}, Spot(after=("middle",), words="attention"))
    assert "attention" in stage.editor.refusal


def test_words_after_from_begin_a_branch_for_a_block_of_one_input(stage):
    before = stage.pairs()

    stage.editor.insert("convolution", {}, Spot(after=("add",), words="picture"))

    assert stage.pairs() == before | {("picture", "convolution")}


def test_an_input_is_not_said_to_come_after_a_block(stage):
    stage.select("pool")

    assert stage.editor.insert("input", {}, stage.editor.spot)

    assert stage.network.texts[-1] == "Added Picture"
