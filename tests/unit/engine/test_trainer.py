"""The loop: learns, stops, resumes with the same bits, keeps the best."""

import os

import numpy as np
import pytest

from deepdesk.core.errors import DeepDeskError, StorageError
from deepdesk.core.events import EpochEnded, Retreated, Said, Saved, Stepped
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.data.batches import SplitData
from deepdesk.engine.state import weights_to_bytes
from tests.unit.engine import toy
from tests.unit.engine.toy import ToyTask, clouds


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch):
    """Leave out waiting for the disk: what survives a power cut is tested elsewhere."""
    monkeypatch.setattr(os, "fsync", lambda _handle: None)


@pytest.fixture
def toy_trainer():
    """Return `toy.toy_trainer` whose logs are closed afterwards."""
    runs = []

    def make(*arguments, **settings):
        trainer, run = toy.toy_trainer(*arguments, **settings)
        runs.append(run)
        return trainer, run

    yield make
    for run in runs:
        run.metrics.close()


class StopAt(StopToken):
    """Stops at its n-th check."""

    def __init__(self, checks):
        super().__init__()
        self.left = checks

    def check(self):
        self.left -= 1
        if self.left <= 0:
            self.stop()
        return super().check()


def curves(run):
    """Return the log without what is of the moment."""
    moment = ("seconds", "samples_per_second", "memory_bytes")
    return [{k: v for k, v in row.items() if k not in moment} for row in run.metrics.read()]


def test_training_learns_and_tells_every_step_and_epoch(toy_trainer, tmp_path):
    events = []
    trainer, run = toy_trainer(tmp_path, events=events, epochs=5)

    trainer.train(StopToken())

    epochs = [event for event in events if isinstance(event, EpochEnded)]
    assert [event.epoch for event in epochs] == [1, 2, 3, 4, 5]
    assert [event.step for event in events if isinstance(event, Stepped)] == list(range(1, 21))
    assert epochs[-1].validation["accuracy"] > 0.9
    assert len(epochs[-1].details["examples"]) == 8
    assert run.checkpoints.latest_valid() == 20


def test_the_same_seed_gives_the_same_bits_and_another_seed_others(toy_trainer, tmp_path):
    results = []
    for number, seed in enumerate((1, 1, 2)):
        trainer, _run = toy_trainer(tmp_path / str(number), seed=seed)
        trainer.train(StopToken())
        results.append(weights_to_bytes(trainer.network.model))

    assert results[0] == results[1]
    assert results[0] != results[2]


@pytest.mark.parametrize("checks", [1, 2, 5, 6, 9, 14, 15])
def test_a_stopped_and_resumed_run_equals_one_that_was_not(toy_trainer, tmp_path, checks):
    whole, whole_run = toy_trainer(tmp_path / "whole")
    whole.train(StopToken())

    broken, run = toy_trainer(tmp_path / "broken")
    with pytest.raises(StoppedError):
        broken.train(StopAt(checks))
    broken.keeper.save(broken.network, broken.recorder)
    resumed, _run = toy_trainer(tmp_path / "broken", run=run)
    resumed.train(StopToken())

    assert weights_to_bytes(resumed.network.model) == weights_to_bytes(whole.network.model)
    assert weights_to_bytes(resumed.network.answering) == weights_to_bytes(whole.network.answering)
    assert resumed.keeper.progress.best_metrics == whole.keeper.progress.best_metrics
    assert curves(run) == curves(whole_run)


def test_a_stop_takes_effect_within_one_step(toy_trainer, tmp_path):
    trainer, _run = toy_trainer(tmp_path)
    stop = StopToken()
    stop.stop()

    with pytest.raises(StoppedError):
        trainer.train(stop)

    assert trainer.keeper.progress.step == 0


def test_patience_ends_a_run_that_gains_nothing(toy_trainer, tmp_path):
    trainer, _run = toy_trainer(tmp_path, epochs=50, patience=2, learning_rate=1e-7)

    trainer.train(StopToken())

    assert trainer.keeper.progress.epochs_done < 50
    assert trainer.keeper.progress.epochs_without_gain == 2


def test_a_loss_that_is_no_number_takes_the_run_back_and_is_never_committed(toy_trainer, tmp_path):
    task, events = ToyTask(), []
    task.poison_step = 6
    trainer, run = toy_trainer(tmp_path, task=task, events=events)

    trainer.train(StopToken())

    (back,) = [event for event in events if isinstance(event, Retreated)]
    assert "after step 6" in back.text
    assert back.step <= 5
    assert trainer.keeper.progress.rate_scale == 0.5
    assert run.checkpoints.latest_valid() == 12


