"""Runs made of paper: events, logs and folders as the engine would leave them."""

from __future__ import annotations

from deepdesk.core.events import EpochEnded, RunStarted, Stepped


def started(name="001-quick", *, step=0):
    return RunStarted(
        run=name,
        device="cpu",
        epochs=4,
        steps_per_epoch=10,
        samples=100,
        step=step,
        plot_metrics=("accuracy",),
    )


def stepped(step):
    return Stepped(
        step=step,
        epoch=step / 10,
        values={"loss": 2.0 - step / 40, "accuracy": step / 40, "learning_rate": 0.1},
        samples_per_second=1380.0,
        memory_bytes=10**9,
        seconds=step * 2.0,
    )


def epoch_ended(epoch, *, ids=(1, 2)):
    examples = [
        {"id": ids[0], "truth": "cat", "answer": "dog", "score": 0.52, "is_right": False},
        {"id": ids[1], "truth": "dog", "answer": "dog", "score": 0.98, "is_right": True},
    ]
    return EpochEnded(
        epoch=epoch,
        step=epoch * 10,
        train={"loss": 1.0},
        validation={"loss": 1.1, "accuracy": 0.2 * epoch},
        is_best=True,
        details={
            "confusion": {"classes": ["cat", "dog"], "counts": [[8, 12], [1, 9]]},
            "examples": examples,
        },
        seconds=epoch * 20.0,
    )


def log_lines(epochs):
    """Return the lines of a log as the engine writes them."""
    lines = []
    for step in range(1, 10 * epochs + 1):
        event = stepped(step)
        fields = {name: getattr(event, name) for name in event.__slots__}
        lines.append({"kind": "step", **fields})
        if step % 10 == 0:
            event = epoch_ended(step // 10)
            fields = {name: getattr(event, name) for name in event.__slots__}
            lines.append({"kind": "epoch", **fields})
    return lines


def keep_run(project, dial, *, epochs=3, status="finished"):
    """Write the folder of a run that is over."""
    folder = project.runs.new(dial, {"architecture": "Tiny", "precision": "float32"})
    for line in log_lines(epochs):
        folder.metrics.append(line)
    folder.metrics.close()
    folder.update(
        status=status,
        epochs=4,
        epochs_done=epochs,
        best_epoch=epochs,
        metrics={"accuracy": 0.2 * epochs, "test_accuracy": 0.5},
        main_metric="accuracy",
        seconds=60.0,
        step=10 * epochs,
        device="cpu",
    )
    return folder
