"""Pools of ONNX files: windows over a map, with the edges as our blocks treat them.

Our padding "same" puts (size - 1) // 2 around each edge, which the mean leaves out.
"""

from __future__ import annotations

from collections.abc import Callable

from deepdesk.export.onnx_file import Operator
from deepdesk.export.onnx_layers import attribute
from deepdesk.export.onnx_translation import MissingError, Translation, Value


def pool(block: str) -> Callable[[Operator, Translation], None]:
    """Return the handler of MaxPool or AveragePool: (N, C, H, W), square windows."""

    def handle(operator: Operator, given: Translation) -> None:
        source = given.value(operator.inputs[0])
        if source.is_pooled or source.rank != 4:
            raise MissingError(f"{operator.kind} of {source.rank} axes")
        size, stride = _window(operator)
        pad = _pad(operator, size)
        _require_whole(operator, source, size, stride, pad)
        if size == stride == 1:
            given.values[operator.outputs[0]] = source
            return
        padding = "same" if pad else "none"
        settings = {"size": size, "stride": stride, "padding": padding}
        given.put(operator, block, settings, [source])

    return handle


def _window(operator: Operator) -> tuple[int, int]:
    """Return the side of a square window and its step."""
    kernel = list(attribute(operator, "kernel_shape", []))
    strides = list(attribute(operator, "strides", [1] * len(kernel)))
    is_square = len(kernel) == len(strides) == 2 and len({*kernel}) == len({*strides}) == 1
    if not is_square or min(*kernel, *strides) < 1:
        raise MissingError(f"{operator.kind} that is not square")
    if set(attribute(operator, "dilations", [1])) != {1}:
        raise MissingError(f"{operator.kind} with gaps in its window")
    if len(operator.outputs) != 1:
        raise MissingError(f"{operator.kind} that tells places")
    return kernel[0], strides[0]


def _pad(operator: Operator, size: int) -> int:
    """Return what is put around each edge: nothing, or half of the window."""
    pads = list(attribute(operator, "pads", [0] * 4))
    automatic = attribute(operator, "auto_pad", "NOTSET")
    if automatic == "VALID" or (automatic == "NOTSET" and not any(pads)):
        return 0
    half = (size - 1) // 2
    if automatic != "NOTSET" or pads != [half] * 4:
        raise MissingError(f"{operator.kind} with padding {pads}, not half of its window")
    if operator.kind == "AveragePool" and attribute(operator, "count_include_pad", 0):
        raise MissingError("AveragePool that counts its padding")
    return half


def _require_whole(operator: Operator, source: Value, size: int, stride: int, pad: int) -> None:
    """Refuse windows that reach over the last edge only, where a size is rounded up."""
    is_up = attribute(operator, "ceil_mode", 0)
    if is_up and any((side + 2 * pad - size) % stride for side in source.shape[1:]):
        raise MissingError(f"{operator.kind} that rounds its size up")
