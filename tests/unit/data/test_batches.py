"""The order of an epoch is a function of (seed, epoch) and can be entered anywhere."""

import numpy as np
import torch

from deepdesk.data.batches import (
    SplitData,
    epoch_order,
    plain_positions,
    steps_per_epoch,
    training_positions,
)


def test_entering_an_epoch_in_the_middle_gives_the_rest_of_it():
    whole = list(training_positions(100, batch_size=8, seed=3, epoch=5))
    rest = list(training_positions(100, batch_size=8, seed=3, epoch=5, first_step=7))

    assert len(whole) == steps_per_epoch(100, 8) == 12
    np.testing.assert_array_equal(np.concatenate(whole[7:]), np.concatenate(rest))


def test_an_epoch_sees_no_sample_twice():
    seen = np.concatenate(list(training_positions(100, batch_size=8, seed=3, epoch=0)))

    assert len(np.unique(seen)) == len(seen) == 96


def test_a_data_set_smaller_than_a_batch_is_one_step():
    (only,) = training_positions(5, batch_size=8, seed=3, epoch=0)

    np.testing.assert_array_equal(np.sort(only), np.arange(5))


def test_epochs_differ():
    assert (epoch_order(50, seed=1, epoch=0) != epoch_order(50, seed=1, epoch=1)).any()


def test_plain_positions_cover_everything_in_order():
    np.testing.assert_array_equal(np.concatenate(list(plain_positions(10, 4))), np.arange(10))


def test_gathered_tensors_are_copies_in_the_asked_order():
    image = np.arange(12, dtype=np.uint8).reshape(6, 2)
    data = SplitData(
        samples=np.array([5, 1, 3]),
        arrays={"image": image},
        extras={"label": np.array([50, 10, 30])},
    )

    batch = data.gather(np.array([2, 0]))
    batch["image"][0, 0] = 99

    assert batch["image"][1].tolist() == [10, 11]
    assert batch["label"].tolist() == [30, 50]
    assert image[3, 0] == 6
    assert batch["image"].dtype == torch.uint8
