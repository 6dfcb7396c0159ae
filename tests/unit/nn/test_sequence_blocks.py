"""Recurrent blocks, attention and embeddings against calculations by hand."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from deepdesk.core import settings
from deepdesk.nn.build import build, build_empty, module_of
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.cost import node_cost
from deepdesk.nn.graph import Contract, Edge, Graph, Node
from deepdesk.nn.initial import draw
from deepdesk.nn.modules.attention import rotated
from deepdesk.nn.presets import chain

Shapes = tuple[tuple[int, ...], ...]


def made(key: str, in_shapes: Shapes, **values: Any) -> nn.Module:
    config = settings.from_json(BLOCKS[key].config, values)
    module = module_of(key, config, in_shapes).to_empty(device="cpu")
    draw(module, torch.Generator().manual_seed(3))
    return module.eval()


def randoms(*shapes: tuple[int, ...]) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(5)
    return [torch.randn(2, *shape, generator=generator) for shape in shapes]


def loud(module: nn.Module) -> nn.Module:
    """Draw every number anew, so that nothing is hidden by a zero."""
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.normal_(0, 0.5, generator=generator)
    return module


def numbers(module: nn.Module, name: str) -> np.ndarray:
    """Return a parameter in double precision, in its own shape (...)."""
    return module.get_parameter(name).detach().double().numpy()


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp -x), (...)."""
    return 1 / (1 + np.exp(-x))


