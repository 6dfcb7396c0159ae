"""Networks from ONNX: what ONNX's own evaluator answers, the imported network answers too."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("onnx")

from deepdesk.core.errors import GraphError
from deepdesk.export.onnx_graph import read_onnx
from tests.unit.export.onnx_models import Model, both

MAP = (3, 16, 16)


def residual(m):
    x = m.op("Relu", m.norm(m.conv("x", 3, 8), 8))
    branch = m.norm(m.conv(x, 8, 8, strides=[1, 1]), 8, epsilon=1e-3)
    x = m.op("Relu", m.op("Add", x, branch))
    x = m.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    x = m.op("Flatten", m.op("GlobalAveragePool", x))
    return m.op("Gemm", x, m.random(5, 8), m.random(5), transB=1)


def squeeze(m):
    x = m.conv("x", 3, 8)
    gate = m.op("GlobalAveragePool", x)
    gate = m.op("Relu", m.conv(gate, 8, 4, kernel=1))
    gate = m.op("Sigmoid", m.conv(gate, 4, 8, kernel=1))
    flat = m.op("Flatten", gate)
    pooled = m.op("ReduceMax", x, m.const(np.array([2, 3])), keepdims=0)
    return m.op("Concat", m.op("Mul", flat, pooled), flat, axis=1)


def silu(m):
    x = m.conv("x", 3, 8, group=1, dilations=[2, 2], pads=[2] * 4)
    x = m.op("Mul", x, m.op("Sigmoid", x))
    x = m.op("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2])
    x = m.op("ReduceMean", x, m.const(np.array([2, 3])), keepdims=1)
    x = m.op("Reshape", x, m.const(np.array([0, -1])))
    return m.op("Softmax", m.op("Gemm", x, m.random(8, 4)))


def up(m):
    x = m.conv("x", 3, 4, strides=[2, 2], kernel=1, pads=[0] * 4)
    scales = m.const(np.array([1, 1, 2, 2], np.float32))
    near = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    a = m.op("Resize", x, "", scales, mode="nearest", **near)
    b = m.op("Resize", x, "", scales, mode="linear")
    c = m.op("ConvTranspose", x, m.random(4, 4, 4, 4), strides=[2, 2], pads=[1] * 4)
    d = m.op("ConvTranspose", x, m.random(4, 4, 2, 2), m.random(4), strides=[2, 2])
    return m.op("Sum", a, b, c, d)


def norms(m):
    x = m.op("InstanceNormalization", m.conv("x", 3, 6), m.random(6), m.random(6))
    x = m.op("Clip", x, m.const(np.float32(0)), m.const(np.float32(6)))
    x = m.op("Reshape", x, m.const(np.array([0, 6, 256])))
    x = m.op("Transpose", x, perm=[0, 2, 1])
    x = m.op("LayerNormalization", x, m.random(6), m.random(6), epsilon=1e-6)
    x = m.op("Add", m.op("MatMul", x, m.random(6, 7)), m.random(7))
    return m.op("ReduceMean", m.op("Gelu", x), m.const(np.array([1])), keepdims=0)


def gelus(m):
    half, one = m.const(np.float32(0.5)), m.const(np.float32(1))
    root = m.const(np.float32(2**0.5))
    x = m.conv("x", 3, 4)
    a = m.op("Add", m.op("Erf", m.op("Div", x, root)), one)
    x = m.op("Mul", m.op("Mul", x, a), half)
    a = m.op("Add", one, m.op("Erf", m.op("Mul", x, m.const(np.float32(0.5**0.5)))))
    x = m.op("Mul", m.op("Mul", half, x), a)
    return m.op("Flatten", m.op("GlobalMaxPool", x))


def scaled(m):
    x = m.op("Mul", m.conv("x", 3, 4), m.const(np.float32(0.125)))
    x = m.op("AveragePool", x, kernel_shape=[1, 1])
    x = m.op("Reshape", x, m.const(np.array([-1, 4 * 256])), allowzero=1)
    x = m.op("Gemm", x, m.random(4 * 256, 3), m.random(3))
    return m.op("Div", x, m.const(np.array([3.0], np.float32)))


ACTIVATIONS = {
    "Relu": {}, "LeakyRelu": {}, "Elu": {}, "Selu": {}, "Sigmoid": {}, "Tanh": {}, "Softplus": {},
    "HardSwish": {}, "HardSigmoid": {"alpha": 1 / 6}, "Mish": {}, "Gelu": {},
}  # fmt: skip


@pytest.mark.parametrize(
    "make", [residual, squeeze, up, norms, scaled, gelus], ids=lambda make: make.__name__
)
def test_imported_networks_answer_as_onnx_does(make, tmp_path):
    m = Model(MAP)
    answer, wanted, _found = both(m.save(tmp_path / "a.onnx", make(m)), MAP)

    np.testing.assert_allclose(answer, wanted.reshape(answer.shape), atol=1e-5, rtol=1e-5)


def test_softmax_at_the_end_is_left_out_and_told(tmp_path):
    m = Model(MAP)
    answer, wanted, found = both(m.save(tmp_path / "a.onnx", silu(m)), MAP)

    shares = np.exp(answer) / np.exp(answer).sum(1, keepdims=True)
    np.testing.assert_allclose(shares, wanted, atol=1e-5)
    assert "Softmax" in found.notes[0]
    functions = [node.config.function for node in found.graph.nodes if node.block == "activation"]
    assert functions == ["silu"]


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_every_activation_is_the_same_function(kind, tmp_path):
    m = Model((6,))
    path = m.save(tmp_path / "a.onnx", m.op(kind, "x", **ACTIVATIONS[kind]), opset=20)
    answer, wanted, _found = both(path, (6,))

    np.testing.assert_allclose(answer, wanted, atol=1e-5)


def test_operators_that_no_block_does_are_listed_with_their_number(tmp_path):
    m = Model(MAP)
    x = m.op("Erf", m.op("Erf", m.conv("x", 3, 4)))
    x = m.op("Fancy", x, domain="com.example")
    x = m.op("Conv", m.conv("x", 3, 4), m.random(4, 4, 1, 3), pads=[0, 1, 0, 1])
    x = m.op("Add", x, m.op("Fancy", m.op("Erf", m.op("Erf", "x")), domain="com.example"))
    path = m.save(tmp_path / "a.onnx", x)

    with pytest.raises(GraphError) as caught:
        read_onnx(path)

    assert caught.value.code == "operators"
    for words in ("2 × Erf", "1 × com.example.Fancy", "1 × Conv with kernel 1 × 3"):  # noqa: RUF001
        assert words in caught.value.message


def test_an_open_size_takes_that_of_the_task(tmp_path):
    m = Model(MAP)
    path = m.save(tmp_path / "a.onnx", m.conv("x", 3, 4), inputs=["N", 3, "h", "w"])

    assert read_onnx(path, shape=(3, 24, 20)).graph.inputs[0].config.shape == (3, 24, 20)
    with pytest.raises(GraphError, match="leaves the size"):
        read_onnx(path)


def test_weights_beside_the_file_are_taken(tmp_path):
    import onnx

    m = Model(MAP)
    proto = m.proto(residual(m))
    path = tmp_path / "a.onnx"
    onnx.save_model(proto, path, save_as_external_data=True, location="a.data", size_threshold=0)

    answer, wanted, _found = both(path, MAP)
    np.testing.assert_allclose(answer, wanted, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("opset", [18, 20])
@pytest.mark.filterwarnings("ignore")
def test_what_torch_exports_comes_back(opset, tmp_path):
    pytest.importorskip("onnxscript")
    import torch

    from deepdesk.nn import presets
    from deepdesk.nn.build import build
    from deepdesk.nn.graph import Contract

    contract = Contract(inputs={"image": (3, 32, 32)}, outputs={"logits": (5,)})
    network = build(presets.residual(), contract).eval()
    path = tmp_path / "a.onnx"
    given = (torch.zeros(1, 3, 32, 32),)
    torch.onnx.export(network, given, str(path), dynamo=True, opset_version=opset, verbose=False)

    answer, wanted, _found = both(path, (3, 32, 32), batch=1)
    np.testing.assert_allclose(answer, wanted, atol=1e-5)
