"""Rows of the index that are near the eye: a few pages, never all of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

from deepdesk.project.index import Sample

PAGE_ROWS = 200
KEPT_PAGES = 24

Ask = Callable[[int], None]


class Pages:
    """A small cache of pages, filled from outside.

    A page that went stale (after a change of the data) is shown until the new one is here,
    so that relabelling does not make the grid flicker.

    Args:
        ask: Called with a page number that is wanted; the answer comes through `put`.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._pages: OrderedDict[int, tuple[Sample, ...]] = OrderedDict()
        self._fresh: set[int] = set()
        self._asked: set[int] = set()
        self.count = 0

    def reset(self, count: int) -> None:
        """Begin with another list of `count` rows."""
        self._pages.clear()
        self._fresh.clear()
        self._asked.clear()
        self.count = count

    def expire(self, count: int) -> None:
        """Keep showing what is here, but ask for each page again when it is next looked at."""
        self._fresh.clear()
        self._asked.clear()
        self.count = count

    def put(self, page: int, samples: Sequence[Sample]) -> None:
        """Take in an answer; the page that was not looked at for longest leaves."""
        self._asked.discard(page)
        self._fresh.add(page)
        self._pages[page] = tuple(samples)
        self._pages.move_to_end(page)
        while len(self._pages) > KEPT_PAGES:
            old, _samples = self._pages.popitem(last=False)
            self._fresh.discard(old)

    def forget(self, page: int) -> None:
        """Take in that a page was not fetched; it is asked for when it is looked at again."""
        self._asked.discard(page)

    def sample(self, row: int) -> Sample | None:
        """Return the sample of a row, or None while its page is on the way."""
        if not 0 <= row < self.count:
            return None
        page, at = divmod(row, PAGE_ROWS)
        if page not in self._fresh and page not in self._asked:
            self._asked.add(page)
            self._ask(page)
        samples = self._pages.get(page)
        if samples is None:
            return None
        self._pages.move_to_end(page)
        return samples[at] if at < len(samples) else None
