"""Drawings as they are stored: with numbers of classes, so that a new name costs nothing.

Renaming a class changes no drawing, deleting one hides its shapes, and merging one leaves a note
of where its number went (the table `merged`). So each of these is as quick on a hundred thousand
pictures as on one, and undone exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from deepdesk.core.drawing import drawing_of, is_drawing, names_of, renamed, target_of
from deepdesk.project.index.classes import tidy_name
from deepdesk.project.index.sqlite_errors import DamagedIndexError
from deepdesk.project.index.stored_targets import stored, target_value

if TYPE_CHECKING:
    from deepdesk.project.index.database import Database

# `target_of` writes the size first; a number that is called "size" is no list.
IS_DRAWING = "json LIKE '{\"size\": [%'"

# Number in a drawing to the number of the class that it is now; deleted classes are not in it.
_NOW = (
    "WITH RECURSIVE now(id, class_id) AS (SELECT id, id FROM classes UNION"
    " SELECT m.id, now.class_id FROM merged m JOIN now ON m.into_id = now.id"
    " WHERE m.id NOT IN (SELECT id FROM classes))"
)
COUNTS = (
    f"{_NOW} SELECT now.class_id, count(DISTINCT d.id), sum(d.shapes) FROM drawn d"
    " JOIN samples s ON s.id = d.id JOIN now ON now.id = d.class_id GROUP BY now.class_id"
)
_DRAWN_NOW = f"{_NOW} SELECT d.id FROM drawn d JOIN now ON now.id = d.class_id"
OF_ANY_CLASS = f"id IN ({_DRAWN_NOW})"
OF_CLASS = f"id IN ({_DRAWN_NOW} WHERE now.class_id = ?)"
_NAMES = f"{_NOW} SELECT now.id, c.name FROM now JOIN classes c ON c.id = now.class_id"
_PAIRS = f"{_NOW} SELECT d.id, now.class_id FROM drawn d JOIN now ON now.id = d.class_id"
_OUTSIDE_PX = 1.0  # annotations are often rounded to the next pixel
_ROWS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What can be told of a drawing without reading it.

    Attributes:
        width_px: Of the picture it was drawn on.
        height_px: Of the picture it was drawn on.
        shapes: How many.
        smallest_px: Shorter side of the smallest box or outline, 0 where there is none.
        outside: Boxes and outlines that reach out of the picture.
        counts: Number (or name) of a class to its shapes, 0 where only the mask may show it.
    """

    width_px: int
    height_px: int
    shapes: int
    smallest_px: float
    outside: int
    counts: Mapping[Any, int]

    @property
    def row(self) -> tuple[Any, ...]:
        """The columns of `drawings`, but for the id."""
        return (self.width_px, self.height_px, self.shapes, self.smallest_px, self.outside)


def holds_drawing(target: Any) -> bool:
    """Return whether a target is a drawing, and not numbers that are called like parts of one."""
    return is_drawing(target) and isinstance(target["shapes"], list)


def with_numbers(target: Any, number_of: Callable[[str], int]) -> dict[str, Any]:
    """Return a drawing with numbers in place of class names, checked.

    Args:
        number_of: Number of the class with a tidy name.

    Raises:
        ConfigError: It is no legal drawing.
    """
    drawing = drawing_of(target)
    tidy = {name: tidy_name(name) or None for name in names_of(drawing)}
    if any(name != new for name, new in tidy.items()):
        drawing = renamed(drawing, tidy)
    numbers = {new: number_of(new) for new in tidy.values() if new is not None}
    return _translated(target_of(drawing), numbers)


def with_names(target: Any, names: Mapping[Any, str]) -> Any:
    """Return a stored target as others know it; shapes of classes that are gone are left out.

    Args:
        names: Number to name, as `names_now` gives it. Names stay as they are.

    Raises:
        DamagedIndexError: It is not what `with_numbers` made.
    """
    if not holds_drawing(target):
        return target
    try:
        return _translated(target, names)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise DamagedIndexError("The list of samples is damaged.") from error


def names_now(db: Database) -> dict[int, str]:
    """Return for each number that drawings may have the name of the class that it is now."""
    return {int(number): str(name) for number, name in db.rows(_NAMES)}


def strata_of(db: Database) -> dict[int, int]:
    """Return for each sample with a drawing the number of its rarest class, -2 for an empty one.

    A split that is drawn by these has its share of what is seldom seen.
    """
    strata = {int(number): -2 for (number,) in db.rows("SELECT id FROM drawings")}
    rows = db.rows(_PAIRS) if strata else []
    counts: dict[int, int] = {}
    for _number, label in rows:
        counts[label] = counts.get(label, 0) + 1
    # The commonest come first, so that the rarest class of a sample is written last.
    rows.sort(key=lambda row: (-counts[row[1]], row[1]))
    strata.update((int(number), int(label)) for number, label in rows)
    return strata


