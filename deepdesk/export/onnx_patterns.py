"""Groups of ONNX operators that together are one: exporters write GELU as five of them."""

from __future__ import annotations

import math
from collections.abc import Mapping

from deepdesk.export.onnx_file import OnnxModel, Operator


def join_gelus(model: OnnxModel) -> None:
    """Put Gelu in place of x / 2 · (1 + erf(x / sqrt 2)) (Hendrycks and Gimpel, arXiv:1606.08415).

    Operators that nothing reads any more stay; they are passed over later.
    """
    made_by = {name: operator for operator in model.operators for name in operator.outputs}
    readers: dict[str, list[Operator]] = {}
    for operator in model.operators:
        for name in operator.inputs:
            readers.setdefault(name, []).append(operator)
    for operator in list(model.operators):
        if operator.kind == "Erf" and operator.inputs and operator.outputs:
            found = _last_of(operator, model, made_by, readers)
            if found is not None:
                last, source = found
                place = model.operators.index(last)
                model.operators[place] = Operator("Gelu", "", [source], last.outputs[:1])


def _last_of(
    erf: Operator,
    model: OnnxModel,
    made_by: Mapping[str, Operator],
    readers: Mapping[str, list[Operator]],
) -> tuple[Operator, str] | None:
    """Return the last operator of the group and what the group reads, None if it is none."""
    inner = made_by.get(erf.inputs[0])
    source, factor = _scaled(inner, model)
    following = readers.get(erf.outputs[0], [])
    if not math.isclose(factor, math.sqrt(0.5), rel_tol=1e-4) or len(following) != 1:
        return None
    last = following[0]
    _name, one = _fixed(last, model)
    if last.kind != "Add" or one != 1.0:
        return None
    wanted = {"half", "source"}
    while wanted:
        following = readers.get(last.outputs[0], [])
        if len(following) != 1 or following[0].kind != "Mul":
            return None
        before, last = last, following[0]
        met = _met(last, before.outputs[0], source, model, made_by)
        if not met or not met <= wanted:
            return None
        wanted -= met
    return last, source


def _met(
    product: Operator, before: str, source: str, model: OnnxModel, made_by: Mapping[str, Operator]
) -> set[str]:
    """Return which factors of the formula a product brings in."""
    others = [name for name in product.inputs if name != before]
    if len(others) != 1:
        return set()
    if others[0] == source:
        return {"source"}
    if _number(others[0], model) == 0.5:
        return {"half"}
    return {"half", "source"} if _scaled(made_by.get(others[0]), model) == (source, 0.5) else set()


def _scaled(operator: Operator | None, model: OnnxModel) -> tuple[str, float]:
    """Return what an operator multiplies with a fixed number, and that number; 0 if neither."""
    if operator is None or operator.kind not in ("Mul", "Div"):
        return "", 0.0
    name, number = _fixed(operator, model)
    if operator.kind == "Div":
        is_plain = bool(number) and operator.inputs[0] == name
        return (name, 1 / number) if is_plain else ("", 0.0)
    return name, number


def _fixed(operator: Operator, model: OnnxModel) -> tuple[str, float]:
    """Return the one input that is not fixed, and the number that is; 0 if there is none."""
    open_names = [name for name in operator.inputs if name not in model.tensors]
    fixed = [name for name in operator.inputs if name in model.tensors]
    if len(open_names) != 1 or len(fixed) != 1:
        return "", 0.0
    return open_names[0], _number(fixed[0], model)


def _number(name: str, model: OnnxModel) -> float:
    tensor = model.tensors.get(name)
    if tensor is None or math.prod(tensor.dims) != 1:
        return 0.0
    return float(model.numbers(name).reshape(-1)[0])
