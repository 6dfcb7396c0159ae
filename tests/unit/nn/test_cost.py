"""Costs against torch's own counters and against sums by hand."""

from __future__ import annotations

import time

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from deepdesk.core.errors import GraphError
from deepdesk.nn import cost as cost_module
from deepdesk.nn import presets
from deepdesk.nn.build import build
from deepdesk.nn.cost import cost
from deepdesk.nn.graph import Contract, Graph, Node

CONTRACT = Contract(inputs={"image": (3, 32, 32)}, outputs={"logits": (10,)})
NETWORKS = {
    "small_cnn": presets.small_cnn(width=8),
    "residual": presets.residual(width=8, squeeze=True),
    "tiny_vit": presets.tiny_vit(width=24, layers=2),
    "shufflenet": presets.backbone("shufflenet_v2_x1_0", side_px=32),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_flops_and_parameters_are_those_that_torch_counts_in_a_real_pass(name):
    graph = NETWORKS[name]
    network = build(graph, CONTRACT)
    counter = FlopCounterMode(display=False)

    with counter:
        network(torch.randn(3, 3, 32, 32))
    found = cost(graph, CONTRACT, batch_size=3)

    assert found.flops == counter.get_total_flops()
    assert found.parameters == sum(p.numel() for p in network.parameters())
    for node in graph.nodes[1:]:
        own = network.get_submodule(node.id).parameters()
        assert found.nodes[node.id].parameters == sum(p.numel() for p in own)


def test_a_convolution_costs_what_its_formula_says():
    graph = presets.chain(
        "x",
        Node("picture", "input"),
        Node("filters", "convolution", {"channels": 8, "kernel": 5, "stride": 2}),
        Node("pool", "global_pool"),
        Node("out", "linear"),
    )

    found = cost(graph, CONTRACT, batch_size=7)

    filters = found.nodes["filters"]
    assert filters.out_shape == (8, 16, 16)
    assert filters.parameters == 8 * 3 * 5 * 5 + 8
    assert filters.flops == 7 * 2 * (8 * 16 * 16) * (3 * 5 * 5)
    assert filters.activation_bytes == 7 * 8 * 16 * 16 * 4
    assert found.nodes["picture"].activation_bytes == 0


def test_totals_are_the_sums_of_the_nodes():
    found = cost(NETWORKS["residual"], CONTRACT, batch_size=5)

    for name in ("parameters", "trainable", "flops", "activation_bytes"):
        assert getattr(found, name) == sum(getattr(n, name) for n in found.nodes.values())


@pytest.mark.parametrize(("activation", "maps"), [("relu", 2), ("gelu", 3)])
def test_a_block_keeps_the_input_of_its_norm_and_what_its_activation_needs(activation, maps):
    graph = presets.chain(
        "x",
        Node("picture", "input"),
        Node("filters", "convolution_block", {"channels": 8, "activation": activation}),
        Node("pool", "global_pool"),
        Node("out", "linear"),
    )

    found = cost(graph, CONTRACT, batch_size=64)

    map_bytes = 64 * 8 * 32 * 32 * 4
    statistics_bytes = 64 // 2 * 2 * 8 * 4  # mean and deviation of each channel
    assert found.nodes["filters"].activation_bytes == maps * map_bytes + statistics_bytes


def test_attention_keeps_no_matrix_of_scores():
    def activation_bytes(patch: int) -> int:
        graph = presets.chain(
            "x",
            Node("picture", "input"),
            Node("patches", "patch_embedding", {"patch": patch, "width": 8}),
            Node("encoder", "transformer_encoder", {"layers": 1, "heads": 2}),
            Node("pool", "global_pool"),
            Node("out", "linear"),
        )
        return cost(graph, CONTRACT).nodes["encoder"].activation_bytes

    assert activation_bytes(1) == pytest.approx(16 * activation_bytes(4), rel=0.01)


def test_frozen_stages_count_as_parameters_that_do_not_learn():
    whole = cost(presets.backbone("shufflenet_v2_x1_0", side_px=32), CONTRACT)
    frozen = cost(presets.backbone("shufflenet_v2_x1_0", side_px=32, frozen_stages=5), CONTRACT)

    assert frozen.parameters == whole.parameters == whole.trainable
    assert frozen.trainable == frozen.nodes["classes"].parameters


def long_chain(count: int) -> Graph:
    filters = [
        Node(f"filters_{i}", "convolution_block", {"channels": 4 + i % 20})
        for i in range(count - 3)
    ]
    ends = [Node("pool", "global_pool"), Node("out", "linear")]
    return presets.chain("x", Node("picture", "input"), *filters, *ends)


def test_an_edit_of_three_hundred_nodes_is_costed_within_fifty_milliseconds():
    graph = long_chain(300)
    cost(graph, CONTRACT)
    times_s = []
    for channels in (41, 42, 43):
        edited = graph.with_node(graph.node("filters_150").with_settings(channels=channels))
        start_s = time.perf_counter()
        cost(edited, CONTRACT)
        times_s.append(time.perf_counter() - start_s)

    assert min(times_s) < 0.05


def test_only_the_edited_node_and_the_next_are_measured_anew():
    graph = long_chain(30)
    cost(graph, CONTRACT)
    before = cost_module._measure.cache_info().misses

    cost(graph.with_node(graph.node("filters_15").with_settings(channels=77)), CONTRACT)

    assert cost_module._measure.cache_info().misses - before == 2


def test_a_broken_graph_has_no_cost_but_a_reason():
    graph = presets.chain("x", Node("picture", "input"), Node("out", "linear"))

    with pytest.raises(GraphError) as caught:
        cost(graph, CONTRACT)

    assert (caught.value.node, caught.value.code) == ("out", "layout")
