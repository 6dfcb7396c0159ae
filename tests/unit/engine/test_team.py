"""Several processes train as one would: the same samples, the same losses, one that writes."""

import json
import subprocess
import sys

import numpy as np
import pytest

from deepdesk.core.errors import ConfigError
from deepdesk.engine.team import ALONE, Workers
from deepdesk.project.runs import RunFolder
from tests.conftest import ROOT
from tests.unit.engine import team_worker
from tests.unit.engine.team_worker import NORMED, PLAIN, WIDE


def trained(folder, size, *, network=NORMED, stop_after=0, **settings):
    """Train the toy in `size` processes; return its log without what is of the moment."""
    run = folder / "001-toy"
    run.mkdir(parents=True, exist_ok=True)
    told = {"size": size, "run": str(run), "network": network, "stop_after": stop_after}
    told |= {"settings": settings, "store": str(folder / f"store-{size}-{stop_after}")}
    if size == 1:
        team_worker.main({**told, "rank": 0})
        return RunFolder(run).metrics.read()
    calls = [json.dumps({**told, "rank": rank}) for rank in range(size)]
    module = [sys.executable, "-m", "tests.unit.engine.team_worker"]
    workers = [subprocess.Popen([*module, call], cwd=ROOT) for call in calls]
    assert [worker.wait(60) for worker in workers] == [0] * size
    return RunFolder(run).metrics.read()


def losses(rows):
    """Return every loss of a log in its order."""
    return [
        value
        for row in rows
        for part in ("values", "train", "validation")
        for name, value in sorted(row.get(part, {}).items())
        if name in ("loss", "cross_entropy", "accuracy")
    ]


def test_a_process_alone_takes_all_of_a_batch_and_leads():
    positions = np.arange(5)

    assert [part.tolist() for part in ALONE.parts([positions])] == [positions.tolist()]
    assert ALONE.led(lambda: "done") == "done"
    assert ALONE.is_lead
    assert ALONE.any(True)
    assert not ALONE.any(False)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_workers_share_a_batch_in_its_order_whatever_their_number(size):
    batches = [np.random.default_rng(0).permutation(16) for _ in range(3)]
    parts = [list(Workers(rank, size, size).parts(batches)) for rank in range(size)]

    for number, batch in enumerate(batches):
        assert np.concatenate([part[number] for part in parts]).tolist() == batch.tolist()


def test_a_batch_that_is_too_small_for_the_workers_is_refused_with_a_remedy():
    with pytest.raises(ConfigError, match="fewer workers"):
        next(Workers(0, 4, 4).parts([np.arange(3)]))


@pytest.mark.slow
@pytest.mark.parametrize(("network", "within"), [(NORMED, 1e-5), (WIDE, 1e-10)])
def test_two_workers_have_the_losses_of_one_with_the_same_batch(tmp_path, network, within):
    settings = {"network": network, "batch_size": 15}
    one = trained(tmp_path / "one", 1, **settings)
    two = trained(tmp_path / "two", 2, **settings)

    assert [row["kind"] for row in two] == [row["kind"] for row in one]
    assert losses(two) == pytest.approx(losses(one), rel=within)
    assert len(losses(two)) > 12


@pytest.mark.slow
def test_a_run_goes_on_with_another_number_of_workers_where_it_stopped(tmp_path):
    whole = trained(tmp_path / "whole", 1)
    trained(tmp_path / "broken", 2, stop_after=6)
    rows = trained(tmp_path / "broken", 3)

    assert losses(rows) == pytest.approx(losses(whole), rel=1e-5)
    assert [row["step"] for row in rows] == [row["step"] for row in whole]


@pytest.mark.slow
def test_parts_of_a_batch_add_up_over_workers(tmp_path):
    settings = {"network": PLAIN, "accumulation": 3}
    one = trained(tmp_path / "one", 1, **settings)
    two = trained(tmp_path / "two", 2, **settings)

    assert losses(two) == pytest.approx(losses(one), rel=1e-5)
