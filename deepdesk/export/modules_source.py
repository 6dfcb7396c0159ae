"""The sources of this package as definitions: what each one says and which names it needs."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

PACKAGE = "deepdesk"
Function = ast.FunctionDef | ast.AsyncFunctionDef
# They draw first values and take in downloads; a network that is written out has its weights.
_LEFT_OUT = frozenset({"draw", "draw_all", "load_weights"})


@dataclass(frozen=True)
class Imported:
    """What a name stands for that a module imports; `name` is "" for a whole module."""

    module: str
    name: str

    def line(self, alias: str) -> str:
        """Return the import as a line of source."""
        end = "" if alias == (self.name or self.module) else f" as {alias}"
        if self.name:
            return f"from {self.module} import {self.name}{end}"
        return f"import {self.module}{end}"


@dataclass(frozen=True)
class ModuleSource:
    """One module.

    Attributes:
        lines: Of its source, without line ends.
        definitions: Name at the top level to the statement that binds it.
        imports: Name to what it stands for.
    """

    name: str
    lines: tuple[str, ...]
    definitions: dict[str, ast.stmt] = field(default_factory=dict)
    imports: dict[str, Imported] = field(default_factory=dict)


@lru_cache(maxsize=256)
def module_source(name: str) -> ModuleSource:
    """Return the source of an imported module of this package."""
    text = inspect.getsource(importlib.import_module(name))
    found = ModuleSource(name, tuple(text.splitlines()))
    _gather(ast.parse(text).body, found)
    return found


def _gather(body: list[ast.stmt], found: ModuleSource) -> None:
    for statement in body:
        for name in _bound(statement):
            found.definitions[name] = statement
        if isinstance(statement, ast.If):  # "if TYPE_CHECKING"
            _gather(statement.body, found)
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                local = alias.asname or alias.name.split(".")[0]
                found.imports[local] = Imported(alias.name if alias.asname else local, "")
        if isinstance(statement, ast.ImportFrom):
            for alias in statement.names:
                found.imports[alias.asname or alias.name] = Imported(
                    statement.module or "", alias.name
                )


def _bound(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, Function | ast.ClassDef):
        yield statement.name
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    if isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    yield from (target.id for target in targets if isinstance(target, ast.Name))


class GlobalNames(ast.NodeVisitor):
    """Finds the names of a definition that mean something of its module, not of a function.

    Attributes:
        found: The `ast.Name` nodes, in no special order.
        tables: Per name, the (qualified function, parameter) of uses such as `name[parameter]`;
            None for every other use.
        local: Names that functions within bind.

    Args:
        skipped: Statements that are not looked at.
    """

    def __init__(self, skipped: frozenset[ast.stmt] = frozenset()) -> None:
        self._skipped = skipped
        self.found: list[ast.Name] = []
        self.tables: dict[str, list[tuple[str, str] | None]] = {}
        self.local: set[str] = set()
        self._locals: list[frozenset[str]] = []
        self._path: list[str] = []
        self._parameters: list[frozenset[str]] = []
        self._lookups: dict[ast.Name, tuple[str, str]] = {}

    def visit(self, node: ast.AST) -> None:
        """Look at a part, unless it is skipped."""
        if node not in self._skipped:
            super().visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        """Note a name that no function around it binds."""
        if any(node.id in names for names in self._locals):
            return
        self.found.append(node)
        self.tables.setdefault(node.id, []).append(self._lookups.get(node))

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """Note where a table is read with a parameter of the function."""
        key, table = node.slice, node.value
        is_parameter = isinstance(key, ast.Name) and self._parameters
        if is_parameter and isinstance(table, ast.Name) and key.id in self._parameters[-1]:  # type: ignore[attr-defined]
            self._lookups[table] = (".".join(self._path), key.id)  # type: ignore[attr-defined]
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Look into a class, less what is left out."""
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(part)
        self._path.append(node.name)
        plain = [part for part in kept(node) if not isinstance(part, Function)]
        own = _stored(plain)
        for part in kept(node):
            # Names that a class binds are its own, but its methods do not see them.
            self._locals.append(own if part in plain else frozenset())
            self.visit(part)
            self._locals.pop()
        self._path.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Look into a function; its own names are not the module's."""
        for part in (*node.decorator_list, *_outside(node.args), node.returns):
            if part is not None:
                self.visit(part)
        self._path.append(node.name)
        self._enter(node.args, node.body)
        self._path.pop()

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """Look into a lambda."""
        for part in _outside(node.args):
            self.visit(part)
        self._enter(node.args, [node.body])

    def _enter(self, arguments: ast.arguments, body: list[ast.stmt] | list[ast.expr]) -> None:
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        every += [part for part in (arguments.vararg, arguments.kwarg) if part]
        parameters = frozenset(part.arg for part in every)
        stored = _stored(body)
        changed = parameters & stored
        self._locals.append(parameters | stored)
        self.local |= parameters | stored
        self._parameters.append(parameters - changed)
        for part in body:
            self.visit(part)
        self._locals.pop()
        self._parameters.pop()


def _stored(body: Sequence[ast.AST]) -> frozenset[str]:
    """Return the names that statements bind."""
    return frozenset(
        name.id
        for part in body
        for name in ast.walk(part)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    )


def _outside(arguments: ast.arguments) -> Iterator[ast.expr]:
    """Yield annotations and defaults, which are read outside of the function."""
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [part for part in (arguments.vararg, arguments.kwarg) if part]
    yield from (part.annotation for part in every if part.annotation)
    yield from arguments.defaults
    yield from (part for part in arguments.kw_defaults if part)


def kept(node: ast.ClassDef) -> Iterator[ast.stmt]:
    """Yield the statements of a class that are written out."""
    for part in node.body:
        if not (isinstance(part, Function) and part.name in _LEFT_OUT):
            yield part


def left_out(node: ast.stmt) -> Iterator[tuple[int, int]]:
    """Yield first and last line of each method of a class that is not written out."""
    for part in node.body if isinstance(node, ast.ClassDef) else ():
        if isinstance(part, Function) and part.name in _LEFT_OUT:
            yield min(d.lineno for d in (part, *part.decorator_list)), part.end_lineno or 0
