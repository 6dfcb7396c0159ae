"""What goes wrong is recognised, let go of, and waited for."""

import errno
import itertools
import math
import weakref

import pytest
import torch
from torch import nn

from deepdesk.core.errors import DeviceError, StorageError
from deepdesk.core.events import Said, SaveFailed
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.engine import trouble
from deepdesk.engine.background import Background
from deepdesk.engine.blame import SAMPLES, first_bad
from deepdesk.engine.memory import let_go, within_memory
from deepdesk.engine.state import all_finite
from deepdesk.engine.step_chance import step_chance
from deepdesk.engine.trouble import is_memory_full, save_failure, until_written

CPU = torch.device("cpu")


def full_disk(path):
    error = StorageError(f"The disk of {path} is full.", "Free some space.")
    error.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    return error


@pytest.mark.parametrize(
    ("error", "is_full"),
    [
        (torch.OutOfMemoryError("CUDA out of memory."), True),
        (MemoryError(), True),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), True),
        (RuntimeError("DefaultCPUAllocator: not enough memory: you tried"), True),
        (RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"), True),
        (RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"), True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_a_full_memory_is_told_from_other_mistakes(error, is_full):
    assert is_memory_full(error) is is_full


class Ballast:
    """Stands for a tensor."""


def test_what_a_failed_step_held_is_let_go():
    held = []

    def inner():
        ballast = Ballast()
        held.append(weakref.ref(ballast))
        raise MemoryError

    def outer():
        ballast = Ballast()
        held.append(weakref.ref(ballast))
        try:
            inner()
        except MemoryError as error:
            raise RuntimeError("out of memory") from error

    try:
        outer()
    except RuntimeError as error:
        let_go(error)
        assert [reference() for reference in held] == [None, None]


def test_measuring_takes_fewer_samples_until_they_fit():
    events, tried = [], []

    def measure(size):
        tried.append(size)
        if size > 3:
            raise MemoryError
        return size * 10

    assert within_memory(measure, 20, CPU, events.append) == (20, 2)
    assert tried == [20, 10, 5, 2]
    assert "2 samples" in events[-1].text


def test_one_sample_that_does_not_fit_is_an_error_with_a_remedy():
    def measure(_size):
        raise MemoryError

    with pytest.raises(DeviceError, match="smaller network"):
        within_memory(measure, 2, CPU, lambda _event: None)


def test_other_mistakes_are_not_taken_for_a_full_memory():
    def measure(_size):
        raise RuntimeError("shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="shapes"):
        within_memory(measure, 2, CPU, lambda _event: None)


def test_the_end_of_a_run_waits_for_room_and_says_how_much_there_is(tmp_path, monkeypatch):
    monkeypatch.setattr(trouble, "_AGAIN_S", 0.0)
    events, left = [], [3]

    def write():
        left[0] -= 1
        if left[0]:
            raise full_disk(tmp_path)

    until_written(write, tmp_path, events.append, StopToken())

    waiting = [event for event in events if isinstance(event, SaveFailed)]
    assert len(waiting) == 2
    assert all(event.waits and "free" in event.text for event in waiting)
    assert len([event for event in events if isinstance(event, Said)]) == 1


def test_waiting_for_room_ends_when_somebody_asks(tmp_path):
    stop = StopToken()
    stop.stop()

    def write():
        raise full_disk(tmp_path)

    with pytest.raises(StoppedError):
        until_written(write, tmp_path, lambda _event: None, stop)


def test_damage_is_not_waited_for(tmp_path):
    def write():
        raise StorageError("The saved weights are damaged.", "Choose another run.")

    with pytest.raises(StorageError, match="damaged"):
        until_written(write, tmp_path, lambda _event: None, StopToken())


def test_a_full_disk_is_told_with_what_is_free_and_what_is_needed(tmp_path):
    told = save_failure(full_disk(tmp_path), tmp_path, 45_000_000)

    assert "needs 45 MB" in told.text
    assert "free" in told.text
    assert "Delete old runs" in told.hint


def test_a_share_that_is_gone_is_told_in_its_own_words(tmp_path):
    error = StorageError("The share is gone.", "Connect it again.")

    assert save_failure(error, tmp_path, 1).hint == "Connect it again."


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64])
def test_one_bad_number_among_many_is_noticed(bad, dtype):
    values = torch.zeros(1000, dtype=dtype)
    assert all_finite([values, torch.ones(2, dtype=torch.int64), torch.empty(0)])
    values[777] = bad

    assert not all_finite([torch.ones(3), values])


def test_numbers_whose_squares_are_too_large_are_still_finite():
    assert all_finite([torch.full((4,), 3e38)])


def stepper(model, optimizer, inputs):
    """Yield step numbers, each after a step on inputs of shape (N, 3)."""
    for number in itertools.count(1):
        model(inputs(number)).square().sum().backward()
        optimizer.step()
        optimizer.zero_grad()
        yield number


def blamed(bad_step, inputs=None):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    steps = stepper(model, optimizer, inputs or (lambda _n: torch.ones(2, 3)))
    return model, first_bad(model, optimizer, steps, seconds=bad_step, stop=StopToken())


def test_bad_samples_are_blamed_on_no_block():
    _model, blame = blamed(5.0, lambda number: torch.full((2, 3), math.nan if number == 3 else 1.0))

    assert (blame.step, blame.block, blame.what) == (3, "", SAMPLES)


def test_the_search_for_a_block_ends_in_its_time_and_leaves_no_hooks():
    model, blame = blamed(0.0)

    assert blame is None
    assert not any(module._forward_hooks for module in model.modules())
    assert not any(p._post_accumulate_grad_hooks for p in model.parameters())


def test_chance_in_a_step_is_a_function_of_its_key_and_leaves_no_trace():
    before = torch.get_rng_state()
    draws = []
    for key in (1, 2, 1):
        with step_chance(CPU, key):
            draws.append(torch.rand(4))

    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(draws[0], draws[2])
    assert not torch.equal(draws[0], draws[1])
    torch.manual_seed(2)
    assert torch.equal(draws[1], torch.rand(4))


def test_work_in_the_background_tells_how_it_went_once():
    background, done = Background(), []
    background.start(lambda: done.append(1))
    assert background.take() is None
    assert (done, background.is_started, background.is_busy) == ([1], False, False)

    def fail():
        raise StorageError("The disk is full.")

    background.start(fail)
    assert str(background.take()) == "The disk is full."
    background.start(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        background.take()
