"""The settings that only boxes on pictures have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from deepdesk.core.picture_settings import ColourChange
from deepdesk.core.settings import Knob

WIDTHS_PX = (96, 128, 160, 192, 224, 256, 288, 320, 384, 448, 512, 640, 800, 1024)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Settings that only this task has."""

    width_px: Annotated[
        int,
        Knob(
            label="Picture width",
            help="Of what the network sees; the height follows from the pictures. Things that are"
            " less than about 8 px wide there are hardly found. Time grows with the square of the"
            " width.",
            unit="px",
            choices=((0, "Automatic"), *((width, str(width)) for width in WIDTHS_PX)),
            group="Pictures",
        ),
    ] = 0
    mirror: Annotated[
        str,
        Knob(
            label="Mirror",
            help="Shows half of the pictures mirrored. Upside down too suits what has no above and"
            " below, such as pictures from a microscope or from the air.",
            choices=(
                ("off", "Off"),
                ("sideways", "Left and right"),
                ("all", "Upside down too"),
            ),
            group="Augmentation",
        ),
    ] = "sideways"
    zoom: Annotated[
        float,
        Knob(
            label="Zoom",
            help="Shows things larger and smaller: at 0.5 up to one and a half times as large, and"
            " down to two thirds.",
            low=0.0,
            high=1.0,
            group="Augmentation",
        ),
    ] = 0.35
    shift: Annotated[
        float,
        Knob(
            label="Shift",
            help="Moves pictures by up to this share of their sides. Boxes of which less than a"
            " quarter is left are not learnt.",
            low=0.0,
            high=0.5,
            group="Augmentation",
        ),
    ] = 0.1
    colour: ColourChange = True
    mosaic: Annotated[
        float,
        Knob(
            label="Mosaic",
            help="Share of pictures that are put together from parts of four: more things in other"
            " surroundings, for small data sets and long runs.",
            low=0.0,
            high=1.0,
            group="Augmentation",
        ),
    ] = 0.0
    mosaic_until: Annotated[
        float,
        Knob(
            label="Mosaic until",
            help="Share of the run after which no mosaics are made: at the end the network sees"
            " pictures as they are.",
            low=0.0,
            high=1.0,
            group="Augmentation",
        ),
    ] = 0.85
    same_from: Annotated[
        float,
        Knob(
            label="Same thing from",
            help="Two boxes of a class that overlap by more than this share are taken for the same"
            " thing, and the less sure one is dropped. Higher for things that stand close together;"
            " 0.45 to 0.65 is usual.",
            low=0.1,
            high=0.95,
            group="Answers",
        ),
    ] = 0.5
    least_score: Annotated[
        float,
        Knob(
            label="Show from",
            help="Score from which on a box is an answer. It says how good the box is thought to"
            " be, which is no probability. Automatic takes for each class what did best on"
            " validation.",
            low=0.0,
            high=0.99,
            zero="automatic",
            group="Answers",
        ),
    ] = 0.0
