"""Python source as text: values, calls that are broken into lines, names, comments."""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 100
INDENT = "    "


@dataclass(frozen=True)
class Call:
    """A call in source: `name(arguments)`, each with its keyword or ""."""

    name: str
    arguments: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True)
class Bracket:
    """A tuple or a list in source, with its opening and closing signs."""

    opening: str
    arguments: tuple[tuple[str, Expression], ...]
    closing: str


Expression = str | Call | Bracket


def flat(expression: Expression) -> str:
    """Return an expression in one line."""
    if isinstance(expression, str):
        return expression
    parts = [_named(key, flat(value)) for key, value in expression.arguments]
    opening, closing = _signs(expression)
    return f"{opening}{', '.join(parts)}{closing}"


def _signs(expression: Call | Bracket) -> tuple[str, str]:
    if isinstance(expression, Call):
        return f"{expression.name}(", ")"
    return expression.opening, expression.closing


def lines_of(before: str, expression: Expression, after: str = "", depth: int = 0) -> list[str]:
    """Return lines of at most `WIDTH` letters, broken as code formatters do.

    Args:
        before: What stands before the expression in its line.
        expression: What to write.
        after: What stands after it, for instance a comma.
        depth: Indentation, in steps.
    """
    start = INDENT * depth
    line = f"{start}{before}{flat(expression)}{after}"
    if len(line) <= WIDTH or isinstance(expression, str):
        return [line]
    inner = INDENT * (depth + 1)
    together = ", ".join(_named(key, flat(value)) for key, value in expression.arguments)
    signs = _signs(expression)
    opening, closing = f"{start}{before}{signs[0]}", f"{start}{signs[1].lstrip(',')}{after}"
    if len(inner + together) <= WIDTH:
        return [opening, inner + together, closing]
    lines = [opening]
    for key, value in expression.arguments:
        lines += lines_of(f"{key}=" if key else "", value, ",", depth + 1)
    return [*lines, closing]


def tuple_lines(name: str, texts: Sequence[str]) -> list[str]:
    """Return lines that give a tuple of quoted texts a name."""
    parts = [quoted(text) for text in texts]
    line = f"{name} = ({', '.join(parts)}{',' if len(parts) == 1 else ''})"
    if len(line) <= WIDTH:
        return [line]
    together = f"{INDENT}{', '.join(parts)},"
    if len(together) - 1 <= WIDTH and len(parts) > 1:
        return [f"{name} = (", *(f"{INDENT}{part}," for part in parts), ")"]
    return [f"{name} = (", *(f"{INDENT}{part}," for part in parts), ")"]


def _named(key: str, text: str) -> str:
    return f"{key}={text}" if key else text


def quoted(text: str) -> str:
    r"""Return a text as a literal: what does not print (also "\n" and turned writing) escaped."""
    return '"' + "".join(_letter(letter) for letter in text) + '"'


def _letter(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    if letter.isprintable():
        return letter
    return letter.encode("unicode_escape").decode("ascii")


def remark(text: str, room: int = 60) -> str:
    """Return a text that cannot leave a comment or a docstring: one line, printable, cut."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    plain = re.sub(r"\s+", " ", plain).strip().replace("\\", "/").replace('"', "'")
    return plain if len(plain) <= room else f"{plain[: room - 1].rstrip()}…"


def legal_name(name: str, taken: frozenset[str] = frozenset()) -> str:
    """Return an ASCII identifier made of `name` that is no keyword and not taken."""
    plain = re.sub(r"[^A-Za-z0-9_]", "_", name) or "_"
    if plain[0].isdigit():
        plain = f"_{plain}"
    while keyword.iskeyword(plain) or plain in taken:
        plain += "_"
    return plain
