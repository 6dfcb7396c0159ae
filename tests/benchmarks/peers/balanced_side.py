"""DeepDesk's balanced preset as a click starts it, on one thread."""

from __future__ import annotations

from tests.benchmarks.peers.deepdesk_side import train_preset
from tests.benchmarks.peers.recipe import main

if __name__ == "__main__":
    main(train_preset)
