"""How long the loop stands still for a checkpoint, against torch.save of the same state in it.

Both save the weights, their average, the best weights and the momentum of a network to the same
disk, interleaved with training steps. Ours waits for a copy in memory alone and commits beside
the steps that follow; what those lose by it is reported too.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from torch import nn

from deepdesk.engine.state import weights_to_bytes
from tests.unit.engine.toy import toy_trainer

ROUNDS = 15
CHANNELS = 185
LAYERS = 9
STEPS_BETWEEN = 4


def main() -> dict[str, object]:
    """Return the milliseconds of both, their ratio, and the steps beside a commit."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory(prefix="deepdesk-stall-") as name:
        return measured(Path(name))


def measured(folder: Path) -> dict[str, object]:
    """Return the figures, taken on the disk of `folder`."""
    trainer, run = toy_trainer(  # type: ignore[no-untyped-call]
        folder, average_weights=0.1, checkpoint_s=1e9
    )
    network = enlarge(trainer)
    images = torch.randn(4, CHANNELS, 8, 8).to(memory_format=torch.channels_last)
    trainer.keeper._best = weights_to_bytes(network.answering)
    ours, plain, alone, beside = [], [], [], []
    ours_cpu, plain_cpu = [], []
    for number in range(ROUNDS + 2):
        steps(network, images, number)
        alone.append(steps(network, images, number) / STEPS_BETWEEN)
        trainer.keeper.progress.step = number + 1
        start_s, start_cpu_s = time.perf_counter(), time.thread_time()
        trainer.keeper.save(network, trainer.recorder)
        ours.append(time.perf_counter() - start_s)
        ours_cpu.append(time.thread_time() - start_cpu_s)
        beside.append(steps(network, images, number) / STEPS_BETWEEN)
        trainer.keeper.settle(raises=True)
        state = plain_state(network, trainer.keeper._best)
        start_s, start_cpu_s = time.perf_counter(), time.thread_time()
        torch.save(state, folder / "plain.pt")
        plain.append(time.perf_counter() - start_s)
        plain_cpu.append(time.thread_time() - start_cpu_s)
    assert run.checkpoints.latest_valid() == ROUNDS + 2
    run.metrics.close()
    # The first two make room in memory, which every later one uses again.
    ratios = [a / b for a, b in zip(ours[2:], plain[2:], strict=True)]
    cpu_ratios = [a / b for a, b in zip(ours_cpu[2:], plain_cpu[2:], strict=True)]
    return {
        "state_mb": round((folder / "plain.pt").stat().st_size / 1e6, 1),
        "ours_ms": milliseconds(ours[2:]),
        "torch_save_ms": milliseconds(plain[2:]),
        "ratio": round(statistics.median(ratios), 4),
        "ratios": [round(ratio, 4) for ratio in ratios],
        "ours_cpu_ms": milliseconds(ours_cpu[2:]),
        "torch_save_cpu_ms": milliseconds(plain_cpu[2:]),
        "cpu_ratio": round(statistics.median(cpu_ratios), 4),
        "first_ms": round(ours[0] * 1000, 2),
        "step_ms": milliseconds(alone[2:]),
        "step_beside_a_commit_ms": milliseconds(beside[2:]),
    }


def milliseconds(seconds: list[float]) -> float:
    """Return the median in milliseconds."""
    return round(statistics.median(seconds) * 1000, 3)


def enlarge(trainer: Any) -> Any:
    """Give a toy's trainer a network whose state is 45 MB, and return it."""
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for _ in range(LAYERS):
        layers += [nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1), nn.BatchNorm2d(CHANNELS), nn.ReLU()]
    model = trainer.compute.place(nn.Sequential(*layers))
    trainer.network = type(trainer.network)(model, trainer.compute, trainer.config, 1_000)
    return trainer.network


def steps(network: Any, images: torch.Tensor, number: int) -> float:
    """Take a few steps; return their seconds."""
    start_s = time.perf_counter()
    for _ in range(STEPS_BETWEEN):
        network.model(images).square().mean().backward()
        network.set_rate(1e-4)
        network.update(0.0, steps_done=number + 1)
    return time.perf_counter() - start_s


def plain_state(network: Any, best: bytes) -> dict[str, Any]:
    """Return the same state as a loop of one's own would save it."""
    import safetensors.torch

    return {
        "model": network.model.state_dict(),
        "average": network.answering.state_dict(),
        "optimizer": network.optimizer.state_dict(),
        "best": safetensors.torch.load(best),
    }
