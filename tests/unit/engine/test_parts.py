"""Blocks that learn more slowly or later than others."""

import re

import pytest
import torch
from torch import nn

from deepdesk.engine.compute import Compute
from deepdesk.engine.network import Network
from deepdesk.engine.optimizer import make_optimizer
from deepdesk.engine.parts import Parts, distances, frozen_words, parts_of, trained_before
from deepdesk.engine.settings import TrainingConfig
from deepdesk.nn import presets
from deepdesk.nn.build import build
from deepdesk.nn.graph import Contract, Edge, Graph, Node

CPU = Compute(device=torch.device("cpu"), threads=1)
CONTRACT = Contract(inputs={"image": (3, 16, 16)}, outputs={"logits": (3,)})


def small():
    graph = presets.small_cnn(side_px=16, width=4)
    return build(graph, CONTRACT, seed=1), graph


def forked():
    """Return a graph in which one way to the answer is longer than the other."""
    names = ("picture", "a", "b", "c", "sum", "pool", "head")
    blocks = ("input", *("convolution_block",) * 3, "add", "global_pool", "classifier_head")
    nodes = tuple(Node(name, block) for name, block in zip(names, blocks, strict=True))
    pairs = (("picture", "a"), ("a", "b"), ("b", "c"), ("c", "sum"), ("sum", "pool"))
    edges = tuple(Edge(*pair) for pair in (*pairs, ("pool", "head")))
    return Graph(name="Forked", nodes=nodes, edges=(*edges, Edge("a", "sum", 1)))


def test_distance_counts_the_learning_blocks_of_the_longest_way():
    found = distances(forked(), ("a", "b", "c", "head"))

    assert found == {"head": 0, "pool": 1, "sum": 1, "c": 1, "b": 2, "a": 3, "picture": 4}


def test_rates_fall_by_the_same_factor_from_block_to_block():
    model, graph = small()
    parts = parts_of(model, graph, TrainingConfig(rate_decay=0.5), ())
    network = Network(model, CPU, TrainingConfig(rate_decay=0.5), 10, parts)

    network.set_rate(0.8)

    by_id = {id(p): name for name, p in model.named_parameters()}
    rates = {
        by_id[id(p)].partition(".")[0]: group["lr"]
        for group in network.optimizer.param_groups
        for p in group["params"]
    }
    learning = [name for name, child in model.named_children() if list(child.parameters())]
    expected = {name: 0.8 * 0.5**back for back, name in enumerate(reversed(learning))}
    assert rates == pytest.approx(expected)


def test_a_step_of_plain_descent_is_the_share_of_the_rate_times_the_gradient():
    model, graph = small()
    config = TrainingConfig(rate_decay=0.5, momentum=0.0, weight_decay=0.0, average_weights=0.0)
    parts = parts_of(model, graph, config, ())
    network = Network(model, CPU, config, 10, parts)
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    for p in model.parameters():
        p.grad = torch.ones_like(p)

    network.set_rate(0.1)
    network.update(0.0, steps_done=1)

    for name, p in model.named_parameters():
        share = parts.share_of(name)
        torch.testing.assert_close(p.detach(), before[name] - 0.1 * share)


def test_every_weight_is_in_one_group_whatever_the_decay():
    model, graph = small()
    for decay in (1.0, 0.7):
        config = TrainingConfig(rate_decay=decay)
        groups = make_optimizer(model, config, parts_of(model, graph, config, ())).param_groups
        told = [id(p) for group in groups for p in group["params"]]
        assert sorted(told) == sorted(id(p) for p in model.parameters())
        assert all((p.ndim >= 2) == bool(g["weight_decay"]) for g in groups for p in g["params"])


def test_what_was_carried_over_is_frozen_but_never_the_block_that_answers():
    model, graph = small()
    everything = [node.id for node in graph.nodes]

    parts = parts_of(model, graph, TrainingConfig(freeze=2), everything)

    assert parts.frozen == ("stem", "filters_2", "filters_3")
    assert parts.frozen_in(1) == parts.frozen
    assert parts.frozen_in(2) == ()


def test_nothing_is_frozen_where_nothing_was_learned_before():
    model, graph = small()

    assert parts_of(model, graph, TrainingConfig(freeze=2), ()).frozen == ()
    assert parts_of(model, graph, TrainingConfig(), ["stem"]).frozen == ()


def test_pretrained_blocks_count_as_learned_before():
    graph = presets.backbone("resnet18", side_px=64, pretrained=True)

    (only,) = trained_before(graph, ())

    assert graph.node(only).config.pretrained


def frozen_network(**settings):
    torch.manual_seed(0)
    config = TrainingConfig(freeze=1, learning_rate=0.1, **settings)
    model, graph = small()
    parts = parts_of(model, graph, config, ["stem", "filters_2"])
    return Network(model, CPU, config, 10, parts)


def step(network, number):
    generator = torch.Generator().manual_seed(number)
    x = torch.randn(8, 3, 16, 16, generator=generator)
    network.model(x).square().mean().backward()
    network.set_rate(0.1)
    network.update(1.0, steps_done=number + 1)


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_frozen_blocks_keep_every_bit_their_norms_too(optimizer):
    network = frozen_network(optimizer=optimizer)
    before = {name: t.clone() for name, t in network.model.state_dict().items()}

    network.begin_epoch(0)
    for number in range(3):
        step(network, number)
    network.release()
    step(network, 3)

    moved = {n for n, t in network.model.state_dict().items() if not torch.equal(t, before[n])}
    assert moved
    assert all(name.startswith(("filters_3.", "classes.")) for name in moved)
    torch.testing.assert_close(
        dict(network.answering.named_parameters())["stem.filters.weight"],
        before["stem.filters.weight"],
        rtol=0,
        atol=0,
    )


def test_after_the_frozen_epochs_everything_learns():
    network = frozen_network()
    network.begin_epoch(0)
    step(network, 0)
    before = {name: t.clone() for name, t in network.model.state_dict().items()}

    network.begin_epoch(1)
    step(network, 1)

    after = network.model.state_dict()
    assert all(not torch.equal(after[name], tensor) for name, tensor in before.items())


def test_weights_that_a_block_holds_back_itself_stay_held_back():
    model, graph = small()
    model.stem.requires_grad_(False)
    parts = parts_of(model, graph, TrainingConfig(freeze=1), ["stem", "filters_2"])
    network = Network(model, CPU, TrainingConfig(freeze=1), 10, parts)

    network.begin_epoch(0)
    network.begin_epoch(1)

    assert not any(p.requires_grad for p in model.stem.parameters())
    assert all(p.requires_grad for p in model.filters_2.parameters())


def test_a_frozen_half_gives_the_gradients_of_a_network_that_begins_there():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))
    network = Network(
        model, CPU, TrainingConfig(), 10, Parts(shares={}, frozen=("0",), frozen_epochs=1)
    )
    x = torch.randn(4, 2)
    with torch.no_grad():
        features = model[0](x)
    expected = torch.autograd.grad(model[1](features).sum(), model[1].weight)[0]

    network.begin_epoch(0)
    model(x).sum().backward()

    torch.testing.assert_close(model[1].weight.grad, expected)
    assert model[0].weight.grad is None


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (Parts(frozen_epochs=2), "Nothing is frozen"),
        (Parts(frozen=("a",), frozen_epochs=1), "1 block keeps what was learned before for the f"),
        (Parts(frozen=("a", "b"), frozen_epochs=3), "2 blocks keep .* the first 3 epochs"),
    ],
)
def test_what_is_frozen_is_said(parts, words):
    assert re.match(words, frozen_words(parts))
