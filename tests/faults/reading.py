"""Readers that raise what nobody foresaw, or never come back."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from deepdesk.core.events import Said
from deepdesk.core.task import Field
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.data import reading
from deepdesk.data.cache import DecodedCache
from deepdesk.data.feed import Feed, Source
from tests.faults.found import Found

COUNT = 40
LONGEST_S = 5.0
SLOW_S = 0.15
ERRORS = (ValueError, ZeroDivisionError, AssertionError, OSError, KeyError, RecursionError)


class _Reader:
    """Fails or hangs at one sample."""

    def __init__(self, at: int, error: type[Exception] | None) -> None:
        self._at = at
        self._error = error
        self.let_go = threading.Event()

    def __call__(self, position: int, _path: Path) -> Mapping[str, Any]:
        if position == self._at:
            if self._error is not None:
                raise self._error("a fault of the reader")
            self.let_go.wait(60)
        return {"value": np.full(4, position, dtype=np.uint8)}


def broken_readers(folder: Path, *, count: int, seed: int) -> Found:
    """Let a worker raise or hang at a random sample; it is named, and the rest goes on."""
    found = Found(notes={"hung": 0, "slowest_s": 0.0})
    chance = random.Random(seed)
    before_s, reading.SLOW_S = reading.SLOW_S, SLOW_S
    paths = [folder / f"sample-{i}.png" for i in range(COUNT)]
    for path in paths:
        path.write_bytes(b"x")
    try:
        for number in range(count):
            hangs = chance.random() < 0.3
            at, workers = chance.randrange(COUNT), chance.choice((1, 2, 4))
            reader = _Reader(at, None if hangs else chance.choice(ERRORS))
            start_s = time.monotonic()
            wrong = _tried(folder / f"cache-{number}", paths, reader, at, hangs, workers)
            seconds = time.monotonic() - start_s
            found.rounds += 1
            found.notes["hung"] += hangs  # type: ignore[operator]
            found.notes["slowest_s"] = round(max(seconds, found.notes["slowest_s"]), 2)  # type: ignore[call-overload]
            name = f"seed {seed}, round {number}, sample {at}, {'hangs' if hangs else 'raises'}"
            wrong = wrong or ("took too long" if seconds > LONGEST_S else "")
            found.failures += [f"{name}: {wrong}"] if wrong else []
    finally:
        reading.SLOW_S = before_s
    return found


def _tried(
    folder: Path, paths: list[Path], reader: _Reader, at: int, hangs: bool, workers: int
) -> str:
    events: list[Any] = []
    source = Source(
        opened=lambda: nullcontext(lambda positions: [paths[i] for i in positions]),
        decode=reader,
        lost=lambda _bad: None,
        note=lambda _bad: None,
    )
    cache = DecodedCache(folder, fields={"value": Field(shape=(4,), dtype="uint8")}, capacity=COUNT)
    feed = Feed(cache, np.arange(COUNT), source, emit=events.append, workers=(workers, 1))
    feed.start()
    try:
        return _waited(feed, events, at) if hangs else _gone_on(feed, events, at)
    finally:
        reader.let_go.set()
        feed.close()


def _named(events: list[Any], at: int) -> bool:
    return any(f"sample-{at}.png" in e.text for e in events if isinstance(e, Said))


def _gone_on(feed: Feed, events: list[Any], at: int) -> str:
    good = feed.wait(np.arange(COUNT), StopToken())
    feed.tell()
    if good.tolist() != [i != at for i in range(COUNT)]:
        return "other samples were lost"
    return "" if _named(events, at) else "the sample was not named"


def _waited(feed: Feed, events: list[Any], at: int) -> str:
    """Wait until the sample is named, as the loop does, then stop as a person would."""
    stop = StopToken()
    until_s = time.monotonic() + LONGEST_S

    def look() -> None:
        feed.tell()
        if _named(events, at) or time.monotonic() > until_s:
            stop.stop()

    try:
        feed.wait(np.arange(COUNT), stop, look=look)
    except StoppedError:
        return "" if _named(events, at) else "the sample was not named"
    return "the wait ended without the sample"
