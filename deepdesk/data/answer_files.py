"""Answers drawn over pictures as files for other programs: COCO JSON, CSV tables, mask pictures.

Only what counts is written: give what `core.answer_filter.filtered` leaves. Nothing is written
that was not answered, so masks have no scores. Names come from files and from data and may hold
anything: no cell of a CSV is taken for a formula.
"""

from __future__ import annotations

import csv
import io
import json
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import singledispatch
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from deepdesk.core.answer_filter import Drawn, class_names
from deepdesk.core.drawn_json import drawn_from_json, drawn_to_json
from deepdesk.core.errors import DeepDeskError
from deepdesk.core.payloads import Boxes, Mask
from deepdesk.core.spreadsheet import harmless
from deepdesk.data.painted import counts_of
from deepdesk.project.full_disk import storage_error
from deepdesk.project.safe_write import json_bytes, write_bytes

BOX_HEADS = ("file", "label", "score", "left", "top", "right", "bottom")
MASK_HEADS = ("file", "class", "pixels", "share")
# Value of pixels of no class in a mask picture of one byte, and of two.
NO_CLASS, NO_CLASS_WIDE = 255, 65_535
CLASSES_FILE = "classes.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureAnswer:
    """The answer to one picture.

    Attributes:
        name: Of its file, as it is to be written.
    """

    name: str
    answer: Drawn


@dataclass(slots=True)
class Written:
    """How much was written: `things` are boxes, or classes seen in masks."""

    pictures: int = 0
    things: int = 0


@dataclass(slots=True)
class _Coco:
    """A file of COCO that grows."""

    images: list[dict[str, Any]] = field(default_factory=list)
    annotations: list[dict[str, Any]] = field(default_factory=list)
    categories: dict[str, int] = field(default_factory=dict)

    def category(self, name: str) -> int:
        return self.categories.setdefault(name, len(self.categories) + 1)

    def annotate(self, one: dict[str, Any]) -> None:
        number = {"id": len(self.annotations) + 1, "image_id": len(self.images), "iscrowd": 0}
        self.annotations.append({**number, **one})


def packed(answer: Drawn) -> bytes:
    """Return an answer in few bytes, to be kept while others are still to come."""
    return zlib.compress(json.dumps(drawn_to_json(answer)).encode(), 1)


def unpacked(data: bytes) -> Drawn:
    """Return the answer that `packed` was given, boxes to a hundredth of a pixel."""
    answer = drawn_from_json(json.loads(zlib.decompress(data)))
    assert answer is not None, "something was packed"
    return answer


def coco_of(answers: Iterable[PictureAnswer]) -> dict[str, Any]:
    """Return answers as COCO has them, JSON-ready.

    Boxes are annotations with "bbox" (left, top, width, height) and "score"; masks have one
    annotation for each class that is seen, with compressed runs. "annotations" alone is what
    COCO's own evaluation takes for results of boxes.
    """
    made = _Coco()
    for one in answers:
        width, height = size_of(one.answer)
        for name in class_names(one.answer):
            made.category(name)
        made.images.append(
            {
                "id": len(made.images) + 1,
                "file_name": one.name,
                "width": width,
                "height": height,
            }
        )
        _annotate(one.answer, made)
    categories = [{"id": number, "name": name} for name, number in made.categories.items()]
    return {
        "images": made.images,
        "annotations": made.annotations,
        "categories": categories,
    }


def csv_text(answers: Iterable[PictureAnswer], gives: type[Any]) -> str:
    """Return answers as a table whose lines end in CRLF.

    Boxes have a line each, and a picture without any a line with its name alone; masks have a
    line for each class that is seen. Sides are pixels, scores and shares 0 to 1.
    """
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(MASK_HEADS if gives is Mask else BOX_HEADS)
    for one in answers:
        writer.writerows((harmless(one.name), *cells) for cells in _cells(one.answer))
    return target.getvalue()


def mask_png(answer: Mask, palette: Sequence[tuple[int, int, int]] = ()) -> bytes:
    """Return a PNG file whose pixel values are places in `answer.classes`.

    Args:
        answer: Of classes_HW (H, W); pixels of no class become 255, in a file of two bytes a
            pixel, which more than 255 classes need, 65,535.
        palette: Colours (red, green, blue) of the classes, 0 to 255, () for a grey picture.
    """
    count = len(answer.classes)
    is_wide = count > NO_CLASS
    none = NO_CLASS_WIDE if is_wide else NO_CLASS
    is_class = (answer.classes_HW >= 0) & (answer.classes_HW < count)
    values_HW = np.where(is_class, answer.classes_HW, none)
    picture = PIL.Image.fromarray(values_HW.astype(np.uint16 if is_wide else np.uint8))
    if palette and not is_wide:
        # A palette that is too short would make Pillow write fewer bits than values need.
        full = [*palette[:NO_CLASS], *[(0, 0, 0)] * (NO_CLASS + 1 - len(palette[:NO_CLASS]))]
        picture.putpalette([part for rgb in full for part in rgb])
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


