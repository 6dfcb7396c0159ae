"""A block in a few typed words: `conv 64 k5 s2`, `attention 8 heads`, `dropout 30 %`. No torch.

The first words name the block: its key, its title, or one of the names in `typed_names`. What
follows sets its settings:

| typed | means |
|---|---|
| `64 5 2` | the first settings that are numbers, in order |
| `k5`, `s2`, `/2`, `x3` | kernel, stride, stride, how many times |
| `5x5` | a side, or height and width |
| `8 heads`, `heads 8`, `heads=8` | a setting by its key or label |
| `gelu`, `depthwise`, `no bias` | a choice, a switch on, a switch off |
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deepdesk.core.errors import GraphError
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.typed_names import COMMON, Name, names
from deepdesk.nn.typed_settings import LETTER, Reader

LONGEST = 200  # letters of one line
_TOKENS = re.compile(r"[^\s,;]+")


@dataclass(frozen=True, slots=True)
class Typed:
    """What a line stands for.

    Attributes:
        block: Key in the catalogue.
        settings: Those that the line sets, each legal on its own.
        text: The line, tidied.
    """

    block: str
    settings: Mapping[str, Any]
    text: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A line that could be meant.

    Attributes:
        text: The whole line with the block's name complete and what followed it kept.
        title: Of the block.
        summary: When to use the block, one sentence.
        family: Key of `block.FAMILIES`.
    """

    text: str
    title: str
    summary: str
    family: str


def parse(text: str) -> Typed:
    """Return the block and the settings that a line stands for.

    Raises:
        GraphError: Code "word" for a word that means nothing here, with the nearest that does;
            code "setting" for a value that is not legal.
    """
    tokens = _tokens(text)
    if not tokens:
        raise GraphError("Nothing is typed.", "Type the name of a block.", code="word")
    name, rest = _named(tokens)
    if name is None:
        raise _unknown_block(tokens)
    reader = Reader(name)
    reader.read(rest)
    return Typed(name.block, reader.settings(), " ".join(tokens))


def suggestions(text: str, limit: int = 8) -> tuple[Suggestion, ...]:
    """Return lines that `text` could become, best first, each block once or twice at most.

    Names that begin with what is typed come first, then names with a word that does, then
    names that are nearly it. Common blocks come first for an empty line.
    """
    tokens = _tokens(text[:LONGEST])
    known, rest = _named(tokens)
    if known is None:
        count = next((at for at, token in enumerate(tokens) if _starts_values(token)), len(tokens))
        typed, rest = " ".join(tokens[:count]), tokens[count:]
    else:
        typed = known.text
    found = _ranked(typed) if typed else [names()[name] for name in COMMON if name in names()]
    every = _distinct(found)
    fitting = [name for name in every if _takes(name, rest)] if rest else []
    tail = (" " + " ".join(rest)) if rest else ""
    return tuple(_suggestion(name, tail) for name in (fitting or every)[:limit])


def _takes(name: Name, rest: list[str]) -> bool:
    """Return whether a block has settings for the words after its name."""
    try:
        reader = Reader(name)
        reader.read(rest)
        reader.settings()
    except GraphError:
        return False
    return True


def _tokens(text: str) -> list[str]:
    if len(text) > LONGEST:
        raise GraphError("The line is too long.", "A name and a few settings do.", code="word")
    joined = re.sub(r"\s*[=:]\s*", "=", text.casefold().replace("_", " "))
    joined = re.sub(r"(\d)\s*%", r"\1%", joined)
    return _TOKENS.findall(joined)


def _named(tokens: list[str]) -> tuple[Name | None, list[str]]:
    """Return the longest name that the line begins with, and the words after it."""
    known = names()
    for count in range(min(len(tokens), 6), 0, -1):
        name = known.get(" ".join(tokens[:count]).replace("-", " "))
        if name is not None:
            return name, tokens[count:]
    return None, tokens


def _starts_values(token: str) -> bool:
    return "=" in token or token[0] in "+-./0123456789" or LETTER.fullmatch(token) is not None


def _unknown_block(tokens: list[str]) -> GraphError:
    words = [token for token in tokens if not _starts_values(token)]
    typed = " ".join(words[:3]) or tokens[0]
    near = _ranked(typed) or _ranked(words[0] if words else tokens[0])
    hint = f"Nearest is {near[0].text}." if near else "Try conv, linear, pool, norm or relu."
    return GraphError(f"There is no block called {typed[:40]!a}.", hint, code="word")


def _ranked(typed: str) -> list[Name]:
    """Return names by how well they fit: as prefix, by a word in them, nearly."""
    known = names()
    first = [name for text, name in known.items() if text.startswith(typed)]
    first.sort(key=lambda name: (name.rank, len(name.text)))
    words = typed.split()
    second = [
        name
        for name in known.values()
        if not name.text.startswith(typed) and all(_has_word(name, word) for word in words)
    ]
    second.sort(key=lambda name: (name.rank, len(name.text)))
    found = first + second
    if len({name.block for name in found}) < 3:
        near = difflib.get_close_matches(typed, tuple(known), 6, 0.6)
        found += [known[text] for text in near if known[text] not in found]
    return found


def _has_word(name: Name, word: str) -> bool:
    return any(part.startswith(word) for part in name.words)


def _distinct(found: list[Name]) -> list[Name]:
    """Keep one name per block and preset: relu and gelu are two, conv and convolution one."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for name in found:
        key = (name.block, repr(name.preset))
        if key not in seen:
            seen.add(key)
            kept.append(name)
    return kept


def _suggestion(name: Name, tail: str) -> Suggestion:
    kind = BLOCKS[name.block]
    title = f"{kind.title}: {name.shown}" if name.shown else kind.title
    return Suggestion(name.text + tail, title, kind.summary, kind.family)
