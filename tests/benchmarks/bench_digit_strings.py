"""Transcribing strings of spoken digits: error rates on unseen takes against CPU-seconds."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.benchmarks.digit_strings import write_sentences
from tests.benchmarks.whole_run import measured


def main(dial: str = "balanced") -> dict[str, object]:
    """Return error rates on test, wall and CPU seconds, and the curve on validation."""
    with tempfile.TemporaryDirectory(prefix="deepdesk-digits-") as name:
        counts = write_sentences(Path(name) / "data")
        # Room for the longest one, so that none is left out of the test.
        return {"sentences": counts, **measured(Path(name), dial, longest_s=6.0)}
