"""Thirty random kill -9 during training, resumed each time: are the final bits the same?"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tests.faults.killing import call, make_project, outcome, train_and_kill, train_arguments

KILLS = 30
EPOCHS = 12


def main() -> dict[str, object]:
    """Return how many kills there were and whether everything is identical."""
    with tempfile.TemporaryDirectory(prefix="deepdesk-kills-") as name:
        folder = Path(name)
        whole = make_project(folder, per_class=40)
        call(*train_arguments(whole, EPOCHS))
        expected = outcome(whole)
        kills, identical, rounds = 0, True, 0
        while kills < KILLS:
            broken = folder / f"broken-{rounds}.deepdesk"
            shutil.copytree(whole, broken, ignore=shutil.ignore_patterns("0*-quick"))
            kills += train_and_kill(broken, EPOCHS, kills=KILLS - kills, seed=rounds)
            identical &= outcome(broken) == expected
            rounds += 1
            shutil.rmtree(broken)
    return {"kills": kills, "runs": rounds, "bit_identical": identical}
