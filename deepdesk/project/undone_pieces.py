"""Files of pieces whose cutting was undone: they go when no undo or redo can need them any more.

    pieces/<name>-<key>/.undone     an undone cutting wrote files here; some may be in use again

Whoever writes pieces marks their folder meanwhile, so that what a killed process left goes too.

A folder without that mark, and a file that any sample is made of, stays.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from deepdesk.core.errors import DeepDeskError
from deepdesk.project.index import SampleIndex
from deepdesk.project.safe_write import remove_leftovers, write_bytes

FOLDER = "pieces"
_MARK = ".undone"
_PIECE = re.compile(r".+ (\d{5,}\.\d\d-\d{5,}\.\d\d\.flac|\d{6,}\.jpg)")


def mark_undone(folders: Iterable[Path]) -> None:
    """Note that pieces in some folders are in no use; where it cannot be noted, they stay."""
    for folder in folders:
        with contextlib.suppress(DeepDeskError, OSError):
            if _is_ours(folder):
                write_bytes(folder / _MARK, b"")


@contextlib.contextmanager
def marked(folder: Path) -> Iterator[None]:
    """Mark a folder that pieces are written into for the length of a `with`.

    Whoever fails takes back what was written; the mark is for those who are killed. It stays if
    it was there before. A folder in which nothing is left goes.
    """
    was_marked = (folder / _MARK).exists()
    mark_undone([folder])
    try:
        yield
    finally:
        if not was_marked:
            with contextlib.suppress(OSError):
                (folder / _MARK).unlink(missing_ok=True)
                if not any(folder.iterdir()):
                    folder.rmdir()


def drop_undone(project: Path, index: SampleIndex) -> None:
    """Delete pieces of undone cuttings that no sample is made of, also none that was removed.

    To be called when nobody else has the project. What cannot be deleted stays for the next time.
    """
    with contextlib.suppress(OSError):
        for mark in sorted((project / FOLDER).glob(f"*/{_MARK}")):
            if _is_ours(mark.parent):
                _drop(mark.parent, index.names_in(mark.parent))
                mark.unlink(missing_ok=True)
                # Fails, as it should, while anything is left.
                with contextlib.suppress(OSError):
                    mark.parent.rmdir()


def _is_ours(folder: Path) -> bool:
    """Whether a folder is what it seems: a link could lead to files of somebody else."""
    is_linked = folder.is_symlink() or folder.parent.is_symlink()
    return folder.parent.name == FOLDER and folder.is_dir() and not is_linked


def _drop(folder: Path, used: frozenset[str]) -> None:
    remove_leftovers(folder)
    for path in folder.iterdir():
        is_piece = _PIECE.fullmatch(path.name) and path.is_file() and not path.is_symlink()
        if is_piece and path.name not in used:
            path.unlink(missing_ok=True)
