"""Pools of ONNX files: windows over a map, with the edges as our blocks treat them.

Our padding "same" puts (size - 1) // 2 around each edge, which the mean leaves out.
"""

from __future__ import annotations

from collections.abc import Callable

from deepdesk.export.onnx_file import Operator
from deepdesk.export.onnx_layers import attribute
from deepdesk.export.onnx_translation import MissingError, Translation
from deepdesk.nn.block import Shape


def pool(block: str) -> Callable[[Operator, Translation], None]:
    """Return the handler of MaxPool or AveragePool: (N, C, H, W) or (N, C, T), square windows."""

    def handle(operator: Operator, given: Translation) -> None:
        source = given.raw(operator.inputs[0])
        if source.is_pooled or source.rank not in (3, 4):
            raise MissingError(f"{operator.kind} of {source.rank} axes")
        size, stride = _window(operator, source.rank - 2)
        pad = _pad(operator, size, source.rank - 2)
        places = source.shape[:1] if source.is_turned else source.shape[1:]
        _require_whole(operator, places, (size, stride, pad))
        if size == stride == 1:
            given.values[operator.outputs[0]] = source
            return
        if source.rank == 3:
            source = given.sequence(operator.inputs[0])
        padding = "same" if pad else "none"
        settings = {"size": size, "stride": stride, "padding": padding}
        given.put(operator, block, settings, [source])

    return handle


def _window(operator: Operator, sides: int) -> tuple[int, int]:
    """Return the side of a square window and its step."""
    kernel = list(attribute(operator, "kernel_shape", []))
    strides = list(attribute(operator, "strides", [1] * len(kernel)))
    is_square = len(kernel) == len(strides) == sides and len({*kernel}) == len({*strides}) == 1
    if not is_square or min(*kernel, *strides) < 1:
        raise MissingError(f"{operator.kind} that is not square")
    if set(attribute(operator, "dilations", [1])) != {1}:
        raise MissingError(f"{operator.kind} with gaps in its window")
    if len(operator.outputs) != 1:
        raise MissingError(f"{operator.kind} that tells places")
    return kernel[0], strides[0]


def _pad(operator: Operator, size: int, sides: int) -> int:
    """Return what is put around each edge: nothing, or half of the window."""
    pads = list(attribute(operator, "pads", [0] * 2 * sides))
    automatic = attribute(operator, "auto_pad", "NOTSET")
    if automatic == "VALID" or (automatic == "NOTSET" and not any(pads)):
        return 0
    half = (size - 1) // 2
    if automatic != "NOTSET" or pads != [half] * 2 * sides:
        raise MissingError(f"{operator.kind} with padding {pads}, not half of its window")
    if operator.kind == "AveragePool" and attribute(operator, "count_include_pad", 0):
        raise MissingError("AveragePool that counts its padding")
    return half


def _require_whole(operator: Operator, places: Shape, window: tuple[int, int, int]) -> None:
    """Refuse windows that reach over the last edge only, where a size is rounded up."""
    is_up = attribute(operator, "ceil_mode", 0)
    size, stride, pad = window
    if is_up and any((side + 2 * pad - size) % stride for side in places):
        raise MissingError(f"{operator.kind} that rounds its size up")
