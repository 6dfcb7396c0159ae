"""Which block does what each ONNX operator does. A function raises MissingError where none does.

Operators are described at https://onnx.ai/onnx/operators.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from deepdesk.export.onnx_file import Operator
from deepdesk.export.onnx_layers import (
    attribute,
    batch_normalization,
    convolution,
    convolution_transpose,
    gemm,
    instance_normalization,
    layer_normalization,
    matrix_product,
    scaled,
    with_bias,
)
from deepdesk.export.onnx_pools import pool
from deepdesk.export.onnx_translation import MissingError, Translation, Value

Handler = Callable[[Operator, Translation], None]


def _alias(operator: Operator, given: Translation) -> None:
    """Let an operator that does nothing here be what it reads."""
    source = operator.inputs[0]
    if given.is_constant(source):
        given.model.tensors[operator.outputs[0]] = given.model.tensors[source]
    else:
        given.values[operator.outputs[0]] = given.raw(source)


def _constant(operator: Operator, given: Translation) -> None:
    if operator.outputs[0] not in given.model.tensors:
        raise MissingError("Constant of an unknown kind")


def _activation(function: str, **wanted: tuple[float, float]) -> Handler:
    """Return a handler; `wanted` has per attribute its default and the value that is known."""

    def handle(operator: Operator, given: Translation) -> None:
        for name, (usual, known) in wanted.items():
            if not math.isclose(attribute(operator, name, usual), known, rel_tol=1e-4):
                raise MissingError(f"{operator.kind} with another {name}")
        given.put(operator, "activation", {"function": function}, [given.raw(operator.inputs[0])])

    return handle


def _gelu(operator: Operator, given: Translation) -> None:
    if attribute(operator, "approximate", "none") != "none":
        raise MissingError("Gelu by tanh")
    _activation("gelu")(operator, given)


def _clip(operator: Operator, given: Translation) -> None:
    limits = [attribute(operator, "min", None), attribute(operator, "max", None)]
    for place, name in enumerate(operator.inputs[1:3]):
        limits[place] = given.one(name, "limits") if name else None
    if limits != [0.0, 6.0]:
        raise MissingError("Clip to other limits than 0 and 6")
    _activation("relu6")(operator, given)


def _softmax(operator: Operator, given: Translation) -> None:
    source = given.raw(operator.inputs[0])
    axis = int(attribute(operator, "axis", -1)) % source.rank
    if axis != source.channel_axis:
        raise MissingError("Softmax over another axis than the channels")
    if operator.outputs[0] in given.model.outputs:
        given.values[operator.outputs[0]] = source
        given.notes.append("Its Softmax at the end was left out: scores come out raw here.")
        return
    given.put(operator, "activation", {"function": "softmax"}, [source])


def _global_pool(how: str) -> Handler:
    def handle(operator: Operator, given: Translation) -> None:
        source = given.raw(operator.inputs[0])
        if source.rank not in (3, 4):
            raise MissingError(f"{operator.kind} of no map")
        if len(source.shape) == 2:
            source = given.sequence(operator.inputs[0])
        _pooled(operator, given, source, how, is_kept=True)

    return handle


def _pooled(
    operator: Operator, given: Translation, source: Value, how: str, *, is_kept: bool
) -> None:
    if source.is_pooled:
        given.values[operator.outputs[0]] = source
        return
    value = given.put(operator, "global_pool", {"how": how}, [source])
    dropped = len(source.shape) - 1 if is_kept else 0
    given.values[operator.outputs[0]] = Value(value.node, value.shape, dropped)


def _reduce(how: str) -> Handler:
    def handle(operator: Operator, given: Translation) -> None:
        source = given.raw(operator.inputs[0])
        found = _axes(operator, given, source.rank)
        is_kept = bool(attribute(operator, "keepdims", 1))
        if found == [2, 3] and source.rank == 4:
            _pooled(operator, given, source, how, is_kept=is_kept)
            return
        if found == [2] and len(source.shape) == 2:
            source = given.sequence(operator.inputs[0])
            _pooled(operator, given, source, how, is_kept=is_kept)
            return
        if found == [1] and len(source.shape) == 2 and not is_kept:
            source = given.value(operator.inputs[0])
            _pooled(operator, given, source, how, is_kept=False)
            return
        raise MissingError(f"{operator.kind} over other axes than the places")

    return handle


def _flatten(operator: Operator, given: Translation) -> None:
    source = given.value(operator.inputs[0])
    if int(attribute(operator, "axis", 1)) % source.rank != 1:
        raise MissingError("Flatten of the batch")
    _to_vector(operator, given, source)


def _to_vector(operator: Operator, given: Translation, source: Value) -> None:
    if len(source.shape) == 1:
        given.values[operator.outputs[0]] = Value(source.node, source.shape)
    else:
        given.put(operator, "flatten", {}, [source])


def _axes(operator: Operator, given: Translation, rank: int) -> list[int]:
    axes = operator.attributes.get("axes")
    if axes is None:
        is_given = len(operator.inputs) > 1 and operator.inputs[1]
        axes = [int(axis) for axis in given.few(operator.inputs[1], "axes")] if is_given else []
    if not isinstance(axes, list) or not all(isinstance(axis, int) for axis in axes):
        raise MissingError(f"{operator.kind} with damaged axes")
    return sorted(axis % rank for axis in axes)


def _squeeze(operator: Operator, given: Translation) -> None:
    """Take away axes that a pool to one has left."""
    source = given.value(operator.inputs[0])
    axes = _axes(operator, given, source.rank)
    if not source.is_pooled or not axes or not set(axes) <= set(range(2, source.rank)):
        raise MissingError("Squeeze of what is no pooled map")
    dropped = source.dropped - len(set(axes))
    given.values[operator.outputs[0]] = Value(source.node, source.shape, dropped)


def _unsqueeze(operator: Operator, given: Translation) -> None:
    """Put one axis of one place into a sequence, which makes it a map."""
    source = given.value(operator.inputs[0])
    axes = _axes(operator, given, source.rank + 1)
    if len(source.shape) != 2 or len(axes) != 1 or axes[0] == 0:
        raise MissingError("Unsqueeze of what is no sequence")
    shape = [*source.shape]
    shape.insert(axes[0] - 1, 1)
    given.put(operator, "reshape", {"target": ", ".join(map(str, shape))}, [source])


def _reshape(operator: Operator, given: Translation) -> None:
    source = given.value(operator.inputs[0])
    target = [int(size) for size in given.few(operator.inputs[1], "a shape")]
    empties = attribute(operator, "allowzero", 0) and 0 in target
    if empties or len(target) < 2 or target[0] not in (0, 1, -1):
        raise MissingError("Reshape of the batch")
    full = (0, *source.shape, *[1] * source.dropped)
    sizes = [full[n] if size == 0 and n < len(full) else size for n, size in enumerate(target)][1:]
    total = math.prod(source.shape)
    if -1 in sizes and target[0] == -1:
        raise MissingError("Reshape with two open sizes")
    known = math.prod(size for size in sizes if size > 0)
    sizes = [total // max(known, 1) if size == -1 else size for size in sizes]
    if min(sizes) < 1 or math.prod(sizes) != total:
        raise MissingError("Reshape of the batch")
    if len(sizes) == 1:
        _to_vector(operator, given, source)
    elif tuple(sizes) == full[1:]:
        given.values[operator.outputs[0]] = source
    else:
        target_text = ", ".join(map(str, sizes))
        given.put(operator, "reshape", {"target": target_text}, [source])


def _transpose(operator: Operator, given: Translation) -> None:
    source = given.raw(operator.inputs[0])
    order = list(attribute(operator, "perm", []))
    if order == [0, 2, 1] and len(source.shape) == 2:
        turned = Value(source.node, source.shape, is_turned=not source.is_turned)
        given.values[operator.outputs[0]] = turned
    elif order and order == list(range(source.rank)):
        given.values[operator.outputs[0]] = source
    else:
        raise MissingError("Transpose to another order")


def _merge(block: str) -> Handler:
    def handle(operator: Operator, given: Translation) -> None:
        sources = _sources(operator, given)
        if len({source.is_pooled for source in sources}) > 1 and block != "multiply":
            raise MissingError(f"{operator.kind} of a map and a vector")
        is_spread = len({source.rank for source in sources}) > 1
        if is_spread:
            raise MissingError(f"{operator.kind} of different shapes")
        value = given.put(operator, block, {}, sources)
        if len({source.is_pooled for source in sources}) > 1:
            is_turned = any(source.is_turned for source in sources)
            given.values[operator.outputs[0]] = Value(value.node, value.shape, 0, is_turned)

    return handle


def _sources(operator: Operator, given: Translation) -> list[Value]:
    if any(given.is_constant(name) for name in operator.inputs):
        raise MissingError(f"{operator.kind} of a constant")
    found = [given.raw(name) for name in operator.inputs]
    if all(value.is_turned for value in found):
        return found
    if any(value.dropped == 1 for value in found):
        return [
            value if value.is_pooled else given.sequence(name)
            for name, value in zip(operator.inputs, found, strict=True)
        ]
    return [given.value(name) for name in operator.inputs]


def _add(operator: Operator, given: Translation) -> None:
    if not with_bias(operator, given):
        _merge("add")(operator, given)


def _multiply(operator: Operator, given: Translation) -> None:
    """Take x · sigmoid(x) as SiLU, a fixed factor into the layer before it, else a product."""
    if scaled(operator, given):
        return
    sources = _sources(operator, given)
    if len(sources) != 2:
        raise MissingError("Mul of more than two")
    pairs = list(zip(operator.inputs, sources, strict=True))
    for (name, gate), (_name, other) in (pairs, pairs[::-1]):
        node = given.nodes[gate.node]
        is_gate = node.block == "activation" and node.config.function == "sigmoid"
        feeds = [edge.source for edge in given.edges if edge.target == gate.node]
        is_alone = given.users.get(name, 0) == 1
        is_same_order = gate.is_turned == other.is_turned
        if is_gate and feeds == [other.node] and is_alone and is_same_order:
            given.change(gate.node, {"function": "silu"})
            given.values[operator.outputs[0]] = gate
            return
    _merge("multiply")(operator, given)


def _divide(operator: Operator, given: Translation) -> None:
    if not scaled(operator, given):
        raise MissingError("Div by what is not fixed")


def _concatenate(operator: Operator, given: Translation) -> None:
    sources = _sources(operator, given)
    axis = int(attribute(operator, "axis", 1)) % sources[0].rank
    if axis != sources[0].channel_axis:
        raise MissingError("Concat along another axis than the channels")
    if len(sources) == 1:
        given.values[operator.outputs[0]] = sources[0]
        return
    _merge("concatenate")(operator, given)


def _dropout(operator: Operator, given: Translation) -> None:
    share = attribute(operator, "ratio", 0.5)
    if len(operator.inputs) > 1 and operator.inputs[1]:
        share = given.one(operator.inputs[1], "a share")
    source = given.raw(operator.inputs[0])
    if 0 < share <= 0.95 and not source.is_pooled:
        given.put(operator, "dropout", {"share": round(share, 6)}, [source])
    else:
        given.values[operator.outputs[0]] = source


_RESIZE_MODES = {
    ("nearest", "asymmetric", "floor"): "nearest",
    ("linear", "half_pixel", "*"): "bilinear",
    ("linear", "pytorch_half_pixel", "*"): "bilinear",
}


def _resize(operator: Operator, given: Translation) -> None:
    source = given.value(operator.inputs[0])
    how = attribute(operator, "mode", "nearest")
    where = attribute(operator, "coordinate_transformation_mode", "half_pixel")
    rounding = attribute(operator, "nearest_mode", "round_prefer_floor")
    mode = _RESIZE_MODES.get((how, where, rounding)) or _RESIZE_MODES.get((how, where, "*"))
    is_odd = attribute(operator, "antialias", 0) or attribute(operator, "axes", None)
    if mode is None or is_odd or source.rank != 4 or source.is_pooled:
        raise MissingError(f"Resize by {how} and {where}")
    height, width = _resized(operator, given, source)
    factor, rest = divmod(height, source.shape[1])
    if mode == "nearest" and (rest or width % source.shape[2]):
        raise MissingError("Resize by nearest to no whole multiple")
    if not rest and factor >= 2 and width == factor * source.shape[2]:
        given.put(operator, "upsample", {"factor": factor, "mode": mode}, [source])
    else:
        given.put(operator, "resize", {"height": height, "width": width, "mode": mode}, [source])


def _resized(operator: Operator, given: Translation, source: Value) -> tuple[int, int]:
    names = [*operator.inputs, "", "", ""]
    if names[3]:
        sizes = [int(size) for size in given.few(names[3], "sizes")]
        if len(sizes) == 4 and sizes[1] == source.shape[0]:
            return sizes[2], sizes[3]
    elif names[2]:
        scales = given.few(names[2], "scales")
        if len(scales) == 4 and scales[:2] == [1.0, 1.0] and all(1e-4 < s < 1e4 for s in scales):
            # Only exact scales: how a rounded one maps places differs between programs.
            sides = [side * scale for side, scale in zip(source.shape[1:], scales[2:], strict=True)]
            if all(side == int(side) and side >= 1 for side in sides):
                return int(sides[0]), int(sides[1])
    raise MissingError("Resize of channels, or to no whole size")


def _cast(operator: Operator, given: Translation) -> None:
    if attribute(operator, "to", 0) != 1:
        raise MissingError("Cast to another kind than float32")
    _alias(operator, given)


HANDLERS: Mapping[str, Handler] = {
    "Add": _add,
    "AveragePool": pool("average_pool"),
    "BatchNormalization": batch_normalization,
    "Cast": _cast,
    "Clip": _clip,
    "Concat": _concatenate,
    "Constant": _constant,
    "Conv": convolution,
    "ConvTranspose": convolution_transpose,
    "Div": _divide,
    "Dropout": _dropout,
    "Elu": _activation("elu", alpha=(1.0, 1.0)),
    "Flatten": _flatten,
    "Gelu": _gelu,
    "Gemm": gemm,
    "GlobalAveragePool": _global_pool("average"),
    "GlobalMaxPool": _global_pool("maximum"),
    "HardSigmoid": _activation("hardsigmoid", alpha=(0.2, 1 / 6), beta=(0.5, 0.5)),
    "HardSwish": _activation("hardswish"),
    "Identity": _alias,
    "InstanceNormalization": instance_normalization,
    "LayerNormalization": layer_normalization,
    "LeakyRelu": _activation("leaky_relu", alpha=(0.01, 0.01)),
    "MatMul": matrix_product,
    "MaxPool": pool("max_pool"),
    "Mish": _activation("mish"),
    "Mul": _multiply,
    "ReduceMax": _reduce("maximum"),
    "ReduceMean": _reduce("average"),
    "Relu": _activation("relu"),
    "Reshape": _reshape,
    "Resize": _resize,
    "Selu": _activation("selu"),
    "Sigmoid": _activation("sigmoid"),
    "Softmax": _softmax,
    "Softplus": _activation("softplus"),
    "Squeeze": _squeeze,
    "Sum": _merge("add"),
    "Tanh": _activation("tanh"),
    "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
}
