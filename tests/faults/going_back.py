"""Infinite numbers, a full memory and a full disk at random steps of a small run."""

from __future__ import annotations

import math
import random
import tempfile
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import nn

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Retreated, SaveFailed
from deepdesk.core.work import StopToken
from tests.faults.calls import Call
from tests.faults.found import Found
from tests.unit.engine.toy import toy_trainer

EPOCHS = 3
STEPS = 12
BLOCKS = ("0", "3")
NUMBERS = ("output", "gradient", "weights", "memory of the optimiser", "average", "loss")
MEMORY: tuple[Callable[[], Exception], ...] = (
    lambda: torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    MemoryError,
    lambda: RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"),
)
PLACES = ("forward", "backward", "prepare", "evaluation")


def not_finite(count: int, seed: int) -> Found:
    """Poison a number of a run at a random step; nothing bad is committed, the block is named."""
    chance, found = random.Random(seed), Found()
    for number in range(count):
        case: dict[str, Any] = {
            "kind": chance.choice(NUMBERS),
            "block": chance.choice(BLOCKS),
            "step": chance.randrange(STEPS),
            "save": chance.choice((0.0, 1e9)),
            "optimizer": chance.choice(("sgd", "adamw")),
        }
        _count(found, f"seed {seed}, round {number}, {case}", partial(_poisoned, **case))
    return found


def memory_full(count: int, seed: int) -> Found:
    """Let the memory be full at a random place; the run goes on with smaller parts."""
    chance, found = random.Random(seed), Found()
    for number in range(count):
        case: dict[str, Any] = {
            "error": chance.randrange(len(MEMORY)),
            "place": chance.choice(PLACES),
            "step": chance.randrange(STEPS),
            "fits": chance.choice((1, 2, 4, 8)),
            "save": chance.choice((0.0, 1e9)),
        }
        _count(found, f"seed {seed}, round {number}, {case}", partial(_cramped, **case))
    return found


def disk_full(count: int, seed: int) -> Found:
    """Let the disk be full from a random call on, for a random while; the run goes on."""
    chance, found = random.Random(seed), Found()
    for number in range(count):
        first, length = chance.randrange(1, 150), chance.choice((1, 3, 10, 40))
        case: dict[str, Any] = {"first": first, "length": length}
        _count(found, f"seed {seed}, round {number}, {case}", partial(_full, **case))
    return found


def rounds(count: int, seed: int) -> dict[str, dict[str, object]]:
    """Return a row for each kind of fault, `count` rounds each."""
    kinds = {"numbers": not_finite, "memory": memory_full, "disk": disk_full}
    return {name: kind(count, seed).row() for name, kind in kinds.items()}


def _count(found: Found, name: str, check: Callable[[], None]) -> None:
    found.rounds += 1
    try:
        check()
    except (AssertionError, DeepDeskError, RuntimeError, OSError) as error:
        found.failures.append(f"{name}: {type(error).__name__}: {error}")


@contextmanager
def _run(save: float, **settings: Any) -> Iterator[tuple[Any, Any, list[Any]]]:
    """Yield (trainer, run, events) of a small run, in memory where there is such a place."""
    place = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix="deepdesk-back-", dir=place) as folder:
        events: list[Any] = []
        trainer, run = toy_trainer(  # type: ignore[no-untyped-call]
            Path(folder), events=events, epochs=EPOCHS, checkpoint_s=save, **settings
        )
        try:
            yield trainer, run, events
        finally:
            trainer.keeper.wait()
            run.metrics.close()


def _poisoned(*, kind: str, block: str, step: int, save: float, optimizer: str) -> None:
    rate = {"sgd": 0.1, "adamw": 0.01}[optimizer]
    with _run(save, optimizer=optimizer, learning_rate=rate) as (trainer, run, events):
        commit, bad = run.checkpoints.commit, list[tuple[int, str, str]]()

        def checked(at: int, files: Any, **more: Any) -> Any:
            for name, data in files.items():
                tensors = safetensors.torch.load(bytes(data))
                bad.extend(
                    (at, name, key)
                    for key, tensor in tensors.items()
                    if not bool(torch.isfinite(tensor.float()).all())
                )
            return commit(at, files, **more)

        run.checkpoints.commit = checked
        _poison(trainer, kind, block, step)
        trainer.train(StopToken())

        assert not bad, bad
        _check_end(trainer, run, events)
        (retreat,) = [event for event in events if isinstance(event, Retreated)]
        assert retreat.step <= step
        assert trainer.keeper.progress.rate_scale == 0.5
        if kind not in ("loss", "average"):
            assert retreat.block == block, retreat.text
            assert retreat.failed_step == step + 1, retreat.text
        if kind in ("output", "gradient", "weights"):
            assert f"in the {kind} of" in retreat.text, retreat.text


