"""What is known before anything is fetched: the machine, the ways to set it up, the room. No Qt."""

from __future__ import annotations

import itertools
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deepdesk.core.events import Progress, Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.launcher.builds import build_of
from deepdesk.launcher.choice import choice_of, choices, refusal
from deepdesk.launcher.plain_files import free_bytes, read_object, storage_error

if TYPE_CHECKING:
    from deepdesk.launcher.choice import Choice
    from deepdesk.launcher.environments import Ready
    from deepdesk.launcher.fetching import Fetch
    from deepdesk.launcher.hardware import Hardware
    from deepdesk.launcher.places import Places

# 3.3 GB that are fetched for Linux with CUDA are 6.4 GB unpacked; and some air.
ON_DISK_SHARE = 2
SPARE_BYTES = 300_000_000
MOST_FILES = 10_000
TORCH = re.compile(r"torch-[0-9][0-9.]*(?:(?:\+|%2B)(?P<build>[0-9a-z.]{1,20}))?-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the window was started for.

    Attributes:
        arguments: Of the program that is started at the end.
        wheels: A folder that everything is to be taken from.
        backend: What to choose at first, "" for what fits best.
        is_repair: Whether what is there is to be made anew.
        is_change: Whether to show the choice although all is set up.
        why: What led here, one sentence, or "".
    """

    arguments: tuple[str, ...] = ()
    wheels: Path | None = None
    backend: str = ""
    is_repair: bool = False
    is_change: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What looking at the machine told.

    Attributes:
        fetches: One for each way to set the program up, the best first, never empty.
        runtime: Where it goes.
        free_bytes: On the disk of that folder, 0 if it does not say.
        version: Of the program that is to be set up.
        ready: What is set up already, None for nothing that works.
        occasion: A key of `words.OCCASIONS`.
    """

    hardware: Hardware
    fetches: tuple[Fetch, ...]
    runtime: Path
    free_bytes: int
    version: str
    ready: Ready | None
    occasion: str

    def at_first(self, backend: str) -> Fetch:
        """Return the way to offer: the one asked for, the one in use, or the best."""
        in_use = self.ready.backend if self.ready is not None else ""
        for wanted in (backend, in_use if self.occasion != "change" else ""):
            for fetch in self.fetches:
                if wanted and fetch.choice.backend == wanted:
                    return fetch
        return self.fetches[0]

    def like(self, fetch: Fetch | None) -> Fetch | None:
        """Return the way that an earlier look found too, None where it is gone."""
        if fetch is None:
            return None
        # Not by the backend: the processor can use the build of a card.
        title = fetch.choice.title
        return next((each for each in self.fetches if each.choice.title == title), None)

    def from_on(self, fetch: Fetch) -> tuple[Choice, ...]:
        """Return a way and those that are fallen back to, in order.

        What is larger is never fetched without a question: who agreed to 400 MB did not agree
        to 3 GB.
        """
        behind = self.fetches[self.fetches.index(fetch) + 1 :]
        most = fetch.total_bytes
        return (fetch.choice, *(each.choice for each in behind if each.total_bytes <= most))

    def larger_than(self, fetch: Fetch) -> Fetch | None:
        """Return the next way that has to be asked for because it is larger, None for none."""
        behind = self.fetches[self.fetches.index(fetch) + 1 :]
        return next((each for each in behind if each.total_bytes > fetch.total_bytes), None)

    def next_of(self, fetch: Fetch) -> Fetch | None:
        """Return the way that is fallen back to first, None for none."""
        tried = self.from_on(fetch)
        return next((each for each in self.fetches if each.choice in tried[1:]), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """A folder that holds what would be fetched.

    Attributes:
        count: Of the packages in it.
        builds: What the packages of torch in it are for: "cpu", "cu130", or "" for the usual one.
    """

    folder: Path
    count: int = 0
    total_bytes: int = 0
    builds: frozenset[str] = frozenset()


def occasion_of(ready: Ready | None, *, is_up_to_date: bool, is_repair: bool) -> str:
    """Return why the window is open, a key of `words.OCCASIONS`."""
    if is_repair:
        return "repair"
    if ready is None:
        return "first"
    return "change" if is_up_to_date else "update"


def looking(places: Places, asked: Asked) -> Work:
    """Return work that looks at the machine and emits a `Result` with what was `Found`.

    It raises `DeepDeskError` where nothing can work on this machine.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        from deepdesk.launcher.environments import current, is_up_to_date
        from deepdesk.launcher.fetching import fetch_for
        from deepdesk.launcher.hardware import look

        emit(Progress(what="Looking for graphics cards"))
        hardware = look()
        stop.check()
        emit(Progress(what="Reading what is to be fetched"))
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        ready = current(places)
        ways = ways_of(hardware, asked.backend)
        found = Found(
            hardware=hardware,
            fetches=tuple(fetch_for(places, choice, python) for choice in ways),
            runtime=places.runtime,
            free_bytes=free_bytes(places.runtime) or 0,
            version=version_of(places),
            ready=ready,
            occasion=occasion_of(
                ready, is_up_to_date=is_up_to_date(places), is_repair=asked.is_repair
            ),
        )
        stop.check()
        emit(Result(value=found))

    return work


def ways_of(hardware: Hardware, backend: str) -> tuple[Choice, ...]:
    """Return the ways to set the program up, best first, with the one that a person asked for.

    Raises:
        DeepDeskError: There is none, or not the one asked for.
    """
    refused = refusal(hardware)
    if refused is not None:
        raise refused
    ways = choices(hardware)
    if not backend or any(choice.backend == backend for choice in ways):
        return ways
    return (choice_of(hardware, backend), *ways)


def looking_through(folder: Path) -> Work:
    """Return work that looks through a folder of files and emits a `Result` with `Files`."""

    def work(emit: EventSink, _stop: StopToken) -> None:
        emit(Result(value=files_in(folder)))

    return work


def files_in(folder: Path) -> Files:
    """Return what a folder holds of what would be fetched.

    Raises:
        StorageError: It cannot be read.
    """
    count = total = 0
    builds: set[str] = set()
    try:
        with os.scandir(folder) as entries:
            for entry in itertools.islice(entries, MOST_FILES):
                if entry.name.endswith(".whl") and entry.is_file():
                    count, total = count + 1, total + entry.stat().st_size
                    named = TORCH.match(entry.name)
                    builds |= {named["build"] or ""} if named else set()
    except OSError as error:
        raise storage_error(error, folder) from error
    return Files(folder=folder, count=count, total_bytes=total, builds=frozenset(builds))


def way_with(files: Files, found: Found) -> Fetch | None:
    """Return the best way that the torch in a folder is for, None where it is for none of them."""
    for fetch in found.fetches:
        build = build_of(found.hardware.system, fetch.choice.backend)
        # The usual index has files whose version does not say which build they are.
        if build is not None and {build.backend, *([] if build.index else [""])} & files.builds:
            return fetch
    return None


def on_disk_bytes(fetch: Fetch) -> int:
    """Return about how much room a way takes beside what lies there already."""
    return fetch.left_bytes * ON_DISK_SHARE + SPARE_BYTES if fetch.left_bytes else 0


def version_of(places: Places) -> str:
    """Return the version that was laid down, "" if its file cannot be read."""
    version = read_object(places.release).get("version")
    return version[:40] if isinstance(version, str) else ""
