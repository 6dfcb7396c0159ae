"""A class for every pixel of a picture. The light half."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepdesk.core.answering import Answering
from deepdesk.core.payloads import Image, Mask
from deepdesk.core.task import DataFacts, Dial, Reader, TaskSpec
from deepdesk.tasks.segmentation.config import Config

if TYPE_CHECKING:
    from deepdesk.core.task import Task

__all__ = ["SPEC", "Config"]


def _reader() -> Reader:
    from deepdesk.data.drawings import DrawingReader

    return DrawingReader(prefers_masks=True)


def _load() -> Callable[[Any, DataFacts], Task]:
    from deepdesk.tasks.segmentation.task import Segmentation

    return Segmentation


def _survey(config: Config, targets: Iterable[Any]) -> Mapping[str, Any]:
    from deepdesk.data.masks import survey

    return survey(
        targets,
        unpainted=config.unpainted,
        ignored=config.ignored,
        counts_shares=config.balance_classes != "off",
    )


def _sample(folder: Path) -> Path:
    from deepdesk.tasks.segmentation.sample import write_scenes

    return write_scenes(folder)


_TRAINING = {
    "optimizer": "adamw",
    "learning_rate": 0.002,
    "weight_decay": 0.05,
    "batch_size": 8,
}

SPEC = TaskSpec(
    key="segmentation",
    title="Segmentation",
    card="Areas",
    summary="Say what every pixel shows",
    group="Vision",
    icon="mask",
    order=3,
    config=Config,
    takes=Image,
    gives=Mask,
    reader=_reader,
    load=_load,
    dials={
        "quick": Dial(architecture="Tiny", training={**_TRAINING, "epochs": 15}),
        "balanced": Dial(
            architecture="U-Net, residual",
            training={**_TRAINING, "epochs": 120},
            task={"mirror_answers": True},
        ),
        "best": Dial(
            architecture="U-Net, residual",
            training={**_TRAINING, "epochs": 240},
            task={"mirror_answers": True},
        ),
    },
    sample=_sample,
    sample_name="Drawn streets",
    paper="https://arxiv.org/abs/1505.04597",
    survey=_survey,
    answering=Answering(settings=("large", "mirror_answers")),
)
