"""Reading protobuf bytes: numbered fields, with limits, without building anything else."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from deepdesk.core.errors import GraphError

MAX_TEXT = 4_096
_MAX_FIELD = 1 << 20
_MAX_FIELDS = 400_000  # of one file; a network of 1,000 operators has about 30,000
_LEFT: ContextVar[Iterator[int]] = ContextVar("fields that may still be read")
_VARINT, _FIXED_64, _BYTES, _FIXED_32 = 0, 1, 2, 5


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message.

    Attributes:
        number: As in the format's description.
        value: A whole number for varints, else the bytes.
    """

    number: int
    value: int | memoryview

    def whole(self) -> int:
        """Return a signed 64-bit number.

        Raises:
            GraphError: It is something else.
        """
        if not isinstance(self.value, int):
            raise damaged()
        return self.value - (1 << 64) if self.value >> 63 else self.value

    def data(self) -> memoryview:
        """Return the bytes.

        Raises:
            GraphError: It is a number.
        """
        if isinstance(self.value, int):
            raise damaged()
        return self.value

    def text(self) -> str:
        """Return a short text.

        Raises:
            GraphError: It is too long or not UTF-8.
        """
        data = self.data()
        if len(data) > MAX_TEXT:
            raise GraphError("A name in this file is far too long.", code="format")
        try:
            return bytes(data).decode()
        except UnicodeDecodeError as error:
            raise damaged() from error

    def real(self) -> float:
        """Return a 32-bit number.

        Raises:
            GraphError: It is something else.
        """
        data = self.data()
        if len(data) != 4:
            raise damaged()
        return float(struct.unpack("<f", data)[0])

    def wholes(self) -> list[int]:
        """Return one number or packed ones, signed 64-bit.

        Raises:
            GraphError: They are cut off or far too many.
        """
        if isinstance(self.value, int):
            return [self.whole()]
        numbers, place = [], 0
        if len(self.value) > _MAX_FIELD:
            raise GraphError("A list in this file is far too long.", code="too_large")
        while place < len(self.value):
            number, place = _varint(self.value, place)
            numbers.append(number - (1 << 64) if number >> 63 else number)
        return numbers

    def reals(self) -> list[float]:
        """Return one 32-bit number or packed ones.

        Raises:
            GraphError: They are cut off or far too many.
        """
        data = self.data()
        if len(data) % 4 or len(data) > _MAX_FIELD:
            raise damaged()
        return [float(value) for (value,) in struct.iter_unpack("<f", data)]


@contextmanager
def one_file() -> Iterator[None]:
    """Let all messages that are read within share one limit of fields."""
    token = _LEFT.set(iter(range(_MAX_FIELDS)))
    try:
        yield
    finally:
        _LEFT.reset(token)


def fields(data: memoryview) -> Iterator[Field]:
    """Yield the fields of a message in order.

    Raises:
        GraphError: The bytes are no message.
    """
    place, end = 0, len(data)
    left = _LEFT.get(iter(range(_MAX_FIELDS)))
    while place < end:
        if next(left, None) is None:
            raise GraphError("This file has far too many parts.", code="too_large")
        tag, place = _varint(data, place)
        number, kind = tag >> 3, tag & 7
        if not 1 <= number < 1 << 29:
            raise damaged()
        if kind == _VARINT:
            value, place = _varint(data, place)
            yield Field(number, value)
            continue
        if kind == _BYTES:
            length, place = _varint(data, place)
        else:
            length = {_FIXED_64: 8, _FIXED_32: 4}.get(kind, end + 1)
        if length > end - place:
            raise damaged()
        yield Field(number, data[place : place + length])
        place += length


def _varint(data: memoryview, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(data):
            break
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & ((1 << 64) - 1), place
    raise damaged()


def damaged() -> GraphError:
    """Return the error for bytes that are no ONNX file."""
    return GraphError(
        "This file is damaged, or no ONNX file.", "Export the network again.", code="format"
    )
