"""A network as plain PyTorch source: one file that needs nothing of this program."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Mapping
from typing import Any

from torch import nn

from deepdesk.core.errors import GraphError
from deepdesk.export.about import About
from deepdesk.export.parts import Parts
from deepdesk.export.recording import Made, Recording
from deepdesk.export.script import RESERVED, ask_imports, header, imports, libraries, script
from deepdesk.export.writing import (
    Bracket,
    Call,
    Expression,
    legal_name,
    lines_of,
    quoted,
    remark,
)
from deepdesk.nn.block import Shape
from deepdesk.nn.build import check_parameters, module_of
from deepdesk.nn.graph import Contract, Graph, Node
from deepdesk.nn.shapes import shapes_of

_PACKAGE = "deepdesk"
_PLAIN = (bool, int, float, type(None))
_REMARK_COLUMN = 44


def source_of(graph: Graph, contract: Contract, about: About) -> str:
    """Return the source of a network; with the weights of its run it gives the same bits.

    The file needs torch alone, and torchvision where a backbone is of torchvision. Its names are
    the ids of the blocks; labels only ever stand in comments.

    Args:
        graph: Legal; it is fitted to the contract.
        contract: What goes in and out: float32, (N, *shape).
        about: What a person must know.

    Raises:
        GraphError: The graph cannot be built, or a block has no source.
    """
    shapes = shapes_of(graph, contract)
    writer = _Writer(graph.fitted(contract), contract, shapes)
    network = writer.network()
    around = script(about, contract)
    given = dataclasses.replace(contract, outputs=writer.out_shapes())
    top = "\n\n".join(
        [header(about, given, libraries(writer.parts)), imports(writer.parts), around.constants]
    )
    return "\n\n\n".join([top, network, *writer.parts.texts(), around.functions]) + "\n"


class _Writer:
    """Writes the class of a network and gathers the parts that it is made of."""

    def __init__(self, graph: Graph, contract: Contract, shapes: Mapping[str, Shape]) -> None:
        self.graph = graph
        self.contract = contract
        self.shapes = shapes
        self.recording = Recording()
        self.parts = Parts(self.recording, RESERVED)
        self._inputs = tuple(node.id for node in graph.inputs)

    def network(self) -> str:
        """Return the class."""
        modules = self._modules()
        # Names are final only after everything has been asked for, hence twice.
        ask_imports(self.parts)
        self._expressions(modules)
        self.parts.gather()
        doc = f'    """{self._shape_words()}; {_count(modules):,} parameters."""'
        lines = ["class Network(nn.Module):", doc, "", "    def __init__(self) -> None:"]
        lines.append("        super().__init__()")
        for node_id, expression in self._expressions(modules).items():
            lines += lines_of(f"self.{legal_name(node_id)} = ", expression, depth=2)
        return "\n".join([*lines, "", *self._forward()])

    def _modules(self) -> dict[str, nn.Module]:
        found: dict[str, nn.Module] = {}
        for node in self.graph.order:
            if node.block != "input":
                found[node.id] = self._module(node)
                check_parameters(_count(found), node.id)
        return found

    def _expressions(self, modules: Mapping[str, nn.Module]) -> dict[str, Expression]:
        """Return per block how it is made."""
        found: dict[str, Expression] = {}
        for node_id, module in modules.items():
            try:
                found[node_id] = self._expression(module)
            except _NoSourceError as error:
                title = remark(self.graph.node(node_id).title)
                raise GraphError(
                    f"{title} cannot be written as source: {error}.",
                    "Take another block in its place.",
                    node=node_id,
                    code="no_source",
                ) from error
        return found

    def _module(self, node: Node) -> nn.Module:
        in_shapes = tuple(self.shapes[source] for source in self.graph.sources[node.id])
        return self.recording.watch(lambda: module_of(node.block, node.config, in_shapes))

    def _shape_words(self) -> str:
        sides = [
            ", ".join(_batch(shape) for shape in part)
            for part in (self.contract.inputs.values(), self.out_shapes().values())
        ]
        return f"{self.contract.dtype}, {sides[0]} -> {sides[1]}"

    def _forward(self) -> list[str]:
        """Return the method that runs the network, one line a block."""
        names = self._value_names()
        arguments = ", ".join(f"{names[node_id]}: Tensor" for node_id in self._inputs)
        ends = self._outputs()
        gives = "Tensor" if len(ends) == 1 else "dict[str, Tensor]"
        lines = [f"    def forward(self, {arguments}) -> {gives}:"]
        lines += [
            f"        # {names[node_id]}: {_batch(self.shapes[node_id])}"
            for node_id in self._inputs
        ]
        for node in self.graph.order:
            if node.block != "input":
                given = ", ".join(names[source] for source in self.graph.sources[node.id])
                line = f"        {names[node.id]} = self.{legal_name(node.id)}({given})"
                shape = _batch(self.shapes[node.id])
                room = max(100 - max(len(line), _REMARK_COLUMN) - len(shape) - 5, 8)
                note = f"{shape} {remark(node.title, room)}".rstrip()
                lines.append(f"{line}  # {note}")
        if len(ends) == 1:
            return [*lines, f"        return {names[ends[0]]}"]
        given_names = self.graph.ends(self.contract)
        pairs = tuple((quoted(name), names[node.id]) for name, node in given_names.items())
        return [
            *lines,
            "        return {",
            *(f"            {key}: {value}," for key, value in pairs),
            "        }",
        ]

    def _outputs(self) -> tuple[str, ...]:
        return tuple(node.id for node in self.graph.ends(self.contract).values())

    def out_shapes(self) -> dict[str, Shape]:
        """Return the shape of each output, where the contract leaves an axis open as it is here."""
        ends = self.graph.ends(self.contract)
        return {name: self.shapes[node.id] for name, node in ends.items()}

    def _value_names(self) -> dict[str, str]:
        """Return what the value of each block is called: `x` while a chain goes on."""
        order = [node.id for node in self.graph.order]
        users: dict[str, list[str]] = {node_id: [] for node_id in order}
        for node_id in order:
            for source in self.graph.sources[node_id]:
                users[source].append(node_id)
        ends = self._outputs()
        names: dict[str, str] = {}
        taken = frozenset({"self", "x"})
        for place, node_id in enumerate(order):
            follower = order[place + 1] if place + 1 < len(order) else None
            is_last = follower is None and len(ends) == 1
            is_passed_on = set(users[node_id]) == {follower} and node_id not in ends
            if node_id not in self._inputs and (is_passed_on or is_last):
                names[node_id] = "x"
            else:
                names[node_id] = legal_name(node_id, taken)
        return names

    def _expression(self, value: Any) -> Expression:
        """Return a value as source.

        Raises:
            _NoSourceError: Nothing can be written for it.
        """
        if isinstance(value, nn.Module):
            return self._module_expression(value)
        if isinstance(value, str):
            return quoted(value)
        if isinstance(value, _PLAIN):
            return repr(value)
        if isinstance(value, tuple | list):
            return self._listed(value)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            own = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
            return self._call(Made(type(value), own))
        if inspect.isclass(value) or inspect.isfunction(value):
            return self._maker(value)
        raise _NoSourceError(f"a setting is of the kind {type(value).__name__}")

    def _listed(self, value: tuple[Any, ...] | list[Any]) -> Expression:
        parts = tuple(("", self._expression(part)) for part in value)
        if isinstance(value, list):
            return Bracket("[", parts, "]")
        return Bracket("(", parts, ",)" if len(parts) == 1 else ")")

    def _module_expression(self, module: nn.Module) -> Expression:
        made = self.recording.of(module)
        if made is None:
            raise _NoSourceError(f"{type(module).__name__} came from elsewhere")
        if made.maker is nn.Sequential:
            return self._sequence(module)
        return self._call(made)

    def _sequence(self, module: nn.Module) -> Expression:
        """Return a sequence by its children, however they were put in."""
        children = dict(module.named_children())
        made = {name: self._module_expression(child) for name, child in children.items()}
        if list(made) == [str(number) for number in range(len(made))]:
            return Call("nn.Sequential", tuple(("", value) for value in made.values()))
        self.parts.want_import("collections", "OrderedDict")
        pairs = tuple((name, value) for name, value in made.items())
        return Call("nn.Sequential", (("", Call("OrderedDict", pairs)),))

    def _call(self, made: Made) -> Call:
        signature = inspect.signature(made.maker)
        arguments: list[tuple[str, Expression]] = []
        is_positional = True
        for name, parameter in signature.parameters.items():
            if parameter.kind is parameter.VAR_POSITIONAL:
                arguments += [("", self._expression(value)) for value in made.rest]
                continue
            if parameter.kind is parameter.VAR_KEYWORD:
                continue
            if name not in made.values:
                raise _NoSourceError(f"{made.maker.__name__} is called in an unknown way")
            value = made.values[name]
            if parameter.default is not parameter.empty and _equal(value, parameter.default):
                is_positional = False
                continue
            is_positional &= parameter.kind is not parameter.KEYWORD_ONLY
            is_positional &= parameter.default is parameter.empty
            arguments.append(("" if is_positional else name, self._expression(value)))
        return Call(self._maker(made.maker), tuple(arguments))

    def _maker(self, maker: Any) -> str:
        """Return the name of a class or function, and see that the file has it."""
        home, name = str(maker.__module__), str(maker.__qualname__)
        if home.split(".", maxsplit=1)[0] == _PACKAGE:
            if "." in name or "<" in name:
                raise _NoSourceError(f"{name} has no name of its own")
            return self.parts.want(home, name)
        if getattr(nn, name, None) is maker:
            return f"nn.{name}"
        if getattr(__builtins__, name, None) is maker:
            return name
        return self.parts.want_import(home, name)


class _NoSourceError(Exception):
    """Something of a block has no source."""


def _count(modules: Mapping[str, nn.Module]) -> int:
    return sum(p.numel() for module in modules.values() for p in module.parameters())


def _equal(value: Any, default: Any) -> bool:
    return value is default or (type(value) is type(default) and value == default)


def _batch(shape: Shape) -> str:
    return "(" + ", ".join(("N", *map(str, shape))) + ")"
