"""Operators of a step against torch's counter and against sums by hand."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from deepdesk.nn import presets
from deepdesk.nn.graph import Contract
from deepdesk.nn.operators import operators_in, operators_of
from deepdesk.nn.shapes import shapes_of

CONTRACT = Contract(inputs={"image": (3, 32, 32)}, outputs={"logits": (10,)})


def meta(make, *shape):
    """Return the operators of a module over a meta input that wants a gradient."""
    with torch.device("meta"):
        module = make()
    return operators_in(module, [torch.empty(*shape, device="meta", requires_grad=True)])


def flops(operators, *, is_backward):
    """Return the sum in one direction."""
    return sum(o.flops * o.calls for o in operators if o.is_backward == is_backward)


@pytest.mark.parametrize(
    "graph",
    [presets.small_cnn(width=8), presets.residual(width=8), presets.tiny_vit(width=24, layers=2)],
    ids=lambda graph: graph.name,
)
def test_operations_of_both_ways_are_those_that_torch_counts(graph):
    from deepdesk.nn.build import build

    network, batch = build(graph, CONTRACT), 2
    x = torch.randn(batch, 3, 32, 32, requires_grad=True)
    with FlopCounterMode(display=False) as forward:
        out = network(x)
    with FlopCounterMode(display=False) as backward:
        out.sum().backward()
    fitted, shapes = graph.fitted(CONTRACT), shapes_of(graph, CONTRACT)
    found = [
        operator
        for node in fitted.order
        for operator in operators_of(
            node.block, node.config, tuple(shapes[s] for s in fitted.sources[node.id]), batch
        )
    ]

    assert flops(found, is_backward=False) == forward.get_total_flops()
    # A real device repeats the matrix of scores on the way back through attention.
    assert flops(found, is_backward=True) == pytest.approx(backward.get_total_flops(), rel=0.05)


def test_a_depthwise_convolution_costs_per_channel_in_both_ways():
    found = meta(lambda: nn.Conv2d(16, 16, 3, padding=1, groups=16, bias=False), 2, 16, 8, 8)
    by_hand = 2 * (2 * 16 * 8 * 8) * 9

    assert {o.kind for o in found if o.flops} == {"depthwise"}
    assert flops(found, is_backward=False) == by_hand
    assert flops(found, is_backward=True) == 2 * by_hand


def test_bytes_are_those_of_what_is_read_and_written():
    (forward,) = [o for o in meta(nn.ReLU, 4, 256) if not o.is_backward]

    assert forward.kind == "memory"
    assert forward.moved_bytes == 2 * 4 * 256 * 4
    assert forward.largest_bytes == 4 * 256 * 4


def test_nothing_goes_back_to_samples():
    stem = presets.small_cnn(width=8).node("stem")
    wanted = operators_of(stem.block, stem.config, ((3, 32, 32),), 2)
    unwanted = operators_of(stem.block, stem.config, ((3, 32, 32),), 2, wants_gradient=False)

    assert flops(unwanted, is_backward=False) == flops(wanted, is_backward=False)
    assert flops(unwanted, is_backward=True) * 2 == flops(wanted, is_backward=True)


@pytest.mark.parametrize(
    ("make", "shape", "kind"),
    [
        (lambda: nn.Linear(4, 4), (2, 4), "matrix"),
        (lambda: nn.Conv2d(4, 8, 1), (2, 4, 8, 8), "pointwise"),
        (lambda: nn.Conv2d(4, 8, 3), (2, 4, 8, 8), "convolution"),
        (lambda: nn.BatchNorm2d(4), (2, 4, 8, 8), "norm"),
        (lambda: nn.MaxPool2d(2), (2, 4, 8, 8), "pool"),
        (nn.GELU, (2, 4), "curve"),
        (lambda: nn.Dropout(0.5), (2, 4), "chance"),
    ],
)
def test_operators_are_sorted_into_classes_that_run_alike(make, shape, kind):
    assert kind in {operator.kind for operator in meta(make, *shape)}
