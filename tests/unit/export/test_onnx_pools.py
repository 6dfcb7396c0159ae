"""Pools from ONNX: windows that reach over the edges answer as ONNX's own evaluator does."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("onnx")

from deepdesk.core.errors import GraphError
from deepdesk.export.onnx_graph import read_onnx
from tests.unit.export.onnx_models import Model, both

MAP = (3, 15, 15)
TAKEN = {
    "max of 3 by 2, padded": ("MaxPool", 3, 2, {"pads": [1] * 4}),
    "max of 3 by 1, padded": ("MaxPool", 3, 1, {"pads": [1] * 4}),
    "max of 5 by 3, padded": ("MaxPool", 5, 3, {"pads": [2] * 4}),
    "max of 4 by 2, padded": ("MaxPool", 4, 2, {"pads": [1] * 4}),
    "mean of 3 by 2, padded": ("AveragePool", 3, 2, {"pads": [1] * 4}),
    "mean of 5 by 1, padded": ("AveragePool", 5, 1, {"pads": [2] * 4, "count_include_pad": 0}),
    "mean that would count what is not there": ("AveragePool", 3, 2, {"count_include_pad": 1}),
    "rounded up where nothing is left over": ("MaxPool", 3, 2, {"ceil_mode": 1}),
    "no padding by name": ("MaxPool", 2, 2, {"auto_pad": "VALID"}),
}
REFUSED = {
    "counts its padding": ("AveragePool", 3, 2, {"pads": [1] * 4, "count_include_pad": 1}),
    "rounds its size up": ("MaxPool", 2, 2, {"ceil_mode": 1}),
    "not half of its window": ("MaxPool", 3, 2, {"pads": [0, 0, 1, 1]}),
    r"padding \[2, 2, 2, 2\]": ("MaxPool", 3, 2, {"pads": [2] * 4}),
    "gaps in its window": ("MaxPool", 2, 2, {"dilations": [2, 2]}),
}


def saved(path, kind, size, stride, attributes):
    m = Model(MAP)
    x = m.conv("x", 3, 4)
    return m.save(
        path / "a.onnx",
        m.op(kind, x, kernel_shape=[size, size], strides=[stride, stride], **attributes),
    )


@pytest.mark.parametrize("name", TAKEN)
def test_a_pool_answers_as_onnx_does(name, tmp_path):
    answer, wanted, _found = both(saved(tmp_path, *TAKEN[name]), MAP)

    np.testing.assert_allclose(answer, wanted, atol=1e-5)


@pytest.mark.parametrize("words", REFUSED)
def test_a_pool_that_ours_do_not_follow_is_refused_with_the_reason(words, tmp_path):
    with pytest.raises(GraphError, match=words):
        read_onnx(saved(tmp_path, *REFUSED[words]))


def test_a_window_that_is_not_square_is_refused(tmp_path):
    m = Model(MAP)
    path = m.save(tmp_path / "a.onnx", m.op("MaxPool", m.conv("x", 3, 4), kernel_shape=[1, 3]))

    with pytest.raises(GraphError, match="1 × MaxPool that is not square"):  # noqa: RUF001
        read_onnx(path)


def test_a_pool_that_also_tells_where_it_found_its_numbers_is_refused(tmp_path):
    m = Model(MAP)
    x = m.op("MaxPool", m.conv("x", 3, 4), outputs=2, kernel_shape=[2, 2], strides=[2, 2])

    with pytest.raises(GraphError, match="tells places"):
        read_onnx(m.save(tmp_path / "a.onnx", x))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["resnet18", "squeezenet1_1"])
@pytest.mark.filterwarnings("ignore")
def test_networks_of_torchvision_come_back_from_an_export(name, tmp_path):
    import torch
    import torchvision

    network = getattr(torchvision.models, name)(weights=None).eval()
    path, side = tmp_path / "a.onnx", 95
    given = (torch.zeros(1, 3, side, side),)
    torch.onnx.export(network, given, str(path), dynamo=False)

    answer, wanted, found = both(path, (3, side, side), batch=1)

    np.testing.assert_allclose(answer, wanted, atol=1e-4, rtol=1e-4)
    assert "max_pool" in {node.block for node in found.graph.nodes}
