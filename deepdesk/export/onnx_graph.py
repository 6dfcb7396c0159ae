"""Networks from ONNX files: blocks for operators, and the weights under this program's names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import safetensors.numpy

from deepdesk.core.errors import GraphError
from deepdesk.export.onnx_file import OnnxModel, Operator, read_model
from deepdesk.export.onnx_operators import HANDLERS
from deepdesk.export.onnx_patterns import join_gelus
from deepdesk.export.onnx_translation import Array, MissingError, Translation
from deepdesk.nn.block import Shape
from deepdesk.nn.graph import Graph
from deepdesk.nn.shapes import shapes_of

_DOMAINS = ("", "ai.onnx")
_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A network of an ONNX file.

    Attributes:
        weights: By the names of the network that `build` makes of the graph.
        notes: What a person should know, in sentences.
    """

    graph: Graph
    weights: Mapping[str, Array]
    notes: tuple[str, ...] = ()

    def safetensors(self) -> bytes:
        """Return the weights as a safetensors file."""
        return safetensors.numpy.save(dict(self.weights))


def read_onnx(path: Path, *, shape: Shape = ()) -> Imported:
    """Return the network in an ONNX file, which may come from anyone; nothing of it is run.

    Args:
        path: A .onnx file; weights kept apart from it have to lie beside it.
        shape: Of one sample, for a file that leaves its size open.

    Raises:
        GraphError: The file is damaged or too large, or has operators that no block does: then
            the message lists them with their number.
        StorageError: It cannot be read.
    """
    model = read_model(path)
    if len(model.outputs) != 1 or not model.inputs:
        raise GraphError(
            f"This network has {len(model.inputs)} inputs and {len(model.outputs)} outputs.",
            "Networks with one output are taken.",
            code="outputs",
        )
    join_gelus(model)
    needed = _needed(model)
    users = Counter(name for operator in needed for name in operator.inputs)
    given = Translation(model, users)
    for name, sizes in model.inputs.items():
        if users[name]:
            given.add_input(name, _input_shape(sizes, shape))
    missing = _translate(needed, given)
    if missing:
        raise _not_in_catalogue(missing)
    if given.values.get(model.outputs[0]) is None:
        raise GraphError("The answer of this network is a constant.", code="outputs")
    given.value(model.outputs[0])
    graph = Graph.from_json(given.graph().to_json())
    shapes_of(graph)
    return Imported(graph=graph, weights=given.weights, notes=tuple(given.notes))


def _needed(model: OnnxModel) -> list[Operator]:
    """Return the operators that the answer depends on, in the order of the file.

    Raises:
        GraphError: One reads what comes later, or two give the same name.
    """
    known = {*model.tensors, *model.inputs, ""}
    seen: set[str] = set()
    for operator in model.operators:
        outputs = {name for name in operator.outputs if name}
        if not known >= set(operator.inputs) or seen & outputs or not operator.outputs:
            raise GraphError("The operators of this file are out of order.", code="format")
        known |= outputs
        seen |= outputs
    wanted = set(model.outputs)
    kept = []
    for operator in reversed(model.operators):
        if wanted & set(operator.outputs):
            wanted |= set(operator.inputs)
            kept.append(operator)
    return kept[::-1]


def _input_shape(sizes: tuple[int | None, ...], usual: Shape) -> Shape:
    fixed = [size for size in sizes[1:] if size is not None and size > 0]
    if len(fixed) == len(sizes) - 1 and fixed:
        return tuple(fixed)
    fits = len(usual) == len(sizes) - 1 and all(
        size in (None, 0, -1, own) for size, own in zip(sizes[1:], usual, strict=True)
    )
    if not fits or not usual:
        raise GraphError(
            "This network leaves the size of its input open.",
            "Export it with a fixed height and width.",
            code="input_shape",
        )
    return usual


def _translate(operators: list[Operator], given: Translation) -> Counter[str]:
    """Add a block for every operator; return those that none does, by their words."""
    missing: Counter[str] = Counter()
    for operator in operators:
        follows = all(given.values.get(name, True) is not None for name in operator.inputs)
        known = set(given.values)
        try:
            if operator.domain not in _DOMAINS or operator.kind not in HANDLERS:
                raise MissingError(_shown(operator))
            if follows:
                _require_inputs(operator)
                HANDLERS[operator.kind](operator, given)
        except MissingError as error:
            words = str(error)
            is_named = words.startswith(operator.kind) or operator.kind not in HANDLERS
            missing[words if is_named else f"{operator.kind}: {words}"] += 1
        for name in operator.outputs:
            if name not in given.model.tensors and name not in set(given.values) - known:
                given.values.setdefault(name, None)
    return missing


def _require_inputs(operator: Operator) -> None:
    fewest = {"Constant": 0, "Conv": 2, "ConvTranspose": 2, "Gemm": 2, "MatMul": 2, "Mul": 2}
    fewest |= {"Add": 2, "Reshape": 2}
    count = fewest.get(operator.kind, 1)
    if len(operator.inputs) < count or not all(operator.inputs[:count]):
        raise MissingError(f"{operator.kind} without its inputs")


def _shown(operator: Operator) -> str:
    name = f"{operator.domain}.{operator.kind}" if operator.domain else operator.kind
    return ascii(name[:40]).strip("'") or "an operator without a name"


def _not_in_catalogue(missing: Counter[str]) -> GraphError:
    listed = [f"{count} × {words}" for words, count in missing.most_common(_SHOWN)]  # noqa: RUF001
    more = len(missing) - len(listed)
    rest = f" and {more} more kinds" if more > 0 else ""
    return GraphError(
        f"This network has operators that no block does: {', '.join(listed)}{rest}.",
        "Take them out of the network and export it again.",
        code="operators",
    )