def told_of(target: dict[str, Any]) -> Told:
    """Return what can be told of a drawing, with numbers or names.

    Raises:
        DamagedIndexError: It is none.
    """
    try:
        return _told_of(target)
    except (TypeError, ValueError, KeyError, AttributeError, IndexError) as error:
        raise DamagedIndexError("The list of samples is damaged.") from error


def note(db: Database, ids: Iterable[int]) -> None:
    """Bring `drawings` and `drawn` up to date with the targets of samples, inside `writing`."""
    numbers = list(ids)
    for table in ("drawings", "drawn"):
        db.run_many(f"DELETE FROM {table} WHERE id = ?", ((number,) for number in numbers))
    for start in range(0, len(numbers), _ROWS_AT_ONCE):
        some = ",".join(map(str, numbers[start : start + _ROWS_AT_ONCE]))
        rows = db.rows(f"SELECT id, json FROM targets WHERE id IN ({some}) AND {IS_DRAWING}")
        _keep(db, [(number, told_of(target_value(text))) for number, text in rows])


def note_all(db: Database, *, rewrites: bool) -> None:
    """Fill `drawings` and `drawn` of an index of an earlier version, whose drawings have names.

    Args:
        rewrites: Whether targets get numbers; else they stay, and are read as they are.
    """
    classes = {str(name): int(number) for number, name in db.rows("SELECT id, name FROM classes")}
    ids = db.numbers("id", f"FROM targets WHERE {IS_DRAWING} ORDER BY id").tolist()
    for start in range(0, len(ids), _ROWS_AT_ONCE):
        some = ",".join(map(str, ids[start : start + _ROWS_AT_ONCE]))
        rows = db.rows(f"SELECT id, json FROM targets WHERE id IN ({some})")
        told = [(number, target_value(text)) for number, text in rows]
        drawings = [(number, target) for number, target in told if holds_drawing(target)]
        _keep(db, [(number, _by_number(told_of(target), classes)) for number, target in drawings])
        if rewrites:
            db.run_many(
                "UPDATE targets SET json = ? WHERE id = ?",
                ((stored(_translated(target, classes)), number) for number, target in drawings),
            )


def _by_number(told: Told, classes: Mapping[str, int]) -> Told:
    counts: dict[int, int] = {}
    for label, count in told.counts.items():
        number = classes.get(label) if isinstance(label, str) else label
        if number is not None:
            counts[number] = count
    return replace(told, counts=counts)


def _keep(db: Database, rows: list[tuple[int, Told]]) -> None:
    db.run_many(
        "INSERT OR REPLACE INTO drawings VALUES (?, ?, ?, ?, ?, ?)",
        ((number, *told.row) for number, told in rows),
    )
    db.run_many(
        "INSERT OR REPLACE INTO drawn VALUES (?, ?, ?)",
        (
            (class_id, number, count)
            for number, told in rows
            for class_id, count in told.counts.items()
        ),
    )


def _translated(target: dict[str, Any], to: Mapping[Any, Any]) -> dict[str, Any]:
    """Give a target, which nobody else has, other labels; what has none is left out."""
    # In place: a run reads a million shapes.
    for shape in target["shapes"]:
        shape["label"] = _to(shape["label"], to)
    target["shapes"] = [shape for shape in target["shapes"] if shape["label"] is not None]
    mask = target.get("mask")
    if mask is not None:
        names = [[value, _to(name, to)] for value, name in mask["names"]]
        mask["names"] = [pair for pair in names if pair[1] is not None]
    return target


def _to(label: Any, to: Mapping[Any, Any]) -> Any:
    # A drawing of an earlier version has names, which stay names when it is read.
    return to.get(label, label if isinstance(label, str) else None)


def _told_of(target: dict[str, Any]) -> Told:
    width, height = (int(side) for side in target["size"])
    mask = target.get("mask")
    counts: dict[Any, int] = {} if mask is None else {name: 0 for _value, name in mask["names"]}
    smallest, outside = 0.0, 0
    for shape in target["shapes"]:
        label = shape["label"]
        counts[label] = counts.get(label, 0) + 1
        around = _around(shape)
        if around is None:
            continue
        left, top, right, bottom = around
        side = min(right - left, bottom - top)
        smallest = side if smallest == 0.0 else min(smallest, side)
        outside += (
            min(left, top) < -_OUTSIDE_PX
            or right > width + _OUTSIDE_PX
            or bottom > height + _OUTSIDE_PX
        )
    return Told(
        width_px=width,
        height_px=height,
        shapes=len(target["shapes"]),
        smallest_px=float(smallest),
        outside=outside,
        counts=counts,
    )


def _around(shape: dict[str, Any]) -> tuple[float, float, float, float] | None:
    """Return the box around a box or an outline; painted pixels lie where pixels are."""
    if "box" in shape:
        left, top, right, bottom = shape["box"]
        return left, top, right, bottom
    if "polygon" in shape:
        across = [x for ring in shape["polygon"] for x in ring[::2]]
        down = [y for ring in shape["polygon"] for y in ring[1::2]]
        return min(across), min(down), max(across), max(down)
    return None
