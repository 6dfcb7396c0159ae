"""The definitions that a network needs, taken from this package's own modules.

What is written is the very text of `deepdesk.nn.modules`, so it cannot say something else than
what was trained. Only what is used is written: definitions in the order in which they
need each other, and of tables such as "activation by name" only the rows that were read.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator

from deepdesk.export.modules_source import (
    PACKAGE,
    Function,
    GlobalNames,
    Imported,
    left_out,
    module_source,
)
from deepdesk.export.recording import Recording
from deepdesk.export.trimming import read_attributes, unreached

Key = tuple[str, str]
_REMARKS = re.compile(r"\s+# (?:noqa|type:).*$")


class Parts:
    """Gathers definitions by what refers to them.

    Args:
        recording: Says which rows of tables were read.
        reserved: Names that the file has already.
    """

    def __init__(self, recording: Recording, reserved: frozenset[str]) -> None:
        self._recording = recording
        self._names: dict[Key, str] = {}
        self._taken = set(reserved)
        self._order: list[Key] = []
        self._asked: dict[str, Imported] = {}
        self._external: dict[str, Imported] = {}
        self._rows: dict[Key, frozenset[str] | None] = {}
        self._skipped: frozenset[ast.stmt] = frozenset()
        self._wanted: list[Key] = []
        self._aliases: dict[Key, set[str]] = {}
        self._local_names: set[str] = set()
        self._is_gathered = False

    def want(self, module: str, name: str) -> str:
        """Ask for a definition; return the name it has in the file, final after `gather`."""
        key = _home((module, name))
        if not self._is_gathered:
            self._wanted.append(key)
            return name
        return self._name(key)

    def want_import(self, module: str, name: str) -> str:
        """Ask for something of another library; return how to write it."""
        self._asked[name or module] = Imported(module, name)
        return name or module

    def gather(self) -> None:
        """Find all that the wanted definitions need."""
        self._collect()
        self._trim()
        self._collect()
        self._rows = self._read_rows()
        self._collect()
        self._taken |= self._external.keys()
        self._is_gathered = True

    def import_lines(self) -> tuple[list[str], list[str]]:
        """Return the imports from Python itself and those from libraries."""
        lines = {found.line(alias): found.module for alias, found in self._external.items()}
        own = [line for line, module in lines.items() if _is_standard(module)]
        others = [line for line, module in lines.items() if not _is_standard(module)]
        return sorted(own, key=_import_order), sorted(others, key=_import_order)

    def texts(self) -> Iterator[str]:
        """Yield the text of each definition, each after those that it needs."""
        seen: set[int] = set()
        for key in self._order:
            statement = module_source(key[0]).definitions[key[1]]
            if id(statement) not in seen:
                seen.add(id(statement))
                yield self._text(key)

    def _trim(self) -> None:
        """Find what is never reached."""
        statements = {key: module_source(key[0]).definitions[key[1]] for key in self._order}
        read = {name for part in statements.values() for name in read_attributes(part)}
        values = self._recording.values
        found = (unreached(part, key[0], values, read) for key, part in statements.items())
        self._skipped = frozenset().union(*found)

    def _collect(self) -> None:
        self._order = []
        visited: set[Key] = set()
        self._external = dict(self._asked)
        for key in self._wanted:
            self._visit(key, visited)

    def _visit(self, key: Key, visited: set[Key]) -> None:
        if key in visited:
            return
        visited.add(key)
        source = module_source(key[0])
        names = self._globals(key)
        self._local_names |= names.local
        for name in sorted({node.id for node in names.found}):
            target = _target(key[0], name)
            if target is not None:
                self._aliases.setdefault(target, set()).add(name)
                self._visit(target, visited)
            elif name in source.imports:
                self._external[name] = source.imports[name]
        self._order.append(key)

    def _globals(self, key: Key) -> GlobalNames:
        statement = module_source(key[0]).definitions[key[1]]
        visitor = GlobalNames(self._skipped)
        rows = self._rows.get(key)
        table = _table(statement)
        if rows is None or table is None:
            visitor.visit(statement)
            return visitor
        for part in ast.iter_child_nodes(statement):
            if part is not table:
                visitor.visit(part)
        for row, value in zip(table.keys, table.values, strict=True):
            if _text_of(row) in rows:
                visitor.visit(value)
        return visitor

    def _read_rows(self) -> dict[Key, frozenset[str] | None]:
        """Return per table the rows that were read, None where that is not certain."""
        uses: dict[Key, list[tuple[str, str, str] | None]] = {}
        for key in self._order:
            source = module_source(key[0])
            for name, lookups in self._globals(key).tables.items():
                if name in source.definitions and (key[0], name) != key:
                    known = [lookup and (key[0], *lookup) for lookup in lookups]
                    uses.setdefault((key[0], name), []).extend(known)
        return {key: self._rows_of(key, uses.get(key, [])) for key in self._order}

    def _rows_of(self, key: Key, uses: list[tuple[str, str, str] | None]) -> frozenset[str] | None:
        table = _table(module_source(key[0]).definitions[key[1]])
        if table is None or not uses or key in self._wanted:
            return None
        rows: set[str] = set()
        for use in uses:
            seen = self._recording.values.get(use, set()) if use else set()
            if not seen or not all(isinstance(value, str) for value in seen):
                return None
            rows |= {str(value) for value in seen}
        return frozenset(rows)

    def _name(self, key: Key) -> str:
        if key not in self._names:
            name = self._best_alias(key)
            if name in self._taken:
                stem = key[0].rsplit(".", 1)[-1]
                joined = f"{name.lstrip('_')}_of_{stem}"
                joined = joined.upper() if name.isupper() else joined
                is_class = name.lstrip("_")[:1].isupper() and not name.isupper()
                name = f"{stem.title().replace('_', '')}{name}" if is_class else joined
            while name in self._taken:
                name += "_"
            self._taken.add(name)
            self._names[key] = name
        return self._names[key]

    def _best_alias(self, key: Key) -> str:
        """Return a name that no function which reads it gives to something of its own."""
        aliases = self._aliases.get(key, set()) - {key[1]}
        free = sorted(aliases - self._local_names)
        return free[0] if free and key[1] in self._local_names else key[1]

    def _text(self, key: Key) -> str:
        """Return a definition with the names that it has in this file."""
        source = module_source(key[0])
        statement = source.definitions[key[1]]
        lines = dict(enumerate(source.lines, 1))
        for node in sorted(self._globals(key).found, key=lambda n: -n.col_offset):
            name = self._name_in(key[0], node.id)
            if name != node.id:
                _put(lines, node.lineno, node.col_offset, node.id, name)
        first = statement.lineno
        if isinstance(statement, Function | ast.ClassDef):
            own = self._name(key)
            if own != key[1]:
                word = "class " if isinstance(statement, ast.ClassDef) else "def "
                lines[first] = lines[first].replace(word + key[1], word + own, 1)
            first = min(part.lineno for part in (statement, *statement.decorator_list))
        dropped = {n for a, b in left_out(statement) for n in range(a, b + 1)}
        dropped |= self._dropped_rows(key, statement)
        for part in ast.walk(statement):
            if part in self._skipped and isinstance(part, ast.stmt):
                dropped |= set(range(part.lineno, (part.end_lineno or part.lineno) + 1))
        last = statement.end_lineno or first
        text = [_REMARKS.sub("", lines[n]) for n in range(first, last + 1) if n not in dropped]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(text)).rstrip()

    def _dropped_rows(self, key: Key, statement: ast.stmt) -> set[int]:
        table, rows = _table(statement), self._rows.get(key)
        if table is None or rows is None:
            return set()
        return {
            number
            for row, value in zip(table.keys, table.values, strict=True)
            if row is not None and _text_of(row) not in rows
            for number in range(row.lineno, (value.end_lineno or row.lineno) + 1)
        }

    def _name_in(self, module: str, name: str) -> str:
        """Return what a name of a module is called in the file."""
        target = _target(module, name)
        return name if target is None else self._name(target)


def _target(module: str, name: str) -> Key | None:
    """Return where a name of a module is defined, if that is in this package."""
    source = module_source(module)
    if name in source.definitions:
        return module, name
    found = source.imports.get(name)
    is_own = found is not None and found.module.split(".")[0] == PACKAGE
    return _home((found.module, found.name)) if found is not None and is_own else None


def _home(key: Key) -> Key:
    """Return where a name is defined, however often it was imported on."""
    while key[1] not in module_source(key[0]).definitions:
        found = module_source(key[0]).imports[key[1]]
        key = (found.module, found.name)
    return key


def _table(statement: ast.stmt) -> ast.Dict | None:
    """Return the dict of a statement if it has one row a line and texts for keys."""
    value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
    if not isinstance(value, ast.Dict) or not all(_text_of(key) for key in value.keys):
        return None
    starts = [key.lineno for key in value.keys if key is not None]
    return value if len({value.lineno, *starts}) == len(starts) + 1 else None


def _text_of(node: ast.expr | None) -> str:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return str(node.value) if is_text else ""  # type: ignore[union-attr]


def _put(lines: dict[int, str], number: int, column: int, old: str, new: str) -> None:
    """Replace a name in a line; `column` counts bytes, as ast does."""
    data = lines[number].encode()
    end = column + len(old.encode())
    lines[number] = (data[:column] + new.encode() + data[end:]).decode()


def _is_standard(module: str) -> bool:
    return module.split(".", maxsplit=1)[0] in sys.stdlib_module_names


def _import_order(line: str) -> tuple[bool, str]:
    return line.startswith("from "), line