def test_a_loss_that_stays_no_number_ends_the_run_with_the_last_good_state(toy_trainer, tmp_path):
    task, events = ToyTask(), []
    trainer, run = toy_trainer(tmp_path, task=task, events=events)
    task.losses = lambda outputs, _batch: {
        "loss": outputs.sum() * (float("nan") if trainer.keeper.progress.step == 5 else 1.0)
    }

    with pytest.raises(DeepDeskError, match=r"step 6.*lower learning rate did not help.*clip"):
        trainer.train(StopToken())

    assert len([event for event in events if isinstance(event, Retreated)]) == 3
    assert run.checkpoints.latest_valid() <= 5


def test_without_validation_the_last_epoch_counts_as_the_best(toy_trainer, tmp_path):
    empty = SplitData(samples=np.arange(0), arrays=clouds().arrays, extras={"label": np.arange(0)})
    trainer, _run = toy_trainer(tmp_path, validation=empty)

    trainer.train(StopToken())

    assert trainer.keeper.progress.best_epoch == 3
    assert trainer.keeper.progress.best_metrics == {}


def test_a_full_disk_is_said_and_training_goes_on(toy_trainer, tmp_path, monkeypatch):
    events = []
    trainer, run = toy_trainer(tmp_path, events=events)

    def full(*arguments, **settings):
        raise StorageError("The disk is full.", "Free 1 MB.")

    monkeypatch.setattr(run.checkpoints, "commit", full)
    trainer.train(StopToken())

    assert trainer.keeper.progress.epochs_done == 3
    assert any("full" in event.text for event in events if isinstance(event, Said))
    assert not any(isinstance(event, Saved) for event in events)


def test_the_best_epoch_is_kept_not_the_last(toy_trainer, tmp_path):
    trainer, run = toy_trainer(tmp_path, epochs=8)
    trainer.train(StopToken())
    rows = [row for row in run.metrics.read() if row["kind"] == "epoch"]

    def order(row):
        return (row["validation"]["accuracy"], -row["validation"]["loss"])

    best = max(rows, key=order)

    assert trainer.keeper.progress.best_epoch == best["epoch"]
    assert trainer.keeper.progress.best_metrics == best["validation"]


def test_training_means_are_over_the_whole_epoch(toy_trainer, tmp_path):
    trainer, run = toy_trainer(tmp_path, epochs=1)
    trainer.train(StopToken())
    rows = run.metrics.read()
    steps = [row["values"]["loss"] for row in rows if row["kind"] == "step"]
    (epoch,) = [row for row in rows if row["kind"] == "epoch"]

    assert epoch["train"]["loss"] == pytest.approx(np.mean(steps), rel=1e-6)


def test_a_damaged_checkpoint_is_said_and_the_one_before_ends_with_the_same_bits(
    toy_trainer, tmp_path
):
    whole, _run = toy_trainer(tmp_path / "whole")
    whole.train(StopToken())
    first, run = toy_trainer(tmp_path / "torn")
    with pytest.raises(StoppedError):
        first.train(StopAt(7))
    run.metrics.close()
    newest = run.checkpoints.latest()
    damaged = run.path / "checkpoints" / f"step_{newest:06d}" / "training.safetensors"
    data = bytearray(damaged.read_bytes())
    data[-1] ^= 1
    damaged.write_bytes(data)
    events = []

    second, _run = toy_trainer(tmp_path / "torn", run=run, events=events)
    second.train(StopToken())

    said = [event.text for event in events if isinstance(event, Said)]
    assert any(f"step {newest:,} is damaged" in text for text in said)
    assert weights_to_bytes(second.network.model) == weights_to_bytes(whole.network.model)


def test_a_log_on_a_full_disk_loses_no_point_and_training_goes_on(
    toy_trainer, tmp_path, monkeypatch
):
    events = []
    trainer, run = toy_trainer(tmp_path, events=events)
    append, calls = run.metrics.append, []

    def sometimes_full(values):
        calls.append(values)
        if len(calls) in (3, 4):
            raise StorageError("The disk is full.")
        append(values)

    monkeypatch.setattr(run.metrics, "append", sometimes_full)
    trainer.train(StopToken())

    points = [event for event in events if isinstance(event, Stepped | EpochEnded)]
    assert len(run.metrics.read()) == len(points)
    assert len([event for event in events if isinstance(event, Said)]) >= 1
