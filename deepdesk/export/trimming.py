"""What of a definition is never reached in one network, and so need not be written.

Only what is certain goes: branches whose test was false in every call that made the network, and
values that are kept but never read.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from deepdesk.export.modules_source import Function, kept

Values = Mapping[tuple[str, str, str], set[object]]
_ACTS = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)


def read_attributes(statement: ast.stmt) -> set[str]:
    """Return the names of attributes that a definition reads."""
    parts = kept(statement) if isinstance(statement, ast.ClassDef) else iter([statement])
    return {
        node.attr
        for part in parts
        for node in ast.walk(part)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }


def unreached(statement: ast.stmt, home: str, values: Values, read: set[str]) -> set[ast.stmt]:
    """Return the statements that need not be written.

    Args:
        statement: A definition of the module `home`.
        home: Name of that module.
        values: What parameters were in every call, and fields of those that have fields.
        read: Attributes that are read anywhere.
    """
    found: set[ast.stmt] = set()
    for name, function in _functions(statement):
        stored = {
            node.id
            for node in ast.walk(function)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        known = {
            parameter: next(iter(seen))
            for (module, qualified, parameter), seen in values.items()
            if (module, qualified) == (home, name)
            and len(seen) == 1
            and parameter.split(".")[0] not in stored
        }
        found |= _false_branches(function, known)
        found |= _unread(function, found, read)
    return found


def _functions(statement: ast.stmt) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield what runs while a network is made: functions and `__init__`."""
    if isinstance(statement, ast.FunctionDef):
        yield statement.name, statement
    if isinstance(statement, ast.ClassDef):
        for part in statement.body:
            if isinstance(part, ast.FunctionDef) and part.name == "__init__":
                yield f"{statement.name}.__init__", part


def _false_branches(function: Function, known: Mapping[str, object]) -> set[ast.stmt]:
    return {
        node
        for node in ast.walk(function)
        if isinstance(node, ast.If) and not node.orelse and _is_false(node.test, known)
    }


def _is_false(test: ast.expr, known: Mapping[str, object]) -> bool:
    """Return whether a test is false for certain."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return any(_is_false(part, known) for part in test.values)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        right = test.comparators[0]
        is_equality = isinstance(test.ops[0], ast.Eq) and isinstance(right, ast.Constant)
        name = _name(test.left)
        return is_equality and name in known and known[name] != right.value  # type: ignore[attr-defined]
    name = _name(test)
    return name in known and known[name] is False


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return ""


def _unread(function: ast.FunctionDef, gone: set[ast.stmt], read: set[str]) -> set[ast.stmt]:
    """Return plain assignments to private attributes and names that nothing reads."""
    found: set[ast.stmt] = set()
    while True:
        loaded = set(_loaded(function, gone | found))
        more = {
            part
            for part in function.body
            if isinstance(part, ast.Assign)
            and part not in found
            and len(part.targets) == 1
            and not any(isinstance(node, _ACTS) for node in ast.walk(part.value))
            and _is_unread(part.targets[0], loaded, read)
        }
        if not more:
            return found
        found |= more


def _is_unread(target: ast.expr, loaded: set[str], read: set[str]) -> bool:
    if isinstance(target, ast.Name):
        return target.id not in loaded
    is_own = isinstance(target, ast.Attribute) and _name(target).startswith("self._")
    return is_own and target.attr not in read  # type: ignore[attr-defined]


def _loaded(node: ast.AST, gone: set[ast.stmt]) -> Iterator[str]:
    if node in gone:
        return
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield node.id
    for part in ast.iter_child_nodes(node):
        yield from _loaded(part, gone)
