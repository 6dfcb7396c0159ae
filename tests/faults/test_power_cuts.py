"""Power cuts during a save, with what was not flushed lost in part: the old or the new state."""

from __future__ import annotations

import sys

import pytest

from tests.faults.calls import between
from tests.faults.power import Recording, power_cuts
from tests.faults.writers import WRITERS, Bytes, Writer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="paths are asked from /proc")


@pytest.mark.slow
@pytest.mark.parametrize("writer_of", WRITERS)
def test_a_power_cut_leaves_the_old_or_the_new(swift, writer_of):
    found = power_cuts(writer_of, swift, count=150, seed=1)

    assert found.failures == []
    assert found.notes["different_states"] >= 2


class Careless(Bytes):
    """A file that is replaced without flushing anything."""

    def write(self):
        draft = self.folder / "draft"
        with draft.open("xb") as file:
            file.write(b"new" * 200)
        draft.rename(self.folder / "x")


def test_a_save_that_flushes_nothing_is_caught(swift):
    found = power_cuts(Careless, swift, count=60, seed=1)

    assert any("state None" in failure for failure in found.failures)
    assert any("lost" in failure for failure in found.failures)


def test_what_is_recorded_and_replayed_whole_is_what_was_written(swift):
    class Nested(Writer):
        def write(self):
            (self.folder / "a").mkdir()
            with (self.folder / "a" / "b").open("wb") as file:
                file.write(b"12345")
                file.truncate(3)
            (self.folder / "a").rename(self.folder / "c")

    recording = Recording(swift)
    with between(recording):
        Nested(swift).write()

    kinds = [type(step).__name__ for step in recording.steps]
    assert kinds == ["Names", "Names", "Data", "Data", "Names"]
    assert (swift / "c" / "b").read_bytes() == b"123"
