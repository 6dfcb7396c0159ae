"""Settings that every task shares whose input is a picture."""

from __future__ import annotations

from typing import Annotated

from deepdesk.core.settings import Knob

ColourChange = Annotated[
    bool,
    Knob(
        label="Colour",
        help="Varies brightness, contrast and saturation by up to a quarter.",
        group="Augmentation",
    ),
]
ErasedSquare = Annotated[
    bool,
    Knob(
        label="Erase",
        help="Blanks a square of a quarter of the side, so that no single spot decides.",
        group="Augmentation",
    ),
]

MirrorAnswers = Annotated[
    bool,
    Knob(
        label="Answer twice",
        help="Answers for the picture and its mirror image and takes the mean: a little"
        " better, twice the time per answer. Has no effect while Mirror is off.",
        group="Answers",
    ),
]
