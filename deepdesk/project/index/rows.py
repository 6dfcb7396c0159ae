"""What the index tells about samples and classes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One file.

    Attributes:
        id: Never used again, not even after the sample was removed.
        label: Name of its class, or None.
        split: "train", "validation" or "test".
        state: "new" until its contents were read, then "ok" or "bad".
        code: Stable name of what is wrong with a bad one, else "".
        reason: The same as a sentence.
        detail: Size in words of a good one, the remedy for a bad one.
        target: Any other truth, as JSON gave it.
        origin: Who or what it comes from, or None.
        twin: "" or where it has a twin: "twin in test", or "twin" within its own split.
        note: What had to be done to read it, or "".
        fixed_split: Whether the source itself said the split.
    """

    id: int
    path: Path
    label: str | None
    class_id: int | None
    split: str
    state: str
    code: str = ""
    reason: str = ""
    detail: str = ""
    target: Any = None
    origin: str | None = None
    twin: str = ""
    note: str = ""
    fixed_split: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which samples to list; everything that is set has to hold.

    Attributes:
        split: "train", "validation", "test" or None for all.
        problem: "any", "bad", "twins", "note" or None for all.
        text: Part of the name of the file or folder, or of a target that is a text; with "*", "?"
            or "[0-4]" in it a pattern of file names, of the whole name if it has a "*".
        origin: Name of who or what samples come from, "" for those where it is not known.
        without_target: Only samples that have no target.
        drawn_class: Id of a class that has to be drawn on it.
        drawing: "none" (not labelled yet), "empty" (nothing on it), "outside" (a shape reaches out
            of the picture), "misfit" (drawn on a picture of another size) or None for all.
        tiny_share: Above 0 only samples with a box or outline whose shorter side is below this
            share of the longer side of the picture.
    """

    class_id: int | None = None
    unlabelled: bool = False
    split: str | None = None
    problem: str | None = None
    text: str = ""
    origin: str | None = None
    without_target: bool = False
    drawn_class: int | None = None
    drawing: str | None = None
    tiny_share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """A class; `position` gives the order.

    Attributes:
        count: Samples that belong to it as a whole.
        shapes: Boxes and so on that are drawn of it.
        pictures: Samples that it is drawn on, also by files of classes.
    """

    id: int
    name: str
    position: int
    count: int
    shapes: int = 0
    pictures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginRow:
    """Who or what samples come from, with how many of them are in each split."""

    id: int
    name: str
    train: int = 0
    validation: int = 0
    test: int = 0

    @property
    def count(self) -> int:
        """Samples in all."""
        return self.train + self.validation + self.test

    @property
    def is_across(self) -> bool:
        """Whether training knows what it is measured with: figures look better than they are."""
        return self.train > 0 and self.validation + self.test > 0
