"""A run that was killed at random instants ends with the same bits as one that was not."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.killing import Bench, after_steps, at_any_time
from tests.faults.zygote import Zygote


@pytest.fixture
def zygote() -> Iterator[Zygote]:
    with Zygote() as zygote:
        yield zygote


@pytest.mark.slow
def test_runs_killed_at_any_instant_and_thrice_an_epoch_end_with_the_same_bits(
    zygote: Zygote, tmp_path: Path
) -> None:
    bench = Bench(zygote, tmp_path, per_class=16, epochs=2, checkpoint_s=0.0)
    chance = random.Random(1)

    any_time: list[int] = []
    # A run may be over before the instant that was drawn for it.
    for number in range(6):
        if not any_time:
            kill = at_any_time(chance, bench.run_s)
            any_time = bench.killed_run(f"seed-1-{number}", kill, kills=4)
    often = bench.killed_run("seed-2", after_steps(chance, bench.steps_per_epoch // 5), kills=6)

    assert any_time
    assert sum(step < bench.steps_per_epoch for step in often) >= 3
