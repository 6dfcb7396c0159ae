"""Sketches: an edited network is drawn at once from what earlier drawings knew."""

from __future__ import annotations

from dataclasses import replace

from deepdesk.nn.editing import added, disconnected, grouped, inserted_after, new_node, removed
from deepdesk.ui.tabs.architecture.drawing import Choice
from deepdesk.ui.tabs.architecture.sketch import Sketches, base_of, graph_of
from tests.ui.architecture_drawings import drawing, skip_graph, survey


def sketched(step):
    before = drawing(skip_graph(stride=1))
    sketches = Sketches()
    sketches.learn(before)
    return before, sketches.sketch(before, step(before.graph))


def test_blocks_that_were_counted_keep_their_costs_and_new_ones_wait():
    def step(graph):
        return inserted_after(graph, new_node(graph, "group_norm"), "stem")

    before, sketch = sketched(step)

    assert sketch.card("group_norm").cost is None
    assert sketch.card("group_norm").out_shape == (64, 32, 32)
    assert sketch.card("pool").cost == before.card("pool").cost
    assert sketch.total is None
    assert not sketch.is_counted


def test_sums_are_those_of_the_blocks_where_all_are_known():
    before, sketch = sketched(
        lambda graph: graph.with_node(replace(graph.node("add"), label="Sum"))
    )

    assert sketch.card("add").title == "Sum"
    assert sketch.total.parameters == sum(card.cost.parameters for card in before.cards)
    assert sketch.total.flops == before.total.flops


def test_faults_show_at_once_and_no_total_is_claimed():
    _before, sketch = sketched(
        lambda graph: disconnected(graph, [e for e in graph.edges if e.target == "pool"])
    )

    assert sketch.card("pool").problem is not None
    assert sketch.total is None
    assert sketch.remedies == {}
    assert "Not valid" in sketch.verdict


def test_a_choice_is_read_once_while_it_is_at_hand():
    given = survey()
    graph = skip_graph(stride=1)

    assert graph_of(given, Choice(graph=graph.to_json(), live=graph)) is graph
    assert graph_of(given, Choice(graph=graph.to_json())).to_json() == graph.to_json()
    assert graph_of(given, Choice()) is given.graphs[given.usual]


def test_a_preset_counts_as_such_only_while_its_structure_is_the_same():
    given = survey()
    preset = given.graphs[given.usual].fitted(given.contract)

    assert base_of(given, preset) == preset
    assert base_of(given, grouped(preset, ["stem"], "Eye")) is None
    assert base_of(given, removed(preset, ["stem"])) is None
    assert base_of(given, replace(preset, name="Mine")) is None


def test_a_block_does_not_take_over_the_fault_of_another_like_it():
    graph = skip_graph(stride=1)
    sketches = Sketches()
    faulty = drawing(added(graph, new_node(graph, "input")))
    assert any(card.problem for card in faulty.cards)
    sketches.learn(faulty)

    sketch = sketches.sketch(faulty, graph)

    assert sketch.problems == ()
    assert [card.id for card in sketch.cards if card.problem] == []


def test_a_block_does_not_take_over_what_became_of_the_weights_of_another():
    before = drawing(skip_graph(stride=1))
    cards = tuple(replace(c, state="new" if c.id == "stem" else "kept") for c in before.cards)
    before = replace(before, cards=cards)
    sketches = Sketches()
    sketches.learn(before)

    sketch = sketches.sketch(before, before.graph)

    assert {card.id: card.state for card in sketch.cards} == {c.id: c.state for c in cards}
