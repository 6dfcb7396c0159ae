"""Hostile ONNX files: each is refused within a second, with a reason, and nothing is run."""

from __future__ import annotations

import os
import time

import numpy as np
import pytest

pytest.importorskip("onnx")

import onnx
from onnx import TensorProto

from deepdesk.core.errors import DeepDeskError
from deepdesk.export.onnx_graph import read_onnx
from tests.unit.export.onnx_models import Model
from tests.unit.export.test_onnx_graph import MAP, residual


def varint(number):
    data = b""
    while number > 127:
        data += bytes([number & 127 | 128])
        number >>= 7
    return data + bytes([number])


def block(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def tensor(dims, raw=b"", kind=1, name=b"w"):
    sizes = b"".join(b"\x08" + varint(size & ((1 << 64) - 1)) for size in dims)
    return sizes + b"\x10" + varint(kind) + block(8, name) + block(9, raw)


def graph_with(*parts):
    return block(7, b"".join(parts))


def node(kind=b"Relu", *rest):
    return block(1, block(1, b"x") + block(2, b"y") + block(4, kind) + b"".join(rest))


def info(number, name):
    dims = b"".join(block(1, b"\x08" + varint(size)) for size in (1, 3, 8, 8))
    return block(number, block(1, name) + block(2, block(1, b"\x08\x01" + block(2, dims))))


ENDS = info(11, b"x") + info(12, b"y")
CONV = block(1, b"".join([block(1, b"x"), block(1, b"w"), block(2, b"y"), block(4, b"Conv")]))
JUNK = b"\x08\x01" * 2_000_000
FILES = {
    "millions of fields": JUNK,
    "millions of fields in a graph": graph_with(JUNK, ENDS),
    "millions of fields in an operator": graph_with(node(b"Relu", b"\x60\x01" * 2_000_000), ENDS),
    "millions of numbers": graph_with(node(b"Relu", block(5, b"\x40\x01" * 2_000_000)), ENDS),
    "nothing": b"",
    "zeros": bytes(4096),
    "text": b"this is no network" * 9,
    "pickle": b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94",
    "a length beyond the end": b"\x3a\xff\xff\xff\xff\x7f",
    "an endless number": b"\x3a" + b"\xff" * 40,
    "two graphs": graph_with(node(), ENDS) * 2,
    "no operators": graph_with(ENDS),
    "a cycle": graph_with(block(1, block(1, b"y") + block(2, b"y") + block(4, b"Relu")), ENDS),
    "the same name twice": graph_with(node(), node(), ENDS),
    "a graph within": graph_with(node(b"If", block(5, block(1, b"then") + block(6, b""))), ENDS),
    "graphs within": graph_with(node(b"If", block(5, block(1, b"then") + block(11, b""))), ENDS),
    "functions": graph_with(node(), ENDS) + block(25, b""),
    "sparse": graph_with(node(), ENDS, block(15, b"")),
    "a name of a megabyte": graph_with(node(b"R" * (1 << 20)), ENDS),
    "a name that is no text": graph_with(node(b"\xff\xfe"), ENDS),
    "many operators": graph_with(node() * 10_001, ENDS),
    "many axes": graph_with(CONV, block(5, tensor([1] * 50)), ENDS),
    "negative sizes": graph_with(CONV, block(5, tensor([-1, 3, 3, 3], bytes(108))), ENDS),
    "sizes that overflow": graph_with(CONV, block(5, tensor([1 << 30] * 4)), ENDS),
    "fewer numbers than sizes": graph_with(CONV, block(5, tensor([4, 3, 3, 3], bytes(8))), ENDS),
    "more numbers than sizes": graph_with(CONV, block(5, tensor([1, 3, 1, 1], bytes(99))), ENDS),
    "an unknown kind": graph_with(CONV, block(5, tensor([1, 3, 1, 1], bytes(12), 77)), ENDS),
    "texts for numbers": graph_with(CONV, block(5, tensor([1, 3, 1, 1], bytes(12), 8)), ENDS),
    "a shape of texts": graph_with(node(b"Conv"), ENDS),
    "an empty kind": graph_with(node(b""), ENDS),
    "an operator with nothing": graph_with(block(1, block(4, b"Add") + block(2, b"y")), ENDS),
    "numbers that are none": graph_with(
        CONV, block(5, tensor([1, 3, 1, 1], np.full(3, np.nan, "<f4").tobytes())), ENDS
    ),
}  # fmt: skip


def refused(path):
    start = time.perf_counter()
    with pytest.raises(DeepDeskError) as caught:
        read_onnx(path)
    assert time.perf_counter() - start < 1
    assert caught.value.message.endswith(".")
    assert len(str(caught.value)) < 600
    assert str(caught.value).isprintable()
    return caught.value


@pytest.mark.parametrize("name", FILES)
def test_hostile_bytes_are_refused(name, tmp_path):
    path = tmp_path / "a.onnx"
    path.write_bytes(FILES[name])

    refused(path)


def test_a_file_of_terabytes_is_refused(tmp_path):
    path = tmp_path / "a.onnx"
    with path.open("wb") as file:
        file.write(b"\x08\x0a")
        file.truncate(1 << 40)

    assert refused(path).code == "too_large"


def test_a_folder_or_nothing_is_refused(tmp_path):
    refused(tmp_path)
    refused(tmp_path / "missing.onnx")


PLACES = ("../secret", "/etc/passwd", "..", ".", "", "a/b", "a\\b", "C:x", "missing", "a\0b")


@pytest.mark.parametrize("place", [*PLACES, "link", "hard"])
def test_weights_elsewhere_are_refused(place, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    secret = tmp_path / "secret"
    secret.write_bytes(bytes(4096))
    (folder / "link").symlink_to(secret)
    os.link(secret, folder / "hard")
    m = Model((3, 8, 8))
    proto = m.proto(m.conv("x", 3, 4))
    weight = proto.graph.initializer[0]
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    weight.external_data.add(key="location", value=place)
    path = folder / "a.onnx"
    path.write_bytes(proto.SerializeToString())

    refused(path)


@pytest.mark.parametrize(
    "attributes",
    [
        {"strides": [0, 0]},
        {"strides": [1 << 40, 1 << 40]},
        {"strides": [-1, -1]},
        {"dilations": [0, 0]},
        {"group": 0},
        {"group": -3},
        {"group": 7},
        {"pads": [1 << 40] * 4},
        {"pads": "many"},
        {"strides": 2},
        {"kernel_shape": [9, 9], "pads": [-4] * 4},
    ],
)
def test_impossible_settings_are_refused(attributes, tmp_path):
    m = Model((3, 8, 8))
    weight = m.random(4, 3, 3, 3)
    path = m.save(tmp_path / "a.onnx", m.op("Conv", "x", weight, **attributes))

    refused(path)


@pytest.mark.parametrize(
    "kind", ["Reshape", "Squeeze", "Resize", "Clip", "Transpose", "Concat", "Gemm"]
)
@pytest.mark.parametrize("numbers", [[0, -1, -1], [7], [], [-5, 1 << 60], [1] * 3000])
def test_impossible_constants_end_in_a_reason(kind, numbers, tmp_path):
    m = Model(MAP)
    numbers = m.const(np.array(numbers, np.int64))
    path = m.save(tmp_path / "a.onnx", m.op(kind, m.conv("x", 3, 4), numbers))

    refused(path)


@pytest.mark.slow
def test_cut_and_changed_files_never_end_in_anything_else(tmp_path):
    m = Model(MAP)
    whole = m.proto(residual(m)).SerializeToString()
    draws = np.random.default_rng(1)
    path = tmp_path / "a.onnx"
    refusals = 0
    for _turn in range(300):
        data = bytearray(whole)
        for place in draws.integers(0, len(data), 3):
            data[place] = draws.integers(0, 256)
        path.write_bytes(data[: draws.integers(len(data) // 2, len(data) + 1)])
        try:
            read_onnx(path)
        except DeepDeskError:
            refusals += 1
    assert refusals > 100


def test_onnx_itself_accepts_the_file_that_the_hostile_ones_are_made_of():
    model = onnx.load_from_string(
        b"\x08\x0a" + graph_with(node(), block(2, b"g"), ENDS) + block(8, b"\x10\x11")
    )
    onnx.checker.check_model(model)
    assert [node.op_type for node in model.graph.node] == ["Relu"]


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        ("ReduceMean", {"axes": 5}),
        ("ReduceMean", {"axes": [1.5, float("nan")]}),
        ("Squeeze", {"axes": "all"}),
        ("Unsqueeze", {"axes": [0.5]}),
        ("Mul", {}),
    ],
)
def test_damaged_settings_of_an_operator_are_refused_with_its_name(kind, attributes, tmp_path):
    m = Model((3, 8))
    path = m.save(tmp_path / "a.onnx", m.op(kind, "x", *["x"] * 2 * (kind == "Mul"), **attributes))

    with pytest.raises(DeepDeskError, match=kind):
        read_onnx(path)


@pytest.mark.parametrize("kind", ["Reshape", "ReduceMean", "Squeeze", "Unsqueeze"])
def test_a_size_or_axis_that_is_no_number_is_refused(kind, tmp_path):
    m = Model((3, 8))
    path = m.save(tmp_path / "a.onnx", m.op(kind, "x", m.const(np.array([0.0, np.nan]))))

    with pytest.raises(DeepDeskError, match="no numbers"):
        read_onnx(path)