def lstm_by_hand(module: nn.Module, x: np.ndarray, suffix: str) -> np.ndarray:
    """Return the states of a layer as the formula of 1997 with forget gates: (T, C) -> (T, H)."""
    w, u = (
        numbers(module, f"layer.weight_ih_{suffix}"),
        numbers(module, f"layer.weight_hh_{suffix}"),
    )
    b = numbers(module, f"layer.bias_ih_{suffix}") + numbers(module, f"layer.bias_hh_{suffix}")
    h = c = np.zeros(u.shape[1])
    states = []
    for place in x:
        i, f, g, o = np.split(w @ place + u @ h + b, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        states.append(h)
    return np.array(states)


def gru_by_hand(module: nn.Module, x: np.ndarray, suffix: str) -> np.ndarray:
    """Return the states of a layer as Cho et al., 2014: (T, C) -> (T, H)."""
    w, u = (
        numbers(module, f"layer.weight_ih_{suffix}"),
        numbers(module, f"layer.weight_hh_{suffix}"),
    )
    wb, ub = numbers(module, f"layer.bias_ih_{suffix}"), numbers(module, f"layer.bias_hh_{suffix}")
    h = np.zeros(u.shape[1])
    states = []
    for place in x:
        wr, wz, wn = np.split(w @ place + wb, 3)
        ur, uz, un = np.split(u @ h + ub, 3)
        z = sigmoid(wz + uz)
        h = (1 - z) * np.tanh(wn + sigmoid(wr + ur) * un) + z * h
        states.append(h)
    return np.array(states)


@pytest.mark.parametrize(("key", "by_hand"), [("lstm", lstm_by_hand), ("gru", gru_by_hand)])
def test_a_recurrent_block_is_its_formula(key, by_hand):
    module = loud(made(key, ((6, 3),), width=4, layers=2, bidirectional=True))
    (x,) = randoms((6, 3))

    said = module(x)[0].detach().numpy()

    level = x[0].double().numpy()
    for number in range(2):
        there = by_hand(module, level, f"l{number}")
        back = by_hand(module, level[::-1], f"l{number}_reverse")[::-1]
        level = np.concatenate((there, back), 1)
    assert np.allclose(said, level, atol=1e-6)


@pytest.mark.parametrize("key", ["lstm", "gru"])
def test_the_end_both_ways_is_the_last_place_and_the_first(key):
    every = loud(made(key, ((6, 3),), width=4, bidirectional=True))
    ends = loud(made(key, ((6, 3),), width=4, bidirectional=True, last=True))
    (x,) = randoms((6, 3))

    states, end = every(x), ends(x)

    assert torch.equal(end, torch.cat((states[:, -1, :4], states[:, 0, 4:]), 1))
    last = every.layer(x)[1]  # what torch itself calls the last states
    assert torch.equal(end, torch.cat(tuple(last[0] if key == "lstm" else last), 1))


@pytest.mark.parametrize(("key", "gates"), [("lstm", 4), ("gru", 3)])
def test_a_recurrent_block_costs_what_its_formula_says_however_long_the_sequence(key, gates):
    node = Node("n", key, {"width": 16, "layers": 2, "bidirectional": True})
    places = 20_000
    node_cost(node, ((3, 5),), (3, 32), 4)  # the first one loads what it needs
    start_s = time.perf_counter()

    found = node_cost(node, ((places, 5),), (places, 32), 4)

    assert time.perf_counter() - start_s < 0.2
    parts = [(5, 16), (5, 16), (32, 16), (32, 16)]
    assert found.parameters == sum(gates * h * (c + h + 2) for c, h in parts)
    assert found.flops == 4 * places * sum(2 * gates * h * (c + h) for c, h in parts)


def attention_by_hand(queries, keys, values, heads: int, *, causal: bool) -> np.ndarray:
    """Return softmax(Q K^T / sqrt d) V per head: (T, C), (S, C), (S, C) -> (T, C)."""
    out = []
    for q, k, v in zip(
        *(np.split(part, heads, 1) for part in (queries, keys, values)), strict=True
    ):
        scores = q @ k.T / math.sqrt(q.shape[1])
        if causal:
            scores[np.triu_indices(len(scores), 1)] = -np.inf
        weights = np.exp(scores - scores.max(1, keepdims=True))
        out.append(weights / weights.sum(1, keepdims=True) @ v)
    return np.concatenate(out, 1)


def linear_by_hand(module: nn.Module, name: str, x: np.ndarray) -> np.ndarray:
    """Return x W^T + b: (T, C) -> (T, D)."""
    return x @ numbers(module, f"{name}.weight").T + numbers(module, f"{name}.bias")


@pytest.mark.parametrize("causal", [False, True])
def test_attention_to_itself_is_its_formula(causal):
    module = loud(made("attention", ((5, 6),), heads=2, shortcut=False, causal=causal))
    (x,) = randoms((5, 6))

    said = module(x)[0].detach().numpy()

    parts = np.split(
        linear_by_hand(module, "attention.queries_keys_values", x[0].double().numpy()), 3, 1
    )
    mixed = attention_by_hand(*parts, 2, causal=causal)
    assert np.allclose(said, linear_by_hand(module, "attention.output", mixed), atol=1e-5)


def test_attention_of_a_map_to_a_memory_is_its_formula():
    module = loud(made("attention", ((6, 2, 3), (4, 5)), heads=2, shortcut=True))
    x, memory = randoms((6, 2, 3), (4, 5))

    said = module(x, memory)[0].detach().numpy()

    tokens = x[0].flatten(1).T.double()
    scale, shift = (module.get_parameter(f"norm.{name}").double() for name in ("weight", "bias"))
    normed = functional.layer_norm(tokens, (6,), scale, shift, 1e-6).detach().numpy()
    queries = linear_by_hand(module, "attention.queries", normed)
    parts = linear_by_hand(module, "attention.keys_values", memory[0].double().numpy())
    mixed = attention_by_hand(queries, *np.split(parts, 2, 1), 2, causal=False)
    by_hand = tokens.numpy() + linear_by_hand(module, "attention.output", mixed)
    assert np.allclose(said.reshape(6, 6).T, by_hand, atol=1e-5)


CAUSAL = [
    ("attention", {"heads": 2, "causal": True}, ((7, 8),)),
    ("attention", {"heads": 2, "causal": True, "rotary": True, "shortcut": False}, ((7, 8),)),
    ("transformer_encoder", {"heads": 2, "layers": 2, "causal": True}, ((7, 8),)),
    ("transformer_decoder", {"heads": 2, "layers": 2}, ((7, 8),)),
    ("transformer_decoder", {"heads": 2, "layers": 2, "rotary": True}, ((7, 8), (4, 6))),
    ("lstm", {"width": 4, "layers": 2}, ((7, 8),)),
    ("gru", {"width": 4}, ((7, 8),)),
]


@pytest.mark.parametrize(("key", "values", "shapes"), CAUSAL)
def test_a_causal_block_sees_itself_and_earlier_places_and_no_later_one(key, values, shapes):
    module = loud(made(key, shapes, **values))
    inputs = [x.requires_grad_() for x in randoms(*shapes)]

    module(*inputs)[:, 3].square().sum().backward()

    seen = inputs[0].grad.abs().sum((0, 2))
    assert (seen[:4] > 0).all()
    assert (seen[4:] == 0).all()
    for memory in inputs[1:]:
        assert (memory.grad.abs().sum((0, 2)) > 0).all()


def test_without_causal_every_place_sees_every_other():
    module = loud(made("transformer_encoder", ((7, 8),), heads=2, layers=1))
    (x,) = (x.requires_grad_() for x in randoms((7, 8)))

    module(x)[:, 3].square().sum().backward()

    assert (x.grad.abs().sum((0, 2)) > 0).all()


def test_rotation_is_a_product_of_complex_numbers():
    (x,) = randoms((3, 6, 8))  # heads, places, numbers

    pairs = x[..., :4].double().numpy() + 1j * x[..., 4:].double().numpy()
    at, powers = np.arange(6)[:, None], np.arange(4) / 4
    turned = pairs * np.exp(1j * at * 10_000.0**-powers)

    by_hand = np.concatenate((turned.real, turned.imag), -1)
    assert np.allclose(rotated(x).numpy(), by_hand, atol=1e-6)


def test_products_of_rotated_vectors_depend_on_their_distance_alone():
    query, key = randoms((1, 1, 16), (1, 1, 16))
    queries, keys = (rotated(x.expand(2, 1, 9, 16)) for x in (query, key))

    products = (queries @ keys.transpose(-1, -2))[0, 0]

    for distance in range(-8, 9):
        line = products.diagonal(distance)
        assert torch.allclose(line, line[0].expand_as(line), atol=1e-4)


SILENT = [
    ("attention", {"heads": 2}, ((7, 8),)),
    ("attention", {"heads": 2}, ((8, 3, 4), (5, 6))),
    ("transformer_encoder", {"heads": 2, "layers": 2, "silent_start": True}, ((7, 8),)),
    ("transformer_decoder", {"heads": 2, "layers": 2, "silent_start": True}, ((7, 8), (4, 6))),
]


@pytest.mark.parametrize(("key", "values", "shapes"), SILENT)
def test_a_block_that_begins_as_identity_changes_nothing_and_can_learn(key, values, shapes):
    module = made(key, shapes, **values)
    inputs = randoms(*shapes)

    out = module(*inputs)
    (out * torch.randn(out.shape, generator=torch.Generator().manual_seed(1))).sum().backward()

    assert torch.equal(out, inputs[0])
    ends = [p for name, p in module.named_parameters() if name.endswith("output.weight")]
    assert all(p.grad.abs().max() > 0 for p in ends)


def test_parameters_of_attention_and_decoder_are_those_of_their_formulas():
    c, m, h = 8, 6, 32
    norm, own = 2 * c, 4 * c * c + 4 * c
    cross = 2 * (c * c + c) + 2 * (m * c + c)
    network = c * h + h + h * c + c
    memory = ((5, c), (4, m))

    def count(key: str, shapes: Shapes, **values: Any) -> int:
        return sum(p.numel() for p in made(key, shapes, heads=2, **values).parameters())

    assert count("attention", memory[:1]) == norm + own
    assert count("attention", memory, shortcut=False) == cross
    assert count("transformer_decoder", memory[:1], layers=3) == 3 * (2 * norm + own + network)
    decoder = 3 * (3 * norm + own + cross + network)
    assert count("transformer_decoder", memory, layers=3) == decoder


def test_a_token_outside_the_vocabulary_is_read_as_token_0():
    module = made("embedding", ((10,),), vocabulary=7, width=4)
    hostile = [6.0, 6.9, 7.0, -1.0, 1e30, -1e30, math.nan, math.inf, -math.inf, 3.0]

    out = module(torch.tensor([hostile]))[0]

    rows = module.get_parameter("weight")
    assert torch.equal(out, rows[[6, 6, 0, 0, 0, 0, 0, 0, 0, 3]])
    assert torch.equal(module(torch.tensor([[3, 7, -1]]))[0], rows[[3, 0, 0]])


def test_every_number_of_a_large_vocabulary_is_exact_in_float32():
    last = 999_999
    module = nn.Module()
    module = made("embedding", ((2,),), vocabulary=last + 1, width=1)

    out = module(torch.tensor([[float(last), float(last - 1)]]))

    assert torch.equal(out[0], module.get_parameter("weight")[[last, last - 1]])


@pytest.mark.parametrize("width", [6, 5])
def test_waves_are_those_of_the_paper(width):
    module = made("positions", ((9, width),))

    marks = module(torch.zeros(1, 9, width))[0]

    for place in range(9):
        for i in range(width):
            angle = place / 10_000 ** (2 * (i // 2) / width)
            wave = math.cos(angle) if i % 2 else math.sin(angle)
            assert marks[place, i].item() == pytest.approx(wave, abs=1e-6)


def test_learned_weights_over_places_begin_as_the_mean_and_can_choose_one():
    module = made("sequence_pool", ((5, 4),), how="attention")
    (x,) = randoms((5, 4))

    assert torch.allclose(module(x), x.mean(1), atol=1e-6)

    with torch.no_grad():
        module.get_parameter("question").copy_(x[0, 3] * 1000)
    assert torch.allclose(module(x)[0], x[0, (x[0] @ x[0, 3]).argmax()], atol=1e-5)


def test_the_columns_of_a_map_keep_their_order_through_filters_and_memory():
    module = loud(made("convolutional_recurrent", ((1, 8, 12),), channels=2, levels=2, halved=0))
    module.recurrent.layer = nn.GRU(4 * 2, 3, batch_first=True)  # one way, to see the order
    x = torch.zeros(1, 1, 8, 12)
    x[..., 9:] = 1.0

    states = module(x)[0]
    still = module(torch.zeros(1, 1, 8, 12))[0]

    assert torch.equal(states[:6], still[:6])
    assert not torch.allclose(states[9:], still[9:])


def translator() -> Graph:
    nodes = (
        Node("source", "input"),
        Node("target", "input"),
        Node("words", "embedding", {"vocabulary": 11, "width": 12}),
        Node("said", "embedding", {"vocabulary": 13, "width": 8}),
        Node("waves", "positions"),
        Node("encoder", "transformer_encoder", {"layers": 1, "heads": 2}),
        Node("decoder", "transformer_decoder", {"layers": 1, "heads": 2, "rotary": True}),
        Node("scores", "token_head"),
    )
    pairs = [
        ("source", "words", 0),
        ("words", "waves", 0),
        ("waves", "encoder", 0),
        ("target", "said", 0),
        ("said", "decoder", 0),
        ("encoder", "decoder", 1),
        ("decoder", "scores", 0),
    ]
    return Graph("Translator", nodes, tuple(Edge(*pair) for pair in pairs))


def test_a_translator_of_two_inputs_is_built_from_blocks_and_its_weights_are_kept():
    contract = Contract(
        inputs={"source": (9,), "target": (6,)}, outputs={"logits": (6, 13)}, dtype="float32"
    )
    graph = Graph.from_json(translator().to_json())
    network = build(graph, contract).eval()
    again = build_empty(graph, contract).eval()
    texts = torch.randint(0, 11, (2, 9)).float(), torch.randint(0, 13, (2, 6)).float()

    again.load_state_dict(network.state_dict())

    assert network(*texts).shape == (2, 6, 13)
    assert torch.equal(network(*texts), again(*texts))


@pytest.mark.slow
def test_a_small_language_model_learns_what_comes_next():
    graph = chain(
        "Language",
        Node("text", "input"),
        Node("letters", "embedding", {"vocabulary": 5, "width": 16}),
        Node("decoder", "transformer_encoder", {"layers": 1, "heads": 2, "causal": True}),
        Node("scores", "token_head"),
    )
    contract = Contract(inputs={"text": (12,)}, outputs={"logits": (12, 5)})
    network = build(graph.fitted(contract), contract)
    optimiser = torch.optim.Adam(network.parameters(), 1e-2)
    text = torch.tensor([[0, 1, 2, 0, 3, 4] * 3])[:, :13].repeat(4, 1)  # after 0 the past decides

    for _ in range(120):
        scores = network(text[:, :-1].float())
        loss = functional.cross_entropy(scores.flatten(0, 1), text[:, 1:].flatten())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    assert (scores.argmax(-1) == text[:, 1:])[:, 1:].all()