def classes_text(classes: Sequence[str]) -> str:
    """Return a table of what the pixel values of mask pictures stand for."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(("value", "class"))
    writer.writerows((at, harmless(name)) for at, name in enumerate(classes))
    return target.getvalue()


def _json_file(answers: Iterable[PictureAnswer], gives: type[Any]) -> bytes:
    del gives
    return json_bytes(coco_of(answers))


def _csv_file(answers: Iterable[PictureAnswer], gives: type[Any]) -> bytes:
    # The mark makes spreadsheets read UTF-8.
    return csv_text(answers, gives).encode("utf-8-sig", errors="replace")


FORMATS: dict[str, tuple[str, Callable[[Iterable[PictureAnswer], type[Any]], bytes]]] = {
    ".json": ("COCO JSON", _json_file),
    ".csv": ("CSV table", _csv_file),
}


def write_answers(answers: Iterable[PictureAnswer], path: Path, gives: type[Any]) -> Written:
    """Write answers in the format that the file's name asks for, whole or not at all.

    Args:
        gives: Payload class of the answers.

    Raises:
        DeepDeskError: The name ends in none of the formats.
        StorageError: The file cannot be written.
    """
    _title, make = FORMATS[check_format(path)]
    written = Written()
    write_bytes(path, make(_counted(answers, written), gives))
    return written


def write_masks(
    answers: Iterable[PictureAnswer], folder: Path, palette: Sequence[tuple[int, int, int]] = ()
) -> Written:
    """Write a mask picture for each answer into a folder, and a table of what its values mean.

    Pictures are named as those that were asked about, and numbered where a name is taken.

    Raises:
        StorageError: The folder cannot be written to.
    """
    written = Written()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(error, folder) from error
    for one in _counted(answers, written):
        if not isinstance(one.answer, Mask):
            continue
        path = free_path(folder, Path(one.name).stem, ".png")
        write_bytes(path, mask_png(one.answer, palette))
        if written.pictures == 1:
            classes = classes_text(one.answer.classes).encode("utf-8-sig", errors="replace")
            _write_once(folder, CLASSES_FILE, classes)
    return written


def _write_once(folder: Path, name: str, data: bytes) -> None:
    """Write a file under its name, or the next free one; not if it is there as it would be."""
    stem, _dot, ending = name.rpartition(".")
    path, number = folder / name, 2
    while path.exists():
        with suppress(OSError):
            if path.stat().st_size == len(data) and path.read_bytes() == data:
                return
        path, number = folder / f"{stem} {number}.{ending}", number + 1
    write_bytes(path, data)


def free_path(folder: Path, name: str, suffix: str) -> Path:
    """Return `folder/name+suffix`, or with 2, 3, ... behind the name where that is taken."""
    path, number = folder / f"{name}{suffix}", 2
    while path.exists():
        path, number = folder / f"{name} {number}{suffix}", number + 1
    return path


def check_format(path: Path) -> str:
    """Return the ending of a file's name that says its format.

    Raises:
        DeepDeskError: There is no such format.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise DeepDeskError(
            f"Answers are not written as “{suffix or path.name}”.",
            f"Let the name end in {' or '.join(FORMATS)}.",
        )
    return suffix


def names_below(paths: Sequence[Path]) -> list[str]:
    """Return the names of files from the folder that all of them are in, with "/" between."""
    if not paths:
        return []
    folders = {str(path.parent) for path in paths}
    try:
        shared = Path(os.path.commonpath(folders))
    except ValueError:
        # Drives of Windows have nothing in common.
        return [path.as_posix() for path in paths]
    return [path.relative_to(shared).as_posix() for path in paths]


def size_of(answer: Drawn) -> tuple[int, int]:
    """Return (width, height) in pixels of the picture that an answer is of."""
    if isinstance(answer, Mask):
        height, width = answer.classes_HW.shape
        return int(width), int(height)
    return answer.size


def _counted(answers: Iterable[PictureAnswer], written: Written) -> Iterator[PictureAnswer]:
    for one in answers:
        written.pictures += 1
        written.things += _things(one.answer)
        yield one


def _things(answer: Drawn) -> int:
    if isinstance(answer, Mask):
        return int(np.count_nonzero(answer.counts))
    return len(answer.boxes)


@singledispatch
def _annotate(answer: object, made: _Coco) -> None:
    raise TypeError(f"{type(answer).__name__} has no annotations for {len(made.images)}")


@_annotate.register
def _(answer: Boxes, made: _Coco) -> None:
    for (left, top, right, bottom), name, score in answer.boxes:
        width, height = right - left, bottom - top
        made.annotate(
            {
                "category_id": made.category(name),
                "bbox": [round(side, 2) for side in (left, top, width, height)],
                "area": round(width * height, 2),
                "score": round(score, 6),
            }
        )


@_annotate.register
def _(answer: Mask, made: _Coco) -> None:
    height, width = answer.classes_HW.shape
    for at, count in enumerate(answer.counts.tolist()):
        if not count:
            continue
        is_on_HW = answer.classes_HW == at
        made.annotate(
            {
                "category_id": made.category(answer.classes[at]),
                "segmentation": {"size": [height, width], "counts": counts_of(is_on_HW)},
                "bbox": _around(is_on_HW),
                "area": count,
            }
        )


def _around(is_on_HW: NDArray[np.bool_]) -> list[int]:
    rows, columns = np.flatnonzero(is_on_HW.any(1)), np.flatnonzero(is_on_HW.any(0))
    left, top = int(columns[0]), int(rows[0])
    return [left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top]


@singledispatch
def _cells(answer: object) -> Iterator[tuple[object, ...]]:
    raise TypeError(f"{type(answer).__name__} has no lines in a table")


@_cells.register
def _(answer: Boxes) -> Iterator[tuple[object, ...]]:
    for sides, name, score in answer.boxes:
        yield (harmless(name), f"{score:.4f}", *(f"{side:.2f}" for side in sides))
    if not answer.boxes:
        yield ("",) * (len(BOX_HEADS) - 1)


@_cells.register
def _(answer: Mask) -> Iterator[tuple[object, ...]]:
    total = answer.classes_HW.size
    for name, count in zip(answer.classes, answer.counts.tolist(), strict=True):
        if count:
            yield (harmless(name), count, f"{count / total:.6f}")
