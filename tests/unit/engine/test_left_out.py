"""Samples that cannot be read are in no batch and no answer; the run's steps stay the same."""

import os
from types import SimpleNamespace

import numpy as np
import pytest

from deepdesk.core.work import StopToken
from deepdesk.data.batches import SplitData, epoch_order
from deepdesk.engine.evaluation import evaluate
from deepdesk.engine.state import weights_to_bytes
from tests.unit.engine.toy import CPU, SAMPLES, ToyTask, clouds, toy_trainer


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _handle: None)


class Known:
    """Stands for a feed that knows everything already."""

    def __init__(self, bad, count=SAMPLES):
        self.is_usable = ~np.isin(np.arange(count), bad)
        self.is_complete = True
        self.cache = SimpleNamespace(spilled={})

    def wait(self, positions, _stop, look=None):
        del look
        return self.is_usable[positions]

    def tell(self):
        pass


def without(bad, count=SAMPLES, seed=0):
    """Return a split of which some positions cannot be read."""
    data = clouds(count, seed)
    feed = Known(bad, count)
    return SplitData(samples=data.samples, arrays=data.arrays, extras=data.extras, feed=feed)


def trained(folder, bad):
    trainer, run = toy_trainer(folder, epochs=2)
    trainer.train_data = without(bad)
    seen = []
    step = trainer._step

    def watched(batch):
        seen.append(batch.samples.tolist())
        return step(batch)

    trainer._step = watched
    trainer.train(StopToken())
    run.metrics.close()
    return trainer, seen


def test_unreadable_samples_are_in_no_batch_and_everything_else_is_as_before(tmp_path):
    trainer, seen = trained(tmp_path, [3, 9])

    order = np.concatenate([epoch_order(SAMPLES, seed=1, epoch=epoch) for epoch in (0, 1)])
    wanted = [[i for i in part.tolist() if i not in (3, 9)] for part in order.reshape(-1, 16)]
    assert seen == wanted
    assert trainer.keeper.progress.step == 8


@pytest.mark.parametrize("left", [0, 1])
def test_a_batch_with_hardly_a_readable_sample_is_skipped_but_counted(tmp_path, left):
    first = epoch_order(SAMPLES, seed=1, epoch=0)[left:16]

    trainer, seen = trained(tmp_path, first)

    assert len(seen) == 7
    assert trainer.keeper.progress.step == 8


def test_the_same_samples_left_out_give_the_same_bits(tmp_path):
    one, _seen = trained(tmp_path / "one", [1, 2, 3])
    two, _seen = trained(tmp_path / "two", [1, 2, 3])
    other, _seen = trained(tmp_path / "other", [1, 2])

    assert weights_to_bytes(one.network.model) == weights_to_bytes(two.network.model)
    assert weights_to_bytes(one.network.model) != weights_to_bytes(other.network.model)


def test_answers_of_an_evaluation_belong_to_the_samples_that_could_be_read(tmp_path):
    trainer, run = toy_trainer(tmp_path)
    run.metrics.close()
    data = without([0, 5], 20, 1)

    found = evaluate(ToyTask(), trainer.network.model, data, CPU, batch_size=8, stop=StopToken())

    assert list(found.samples) == [i for i in range(20) if i not in (0, 5)]
    truths = [int(answer.truth) for answer in found.answers]
    assert truths == [i % 2 for i in found.samples]
