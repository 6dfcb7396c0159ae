"""CPU-seconds per step: our loop with everything on, against a hand-written loop.

Both take the same tensors, network, precision, augmentation and optimiser; the
rounds are interleaved and the ratio of the medians is reported.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from deepdesk.core.chance import Draws
from deepdesk.core.work import StopToken
from deepdesk.data.batches import SplitData
from deepdesk.engine.compute import Compute
from deepdesk.engine.keeper import Keeper, RunProgress
from deepdesk.engine.network import Network
from deepdesk.engine.recorder import Recorder
from deepdesk.engine.settings import TrainingConfig
from deepdesk.engine.trainer import Trainer
from deepdesk.nn.build import build

# Long enough that the first and the last checkpoint of a run weigh little, as in a real one.
ROUNDS = 5
SAMPLES = 7_680
CLASSES = 10


def main() -> dict[str, object]:
    """Return CPU-seconds per step of both and their ratio."""
    ours: list[float] = []
    plain: list[float] = []
    for round_number in range(ROUNDS):
        for times, loop in ((plain, hand_written), (ours, trained)):
            start_s = time.process_time()
            steps = loop(round_number)
            times.append((time.process_time() - start_s) / steps)
    ratios = [a / b for a, b in zip(ours, plain, strict=True)]
    return {
        "ours_ms_per_step": round(statistics.median(ours) * 1000, 2),
        "hand_written_ms_per_step": round(statistics.median(plain) * 1000, 2),
        "ratio": round(statistics.median(ratios), 4),
        "ratios": [round(ratio, 4) for ratio in ratios],
    }


def parts(seed: int):  # type: ignore[no-untyped-def]
    """Return (task, data, model, compute, config) with the same first weights for both sides."""
    from deepdesk.core.task import DataFacts
    from deepdesk.tasks import task_of

    spec = task_of("image_classification")
    classes = tuple(str(i) for i in range(CLASSES))
    task = spec.load()(spec.config(), DataFacts(classes=classes, typical_size=(32, 32)))
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (SAMPLES, 3, 32, 32), dtype=np.uint8)
    labels = generator.integers(0, CLASSES, SAMPLES)
    samples = np.arange(SAMPLES)
    data = SplitData(samples=samples, arrays={"image": images}, extras={"label": labels})
    empty = SplitData(samples=samples[:0], arrays={"image": images}, extras={"label": labels[:0]})
    compute = Compute(device=torch.device("cpu"), precision="bfloat16", threads=1)
    compute.use_threads()
    graph = task.architectures()["Residual, small"]
    model = compute.place(build(graph, task.contract(), seed=seed))
    return task, {"train": data, "validation": empty}, model, compute, TrainingConfig(epochs=1)


def trained(seed: int) -> int:
    """Train one epoch with our loop: events, log and checkpoints on."""
    from deepdesk.project.runs import Runs

    task, data, model, compute, config = parts(seed)
    with tempfile.TemporaryDirectory(prefix="deepdesk-loop-") as name:
        run = Runs(Path(name)).new("loop", {})
        steps = SAMPLES // config.batch_size
        network = Network(model, compute, config, steps)
        recorder = Recorder(
            task,
            run.metrics,
            lambda event: None,
            device=compute.device,
            validation=data["validation"],
            steps=(steps, steps),
        )
        keeper = Keeper(run, RunProgress(), every_s=30.0, emit=lambda event: None, sample_ids=[])
        Trainer(task, network, data, config, recorder=recorder, keeper=keeper).train(StopToken())
    return steps


def hand_written(seed: int) -> int:
    """Train one epoch as a careful page of PyTorch would, accuracy counted, weights averaged."""
    import copy

    task, data, model, _compute, config = parts(seed)
    average = copy.deepcopy(model).requires_grad_(False)
    own, mean = (
        [t.detach() for t in (*m.parameters(), *m.buffers()) if t.is_floating_point()]
        for m in (model, average)
    )
    decayed = [p for p in model.parameters() if p.ndim >= 2]
    plain = [p for p in model.parameters() if p.ndim < 2]
    groups = [{"params": decayed, "weight_decay": 5e-4}, {"params": plain, "weight_decay": 0.0}]
    optimizer = torch.optim.SGD(groups, lr=0.2, momentum=0.9, nesterov=True, fused=True)
    train = data["train"]
    images = torch.from_numpy(train.arrays["image"])
    labels = torch.from_numpy(train.extras["label"])
    order = np.random.default_rng(seed).permutation(SAMPLES)
    size = config.batch_size
    right = torch.zeros((), dtype=torch.int64)
    model.train()
    steps = SAMPLES // size
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 0.2 * (1.0 - step / steps)
        chosen = order[step * size : (step + 1) * size]
        batch = {"image": images[chosen], "label": labels[chosen]}
        batch = task.prepare(batch, Draws(1, 0, chosen))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(batch["image"])
        loss = torch.nn.functional.cross_entropy(
            logits.float(), batch["label"], label_smoothing=0.1
        )
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        torch._foreach_lerp_(mean, own, 1.0 / (step + 1))
        right += (logits.argmax(1) == batch["label"]).sum()
        if step % 10 == 0:
            float(loss.detach())
    return steps
