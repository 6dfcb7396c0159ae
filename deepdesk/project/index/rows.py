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
    twin: str = ""
    note: str = ""
    fixed_split: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which samples to list; everything that is set has to hold.

    Attributes:
        split: "train", "validation", "test" or None for all.
        problem: "any", "bad", "twins", "note" or None for all.
        text: Part of the file or folder name.
    """

    class_id: int | None = None
    unlabelled: bool = False
    split: str | None = None
    problem: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """A class; `position` gives the order, `count` is of all its samples."""

    id: int
    name: str
    position: int
    count: int
