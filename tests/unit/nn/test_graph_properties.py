"""Random networks build, learn a step and survive JSON; random mistakes are always named."""

from __future__ import annotations

import json
import math

import pytest
import torch
from hypothesis import given
from hypothesis import settings as budget

from deepdesk.core.errors import GraphError
from deepdesk.core.settings import check, settings_of
from deepdesk.nn.build import build
from deepdesk.nn.cost import cost
from deepdesk.nn.graph import Graph
from deepdesk.nn.nearest import is_legal, nearest_config
from deepdesk.nn.remedies import MOST, remedies
from deepdesk.nn.shapes import infer
from tests.unit.nn.random_graphs import broken_graphs, random_graphs

WHOLE = {"no_input", "empty", "loose_end"}  # what may be wrong with no single block


def batch_of(contract, count=2):
    generator = torch.Generator().manual_seed(0)
    return [torch.rand(count, *shape, generator=generator) for shape in contract.inputs.values()]


@pytest.mark.slow
@budget(max_examples=40, deadline=None)
@given(random_graphs())
def test_a_random_network_builds_and_every_shape_is_as_foretold(drawn):
    graph, contract = drawn
    shapes = infer(graph, contract)
    assert shapes.problems == ()

    network = build(graph, contract)
    network.train()
    found = network.activations(*batch_of(contract))
    network(*batch_of(contract)).square().sum().backward()

    assert {name: tuple(value.shape[1:]) for name, value in found.items()} == dict(shapes.shapes)
    for name, parameter in network.named_parameters():
        assert parameter.grad is None or parameter.grad.isfinite().all(), name


@pytest.mark.slow
@budget(max_examples=30, deadline=None)
@given(random_graphs())
def test_the_parameters_of_a_random_network_are_counted_right(drawn):
    graph, contract = drawn

    counted = cost(graph, contract)

    every = [math.prod(p.shape) for p in build(graph, contract).parameters()]
    assert counted.parameters == sum(every)


@budget(max_examples=40, deadline=None)
@given(random_graphs())
def test_a_random_network_survives_json_unchanged(drawn):
    graph, _contract = drawn

    copy = Graph.from_json(json.loads(json.dumps(graph.to_json(), allow_nan=False)))

    assert copy.to_json() == graph.to_json()
    assert [node.config for node in copy.nodes] == [node.config for node in graph.nodes]
    assert (copy.edges, copy.groups, copy.name) == (graph.edges, graph.groups, graph.name)


@budget(max_examples=150, deadline=None)
@given(broken_graphs())
def test_every_problem_of_a_broken_network_names_a_block_of_it(drawn):
    graph, contract = drawn

    for wanted in (contract, None):
        found = infer(graph, wanted)

        for problem in found.problems:
            assert problem.node in graph.by_id or problem.code in WHOLE
            assert problem.code
            assert problem.message.isprintable()
        assert found.problems or len(found.shapes) == len(graph.nodes)


@budget(max_examples=60, deadline=None)
@given(broken_graphs())
def test_every_remedy_of_a_broken_network_takes_its_problem_away(drawn):
    graph, contract = drawn

    for problem in infer(graph, contract).problems:
        offered = remedies(graph, contract, problem)

        assert len(offered) <= MOST
        assert len({remedy.title for remedy in offered}) == len(offered)
        for remedy in offered:
            left = {(p.code, p.node) for p in infer(remedy.graph, contract).problems}
            assert (problem.code, problem.node) not in left


@budget(max_examples=60, deadline=None)
@given(broken_graphs())
def test_a_broken_network_can_be_kept_and_opened_again(drawn):
    graph, contract = drawn

    copy = Graph.from_json(json.loads(json.dumps(graph.to_json(), allow_nan=False)))

    before = [(p.code, p.node) for p in infer(graph, contract).problems]
    assert [(p.code, p.node) for p in infer(copy, contract).problems] == before


@budget(max_examples=60, deadline=None)
@given(broken_graphs())
def test_every_block_has_nearest_settings_that_are_legal_and_its_own_where_they_are(drawn):
    graph, _contract = drawn

    for node in graph.nodes:
        config = nearest_config(node)
        assert check(config) is config
        known = {setting.key for setting in settings_of(type(config))}
        for key in known & node.settings.keys():
            value = node.settings[key]
            assert getattr(config, key) == value or not is_legal(node, key, value)


@pytest.mark.slow
@budget(max_examples=40, deadline=None)
@given(broken_graphs(changes=2))
def test_a_broken_network_is_built_or_refused_with_the_block_at_fault(drawn):
    graph, contract = drawn

    if not infer(graph, contract).problems:
        build(graph, contract)
        return
    with pytest.raises(GraphError) as caught:
        build(graph, contract)
    assert caught.value.node in graph.by_id or caught.value.code in WHOLE
