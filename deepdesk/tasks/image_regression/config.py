"""The settings that only numbers from pictures have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from deepdesk.core.picture_settings import ColourChange, ErasedSquare
from deepdesk.core.settings import Knob


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Settings that only this task has."""

    targets: Annotated[
        str,
        Knob(
            label="Numbers",
            help="Which columns of the table are learnt, with commas between. Left empty: the"
            " first one whose values differ.",
            group="Numbers",
            more=False,
        ),
    ] = ""
    tolerance: Annotated[
        float,
        Knob(
            label="Counts as right",
            help="An answer at most this far off counts as right in lists. Automatic is a tenth of"
            " the standard deviation.",
            low=0.0,
            zero="automatic",
            group="Numbers",
        ),
    ] = 0.0
    width_px: Annotated[
        int,
        Knob(
            label="Picture width",
            help="Of what the network sees; the height follows from the pictures. Wider shows finer"
            " detail and costs time with the square of the width.",
            unit="px",
            choices=(
                (0, "Automatic"),
                *((width, str(width)) for width in (32, 48, 64, 96, 128, 160, 192, 224, 256, 320)),
            ),
            group="Pictures",
        ),
    ] = 0
    cut_top: Annotated[
        float,
        Knob(
            label="Cut off above",
            help="Share of the height that is left out at the top, such as the sky above a road.",
            low=0.0,
            high=0.45,
            group="Pictures",
        ),
    ] = 0.0
    cut_bottom: Annotated[
        float,
        Knob(
            label="Cut off below",
            help="Share of the height that is left out at the bottom, such as the bonnet of a car.",
            low=0.0,
            high=0.45,
            group="Pictures",
        ),
    ] = 0.0
    mirror: Annotated[
        str,
        Knob(
            label="Mirror",
            help="Shows half of the pictures mirrored. With the sign changed, numbers that lie on"
            " both sides of zero change it too, as a steering angle has to.",
            choices=(
                ("off", "Off"),
                ("same", "Same numbers"),
                ("opposite", "Sign changed"),
            ),
            group="Augmentation",
        ),
    ] = "off"
    shift: Annotated[
        float,
        Knob(
            label="Shift",
            help="Moves pictures by up to this share of their sides. For where something is in the"
            " picture, leave it at 0.",
            low=0.0,
            high=0.3,
            group="Augmentation",
        ),
    ] = 0.04
    colour: ColourChange = True
    erase: ErasedSquare = False
    robust: Annotated[
        bool,
        Knob(
            label="Large errors count less",
            help="Errors beyond one standard deviation count by their size, not by its square: for"
            " data with wrong numbers in it (Huber loss).",
            group="Loss",
        ),
    ] = False
    balance: Annotated[
        bool,
        Knob(
            label="Balance values",
            help="Gives rare values, such as sharp bends, more weight in the loss. The error over"
            " all samples may rise for it.",
            group="Loss",
        ),
    ] = False
