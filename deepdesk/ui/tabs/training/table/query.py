"""What a person types to find runs: "accuracy > 0.9 batch_size = 64 residual". No Qt."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deepdesk.ui.tabs.training.table.rows import Column, Row

_TERM = re.compile(
    r"""([A-Za-z_][\w.]*)\s*(<=|>=|!=|=|<|>)\s*("[^"]*"|\S+)|"([^"]*)"|(\S+)""", re.ASCII
)
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}
_WORDS = {"on": True, "off": False}


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: a column with a value, or a word that stands anywhere.

    Attributes:
        name: Of the column in lower case, "" for a word.
        sign: How the two are compared.
    """

    name: str
    sign: str
    value: str


def terms_of(text: str) -> tuple[Term, ...]:
    """Return what a text asks for; every term must hold."""
    found = []
    for name, sign, value, quoted, word in _TERM.findall(text):
        said = value.strip('"') if name else quoted or word
        if name or said:
            found.append(Term(name.lower(), sign, said.lower()))
    return tuple(found)


def unknown_names(terms: Sequence[Term], columns: Sequence[Column]) -> tuple[str, ...]:
    """Return the names in a query that no column has."""
    known = {name for column in columns for name in column.names}
    return tuple(term.name for term in terms if term.name and term.name not in known)


class Query:
    """A query against the columns that there are.

    Args:
        text: What was typed.
        columns: All columns, shown or not.
    """

    def __init__(self, text: str, columns: Sequence[Column]) -> None:
        self.terms = terms_of(text)
        self.unknown = unknown_names(self.terms, columns)
        keys: dict[str, str] = {}
        for column in columns:
            for name in column.names:
                keys.setdefault(name, column.key)
        self._keys = keys

    def holds(self, row: Row) -> bool:
        """Return whether a row has everything that is asked for; a group, one of its runs."""
        if row.inside:
            return all(map(self._holds_of(row), self.terms)) or any(map(self.holds, row.inside))
        return all(map(self._holds_of(row), self.terms))

    def _holds_of(self, row: Row) -> Callable[[Term], bool]:
        def holds(term: Term) -> bool:
            if not term.name:
                return term.value in row.found
            key = self._keys.get(term.name)
            if key is None:
                return False
            return _is_so(row.values.get(key), row.texts.get(key, ""), term)

        return holds


def _is_so(value: Any, text: str, term: Term) -> bool:
    compare = _COMPARE[term.sign]
    number = _number(term.value)
    if number is not None and isinstance(value, int | float) and not isinstance(value, bool):
        return compare(value, number)
    if value is None and not text:
        return term.sign == "!="
    if isinstance(value, bool) and term.value in _WORDS:
        return compare(value, _WORDS[term.value])
    if term.sign in ("=", "!="):
        is_in = term.value in text.lower() or term.value == str(value).lower()
        return is_in == (term.sign == "=")
    return False


def _number(text: str) -> float | None:
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        return None
