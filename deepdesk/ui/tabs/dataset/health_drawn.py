"""What is wrong with what is drawn on samples, each with its remedy."""

from __future__ import annotations

from collections.abc import Iterator

from deepdesk.project.index import ClassRow
from deepdesk.ui.tabs.dataset.finding import Finding
from deepdesk.ui.tabs.dataset.overview import TINY_PX, DrawnCounts, Overview

ACTS = ("show_undrawn", "show_outside", "show_misfit", "show_tiny")
# Of fewer shapes, or pictures where there are none, a class is hardly learnt.
FEW = 10
_MOST_NAMES = 3


def drawn_findings(overview: Overview, noun: tuple[str, str]) -> Iterator[Finding]:
    """Yield what a person should look at of drawings, nothing where truths are none."""
    drawn = overview.drawn
    if drawn is None:
        return
    yield from _not_yet(overview, drawn, noun)
    if drawn.misfit:
        words = ("is drawn on a picture", "are drawn on pictures")[drawn.misfit != 1]
        text = f"{_some(drawn.misfit, noun)} {words} of another size than the file"
        yield Finding(text=text, remedy="Show", act="show_misfit")
    if drawn.outside:
        words = ("has shapes that reach", "have shapes that reach")[drawn.outside != 1]
        text = f"{_some(drawn.outside, noun)} {words} out of the picture"
        yield Finding(text=text, remedy="Show", act="show_outside", level="note")
    if drawn.tiny:
        verb = "has" if drawn.tiny == 1 else "have"
        text = (
            f"{_some(drawn.tiny, noun)} {verb} boxes of less than {TINY_PX:.0f} px at the size that"
            " training makes of pictures: they are hardly found"
        )
        yield Finding(text=text, remedy="Show", act="show_tiny", level="note")
    yield from _few(overview)


def _not_yet(overview: Overview, drawn: DrawnCounts, noun: tuple[str, str]) -> Iterator[Finding]:
    if not drawn.none:
        return
    if drawn.none >= overview.total:
        yield Finding(text=f"No {noun[0]} is labelled yet", level="bad")
        return
    verb = "is" if drawn.none == 1 else "are"
    text = f"{_some(drawn.none, noun)} {verb} not labelled yet"
    yield Finding(text=text, remedy="Show", act="show_undrawn", level="note")


def _few(overview: Overview) -> Iterator[Finding]:
    has_shapes = any(row.shapes for row in overview.classes)
    unit = ("shape", "shapes") if has_shapes else ("picture", "pictures")
    counts = [(_count(row, has_shapes=has_shapes), row.name) for row in overview.classes]
    few = sorted((count, name) for count, name in counts if count < FEW)
    if not few:
        return
    if len(few) == 1:
        count, name = few[0]
        has = f"has {_some(count, unit)}: too few to learn it from"
        text = f"“{name}” {has if count else 'is drawn nowhere yet'}"
    else:
        names = ", ".join(f"“{name}”" for _count, name in few[:_MOST_NAMES])
        more = f" and {len(few) - _MOST_NAMES} more" if len(few) > _MOST_NAMES else ""
        text = f"{names}{more} have fewer than {FEW} {unit[1]} each: too few to learn them from"
    yield Finding(text=text)


def _count(row: ClassRow, *, has_shapes: bool) -> int:
    # A class that only files of classes show has no shapes that could be counted.
    return row.shapes if has_shapes and row.shapes else row.pictures


def _some(count: int, unit: tuple[str, str]) -> str:
    return f"{count:,} {unit[count != 1]}"
