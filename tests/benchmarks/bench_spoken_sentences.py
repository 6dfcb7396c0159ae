"""Transcribing a synthetic voice with 300 words: error rates on unseen sentences."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.benchmarks.spoken_sentences import write_sentences
from tests.benchmarks.whole_run import measured


def main(dial: str = "balanced") -> dict[str, object]:
    """Return error rates on test, wall and CPU seconds, and the curve on validation."""
    with tempfile.TemporaryDirectory(prefix="deepdesk-sentences-") as name:
        counts = write_sentences(Path(name) / "data")
        return {"sentences": counts, **measured(Path(name), dial, longest_s=4.0, rate_hz=8_000)}
