"""Image classification: name what is in a picture. The light half."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from deepdesk.core.label_settings import BalanceClasses, LabelSmoothing
from deepdesk.core.payloads import Image, LabelScores
from deepdesk.core.picture_settings import ColourChange, ErasedSquare, MirrorAnswers
from deepdesk.core.settings import Knob
from deepdesk.core.task import DataFacts, Dial, Reader, TaskSpec

if TYPE_CHECKING:
    from deepdesk.core.task import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Settings that only this task has."""

    side_px: Annotated[
        int,
        Knob(
            label="Picture size",
            help="Side of the square that the network sees. Larger shows finer detail and costs"
            " time with the square of the side.",
            unit="px",
            choices=(
                (0, "Automatic"),
                *((side, str(side)) for side in (16, 32, 48, 64, 96, 128, 160, 192, 224, 256, 384)),
            ),
            group="Pictures",
        ),
    ] = 0
    fit: Annotated[
        str,
        Knob(
            label="Fit",
            help="How a picture that is not square becomes one: cut its ends off, squeeze it, or"
            " add bars.",
            choices=(("crop", "Cut off"), ("stretch", "Squeeze"), ("pad", "Add bars")),
            group="Pictures",
        ),
    ] = "crop"
    flip: Annotated[
        bool,
        Knob(
            label="Mirror",
            help="Shows half of the pictures mirrored. Switch it off where left and right matter,"
            " as in digits and letters.",
            group="Augmentation",
        ),
    ] = True
    shift: Annotated[
        bool,
        Knob(
            label="Shift",
            help="Moves pictures by up to an eighth of their side.",
            group="Augmentation",
        ),
    ] = True
    turn: Annotated[
        bool,
        Knob(
            label="Turn and zoom",
            help="Turns pictures by up to 10 degrees and scales them by up to a tenth.",
            group="Augmentation",
        ),
    ] = False
    colour: ColourChange = False
    erase: ErasedSquare = False
    label_smoothing: LabelSmoothing = 0.1
    balance: BalanceClasses = False
    mirror_answers: MirrorAnswers = False


def _reader() -> Reader:
    from deepdesk.data.images import ImageReader

    return ImageReader()


def _load() -> Callable[[Any, DataFacts], Task]:
    from deepdesk.tasks.image_classification.task import ImageClassification

    return ImageClassification


def _sample(folder: Path) -> Path:
    from deepdesk.tasks.image_classification.sample import write_digits

    return write_digits(folder)


# 10,000 pictures of CIFAR-10, 30 epochs, one thread: 83.2 % in 279 s of processor time, where all
# pictures in full took 1.5 times as long for as much. In 8 epochs nothing was gained.
_GROW = 0.7

SPEC = TaskSpec(
    key="image_classification",
    title="Image classification",
    card="Pictures",
    summary="Name what is in a picture",
    group="Vision",
    icon="image",
    order=0,
    config=Config,
    takes=Image,
    gives=LabelScores,
    reader=_reader,
    load=_load,
    dials={
        "quick": Dial(architecture="Small convolutional", training={"epochs": 8}),
        "balanced": Dial(
            architecture="Residual, small",
            training={"epochs": 30, "grow": _GROW},
            task={"erase": True, "mirror_answers": True},
        ),
        "best": Dial(
            architecture="Residual, small",
            training={"epochs": 80, "grow": _GROW},
            task={"erase": True, "colour": True, "mirror_answers": True},
        ),
    },
    sample=_sample,
    sample_name="Handwritten digits",
    sample_settings={"flip": False},
    paper="https://arxiv.org/abs/1512.03385",
)
