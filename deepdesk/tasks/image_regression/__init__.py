"""Numbers from pictures, such as an angle, an age or a weight. The light half."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepdesk.core.payloads import Image, Number
from deepdesk.core.task import DataFacts, Dial, Reader, TaskSpec
from deepdesk.tasks.image_regression.config import Config

if TYPE_CHECKING:
    from deepdesk.core.task import Task

__all__ = ["SPEC", "Config"]


def _reader() -> Reader:
    from deepdesk.data.numbers import NumberReader

    return NumberReader()


def _load() -> Callable[[Any, DataFacts], Task]:
    from deepdesk.tasks.image_regression.task import ImageRegression

    return ImageRegression


def _survey(config: Config, targets: Iterable[Any]) -> Mapping[str, Any]:
    from deepdesk.data.numbers import survey

    return survey(config.targets, targets)


def _sample(folder: Path) -> Path:
    from deepdesk.tasks.image_regression.sample import write_gauges

    return write_gauges(folder)


_TRAINING = {"optimizer": "adamw", "learning_rate": 0.002, "weight_decay": 0.05}

SPEC = TaskSpec(
    key="image_regression",
    title="Numbers from pictures",
    card="Numbers",
    summary="Read a number off a picture",
    group="Vision",
    icon="steering",
    order=5,
    config=Config,
    takes=Image,
    gives=Number,
    reader=_reader,
    load=_load,
    dials={
        "quick": Dial(architecture="Small convolutional", training={**_TRAINING, "epochs": 15}),
        "balanced": Dial(architecture="Residual, small", training={**_TRAINING, "epochs": 40}),
        "best": Dial(
            architecture="Residual, small",
            training={**_TRAINING, "epochs": 120},
            task={"colour": True},
        ),
    },
    sample=_sample,
    sample_name="Drawn gauges",
    paper="https://arxiv.org/abs/1604.07316",
    survey=_survey,
)
