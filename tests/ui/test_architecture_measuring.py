"""From a network to its drawing: one too large to build is said on a block, with a way out."""

from __future__ import annotations

import pytest

from deepdesk.core.errors import GraphError
from deepdesk.core.work import StopToken
from deepdesk.nn.build import build_meta
from deepdesk.nn.graph import Node
from deepdesk.nn.presets import chain
from deepdesk.ui.tabs.architecture.drawing import Choice
from deepdesk.ui.tabs.architecture.measuring import drawn
from tests.ui.architecture_drawings import survey

HUGE = chain(
    "Huge",
    Node("picture", "input", {"shape": (3, 32, 32)}),
    Node("filters", "convolution", {"channels": 256}),
    Node("flat", "flatten"),
    Node("wide", "linear", {"features": 65_536}),
    Node("head", "classifier_head"),
)
DEEP = chain(
    "Deep",
    Node("picture", "input", {"shape": (3, 32, 32)}),
    Node("pool", "global_pool"),
    *(Node(f"wide_{n}", "linear", {"features": 40_000}) for n in range(4)),
    Node("head", "classifier_head"),
)


def drawing_of(graph):
    given = survey()
    return drawn(given, Choice(architecture=given.usual, graph=graph.to_json()), StopToken())


@pytest.mark.parametrize(("graph", "at_fault"), [(HUGE, "wide"), (DEEP, "wide_3")])
def test_a_network_too_large_to_build_is_said_on_the_block_where_it_becomes_so(graph, at_fault):
    with pytest.raises(GraphError) as refused:
        build_meta(graph, survey().contract)

    shown = drawing_of(graph)

    card = next(card for card in shown.cards if card.id == at_fault)
    assert card.problem is not None
    assert card.problem.message == refused.value.message
    assert refused.value.node == at_fault
    assert "parameters" in card.problem.message
    assert shown.problems == (card.problem,)
    assert shown.total is None
    assert "Not valid" in shown.verdict


def test_a_network_too_large_is_offered_a_pool_and_fewer_features():
    shown = drawing_of(HUGE)

    offered = shown.remedies["wide"]

    assert [remedy.title for remedy in offered] == [
        "Use Pool to one instead of Flatten",
        "Set Features to 8192",
        "Remove Linear",
    ]
    for remedy in offered:
        assert drawing_of(remedy.graph).problems == ()
        build_meta(remedy.graph, survey().contract)


def test_where_many_blocks_together_are_too_large_the_one_that_passes_the_limit_is_mended():
    shown = drawing_of(DEEP)

    offered = shown.remedies["wide_3"]

    assert [remedy.title for remedy in offered] == ["Set Features to 10000", "Remove Linear"]
    assert drawing_of(offered[0].graph).problems == ()
