"""Finding the files of a folder for a table of answers. No Qt."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from deepdesk.core.errors import DatasetError
from deepdesk.core.events import Progress, Result
from deepdesk.core.task import Reader
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.project.index.classes import natural_key

TOLD_EVERY = 2000


def listing_files(sources: Sequence[Path], reader: Reader) -> Work:
    """Return work whose `Result` holds the paths to ask about, in natural order, as text.

    Files that were named themselves are kept whatever their suffix; of folders only those that
    the task reads.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        what = f"Finding {reader.noun[1]}"
        found: list[str] = []
        for source in sources:
            for path in _files(source, reader.suffixes):
                if len(found) % TOLD_EVERY == 0:
                    stop.check()
                    emit(Progress(what=what, done=len(found)))
                found.append(path)
        if not found:
            name = sources[0].name if sources else "the folder"
            raise DatasetError(
                f"There are no {reader.noun[1]} in {name}.",
                f"Choose a folder with {_spoken(reader.suffixes)} files.",
            )
        emit(Result(value=found))

    return work


def _files(source: Path, suffixes: frozenset[str]) -> Iterator[str]:
    if not source.is_dir():
        yield str(source)
        return
    for folder, folders, names in os.walk(source):
        folders[:] = sorted((name for name in folders if _is_shown(name)), key=natural_key)
        for name in sorted(names, key=natural_key):
            if _is_shown(name) and os.path.splitext(name)[1].lower() in suffixes:  # noqa: PTH122 - ten times as fast
                yield os.path.join(folder, name)  # noqa: PTH118


def _is_shown(name: str) -> bool:
    return not name.startswith(".") and name != "__MACOSX"


def _spoken(suffixes: frozenset[str]) -> str:
    usual = [suffix for suffix in (".png", ".jpg", ".wav", ".txt", ".csv") if suffix in suffixes]
    return " or ".join(usual or sorted(suffixes)[:2])
