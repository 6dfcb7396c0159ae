"""Networks along one axis from ONNX: there channels come first, in our blocks last."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch
from torch.nn import functional

pytest.importorskip("onnx")

from deepdesk.core.errors import GraphError
from deepdesk.export.onnx_graph import read_onnx
from deepdesk.nn.build import build_empty
from tests.unit.export.onnx_models import Model, both
from tests.unit.export.outside import contract_of

SOUND = (2, 33)


def conv(m, x, channels_in, channels, kernel=3, *, pads=None, **attributes):
    groups = attributes.get("group", 1)
    weight = m.random(channels, channels_in // groups, kernel)
    pads = [kernel // 2] * 2 if pads is None else pads
    return m.op("Conv", x, weight, m.random(channels), pads=pads, **attributes)


def usual(m):
    x = m.op("Relu", m.norm(conv(m, "x", 2, 8, 5), 8))
    x = m.op("MaxPool", x, kernel_shape=[2], strides=[2])
    x = m.op("Add", x, conv(m, x, 8, 8))
    x = m.op("Dropout", m.op("Concat", x, m.op("Tanh", x), axis=1))
    x = m.op("Flatten", m.op("GlobalAveragePool", x))
    return m.op("Gemm", x, m.random(5, 16), m.random(5), transB=1)


def unpadded(m):
    x = conv(m, "x", 2, 6, 4, pads=[0, 0], strides=[3])
    x = m.op("AveragePool", x, kernel_shape=[3], strides=[2], pads=[1, 1])
    return m.op("Flatten", x)


def causal(m):
    x = conv(m, "x", 2, 4, 3, pads=[4, 0], dilations=[2])
    return conv(m, x, 4, 4, 3, group=2)


def gated(m):
    x = conv(m, "x", 2, 4)
    x = m.op("Mul", x, m.op("Sigmoid", x))
    gate = m.op("ReduceMean", x, m.const(np.array([2])), keepdims=1)
    gate = m.op("Sigmoid", conv(m, gate, 4, 4, 1))
    x = m.op("Mul", x, gate)
    x = m.op("Mul", x, m.op("Softmax", m.op("Mul", gate, x), axis=1))
    return m.op("ReduceMax", x, m.const(np.array([-1])), keepdims=0)


def turned(m):
    x = m.op("Transpose", conv(m, "x", 2, 6), perm=[0, 2, 1])
    x = m.op("LayerNormalization", x, m.random(6), m.random(6))
    x = m.op("MatMul", x, m.random(6, 4))
    return conv(m, m.op("Transpose", x, perm=[0, 2, 1]), 4, 3, 1)


def across(m):
    x = conv(m, "x", 2, 6)
    left = m.op("ReduceMean", x, m.const(np.array([1])), keepdims=0)
    right = m.op("Flatten", m.op("Squeeze", m.op("GlobalAveragePool", x), m.const(np.array([2]))))
    return m.op("Concat", left, right, axis=1)


def through_a_map(m):
    """As torch's newer exporter writes the mean over all places."""
    x = m.op("Unsqueeze", conv(m, "x", 2, 6), m.const(np.array([-2])))
    x = m.op("ReduceMean", x, m.const(np.array([-1, -2])), keepdims=1)
    x = m.op("Squeeze", x, m.const(np.array([2])))
    return m.op("Flatten", x)


@pytest.mark.parametrize(
    "make",
    [usual, unpadded, causal, gated, turned, across, through_a_map],
    ids=lambda make: make.__name__,
)
def test_networks_along_one_axis_answer_as_onnx_does(make, tmp_path):
    m = Model(SOUND)
    answer, wanted, _found = both(m.save(tmp_path / "a.onnx", make(m)), SOUND)

    assert answer.shape == wanted.shape
    np.testing.assert_allclose(answer, wanted, atol=1e-5, rtol=1e-5)


def test_axes_are_swapped_where_it_has_to_be_and_nowhere_else(tmp_path):
    counts = {}
    for make in (usual, turned, causal):
        m = Model(SOUND)
        graph = read_onnx(m.save(tmp_path / "a.onnx", make(m))).graph
        counts[make.__name__] = Counter(node.block for node in graph.nodes)["swap_axes"]

    assert counts == {"usual": 1, "turned": 2, "causal": 2}


def test_padded_windows_along_one_axis_are_those_of_torch(tmp_path):
    # ONNX's evaluator stops at both of these in one dimension.
    m = Model(SOUND)
    x = m.op("MaxPool", "x", kernel_shape=[3], strides=[1], pads=[1, 1])
    found = read_onnx(m.save(tmp_path / "a.onnx", m.op("GlobalMaxPool", m.op("Tanh", x))))
    network = build_empty(found.graph, contract_of(found.graph))
    given = torch.randn(2, *SOUND, generator=torch.Generator().manual_seed(1))

    wanted = functional.max_pool1d(given, 3, 1, 1).tanh().amax(2)

    assert torch.equal(network(given), wanted)


def test_a_number_of_channels_that_equals_the_length_is_not_taken_for_it(tmp_path):
    m = Model((4, 4))
    gate = m.op("Sigmoid", m.op("GlobalAveragePool", "x"))
    answer, wanted, _found = both(m.save(tmp_path / "a.onnx", m.op("Mul", gate, "x")), (4, 4))

    np.testing.assert_allclose(answer, wanted, atol=1e-6)


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"pads": [0, 1]}, "not half of its kernel"),
        ({"pads": [1, 1], "strides": [1, 1]}, "strides"),
    ],
)
def test_a_convolution_in_another_form_is_refused(attributes, words, tmp_path):
    m = Model(SOUND)
    path = m.save(tmp_path / "a.onnx", conv(m, "x", 2, 4, **attributes))

    with pytest.raises(GraphError, match=words):
        read_onnx(path)