def _poison(trainer: Any, kind: str, block: str, step: int) -> None:
    """Put NaN or infinity in at one step, as long as the rate is the one that was set."""
    network, progress, task = trainer.network, trainer.keeper.progress, trainer.task
    module = network.model.get_submodule(block)

    def is_now() -> bool:
        return bool(progress.step == step and progress.rate_scale == 1 and module.training)

    def after_step(*_given: Any) -> None:
        with torch.no_grad():
            if is_now() and kind == "weights":
                module.weight[0, 0] = math.nan
            if is_now() and kind == "average":
                network.answering.get_submodule(block).weight[0, 0] = math.inf
            if is_now() and kind == "memory of the optimiser":
                state = network.optimizer.state[module.weight]
                next(t for t in state.values() if t.ndim).view(-1)[0] = math.inf

    def output(_module: Any, _given: Any, answer: Any) -> Any:
        return answer * math.inf if is_now() and kind == "output" else answer

    def gradient(value: Any) -> Any:
        return value * math.nan if is_now() and kind == "gradient" else value

    module.register_forward_hook(output)
    module.weight.register_hook(gradient)
    network.optimizer.register_step_post_hook(after_step)
    losses = task.losses

    def poisoned(outputs: Any, batch: Any) -> Any:
        scale = math.nan if is_now() and kind == "loss" and outputs.requires_grad else 1.0
        return {name: value * scale for name, value in losses(outputs, batch).items()}

    task.losses = poisoned


class Ballast:
    """Stands for a tensor that the frames of a failed step hold."""


def _cramped(*, error: int, place: str, step: int, fits: int, save: float) -> None:
    with _run(save) as (trainer, run, events):
        held: list[Any] = []
        _fill(trainer, MEMORY[error], place, step, fits, held)
        trainer.train(StopToken())

        progress = trainer.keeper.progress
        _check_end(trainer, run, events)
        assert held
        assert not [ballast for ballast in held if ballast() is not None], "tensors are held"
        if place == "evaluation":
            assert progress.evaluation_size == fits
            return
        assert -(-trainer.batch_size // progress.parts) == fits
        assert all(retreat.step <= step for retreat in events if isinstance(retreat, Retreated))


def _fill(
    trainer: Any, error: Callable[[], Exception], place: str, step: int, fits: int, held: list[Any]
) -> None:
    """Let more than `fits` samples at once be too much from a step on."""
    progress, model, task = trainer.keeper.progress, trainer.network.model, trainer.task

    def meet(count: int, is_training: bool) -> None:
        is_place = is_training == (place != "evaluation")
        if is_place and progress.step >= step and count > fits:
            ballast = Ballast()
            held.append(weakref.ref(ballast))
            raise error()

    sizes = [0]

    def forward(module: nn.Module, given: Any) -> None:
        sizes[0] = len(given[0])
        if place == "forward":
            meet(sizes[0], module.training)

    def gradient(_value: Any) -> None:
        if place == "backward":
            meet(sizes[0], is_training=True)

    prepare = task.prepare

    def prepared(batch: Any, draws: Any) -> Any:
        if place in ("prepare", "evaluation"):
            meet(len(batch["label"]), draws is not None)
        return prepare(batch, draws)

    model.register_forward_pre_hook(forward)
    model.get_submodule("3").weight.register_hook(gradient)
    task.prepare = prepared


class FullFor:
    """The disk is full from the call number `first` on, for `length` calls that would write."""

    def __init__(self, first: int, length: int) -> None:
        self._first, self._last, self._at = first, first + length, 0
        self.is_over = False

    def __call__(self, call: Call, act: Callable[..., Any]) -> Any:
        if call.name in ("unlink", "remove", "rmdir"):
            return act()
        self._at += 1
        if not self.is_over and self._first <= self._at < self._last:
            if call.name == "write":
                act(0.5)
            raise OSError(28, "No space left on device", str(call.path))
        return act()


def _full(*, first: int, length: int) -> None:
    from tests.faults.calls import between

    with _run(0.0) as (trainer, run, events):
        fault = FullFor(first, length)
        with between(fault):
            trainer.train(StopToken())
        # Files that are open still go through it.
        fault.is_over = True
        trainer.keeper.save(trainer.network, trainer.recorder, must=True)
        _check_end(trainer, run, events)
        kept = run.checkpoints.latest_valid()
        assert kept == STEPS, kept
        assert not any(event.waits for event in events if isinstance(event, SaveFailed))


def _check_end(trainer: Any, run: Any, events: list[Any]) -> None:
    """Check that the run went to its end, with every point told once and in order."""
    rows = run.metrics.read()
    steps = [row["step"] for row in rows if row["kind"] == "step"]
    assert trainer.keeper.progress.epochs_done == EPOCHS
    assert steps == list(range(1, STEPS + 1)), steps
    epochs = [row for row in rows if row["kind"] == "epoch"]
    assert [row["epoch"] for row in epochs] == list(range(1, EPOCHS + 1))
    for row in epochs:
        # Every sample of the epoch is counted once: 64 of them.
        right = row["train"]["accuracy"] * 64
        assert abs(right - round(right)) < 1e-9, right
    assert run.checkpoints.latest_valid() == STEPS or any(
        isinstance(event, SaveFailed) for event in events
    )
