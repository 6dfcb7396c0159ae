"""Where samples lie: each folder is stored once, relative to the source it belongs to."""

from __future__ import annotations

import os
from pathlib import Path

from deepdesk.project.index.database import Database


def storable(text: str) -> str | bytes:
    """Return a file name as SQLite can hold it: one that is not valid Unicode becomes bytes."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return os.fsencode(text)
    return text


def restored(value: str | bytes) -> str:
    """Return what `storable` was given."""
    return os.fsdecode(value) if isinstance(value, bytes) else str(value)


class Folders:
    """The folders of an index by number and by absolute path.

    A source inside the project folder is stored relative to it, so that the project
    can be moved as a whole.
    """

    def __init__(self, db: Database, project: Path) -> None:
        self._db = db
        self._project = os.path.abspath(project)  # noqa: PTH100 - links must stay as they are
        self._roots: dict[int, str] = {}
        self._paths: dict[int, str] = {}
        self._relative: dict[int, str] = {}
        self._numbers: dict[str, int] = {}

    def path(self, folder: int) -> str:
        """Return the absolute path of a folder."""
        if folder not in self._paths:
            self.refresh()
        return self._paths.get(folder, self._project)

    def relative(self, folder: int) -> str:
        """Return the path of a folder below its source, with forward slashes."""
        if folder not in self._relative:
            self.refresh()
        return self._relative.get(folder, "")

    def containing(self, text: str) -> list[int]:
        """Return the folders whose path below their source has `text` in it, in any case."""
        self.refresh()
        wanted = text.casefold()
        return [number for number, path in self._relative.items() if wanted in path.casefold()]

    def numbers(self, folder: str) -> list[int]:
        """Return the numbers of an absolute folder; one of several sources has several."""
        self.refresh()
        wanted = os.path.normcase(folder)
        return [n for n, path in self._paths.items() if os.path.normcase(path) == wanted]

    def refresh(self) -> None:
        """Take in the folders that other connections added."""
        first = max(self._paths, default=0)
        rows = self._db.rows("SELECT id, source, path FROM folders WHERE id > ?", (first,))
        if not rows:
            return
        roots = self._db.rows("SELECT id, root FROM sources")
        self._roots = {i: _joined(self._project, restored(root)) for i, root in roots}
        for number, source, path in rows:
            self._keep(number, self._roots.get(source, self._project), restored(path))

    def forget(self) -> None:
        """Read everything again at the next call."""
        for table in (self._roots, self._paths, self._relative, self._numbers):
            table.clear()

    def source(self, source: str) -> int:
        """Return the number of a source, new or known, inside `writing`.

        Args:
            source: A folder; or a file, which stands for the folder it is in.
        """
        root = os.path.abspath(source)  # noqa: PTH100
        if os.path.isfile(root):  # noqa: PTH113
            root = os.path.dirname(root)  # noqa: PTH120
        stored = storable(_below(root, self._project))
        self._db.run("INSERT OR IGNORE INTO sources (root) VALUES (?)", (stored,))
        number = int(self._db.value("SELECT id FROM sources WHERE root = ?", (stored,)))
        self._roots[number] = root
        return number

    def number(self, folder: str, source: int) -> int:
        """Return the number of an absolute folder, new or known, inside `writing`."""
        known = self._numbers.get(os.path.normcase(folder))
        if known is not None:
            return known
        root = self._roots[source]
        relative = _below(folder, root)
        self._db.run(
            "INSERT INTO folders (source, path) VALUES (?, ?)", (source, storable(relative))
        )
        number = int(self._db.value("SELECT last_insert_rowid()"))
        self._keep(number, root, relative)
        return number

    def _keep(self, number: int, root: str, relative: str) -> None:
        path = _joined(root, relative)
        self._paths[number] = path
        self._relative[number] = relative
        self._numbers.setdefault(os.path.normcase(path), number)


def _below(path: str, root: str) -> str:
    """Return `path` relative to `root` with forward slashes, or as it is when outside."""
    if path == root:
        return ""
    start = root if root.endswith(os.sep) else root + os.sep
    return path[len(start) :].replace(os.sep, "/") if path.startswith(start) else path


def _joined(root: str, relative: str) -> str:
    """Return what `_below` was given; an absolute path is one outside of `root`."""
    if not relative or os.path.isabs(relative):  # noqa: PTH117
        return relative or root
    return os.path.join(root, *relative.split("/"))  # noqa: PTH118
