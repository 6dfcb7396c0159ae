"""Pictures and files of labels for tests of label formats."""

from __future__ import annotations

import json
from pathlib import Path

import PIL.Image

from deepdesk.core.drawing import Drawing, drawing_of
from deepdesk.core.task import Found, Remark
from deepdesk.data.drawings import DrawingReader


def picture(path: Path, size: tuple[int, int] = (40, 20), orientation: int = 1) -> Path:
    """Write a picture of one colour; (width, height) as stored, before it is turned."""
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = PIL.Image.Exif()
    exif[0x112] = orientation
    PIL.Image.new("RGB", size, (9, 90, 60)).save(path, exif=exif)
    return path


def text(path: Path, words: str, encoding: str = "utf-8") -> Path:
    """Write a text file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(words.encode(encoding))
    return path


def as_json(path: Path, value: object) -> Path:
    """Write a JSON file."""
    return text(path, json.dumps(value))


def found_in(source: Path, *, prefers_masks: bool = False) -> dict[str, Found]:
    """Return what a source offers, by the name of the file."""
    reader = DrawingReader(prefers_masks=prefers_masks)
    return {one.path.name: one for one in reader.discover(source) if isinstance(one, Found)}


def drawn_in(source: Path, **ways: bool) -> dict[str, Drawing | None]:
    """Return what is drawn on the pictures of a source, by the name of the file."""
    found = found_in(source, **ways)
    return {
        name: None if one.target is None else drawing_of(one.target) for name, one in found.items()
    }


def remarks_in(source: Path) -> list[Remark]:
    """Return what is said about a source."""
    return [one for one in DrawingReader().discover(source) if isinstance(one, Remark)]
