"""From graph to module: the right numbers, the same ones for a seed, and nothing disturbed."""

from __future__ import annotations

import threading

import pytest
import torch
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st
from torch import nn

from deepdesk.core.errors import GraphError
from deepdesk.nn import presets
from deepdesk.nn.build import build, build_empty, build_meta, parameters_by_node
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.graph import Contract, Edge, Graph, Node
from deepdesk.nn.initial import draw

CONTRACT = Contract(inputs={"image": (3, 16, 16)}, outputs={"logits": (5,)})


def small(**changes) -> Graph:
    return presets.residual(side_px=16, width=4, **changes)


def diamond(
    *, order: tuple[str, ...] = ("picture", "left", "right", "both", "pool", "out")
) -> Graph:
    nodes = {
        "picture": Node("picture", "input"),
        "left": Node("left", "convolution", {"channels": 4}),
        "right": Node("right", "convolution", {"channels": 2}),
        "both": Node("both", "concatenate"),
        "pool": Node("pool", "global_pool"),
        "out": Node("out", "linear", {"features": 5}),
    }
    edges = (
        Edge("picture", "left"),
        Edge("picture", "right"),
        Edge("left", "both", 0),
        Edge("right", "both", 1),
        Edge("both", "pool"),
        Edge("pool", "out"),
    )
    return Graph("diamond", tuple(nodes[i] for i in order), edges)


def bits(module: nn.Module) -> dict[str, bytes]:
    return {k: v.numpy().tobytes() for k, v in module.state_dict().items()}


def test_the_same_seed_gives_the_same_bits_and_another_does_not():
    one, same, other = (bits(build(small(), CONTRACT, seed=seed)) for seed in (1, 1, 2))

    assert one == same
    assert one["classes.scores.weight"] != other["classes.scores.weight"]
    assert one["stem.filters.weight"] != other["stem.filters.weight"]


def test_first_values_of_a_node_do_not_depend_on_its_neighbours():
    one = bits(build(small(), CONTRACT, seed=1))
    deeper = bits(build(small(blocks=(2, 0, 1)), CONTRACT, seed=1))

    assert one["stem.filters.weight"] == deeper["stem.filters.weight"]
    assert one["classes.scores.weight"] == deeper["classes.scores.weight"]


def test_building_leaves_the_global_generator_alone_while_another_thread_draws():
    torch.manual_seed(5)
    expected = [torch.rand(3) for _ in range(20)]
    torch.manual_seed(5)
    ready, built = threading.Event(), threading.Event()

    def work() -> None:
        ready.wait(10)
        build(small(), CONTRACT, seed=3)
        built.set()

    thread = threading.Thread(target=work)
    thread.start()
    drawn = [torch.rand(3) for _ in range(10)]
    ready.set()
    built.wait(10)
    drawn += [torch.rand(3) for _ in range(10)]
    thread.join()

    assert all(torch.equal(a, b) for a, b in zip(drawn, expected, strict=True))


@pytest.mark.parametrize("name", ["convnext_tiny", "efficientnet_b0"])
def test_building_a_backbone_leaves_the_global_generator_alone(name):
    before = torch.get_rng_state()

    network = build_meta(presets.backbone(name, side_px=16), CONTRACT)
    draw(network.get_submodule("classes").to_empty(device="cpu"), torch.Generator())

    assert torch.equal(torch.get_rng_state(), before)


def test_a_linear_layer_begins_as_torch_says():
    graph = presets.chain(
        "x", Node("picture", "input"), Node("flat", "flatten"), Node("out", "linear")
    )
    contract = Contract(inputs={"x": (3, 20, 20)}, outputs={"y": (300,)})
    torch.manual_seed(0)
    reference = nn.Linear(1200, 300)

    mine = build(graph, contract).get_submodule("out")

    for name in ("weight", "bias"):
        own, torchs = mine.get_parameter(name), reference.get_parameter(name)
        assert own.abs().max() <= 1 / 1200**0.5
        assert own.std().item() == pytest.approx(torchs.std().item(), rel=0.1)
        assert own.mean().item() == pytest.approx(0.0, abs=2e-3)


