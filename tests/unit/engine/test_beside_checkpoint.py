"""What lies beside the checkpoints of a run says the same as they do, whatever came in between."""

import json
import os

import pytest

from deepdesk.core.errors import StorageError
from deepdesk.core.events import EpochEnded, Said
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.engine.best_answers import ANSWERS_FILE
from tests.unit.engine.toy import toy_trainer

BLANK = {"epochs_done": 0, "best_epoch": 0, "step": 0, "metrics": {}}


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch):
    """Leave out waiting for the disk."""
    monkeypatch.setattr(os, "fsync", lambda _handle: None)


@pytest.fixture
def trained(tmp_path):
    """Return (trainer, run) after a whole run."""
    trainer, run = toy_trainer(tmp_path)
    trainer.train(StopToken())
    yield trainer, run
    run.metrics.close()


def answers_of(run):
    """Return what the run keeps of its best epoch."""
    return json.loads((run.path / ANSWERS_FILE).read_text())


def test_a_run_killed_between_its_checkpoint_and_its_state_is_told_as_the_checkpoint_says(trained):
    trainer, run = trained
    told = run.info()
    run.update(**BLANK)

    toy_trainer(None, run=run)

    assert run.info() == told
    assert told.best_epoch == trainer.keeper.progress.best_epoch > 0


def test_a_run_without_a_whole_checkpoint_tells_nothing_of_epochs_that_are_lost(trained):
    _trainer, run = trained
    for step in run.checkpoints.list():
        (run.path / "checkpoints" / f"step_{step:06d}" / "weights.safetensors").write_bytes(b"x")

    toy_trainer(None, run=run)

    assert (run.info().best_epoch, run.info().epochs_done, run.info().metrics) == (0, 0, {})
    assert not (run.path / ANSWERS_FILE).exists()


def test_a_stopped_run_tells_what_was_saved_not_what_was_not(tmp_path, monkeypatch):
    trainer, run = toy_trainer(tmp_path, checkpoint_s=1e9)
    stop = StopToken()
    epochs = []

    def watch(event):
        if isinstance(event, EpochEnded):
            epochs.append(event)
            stop.stop()

    trainer.recorder._emit = watch
    with monkeypatch.context() as patched:
        commit = run.checkpoints.commit

        def refuse(step, *given, **more):
            if step:
                raise StorageError("The disk is full.", "Free some space.")
            return commit(step, *given, **more)

        patched.setattr(run.checkpoints, "commit", refuse)
        with pytest.raises(StoppedError):
            trainer.train(stop)

    assert epochs
    assert trainer.keeper.progress.best_epoch == 1
    assert trainer.keeper.kept["best_epoch"] == 0
    run.metrics.close()


def test_answers_are_of_the_best_epoch_and_say_so(trained):
    trainer, run = trained

    assert answers_of(run)["epoch"] == trainer.keeper.progress.best_epoch == run.info().best_epoch
    assert trainer.keeper.answers.are_of(run.info().best_epoch)


def test_answers_of_an_epoch_that_was_left_again_are_forgotten(tmp_path):
    trainer, run = toy_trainer(tmp_path, epochs=2)
    trainer.train(StopToken())
    earlier = min(run.checkpoints.list())
    trainer.keeper.restore(earlier, trainer.network, trainer.recorder)

    best = trainer.keeper.progress.best_epoch
    kept = (run.path / ANSWERS_FILE).exists()
    assert kept == trainer.keeper.answers.are_of(best)
    trainer.keeper.answers.write(answers_of(run)["predictions"] if kept else {}, best + 1)
    trainer.keeper.restore(earlier, trainer.network, trainer.recorder)
    assert not (run.path / ANSWERS_FILE).exists()
    assert run.info().best_epoch == best
    run.metrics.close()


def test_answers_of_an_earlier_version_are_left_where_they_are(trained):
    trainer, run = trained
    predictions = answers_of(run)["predictions"]
    (run.path / ANSWERS_FILE).write_text(json.dumps({"predictions": predictions}))

    trainer.keeper.answers.drop_unless_of(1)

    assert trainer.keeper.answers.are_of(1)


def test_lines_of_the_curves_that_were_damaged_are_said_when_a_run_goes_on(trained):
    _trainer, run = trained
    run.metrics.close()
    path = run.path / "metrics.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"step"', b'"stop"', 2))
    events = []

    toy_trainer(None, run=run, events=events)

    said = [event.text for event in events if isinstance(event, Said)]
    assert len(said) == 1
    assert "damaged lines of the curves" in said[0]


def test_a_whole_log_is_not_remarked_on(trained):
    _trainer, run = trained
    events = []

    toy_trainer(None, run=run, events=events)

    assert not [event for event in events if isinstance(event, Said)]
