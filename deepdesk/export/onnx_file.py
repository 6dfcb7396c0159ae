"""ONNX files as plain values, checked: nothing in them is run, and no other path is followed.

Field numbers are those of onnx.proto3 (ONNX 1.23, https://github.com/onnx/onnx).
"""

from __future__ import annotations

import math
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.errors import GraphError
from deepdesk.export.wire import Field, damaged, fields, one_file
from deepdesk.project.full_disk import storage_error

MAX_BYTES = 1 << 30
MAX_NODES = 10_000
MAX_TENSORS = 20_000
_MAX_RANK = 8
_HEAD_BYTES = 1 << 10
_DTYPES: Mapping[int, str] = {
    1: "<f4", 2: "u1", 3: "i1", 4: "<u2", 5: "<i2", 6: "<i4", 7: "<i8", 9: "?",
    10: "<f2", 11: "<f8",
}  # fmt: skip


@dataclass(slots=True)
class Tensor:
    """Numbers of a file, shape `dims`.

    Attributes:
        raw: Little-endian bytes, or what was packed by kind.
        outside: File, offset and length when the numbers lie in another file.
    """

    name: str = ""
    dims: tuple[int, ...] = ()
    kind: int = 0
    raw: memoryview = field(default_factory=lambda: memoryview(b""))
    packed: list[memoryview | int] = field(default_factory=list)
    packed_as: int = 0
    outside: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Operator:
    """One operator: names of what it reads and gives, and its attributes."""

    kind: str = ""
    domain: str = ""
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class OnnxModel:
    """A file.

    Attributes:
        inputs: Name to sizes, None for one that is not fixed; initial tensors left out.
        folder: Where the file lies, for numbers that are kept beside it.
    """

    folder: Path
    name: str = ""
    operators: list[Operator] = field(default_factory=list)
    tensors: dict[str, Tensor] = field(default_factory=dict)
    inputs: dict[str, tuple[int | None, ...]] = field(default_factory=dict)
    outputs: list[str] = field(default_factory=list)

    def numbers(self, name: str) -> NDArray[Any]:
        """Return a constant of the network, shape as in the file.

        Raises:
            GraphError: It is damaged, or lies where it must not.
        """
        return _numbers(self.tensors[name], self.folder)


def read_model(path: Path) -> OnnxModel:
    """Return the contents of an ONNX file, which may come from anyone.

    Raises:
        GraphError: It is damaged, too large, or holds what is not taken, with the reason.
        StorageError: It cannot be read.
    """
    model = OnnxModel(path.parent)
    with one_file():
        _read_file(memoryview(_bytes_of(path)), model)
    return model


def _read_file(data: memoryview, model: OnnxModel) -> None:
    graphs = []
    for part in fields(data):
        if part.number == 7:
            graphs.append(part.data())
        if part.number == 25:
            raise GraphError(
                "This file has functions of its own.", "Export it without them.", code="functions"
            )
    if len(graphs) != 1:
        raise damaged()
    _read_graph(graphs[0], model)


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno())
            if not stat.S_ISREG(size.st_mode):
                raise GraphError(f"{path.name} is no file.", code="format")
            if size.st_size > MAX_BYTES:
                raise GraphError(
                    f"{path.name} is larger than {MAX_BYTES >> 20} MB.",
                    "Choose a smaller network.",
                    code="too_large",
                )
            head = file.read(_HEAD_BYTES)
            if not head or head[0] >> 3 not in range(1, 26):
                raise damaged()
            return head + file.read(MAX_BYTES)
    except OSError as error:
        raise storage_error(error, path) from error


def _read_graph(data: memoryview, model: OnnxModel) -> None:
    shapes: dict[str, tuple[int | None, ...]] = {}
    for part in fields(data):
        if part.number == 1:
            model.operators.append(_operator(part.data(), model))
            _limit(len(model.operators), MAX_NODES, "operators")
        elif part.number == 2:
            model.name = part.text()
        elif part.number == 5:
            tensor = _tensor(part.data())
            model.tensors[tensor.name] = tensor
            _limit(len(model.tensors), MAX_TENSORS, "tensors")
        elif part.number == 11:
            name, sizes = _value_info(part.data())
            shapes[name] = sizes
            _limit(len(shapes), MAX_TENSORS, "inputs")
        elif part.number == 12:
            model.outputs.append(_value_info(part.data())[0])
        elif part.number == 15:
            raise GraphError("This file has sparse tensors.", "Export dense ones.", code="sparse")
    model.inputs = {name: sizes for name, sizes in shapes.items() if name not in model.tensors}


def _operator(data: memoryview, model: OnnxModel) -> Operator:
    found = Operator()
    for part in fields(data):
        if part.number == 1:
            found.inputs.append(part.text())
        elif part.number == 2:
            found.outputs.append(part.text())
        elif part.number == 4:
            found.kind = part.text()
        elif part.number == 5:
            name, value = _attribute(part.data())
            found.attributes[name] = value
        elif part.number == 7:
            found.domain = part.text()
        _limit(len(found.inputs) + len(found.outputs) + len(found.attributes), 256, "connections")
    value = found.attributes.get("value")
    if found.kind == "Constant" and isinstance(value, Tensor) and len(found.outputs) == 1:
        model.tensors[found.outputs[0]] = value
    return found


_ATTRIBUTES: Mapping[int, Callable[[Field], Any]] = {
    2: Field.real,
    3: Field.whole,
    4: Field.text,
    5: lambda part: _tensor(part.data()),
}


