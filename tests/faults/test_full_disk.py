"""The disk is full at the first call that writes, at the second, and so on until none is left."""

from __future__ import annotations

import pytest

from deepdesk.core.errors import StorageError
from deepdesk.core.task import Found
from deepdesk.project.index import SampleIndex
from deepdesk.project.safe_write import write_bytes
from tests.faults.calls import CODES, Fault, between
from tests.faults.failing import failing_calls
from tests.faults.writers import WRITERS, Commit, Log, SavedProject


@pytest.mark.slow
@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("writer_of", WRITERS)
def test_a_failing_write_leaves_the_old_or_the_new(swift, writer_of, code):
    found = failing_calls(writer_of, swift, [code])

    assert found.failures == []
    assert found.rounds > 1


@pytest.mark.slow
@pytest.mark.parametrize("writer_of", [SavedProject, Commit, Log])
def test_a_disk_that_stays_full_leaves_the_old(swift, writer_of):
    found = failing_calls(writer_of, swift, ["ENOSPC"], lasting=True)

    assert found.failures == []


def test_a_full_disk_is_named_with_the_bytes_needed(tmp_path):
    with (
        between(Fault(2)),
        pytest.raises(StorageError, match=r"disk of .* is full: 1,000 bytes are needed"),
    ):
        write_bytes(tmp_path / "x", b"x" * 1000)


def test_an_index_on_a_full_disk_keeps_what_it_had(tmp_path):
    rows = [Found(path=tmp_path / f"{i}.png", label="a") for i in range(20_000)]
    with SampleIndex(tmp_path / "index.sqlite") as index:
        index.add(rows[:100], source=str(tmp_path))
        pages = index._db.value("PRAGMA page_count")
        index._db.run(f"PRAGMA max_page_count = {pages + 20}")

        with pytest.raises(StorageError, match="full"):
            index.add(rows, source=str(tmp_path))

        assert index.count() == 100
        index._db.run("PRAGMA max_page_count = 100000")
        assert index.add(rows, source=str(tmp_path)) == 19_900
