"""Operators that have weights: convolutions, products with a matrix, normalisations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from deepdesk.export.onnx_file import Operator
from deepdesk.export.onnx_translation import Array, MissingError, Translation, Value

_EPSILON = 1e-5  # of torch's batch norm
_SCALABLE = ("linear", "convolution")


def attribute(operator: Operator, name: str, usual: Any) -> Any:
    """Return an attribute, or its default; only a value of the default's kind counts.

    Raises:
        MissingError: It is of another kind.
    """
    value = operator.attributes.get(name)
    if value is None:
        return usual
    kinds: dict[type[Any], tuple[type[Any], ...]] = {
        int: (int,),
        float: (int, float),
        str: (str,),
        list: (list,),
    }
    if usual is not None and not isinstance(value, kinds[type(usual)]):
        raise MissingError(f"{operator.kind} with a damaged {name[:40]}")
    if isinstance(usual, list) and not all(isinstance(n, int) and n >= 0 for n in value):
        raise MissingError(f"{operator.kind} with a damaged {name[:40]}")
    return value


def _square(numbers: Sequence[int], what: str, operator: Operator, sides: int = 2) -> int:
    if len(set(numbers)) != 1 or len(numbers) != sides:
        raise MissingError(f"{operator.kind} with {what} {' × '.join(map(str, numbers))}")  # noqa: RUF001
    return numbers[0]


def _named(given: Translation, names: Sequence[str], keys: Sequence[str]) -> dict[str, Array]:
    """Return the weights that are there, each under its key; shapes as in the file."""
    return {
        key: given.numbers(name, "weights") for key, name in zip(keys, names, strict=False) if name
    }


def convolution(operator: Operator, given: Translation) -> None:
    """Conv: (N, C, H, W) or (N, C, T); what is pooled goes through a linear block instead."""
    source = given.raw(operator.inputs[0])
    weights = _named(given, operator.inputs[1:3], ("weight", "bias"))
    weight = weights["weight"]
    if weight.ndim not in (3, 4) or source.rank != weight.ndim:
        raise MissingError(f"Conv in {weight.ndim - 2} dimensions")
    groups = attribute(operator, "group", 1)
    _require_shape(weights, (weight.shape[0],), "bias")
    if source.is_pooled:
        _pointwise(operator, given, weights, groups)
        return
    sides = weight.ndim - 2
    ones = [1] * sides
    kernel = _square(weight.shape[2:], "kernel", operator, sides)
    stride = _square(attribute(operator, "strides", ones), "strides", operator, sides)
    dilation = _square(attribute(operator, "dilations", ones), "dilations", operator, sides)
    if sides == 1:
        source = given.sequence(operator.inputs[0])
    if weight.shape[1] * groups != source.shape[-1 if sides == 1 else 0]:
        raise MissingError("Conv with other channels than it gets")
    settings = {
        "channels": weight.shape[0],
        "kernel": kernel,
        "stride": stride,
        "dilation": dilation,
        "groups": groups,
        "padding": _padding(operator, dilation * (kernel - 1) + 1, sides),
        "bias": "bias" in weights,
    }
    block = "convolution_1d" if sides == 1 else "convolution"
    given.put(operator, block, settings, [source], _of_sequence(weights, source))


def _of_sequence(weights: dict[str, Array], source: Value) -> dict[str, Array]:
    """Return weights under the names that they have in a block that takes this."""
    if len(source.shape) != 2:
        return weights
    return {f"layer.{name}": numbers for name, numbers in weights.items()}


def _pointwise(
    operator: Operator, given: Translation, weights: dict[str, Array], groups: int
) -> None:
    weight = weights["weight"]
    if set(weight.shape[2:]) != {1} or groups != 1 or any(attribute(operator, "pads", [])):
        raise MissingError("Conv on a pooled map")
    weights = {**weights, "weight": weight.reshape(weight.shape[:2])}
    _linear(operator, given, weights)


def _padding(operator: Operator, reach: int, sides: int) -> str:
    pads = list(attribute(operator, "pads", [0] * 2 * sides))
    automatic = attribute(operator, "auto_pad", "NOTSET")
    if automatic == "VALID" or (automatic == "NOTSET" and not any(pads)):
        return "none" if reach > 1 else "same"
    if sides == 1 and automatic == "NOTSET" and pads == [reach - 1, 0]:
        return "causal"
    is_same = automatic == "NOTSET" and pads == [reach // 2] * 2 * sides and reach % 2 == 1
    if not is_same:
        raise MissingError(f"{operator.kind} with padding {pads}, not half of its kernel")
    return "same"


def convolution_transpose(operator: Operator, given: Translation) -> None:
    """ConvTranspose: (N, C, H, W), with the edges exact or whole."""
    source = given.value(operator.inputs[0])
    weights = _named(given, operator.inputs[1:3], ("weight", "bias"))
    weight = weights["weight"]
    plain = (
        weight.ndim == 4
        and source.rank == 4
        and not source.is_pooled
        and weight.shape[0] == source.shape[0]
        and set(attribute(operator, "dilations", [1])) == {1}
        and attribute(operator, "output_shape", None) is None
        and attribute(operator, "auto_pad", "NOTSET") == "NOTSET"
    )
    if not plain:
        raise MissingError("ConvTranspose in an unusual form")
    groups = attribute(operator, "group", 1)
    kernel = _square(weight.shape[2:], "kernel", operator)
    stride = _square(attribute(operator, "strides", [1, 1]), "strides", operator)
    pads = attribute(operator, "pads", [0, 0, 0, 0])
    extra = _square(attribute(operator, "output_padding", [0, 0]), "output padding", operator)
    settings = {"channels": weight.shape[1] * groups, "kernel": kernel, "stride": stride}
    settings |= {"groups": groups, "bias": "bias" in weights}
    half = max(0, -(-(kernel - stride) // 2))
    exact = (pads == [half] * 4, extra == stride + 2 * half - kernel)
    if all(exact) and (stride > 1 or kernel % 2):
        edges = "same"
    elif not any(pads) and not extra:
        edges = "none"
    else:
        raise MissingError(f"ConvTranspose with padding {pads}")
    _require_shape(weights, (weight.shape[1] * groups,), "bias")
    given.put(operator, "transposed_convolution", {**settings, "padding": edges}, [source], weights)


def gemm(operator: Operator, given: Translation) -> None:
    """Gemm: (N, F) times a fixed matrix, and a bias."""
    usual = (
        attribute(operator, "alpha", 1.0) == 1.0
        and attribute(operator, "beta", 1.0) == 1.0
        and not attribute(operator, "transA", 0)
        and not given.is_constant(operator.inputs[0])
    )
    weights = _named(given, operator.inputs[1:3], ("weight", "bias"))
    if not usual or weights["weight"].ndim != 2:
        raise MissingError("Gemm that is no linear layer")
    if not attribute(operator, "transB", 0):
        weights["weight"] = weights["weight"].T
    if "bias" in weights:
        features = weights["weight"].shape[0]
        if weights["bias"].size not in (1, features):
            raise MissingError("Gemm that is no linear layer")
        weights["bias"] = np.broadcast_to(weights["bias"].reshape(-1), (features,))
    if given.value(operator.inputs[0]).rank != 2:
        raise MissingError("Gemm of what is no vector")
    _linear(operator, given, weights)


def matrix_product(operator: Operator, given: Translation) -> None:
    """MatMul: a vector or a sequence times a fixed matrix."""
    source = given.value(operator.inputs[0])
    weight = given.numbers(operator.inputs[1], "a matrix")
    if weight.ndim != 2 or source.is_pooled or len(source.shape) > 2:
        raise MissingError("MatMul that is no linear layer")
    _linear(operator, given, {"weight": weight.T})


def _linear(operator: Operator, given: Translation, weights: dict[str, Array]) -> None:
    source = given.value(operator.inputs[0])
    features, inputs = weights["weight"].shape
    if inputs != source.shape[-1]:
        raise MissingError(f"{operator.kind} with another number of features than it gets")
    settings = {"features": features, "bias": "bias" in weights}
    given.put(operator, "linear", settings, [source], weights)


def with_bias(operator: Operator, given: Translation) -> bool:
    """Take an Add of a fixed vector into the product before it; returns whether that was it."""
    fixed = [name for name in operator.inputs if given.is_constant(name)]
    if len(fixed) != 1:
        return False
    name = next(name for name in operator.inputs if name != fixed[0])
    source = given.value(name)
    node = given.nodes[source.node]
    bias = given.numbers(fixed[0])
    is_open = node.block == "linear" and not node.config.bias and given.users.get(name) == 1
    if not is_open or bias.size != node.config.features or bias.shape[-1:] != (bias.size,):
        raise MissingError("Add of a constant")
    given.change(node.id, {"bias": True})
    given.weights[f"{node.id}.bias"] = np.array(bias.reshape(-1), dtype=np.float32)
    given.values[operator.outputs[0]] = source
    return True


def scaled(operator: Operator, given: Translation) -> bool:
    """Take a product with one fixed number into the layer before it; returns whether it was one."""
    fixed = [name for name in operator.inputs if given.is_constant(name)]
    if len(fixed) != 1:
        return False
    name = next(name for name in operator.inputs if name != fixed[0])
    source = given.value(name)
    is_layer = given.nodes[source.node].block in _SCALABLE and given.users.get(name) == 1
    is_upside_down = operator.kind == "Div" and operator.inputs[0] == fixed[0]
    if not is_layer or is_upside_down or given.numbers(fixed[0]).size != 1:
        raise MissingError(f"{operator.kind} of a constant")
    factor = given.one(fixed[0], "a factor")
    if operator.kind == "Div":
        factor = 1 / factor if factor else float("inf")
    if not 1e-30 < abs(factor) < 1e30:
        raise MissingError(f"{operator.kind} by {factor:g}")
    for key in ("weight", "bias"):
        full = f"{source.node}.{key}"
        if full in given.weights:
            given.weights[full] = (given.weights[full] * factor).astype(np.float32)
    given.values[operator.outputs[0]] = source
    return True


def batch_normalization(operator: Operator, given: Translation) -> None:
    """BatchNormalization with fixed statistics: (N, C, ...)."""
    if len(given.raw(operator.inputs[0]).shape) == 2:
        source = given.sequence(operator.inputs[0])
    else:
        source = _plain(operator, given, 2, 4)
    if len(operator.outputs) > 1 and any(operator.outputs[1:]):
        raise MissingError("BatchNormalization while training")
    keys = ("weight", "bias", "running_mean", "running_var")
    weights = _named(given, operator.inputs[1:5], keys)
    for key in keys:
        channels = source.shape[-1 if source.is_turned else 0]
        _require_shape(weights, (channels,), key, is_needed=True)
    # Another epsilon is the same as a variance that differs by as much.
    epsilon = attribute(operator, "epsilon", 1e-5)
    if abs(epsilon - _EPSILON) > 1e-9:
        weights["running_var"] = weights["running_var"].astype(np.float64) + (epsilon - _EPSILON)
    weights["num_batches_tracked"] = np.array(0)
    given.put(operator, "batch_norm", {}, [source], _of_sequence(weights, source))


def instance_normalization(operator: Operator, given: Translation) -> None:
    """InstanceNormalization: (N, C, H, W)."""
    source = _plain(operator, given, 4)
    if abs(attribute(operator, "epsilon", 1e-5) - _EPSILON) > 1e-9:
        raise MissingError("InstanceNormalization with another epsilon")
    weights = _named(given, operator.inputs[1:3], ("weight", "bias"))
    for key in ("weight", "bias"):
        _require_shape(weights, (source.shape[0],), key, is_needed=True)
    given.put(operator, "instance_norm", {"scales": True}, [source], weights)


def layer_normalization(operator: Operator, given: Translation) -> None:
    """LayerNormalization over the channels of a vector or a sequence."""
    source = _plain(operator, given, 2, 3)
    if int(attribute(operator, "axis", -1)) not in (-1, len(source.shape)):
        raise MissingError("LayerNormalization over several axes")
    weights = _named(given, operator.inputs[1:3], ("weight", "bias"))
    width = source.shape[-1]
    weights.setdefault("bias", np.zeros(width, np.float32))
    for key in ("weight", "bias"):
        _require_shape(weights, (width,), key, is_needed=True)
    epsilon = float(f"{attribute(operator, 'epsilon', 1e-5):.6g}")
    given.put(operator, "layer_norm", {"epsilon": epsilon}, [source], weights)


def _plain(operator: Operator, given: Translation, *ranks: int) -> Value:
    source = given.value(operator.inputs[0])
    if source.rank not in ranks or source.is_pooled:
        raise MissingError(f"{operator.kind} of {source.rank} axes")
    return source


def _require_shape(
    weights: dict[str, Array], shape: tuple[int, ...], key: str, *, is_needed: bool = False
) -> None:
    if key not in weights and not is_needed:
        return
    if key not in weights or weights[key].shape != shape:
        raise MissingError(f"weights of another shape than {shape}")
