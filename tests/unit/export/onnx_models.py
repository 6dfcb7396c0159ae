"""ONNX files made by hand, and what ONNX's own evaluator answers for them."""

from __future__ import annotations

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from safetensors.torch import load

from deepdesk.export.onnx_graph import read_onnx
from deepdesk.nn.build import build_empty
from tests.unit.export.outside import contract_of


class Model:
    """Collects operators; each method call returns the name of what comes out."""

    def __init__(self, shape, seed=0):
        self.draws = np.random.default_rng(seed)
        self.nodes = []
        self.tensors = []
        self.shape = shape

    def const(self, value):
        name = f"const_{len(self.tensors)}"
        self.tensors.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def random(self, *shape, low=-0.5, high=0.5):
        return self.const(self.draws.uniform(low, high, shape).astype(np.float32))

    def op(self, kind, *inputs, outputs=1, domain="", **attributes):
        names = [f"{kind}_{len(self.nodes)}_{n}" for n in range(outputs)]
        node = helper.make_node(kind, list(inputs), names, domain=domain, **attributes)
        self.nodes.append(node)
        return names[0]

    def conv(self, x, channels_in, channels, kernel=3, **attributes):
        groups = attributes.get("group", 1)
        weight = self.random(channels, channels_in // groups, kernel, kernel)
        attributes.setdefault("pads", [kernel // 2] * 4)
        return self.op("Conv", x, weight, self.random(channels), **attributes)

    def norm(self, x, channels, **attributes):
        parts = [self.random(channels, low=0.5, high=1.5), self.random(channels)]
        parts += [self.random(channels), self.random(channels, low=0.5, high=1.5)]
        return self.op("BatchNormalization", x, *parts, **attributes)

    def proto(self, output, opset=20, inputs=None):
        sizes = inputs or ["N", *self.shape]
        graph = helper.make_graph(
            self.nodes,
            "made by hand",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, sizes)],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
            self.tensors,
        )
        opsets = [helper.make_opsetid("", opset)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10)

    def save(self, path, output, **how):
        onnx.save_model(self.proto(output, **how), path)
        return path


def both(path, shape, batch=2):
    """Return the answers of the imported network and of ONNX's evaluator for one input."""
    given = np.random.default_rng(5).normal(size=(batch, *shape)).astype(np.float32)
    (wanted,) = ReferenceEvaluator(onnx.load(path)).run(
        None, {onnx.load(path).graph.input[0].name: given}
    )
    found = read_onnx(path, shape=shape)
    network = build_empty(found.graph, contract_of(found.graph))
    network.load_state_dict(load(found.safetensors()))
    with torch.inference_mode():
        answer = network.eval()(torch.from_numpy(given))
    return answer.numpy(), wanted, found
