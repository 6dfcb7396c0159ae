"""What readers of labels share: what they give, refuse and have to leave out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from deepdesk.core.drawing import LONGEST_NAME, MOST_PX, Box, MaskFile, Point, Polygon, Shape
from deepdesk.core.errors import DatasetError
from deepdesk.core.task import Remark
from deepdesk.project.index.classes import tidy_name

Corner = tuple[float, float]
_MOST_CORNERS = 100_000


class BrokenLabelsError(DatasetError):
    """A file of labels cannot be used, or what it says of one picture cannot.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.path = path


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a file of labels says of one picture, before it is laid onto the picture.

    Attributes:
        shapes: In pixels of a picture of `size`, or in shares of 0 to 1 where `is_share`.
        file: It was read from.
        size: (width, height) that the file says, None for nothing.
        is_share: Whether places are shares of the width and height.
        mask: The file of classes, where there is one.
        split: "train", "validation", "test" or None.
    """

    shapes: tuple[Shape, ...]
    file: Path
    size: tuple[int, int] | None = None
    is_share: bool = False
    mask: MaskFile | None = None
    split: str | None = None


class Labels(Protocol):
    """The labels of one format in a source."""

    @property
    def title(self) -> str:
        """Name of the format: "COCO"."""
        ...

    def of(self, picture: str) -> Read | None:
        """Return what is known of a picture of the tree, None for nothing.

        Raises:
            BrokenLabelsError: Its labels cannot be read.
        """
        ...

    def missing(self) -> Iterator[Remark]:
        """Yield a remark for each file of labels without a picture; called after all pictures."""
        ...


@dataclass
class Notes:
    """Counts what was left out or changed, so that a sentence can say it instead of thousands."""

    _shapes: Counter[str] = field(default_factory=Counter)
    _files: dict[str, set[str]] = field(default_factory=dict)

    def add(self, what: str, file: Path | str, number: int = 1) -> None:
        """Count something of a file.

        Args:
            what: What happened, as a sentence without its end.
            file: In which it was.
            number: How often.
        """
        self._shapes[what] += number
        self._files.setdefault(what, set()).add(str(file))

    def remarks(self, source: Path) -> Iterator[Remark]:
        """Yield what was counted, as sentences about the source."""
        for what, number in self._shapes.items():
            files = self._files[what]
            example = Path(min(files)).name
            more = f" and {len(files) - 1:,} more" if len(files) > 1 else ""
            sentence = f"{what}: {number:,} ({example}{more})."
            yield Remark(path=source, reason=sentence)


OUTSIDE = "Labels outside of their picture were left out"
NO_AREA = "Labels without an area or a legal place were left out"
NO_NAME = "Labels of a class without a name were left out"


def class_name(given: object) -> str | None:
    """Return a class name as the project writes it, None where there is none."""
    if isinstance(given, bool) or not isinstance(given, str | int):
        return None
    return tidy_name(str(given)[: 4 * LONGEST_NAME])[:LONGEST_NAME].strip() or None


def finite(*numbers: object) -> tuple[float, ...] | None:
    """Return numbers or texts as numbers, None unless all are finite and of a sane size."""
    try:
        made = tuple(float(number) for number in numbers)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    is_sane = all(math.isfinite(number) and abs(number) <= 2 * MOST_PX for number in made)
    return made if is_sane else None


def box(label: str, sides: Collection[object], *, is_crowd: bool = False) -> Box | None:
    """Return a box of (left, top, right, bottom) in any order of its sides, None without area."""
    numbers = finite(*sides)
    if numbers is None or len(numbers) != 4:
        return None
    left, right = sorted(numbers[::2])
    top, bottom = sorted(numbers[1::2])
    if not (left < right and top < bottom):
        return None
    return Box(label=label, left=left, top=top, right=right, bottom=bottom, is_crowd=is_crowd)


def polygon(
    label: str, rings: Collection[Collection[object]], *, is_crowd: bool = False
) -> Polygon | None:
    """Return an outline of rings [x, y, x, y, ...], None where no ring has three corners."""
    made = []
    for ring in rings:
        numbers = finite(*ring) if len(ring) <= _MOST_CORNERS else None
        if numbers is not None and len(numbers) >= 6 and len(numbers) % 2 == 0:
            made.append(tuple(zip(numbers[::2], numbers[1::2], strict=True)))
    return Polygon(label=label, rings=tuple(made), is_crowd=is_crowd) if made else None


def point(label: str, x: object, y: object) -> Point | None:
    """Return a point, None where its place is none."""
    place = finite(x, y)
    return None if place is None else Point(label=label, x=place[0], y=place[1])
