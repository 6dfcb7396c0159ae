"""What a network has learned stays when blocks are inserted, widened, removed or replaced."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from deepdesk.nn import editing
from deepdesk.nn.build import build
from deepdesk.nn.graph import Contract, Edge, Graph, Node
from deepdesk.nn.surgery import Donor, transplant

SIDE = 8


def contract_for(classes):
    return Contract(inputs={"x": (3, SIDE, SIDE)}, outputs={"y": (classes,)})


def small(width=4):
    nodes = (
        Node("picture", "input", {"shape": (3, SIDE, SIDE)}),
        Node("first", "convolution", {"channels": width}),
        Node("norm", "batch_norm", {}),
        Node("act", "activation", {}),
        Node("second", "convolution", {"channels": 6}),
        Node("pool", "global_pool", {}),
        Node("classes", "linear", {}),
    )
    ids = [node.id for node in nodes]
    edges = tuple(Edge(a, b) for a, b in pairwise(ids))
    return Graph(name="small", nodes=nodes, edges=edges)


def trained(graph, contract, classes=()):
    network = build(graph, contract, seed=1)
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            if tensor.is_floating_point():
                tensor.copy_(torch.rand(tensor.shape) + (0.5 if "running_var" in name else 0))
    donor = Donor(
        graph=graph, contract=contract, weights=network.state_dict(), classes=tuple(classes)
    )
    return network.eval(), donor


def answers(network):
    torch.manual_seed(0)
    with torch.no_grad():
        return network.eval()(torch.rand(2, 3, SIDE, SIDE))


def test_an_unchanged_network_keeps_every_number():
    contract = contract_for(3)
    old, donor = trained(small(), contract)
    new = build(small(), contract, seed=2)

    told = transplant(new, small(), contract, donor)

    assert torch.equal(answers(new), answers(old))
    assert told.numbers_kept == 1
    assert told.kept == ("first", "norm", "second", "classes")


def test_an_inserted_block_is_new_and_all_others_are_kept():
    contract = contract_for(3)
    _old, donor = trained(small(), contract)
    graph = editing.inserted_after(small(), Node("more", "convolution", {"channels": 6}), "second")
    new = build(graph, contract, seed=2)

    told = transplant(new, graph, contract, donor)

    assert told.new == ("more",)
    assert told.changed == ()
    assert torch.equal(new.state_dict()["second.weight"], donor.weights["second.weight"])


def test_a_removed_block_leaves_the_rest_its_weights():
    contract = contract_for(3)
    _old, donor = trained(small(), contract)
    graph = editing.removed(small(), ["act"])

    told = transplant(build(graph, contract), graph, contract, donor)

    assert told.numbers_kept == 1


def test_a_widened_network_answers_as_before():
    contract = contract_for(3)
    old, donor = trained(small(4), contract)
    new = build(small(7), contract, seed=2)

    told = transplant(new, small(7), contract, donor)

    assert torch.allclose(answers(new), answers(old), atol=1e-6)
    assert told.changed == ("first", "norm", "second")
    assert told.kept == ("classes",)
    drawn = build(small(7), contract, seed=2).state_dict()["first.weight"]
    assert torch.equal(new.state_dict()["first.weight"][4:], drawn[4:])


def test_a_widened_branch_of_a_concatenation_keeps_the_other_in_its_place():
    contract = contract_for(3)

    def branched(width):
        graph = small(width)
        other = Node("other", "convolution", {"channels": 5})
        join = Node("join", "concatenate", {})
        edges = (
            *(e for e in graph.edges if (e.source, e.target) != ("act", "second")),
            Edge("picture", "other"),
            Edge("act", "join", 0),
            Edge("other", "join", 1),
            Edge("join", "second"),
        )
        return Graph(name="b", nodes=(*graph.nodes, other, join), edges=edges)

    old, donor = trained(branched(4), contract)
    new = build(branched(6), contract, seed=2)

    transplant(new, branched(6), contract, donor)

    assert torch.allclose(answers(new), answers(old), atol=1e-6)


def test_a_widened_map_before_a_flatten_keeps_each_feature():
    contract = contract_for(3)

    def flat(width):
        graph = small(width)
        nodes = tuple(Node("pool", "flatten", {}) if n.id == "pool" else n for n in graph.nodes)
        edges = graph.edges
        return editing.removed(Graph(name="f", nodes=nodes, edges=edges), ["second"])

    old, donor = trained(flat(4), contract)
    new = build(flat(6), contract, seed=2)

    transplant(new, flat(6), contract, donor)

    assert torch.allclose(answers(new), answers(old), atol=1e-5)


def test_what_was_learned_of_a_class_stays_with_its_name():
    old, donor = trained(small(), contract_for(3), classes=("ash", "elm", "oak"))
    contract = contract_for(4)
    new = build(small(), contract, seed=2)

    told = transplant(new, small(), contract, donor, classes=("birch", "oak", "ash", "elm"))

    assert torch.allclose(answers(new)[:, [2, 3, 1]], answers(old), atol=1e-6)
    assert told.changed == ("classes",)


def test_another_kind_of_block_under_the_same_id_begins_anew():
    contract = contract_for(3)
    _old, donor = trained(small(), contract)
    changed = {"second": Node("second", "convolution_block", {"channels": 6})}
    nodes = tuple(changed.get(node.id, node) for node in small().nodes)
    graph = Graph(name="x", nodes=nodes, edges=small().edges)

    told = transplant(build(graph, contract), graph, contract, donor)

    assert told.new == ("second",)


@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_narrowed_network_keeps_the_first_filters(width):
    contract = contract_for(3)
    _old, donor = trained(small(4), contract)
    new = build(small(width), contract, seed=2)

    transplant(new, small(width), contract, donor)

    kept = donor.weights["first.weight"][:width]
    assert torch.equal(new.state_dict()["first.weight"], kept)
    assert all(tensor.isfinite().all() for tensor in new.state_dict().values())
