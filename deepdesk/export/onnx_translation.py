"""The network that grows while the operators of an ONNX file are read one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.errors import GraphError
from deepdesk.export.onnx_file import OnnxModel, Operator
from deepdesk.nn.block import Shape
from deepdesk.nn.graph import Edge, Graph, Node
from deepdesk.nn.shapes import node_shape

MAX_NODES = 2_000
MAX_CONSTANT = 4096
Array = NDArray[Any]


class MissingError(Exception):
    """No block does what an operator does; the text says which, in a few words."""


@dataclass(frozen=True, slots=True)
class Value:
    """What flows along one name of the file.

    Attributes:
        node: Id of the block that gives it.
        shape: Of one sample, as the block gives it.
        dropped: Axes of one place that the file still has and the block has not.
        is_turned: A sequence (T, C) of ours that is (C, T) in the file.
    """

    node: str
    shape: Shape
    dropped: int = 0
    is_turned: bool = False

    @property
    def is_pooled(self) -> bool:
        """Whether the file still has axes that the block has dropped."""
        return self.dropped > 0

    @property
    def rank(self) -> int:
        """Number of axes in the file, with the batch."""
        return len(self.shape) + 1 + self.dropped

    @property
    def channel_axis(self) -> int:
        """The axis in the file that our blocks take for the channels."""
        return 2 if len(self.shape) == 2 and not self.is_turned else 1


@dataclass(slots=True)
class Translation:
    """Blocks, connections and weights so far.

    Attributes:
        users: Name to how many operators read it.
        swapped: Node id to the block that swaps the axes of what it gives.
        values: Name to what flows there; None where an operator before it is missing.
        notes: What a person should know, in sentences.
    """

    model: OnnxModel
    users: Mapping[str, int]
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    values: dict[str, Value | None] = field(default_factory=dict)
    weights: dict[str, Array] = field(default_factory=dict)
    swapped: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def graph(self) -> Graph:
        """Return the network so far."""
        name = "".join(c for c in self.model.name if c.isprintable())[:60]
        return Graph(name or "From ONNX", tuple(self.nodes.values()), tuple(self.edges))

    def add_input(self, name: str, shape: Shape) -> None:
        """Begin with an input of (N, *shape)."""
        node = Node(self._free("input"), "input", {"shape": shape})
        self.nodes[node.id] = node
        self.values[name] = Value(node.id, node_shape(node, ()))

    def raw(self, name: str) -> Value:
        """Return what flows along a name; a sequence may be turned.

        Raises:
            MissingError: It is a constant, not something that follows from the input.
        """
        found = self.values.get(name)
        if found is None:
            raise MissingError("a constant as input")
        return found

    def value(self, name: str) -> Value:
        """Return what flows along a name, with the axes in the order of the file.

        Raises:
            MissingError: It is a constant, not something that follows from the input.
        """
        found = self.raw(name)
        return self._swapped(found) if found.is_turned else found

    def sequence(self, name: str) -> Value:
        """Return what is (N, C, T) in the file as a sequence with its channels last, (T, C).

        Raises:
            MissingError: It is a constant, or has other axes.
        """
        found = self.raw(name)
        if len(found.shape) != 2:
            raise MissingError("something else than a sequence as input")
        return found if found.is_turned else self._swapped(found)

    def _swapped(self, value: Value) -> Value:
        """Return a value with its two axes swapped; one block does it for all that ask."""
        if value.node not in self.swapped:
            self.swapped[value.node] = self._add("swap_axes", {}, [value])
        shape = (value.shape[1], value.shape[0])
        return Value(self.swapped[value.node], shape, is_turned=not value.is_turned)

    def is_constant(self, name: str) -> bool:
        """Return whether a name stands for numbers of the file."""
        return name in self.model.tensors

    def numbers(self, name: str, what: str = "numbers") -> Array:
        """Return numbers of the file, shape as there.

        Raises:
            MissingError: They follow from the input.
        """
        if name not in self.model.tensors:
            raise MissingError(f"{what} that are not fixed")
        return self.model.numbers(name)

    def few(self, name: str, what: str) -> list[float]:
        """Return a short list of fixed numbers.

        Raises:
            MissingError: They are not fixed, or many.
        """
        found = self.numbers(name, what).reshape(-1)
        if len(found) > MAX_CONSTANT:
            raise MissingError(f"{what} of {len(found):,} numbers")
        if not np.isfinite(found).all():
            raise MissingError(f"{what} that are no numbers")
        return [float(number) for number in found]

    def one(self, name: str, what: str) -> float:
        """Return a fixed number.

        Raises:
            MissingError: It is not fixed, or not one.
        """
        found = self.few(name, what)
        if len(found) != 1:
            raise MissingError(f"{what} of {len(found):,} numbers")
        return found[0]

    def put(
        self,
        operator: Operator,
        block: str,
        settings: Mapping[str, Any],
        sources: list[Value],
        weights: Mapping[str, Array] | None = None,
    ) -> Value:
        """Add a block with its weights and let the operator's first output be its answer.

        Raises:
            MissingError: The block does not take these settings or shapes.
        """
        node_id = self._add(block, settings, sources)
        for name, numbers in (weights or {}).items():
            self.weights[f"{node_id}.{name}"] = _kept(numbers)
        value = Value(
            node_id,
            node_shape(self.nodes[node_id], tuple(source.shape for source in sources)),
            max((source.dropped for source in sources), default=0),
            bool(sources) and all(source.is_turned for source in sources),
        )
        self.values[operator.outputs[0]] = value
        return value

    def _add(self, block: str, settings: Mapping[str, Any], sources: list[Value]) -> str:
        """Add a block and what leads to it; return its id."""
        node = Node(self._free(block), block, dict(settings))
        try:
            node_shape(node, tuple(source.shape for source in sources))
        except GraphError as error:
            raise MissingError(error.message.rstrip(".")) from error
        if len(self.nodes) >= MAX_NODES:
            raise GraphError(f"This network has more than {MAX_NODES:,} blocks.", code="too_large")
        self.nodes[node.id] = node
        self.edges += [Edge(source.node, node.id, port) for port, source in enumerate(sources)]
        return node.id

    def change(self, node_id: str, settings: Mapping[str, Any]) -> None:
        """Change settings of a block that keep its shape."""
        self.nodes[node_id] = self.nodes[node_id].with_settings(**settings)

    def _free(self, block: str) -> str:
        number = len(self.nodes)
        return f"{block}_{number}"


def _kept(numbers: Array) -> Array:
    """Return weights as this program keeps them: float32 in order, counters int64, shape kept."""
    kind = np.float32 if np.issubdtype(numbers.dtype, np.floating) else np.int64
    with np.errstate(over="ignore"):
        kept = np.array(numbers, dtype=kind, order="C")
    if not np.isfinite(kept).all():
        raise GraphError("The weights hold numbers that are none.", code="weights")
    return kept
