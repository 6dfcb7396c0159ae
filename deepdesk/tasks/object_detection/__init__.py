"""Object detection: find things on pictures and put boxes around them. The light half."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepdesk.core.answering import Answering
from deepdesk.core.payloads import Boxes, Image
from deepdesk.core.task import DataFacts, Dial, Reader, TaskSpec
from deepdesk.tasks.object_detection.config import Config

if TYPE_CHECKING:
    from deepdesk.core.task import Task

__all__ = ["SPEC", "Config"]


def _reader() -> Reader:
    from deepdesk.data.drawings import DrawingReader

    return DrawingReader()


def _load() -> Callable[[Any, DataFacts], Task]:
    from deepdesk.tasks.object_detection.task import ObjectDetection

    return ObjectDetection


def _sample(folder: Path) -> Path:
    from deepdesk.tasks.object_detection.sample import write_things

    return write_things(folder)


_TRAINING = {
    "optimizer": "adamw",
    "learning_rate": 0.002,
    "weight_decay": 0.05,
    "batch_size": 8,
    "clip_norm": 10.0,
}

SPEC = TaskSpec(
    key="object_detection",
    title="Object detection",
    card="Boxes",
    summary="Put boxes around things",
    group="Vision",
    icon="boxes",
    order=1,
    config=Config,
    takes=Image,
    gives=Boxes,
    reader=_reader,
    load=_load,
    dials={
        "quick": Dial(architecture="Small anchor-free", training={**_TRAINING, "epochs": 20}),
        "balanced": Dial(architecture="Small anchor-free", training={**_TRAINING, "epochs": 60}),
        "best": Dial(
            architecture="Small anchor-free",
            training={**_TRAINING, "epochs": 200},
            task={"mosaic": 0.5},
        ),
    },
    sample=_sample,
    sample_name="Things on a table",
    paper="https://arxiv.org/abs/1904.01355",
    answering=Answering(settings=("same_from", "least_score")),
)
