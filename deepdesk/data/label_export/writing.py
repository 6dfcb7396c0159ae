"""What writers of labels share: the items, the place to write to, and what gets lost."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from deepdesk.core.drawing import Drawing, Region
from deepdesk.core.errors import BadSampleError
from deepdesk.data.mask_files import mask_path, mask_values
from deepdesk.data.painted import counts_of
from deepdesk.data.plain_files import check_plain

SHORT_SPLITS = {"train": "train", "validation": "val", "test": "test"}
MASKS_TO_REGIONS = "Masks became painted regions, one for each class"
MASKS_LEFT = "Masks cannot be written in this format and were left out"
POINTS_LEFT = "Points cannot be written in this format and were left out"
CROWDS = "Labels that count neither way became plain ones"
REGIONS_TO_BOXES = "Painted regions became boxes"
OUTLINES_TO_BOXES = "Outlines became boxes"


@dataclass(frozen=True, slots=True)
class Item:
    """One picture to be written.

    Attributes:
        source: The picture.
        name: Of its file in the export, no two are alike, nor but for their endings.
        drawing: What is drawn on it.
        split: "train", "validation" or "test".
    """

    source: Path
    name: str
    drawing: Drawing
    split: str

    @property
    def stem(self) -> str:
        """The name without its ending."""
        return self.name.rpartition(".")[0]

    @property
    def short_split(self) -> str:
        """The split as other programs call it."""
        return SHORT_SPLITS[self.split]


@dataclass
class Losses:
    """Counts what a format cannot say."""

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, what: str, number: int = 1) -> None:
        """Count something, as a sentence without its end."""
        if number:
            self.counts[what] += number

    def sentences(self) -> tuple[str, ...]:
        """Return what was counted, a sentence each."""
        return tuple(f"{what}: {number:,}." for what, number in self.counts.items())


class Place:
    """The folder that an export is written into.

    Args:
        root: An empty folder.
        is_copying: Whether pictures are copied; else labels name them where they lie.
    """

    def __init__(self, root: Path, *, is_copying: bool) -> None:
        self.root = root
        self.is_copying = is_copying

    def picture(self, item: Item, folder: str) -> str:
        """Bring a picture into a folder; return how labels name it.

        From the root with "/" between, or where pictures are not copied, the absolute path.

        Raises:
            OSError: It cannot be copied.
        """
        return self.file(item.source, item.name, folder)

    def file(self, source: Path, name: str, folder: str) -> str:
        """Bring any file into a folder under a name; return how labels name it.

        Raises:
            OSError: It cannot be copied.
        """
        if not self.is_copying:
            return source.as_posix()
        place = f"{folder}/{name}"
        check_plain(source)
        shutil.copyfile(source, self.made(place))
        return place

    def made(self, name: str) -> Path:
        """Return where a file goes, its folders made."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def text(self, name: str, words: str) -> None:
        """Write a text file in UTF-8."""
        self.made(name).write_bytes(words.encode("utf-8", "backslashreplace"))

    def json(self, name: str, value: Any) -> None:
        """Write a JSON file in UTF-8."""
        self.text(name, json.dumps(value, allow_nan=False, ensure_ascii=False))


class Writer(Protocol):
    """Writes one format."""

    def add(self, item: Item) -> int | None:
        """Write one picture and return the number of its labels, None where it was left out.

        Raises:
            BadSampleError: Its mask cannot be read.
            OSError: The picture cannot be copied.
        """
        ...

    def finish(self) -> None:
        """Write what is about all pictures."""
        ...


def without_mask(item: Item, losses: Losses) -> Drawing:
    """Return a drawing whose mask became painted regions below its shapes, one for each class.

    Raises:
        BadSampleError: The mask cannot be read, or is of another size.
    """
    drawing = item.drawing
    path = mask_path(item.source, drawing)
    if path is None or drawing.mask is None:
        return drawing
    values_HW = mask_values(path)
    if values_HW.shape != (drawing.height_px, drawing.width_px):
        raise BadSampleError("mask_size", "The mask has another size than its picture.")
    losses.add(MASKS_TO_REGIONS)
    regions = [
        Region(label=name, counts=counts_of(np.asarray(values_HW == value)))
        for value, name in drawing.mask.names
        if np.any(values_HW == value)
    ]
    return replace(drawing, shapes=(*regions, *drawing.shapes), mask=None)