def _attribute(data: memoryview) -> tuple[str, Any]:
    name, value = "", None
    many: list[Any] = []
    for part in fields(data):
        if part.number == 1:
            name = part.text()
        elif part.number in _ATTRIBUTES:
            value = _ATTRIBUTES[part.number](part)
        elif part.number in (6, 11):
            raise GraphError(
                "This network has loops or conditions within.",
                "Export it without them.",
                code="nested",
            )
        elif part.number == 7:
            many += part.reals()
        elif part.number == 8:
            many += part.wholes()
        elif part.number == 9:
            many.append(part.text())
        _limit(len(many), 4096, "numbers in one setting")
    return name, many or value


def _tensor(data: memoryview) -> Tensor:
    found = Tensor()
    dims: list[int] = []
    for part in fields(data):
        if part.number == 1:
            dims += part.wholes()
        elif part.number == 2:
            found.kind = part.whole()
        elif part.number in (4, 5, 7, 10):
            found.packed.append(part.value)
            found.packed_as = part.number
        elif part.number == 8:
            found.name = part.text()
        elif part.number == 9:
            found.raw = part.data()
        elif part.number == 13:
            found.outside |= _entry(part.data())
        elif part.number == 14 and part.whole():
            found.outside.setdefault("location", "")
        _limit(len(dims), _MAX_RANK, "axes")
    if any(not 0 <= size < 1 << 31 for size in dims):
        raise damaged()
    found.dims = tuple(dims)
    return found


def _entry(data: memoryview) -> dict[str, str]:
    pair = {part.number: part.text() for part in fields(data)}
    return {pair.get(1, ""): pair.get(2, "")}


def _value_info(data: memoryview) -> tuple[str, tuple[int | None, ...]]:
    name, sizes = "", []
    for part in fields(data):
        if part.number == 1:
            name = part.text()
        if part.number == 2:
            sizes = [size for of in _within(part, 1) for size in _sizes(of)]
    return name, tuple(sizes)


def _sizes(tensor_type: Field) -> list[int | None]:
    found: list[int | None] = []
    for shape in _within(tensor_type, 2):
        for dim in _within(shape, 1):
            value = next((part.whole() for part in fields(dim.data()) if part.number == 1), None)
            found.append(value)
            _limit(len(found), _MAX_RANK, "axes")
    return found


def _within(part: Field, number: int) -> list[Field]:
    return [inner for inner in fields(part.data()) if inner.number == number]


def _numbers(tensor: Tensor, folder: Path) -> NDArray[Any]:
    dtype = _DTYPES.get(tensor.kind)
    if dtype is None:
        raise GraphError(
            f"A tensor has numbers of an unknown kind ({tensor.kind}).",
            "Export the network in float32.",
            code="dtype",
        )
    kind = np.dtype(dtype)
    needed = math.prod(tensor.dims) * kind.itemsize
    if tensor.outside:
        data = memoryview(_outside(tensor.outside, folder, needed))
    elif tensor.packed:
        return _packed(tensor, kind)
    else:
        data = tensor.raw
    if len(data) != needed:
        raise damaged()
    return np.frombuffer(data, kind).reshape(tensor.dims)


def _packed(tensor: Tensor, kind: np.dtype[Any]) -> NDArray[Any]:
    plain = {4: "<f4", 10: "<f8"}.get(tensor.packed_as)
    if plain is not None:
        data = b"".join(bytes(part) for part in tensor.packed if not isinstance(part, int))
        values = np.frombuffer(data[: len(data) // 8 * 8 if plain == "<f8" else None], plain)
    else:
        wholes = [n for part in tensor.packed for n in Field(1, part).wholes()]
        values = np.array(wholes, dtype=np.int64)
        if kind == np.float16:
            values = values.astype("<u2").view("<f2")
    if len(values) != math.prod(tensor.dims):
        raise damaged()
    return values.astype(kind).reshape(tensor.dims)


def _outside(entry: Mapping[str, str], folder: Path, needed: int) -> bytes:
    """Return numbers from a file beside this one: a plain name, no link, the right length.

    Raises:
        GraphError: It would lead elsewhere, or is too short.
    """
    name, offset = entry.get("location", ""), entry.get("offset", "0")
    if not name or name in (".", "..") or any(mark in name for mark in "/\\:\0"):
        raise GraphError(
            "The weights of this file point to another folder.",
            "Put them beside the file and export it again.",
            code="external",
        )
    if not (offset.isascii() and offset.isdigit() and len(offset) < 16) or needed > MAX_BYTES:
        raise damaged()
    try:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        flags |= getattr(os, "O_NONBLOCK", 0)
        path = folder / name
        is_plain = not path.is_symlink()
        with os.fdopen(os.open(path, flags), "rb") as file:
            facts = os.fstat(file.fileno())
            is_plain &= stat.S_ISREG(facts.st_mode) and facts.st_nlink == 1
            if not is_plain or facts.st_size < int(offset) + needed:
                raise GraphError(
                    f"The weights in {name[:60]!a} are cut off, or a link.",
                    "Export the network again.",
                    code="external",
                )
            file.seek(int(offset))
            return file.read(needed)
    except OSError as error:
        raise GraphError(
            f"The weights in {name[:60]!a} beside the file cannot be read.",
            "Put them there, or export the network in one file.",
            code="external",
        ) from error


def _limit(count: int, most: int, what: str) -> None:
    if count > most:
        raise GraphError(
            f"This file has more than {most:,} {what}.",
            "Choose a smaller network.",
            code="too_large",
        )