def test_no_value_is_left_undrawn():
    graph = presets.tiny_vit(side_px=16, width=12, layers=2)

    for seed in (1, 2):
        network = build(graph, CONTRACT, seed=seed)
        assert all(torch.isfinite(v.float()).all() for v in network.state_dict().values())
        assert all(v.abs().max() < 4 for v in network.parameters())


def test_a_module_without_a_rule_is_told():
    class Strange(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.Parameter(torch.empty(3))

    with pytest.raises(TypeError, match="Strange"):
        draw(Strange(), torch.Generator())


@pytest.mark.parametrize("options", [{"style": "post"}, {"style": "pre"}, {"norm": "none"}])
def test_a_stage_that_starts_as_identity_is_one(options):
    config = BLOCKS["residual_stage"].config(
        channels=3, stride=1, activation="none", identity_start=True, **options
    )
    stage = BLOCKS["residual_stage"].module(config, ((3, 8, 8),))
    draw(stage, torch.Generator())
    x = torch.randn(2, 3, 8, 8)

    out = nn.Sequential(*[m for n, m in stage.named_children() if n != "closing"])(x)

    assert torch.equal(out, x)


def test_parameters_are_saved_under_the_ids_of_their_nodes():
    network = build(small(), CONTRACT)

    assert [name for name, _count in parameters_by_node(network)] == [
        "stem", "stage_1", "stage_2", "stage_3", "pool", "classes",
    ]  # fmt: skip
    assert {key.split(".")[0] for key in network.state_dict()} == {
        "stem", "stage_1", "stage_2", "stage_3", "classes",
    }  # fmt: skip


def test_an_empty_network_takes_saved_weights_and_answers_the_same():
    trained = build(small(), CONTRACT, seed=4).eval()
    x = torch.randn(2, 3, 16, 16)

    copy = build_empty(small(), CONTRACT)
    copy.load_state_dict(trained.state_dict())

    assert torch.equal(copy.eval()(x), trained(x))


def test_a_chain_computes_what_a_sequence_of_its_modules_does():
    network = build(small(), CONTRACT).eval()
    x = torch.randn(2, 3, 16, 16)

    assert torch.equal(network(x), nn.Sequential(*network.children())(x))


@pytest.mark.parametrize(
    "order",
    [
        ("picture", "left", "right", "both", "pool", "out"),
        ("out", "pool", "both", "right", "left", "picture"),
    ],
)
def test_branches_meet_in_the_order_of_their_ports(order):
    network = build(diamond(order=order), CONTRACT).eval()
    x = torch.randn(2, 3, 16, 16)
    part = network.get_submodule

    joined = torch.cat((part("left")(x), part("right")(x)), 1)
    expected = part("out")(joined.mean((2, 3)))

    assert torch.equal(network(x), expected)


def test_a_look_inside_shows_every_node_and_the_same_answer():
    network = build(diamond(), CONTRACT).eval()
    x = torch.randn(2, 3, 16, 16)

    seen = network.activations(x)

    assert list(seen) == [node.id for node in diamond().order]
    assert torch.equal(seen["out"], network(x))
    assert seen["both"].shape == (2, 6, 16, 16)


def test_several_outputs_come_by_name():
    graph = diamond()
    two = Graph(
        "two",
        (*graph.nodes, Node("aside", "linear", {"features": 2})),
        (*graph.edges, Edge("pool", "aside")),
    )
    contract = Contract(inputs={"image": (3, 16, 16)}, outputs={"out": (5,), "aside": (2,)})

    answers = build(two, contract)(torch.randn(2, 3, 16, 16))

    assert {name: tuple(y.shape) for name, y in answers.items()} == {"out": (2, 5), "aside": (2, 2)}


def test_gradients_reach_every_parameter_in_bfloat16_and_channels_last():
    network = build(small(squeeze=True), CONTRACT).to(memory_format=torch.channels_last)
    x = torch.randn(4, 3, 16, 16).to(memory_format=torch.channels_last)

    with torch.autocast("cpu", torch.bfloat16):
        loss = nn.functional.cross_entropy(network(x), torch.arange(4))
    loss.backward()

    assert loss.isfinite()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())


