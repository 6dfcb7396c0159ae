"""A reader whose classes have other names: those of a table, given before anything is added."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from deepdesk.core.drawing import drawing_of, is_drawing, names_of, renamed, target_of
from deepdesk.core.payloads import Image, Payload
from deepdesk.core.task import Facts, Found, Reader, Remark


class MappedReader:
    """Reads as another reader does, and gives classes other names.

    Args:
        reader: The other one.
        names: Old name to new; None leaves the class out, names that are not in it stay.

    Attributes:
        met: Old names that were found.
    """

    def __init__(self, reader: Reader, names: Mapping[str, str | None]) -> None:
        self._reader = reader
        self._names = dict(names)
        self.noun = reader.noun
        self.origin_noun = reader.origin_noun
        self.comes_in_order = reader.comes_in_order
        self.suffixes = reader.suffixes
        self.met: set[str] = set()

    def discover(self, source: Path) -> Iterator[Found | Remark]:
        """Yield what the other reader finds, with the names of the table.

        Raises:
            DatasetError: The layout does not fit, with what would.
        """
        for found in self._reader.discover(source):
            yield self._mapped(found) if isinstance(found, Found) else found

    def facts(self, path: Path) -> Facts:
        """Read a file to its end.

        Raises:
            BadSampleError: It cannot be used, with the reason.
        """
        return self._reader.facts(path)

    def payload(self, path: Path) -> Payload:
        """Return what the task takes.

        Raises:
            BadSampleError: It cannot be used, with the reason.
        """
        return self._reader.payload(path)

    def thumbnail(self, path: Path, side_px: int) -> Image:
        """Return a small picture of a sample.

        Raises:
            BadSampleError: It cannot be used, with the reason.
        """
        return self._reader.thumbnail(path, side_px)

    def _mapped(self, found: Found) -> Found:
        label = found.label
        if label is not None and label.strip() in self._names:
            self.met.add(label.strip())
            found = replace(found, label=self._names[label.strip()])
        if not self._names or not is_drawing(found.target):
            return found
        drawing = drawing_of(found.target)
        known = {name: name.strip() for name in names_of(drawing)}
        wanted = {name: self._names[key] for name, key in known.items() if key in self._names}
        self.met.update(known[name] for name in wanted)
        if not wanted:
            return found
        return replace(found, target=target_of(renamed(drawing, wanted)))
