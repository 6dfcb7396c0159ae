"""The settings that only segmentation has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from deepdesk.core.picture_settings import ErasedSquare, MirrorAnswers
from deepdesk.core.settings import Knob


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Settings that only this task has."""

    width_px: Annotated[
        int,
        Knob(
            label="Picture width",
            help="Of what the network sees; the height follows from the pictures. Wider shows finer"
            " detail, such as poles, and costs time with the square of the width. Mean IoU is"
            " measured at this size.",
            unit="px",
            choices=(
                (0, "Automatic"),
                *((width, str(width)) for width in (64, 96, 128, 160, 192, 224, 256, 320, 384)),
                *((width, str(width)) for width in (448, 512, 640, 768, 1024)),
            ),
            group="Pictures",
            more=False,
        ),
    ] = 0
    ignored: Annotated[
        str,
        Knob(
            label="Left out",
            help="Classes that count for nothing, with commas between, such as void. Their pixels"
            " are neither learnt nor measured.",
            empty="none",
            group="Pictures",
            more=False,
        ),
    ] = ""
    unpainted: Annotated[
        str,
        Knob(
            label="Nothing drawn",
            help="What pixels are on which no shape lies: a class of their own, or not known yet"
            " and left out. Pictures with a file of classes are not concerned.",
            choices=(("background", "Background"), ("ignored", "Left out")),
            group="Pictures",
        ),
    ] = "background"
    mirror: Annotated[
        bool,
        Knob(
            label="Mirror",
            help="Shows half of the pictures mirrored left to right.",
            group="Augmentation",
        ),
    ] = True
    zoom: Annotated[
        float,
        Knob(
            label="Zoom",
            help="Enlarges pictures by up to this factor and shows a part of them, or makes them"
            " smaller by up to half as much; 1 for neither. 1.5 to 2 is usual.",
            low=1.0,
            high=4.0,
            group="Augmentation",
        ),
    ] = 2.0
    shift: Annotated[
        float,
        Knob(
            label="Shift",
            help="Moves pictures by up to this share of their sides.",
            low=0.0,
            high=0.3,
            group="Augmentation",
        ),
    ] = 0.05
    turn: Annotated[
        float,
        Knob(
            label="Turn",
            help="Turns pictures by up to this angle, both ways. For pictures from above 180.",
            unit="°",
            low=0.0,
            high=180.0,
            group="Augmentation",
        ),
    ] = 0.0
    light: Annotated[
        float,
        Knob(
            label="Light",
            help="How strongly brightness, contrast and tint vary, as on other days and with other"
            " cameras; 0.5 to 1 is strong.",
            low=0.0,
            high=1.0,
            group="Augmentation",
        ),
    ] = 0.5
    erase: ErasedSquare = False
    loss: Annotated[
        str,
        Knob(
            label="Loss",
            help="Cross-entropy asks every pixel; Dice asks how well areas agree, so that small"
            " classes count as much as large ones; focal cares less for what is nearly right.",
            choices=(
                ("cross_entropy", "Cross-entropy"),
                ("dice", "Dice"),
                ("focal", "Focal"),
                ("cross_entropy_dice", "Cross-entropy and Dice"),
                ("focal_dice", "Focal and Dice"),
            ),
            group="Loss",
        ),
    ] = "cross_entropy"
    balance_classes: Annotated[
        str,
        Knob(
            label="Balance classes",
            help="Gives pixels of rare classes more weight in the loss: by the median of all shares"
            " over their own share, or by the root of that. Found on up to 200 pictures.",
            choices=(("off", "Off"), ("root", "By the root"), ("median", "By the median share")),
            group="Loss",
        ),
    ] = "root"
    mirror_answers: MirrorAnswers = False
    right_from: Annotated[
        float,
        Knob(
            label="Counts as right",
            help="From which mean IoU on a picture on its answer counts as right in lists.",
            low=0.0,
            high=1.0,
            group="Answers",
        ),
    ] = 0.7
    large: Annotated[
        str,
        Knob(
            label="Large pictures",
            help="How pictures are answered that have more than four times the pixels of those of"
            " training. In tiles things are seen as large as in training, as for maps and"
            " panoramas. Whole suits the same view with more pixels. Automatic takes tiles.",
            choices=(("auto", "Automatic"), ("whole", "Whole"), ("tiles", "In tiles, always")),
            group="Answers",
        ),
    ] = "auto"


POWERS = {"off": 0.0, "root": 0.5, "median": 1.0}