def test_maps_stay_channels_last_through_the_network():
    network = build(small(), CONTRACT).to(memory_format=torch.channels_last)
    x = torch.randn(4, 3, 16, 16).to(memory_format=torch.channels_last)

    seen = network.activations(x)

    maps = [v for v in seen.values() if v.ndim == 4 and min(v.shape[1:]) > 1]
    assert all(v.is_contiguous(memory_format=torch.channels_last) for v in maps)


@pytest.mark.parametrize("graph", [small(), diamond()], ids=["chain", "diamond"])
def test_dynamo_takes_the_whole_network_as_one_graph(graph):
    seen = []

    def backend(module, _inputs):
        seen.append(module)
        return module

    network = build(graph, CONTRACT).eval()
    x = torch.randn(2, 3, 16, 16)
    with torch.no_grad():
        compiled = torch.compile(network, backend=backend, fullgraph=True)(x)

    assert len(seen) == 1
    assert torch.allclose(compiled, network(x))


@pytest.mark.parametrize("node_id", ["forward", "outputs", "train", "state_dict"])
def test_an_id_that_torch_uses_itself_is_refused(node_id):
    graph = presets.chain(
        "x", Node("picture", "input"), Node("flat", "flatten"), Node(node_id, "linear")
    )

    with pytest.raises(GraphError) as caught:
        build(graph, CONTRACT)

    assert (caught.value.node, caught.value.code) == (node_id, "id")


def test_frozen_stages_neither_learn_nor_drift():
    config = BLOCKS["backbone"].config(name="shufflenet_v2_x1_0", frozen_stages=2)
    backbone = BLOCKS["backbone"].module(config, ((3, 32, 32),))

    backbone.train()
    before = {k: v.clone() for k, v in backbone.state_dict().items()}
    backbone(torch.randn(2, 3, 32, 32)).sum().backward()
    changed = {k for k, v in backbone.state_dict().items() if not torch.equal(v, before[k])}

    learning = {n.split(".")[1] for n, p in backbone.named_parameters() if p.grad is not None}
    assert learning == {"stage3", "stage4", "conv5"}
    assert {k.split(".")[1] for k in changed} == {"stage3", "stage4", "conv5"}


STEPS = st.sampled_from(
    [
        ("convolution", {"channels": 4, "kernel": 3}),
        ("convolution", {"channels": 6, "kernel": 1, "stride": 2}),
        ("convolution_block", {"channels": 4, "norm": "group", "activation": "gelu"}),
        ("residual_stage", {"channels": 4, "blocks": 1}),
        ("residual_stage", {"channels": 4, "blocks": 1, "style": "pre", "stride": 1}),
        ("layer_norm", {}),
        ("activation", {"function": "silu"}),
        ("dropout", {"share": 0.1}),
        ("upsample", {"factor": 2}),
        ("resize", {"height": 5, "width": 7}),
    ]
)


@budget(max_examples=8, deadline=None)
@given(steps=st.lists(STEPS, max_size=4), classes=st.integers(1, 9), seed=st.integers(0, 2**31))
def test_any_chain_of_map_blocks_builds_runs_and_learns(steps, classes, seed):
    nodes = [Node(f"step_{i}", key, values) for i, (key, values) in enumerate(steps)]
    ends = [Node("pool", "global_pool"), Node("classes", "classifier_head")]
    graph = presets.chain("x", Node("picture", "input"), *nodes, *ends)
    contract = Contract(inputs={"image": (3, 8, 8)}, outputs={"logits": (classes,)})

    network = build(Graph.from_json(graph.to_json()), contract, seed=seed)
    out = network(torch.randn(2, 3, 8, 8))
    out.square().sum().backward()

    assert out.shape == (2, classes)
    assert all(p.grad is not None for p in network.parameters())
