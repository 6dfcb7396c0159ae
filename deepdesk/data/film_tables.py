"""Answers to the pictures of a film as a table, where they are classes, words or numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import singledispatch

from deepdesk.core.payloads import LabelScores, Number, Payload
from deepdesk.core.spreadsheet import harmless

HEADS = ("frame", "second", "name", "value", "unit")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmAnswer:
    """The answer to one picture of a film: its number from 0, when it is shown, what was said."""

    number: int
    at_s: float
    answer: Payload


def film_table(answers: Iterable[FilmAnswer]) -> str:
    """Return a table with a line for each picture, or for each of its numbers; ends in CRLF.

    For classes "name" is the likeliest one and "value" its probability, 0 to 1.
    """
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(HEADS)
    for one in answers:
        for cells in _cells(one.answer):
            writer.writerow((one.number, f"{one.at_s:.3f}", *cells))
    return target.getvalue()


@singledispatch
def _cells(answer: object) -> list[tuple[str, str, str]]:
    return [(harmless(str(getattr(answer, "text", ""))), "", "")]


@_cells.register
def _(answer: LabelScores) -> list[tuple[str, str, str]]:
    return [(harmless(name), f"{score:.6f}", "") for name, score in answer.scores[:1]]


@_cells.register
def _(answer: Number) -> list[tuple[str, str, str]]:
    return [
        (harmless(name), f"{value:.9g}", harmless(unit))
        for name, (value, unit) in answer.values.items()
    ]
