"""What the tests of faults share."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_IN_MEMORY = Path("/dev/shm")


@pytest.fixture
def swift(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return an empty folder in memory where there is such a place: flushing costs nothing there.

    What a flush is worth is tried by the replay of power cuts, not here.
    """
    place = str(_IN_MEMORY) if _IN_MEMORY.is_dir() else None
    # What a writer sets for itself is taken back afterwards.
    monkeypatch.setenv("DEEPDESK_HOME", "")
    with tempfile.TemporaryDirectory(prefix="deepdesk-faults-", dir=place) as folder:
        yield Path(folder)
