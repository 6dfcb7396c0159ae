"""Reading a picture for the canvas: its pixels in all sizes, its drawing, its mask. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.drawing import Drawing, drawing_of, is_drawing
from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Result
from deepdesk.core.task import Reader
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.data.mask_files import mask_path, mask_values
from deepdesk.data.picture_levels import PictureLevels, levels_of
from deepdesk.project.index import Sample
from deepdesk.ui.tabs.dataset.labelling.scene import MaskLayer

MOST_NAMES = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A picture that can be worked on.

    Attributes:
        drawing: What is drawn on it; of another size where the picture has changed since.
        is_labelled: Whether a person has looked at it.
        problem: Why its mask cannot be shown, "" when all is well.
    """

    sample: Sample
    levels: PictureLevels
    drawing: Drawing
    is_labelled: bool
    mask: MaskLayer | None = None
    problem: str = ""

    @property
    def is_misfit(self) -> bool:
        """Whether what is drawn is of a picture of another size."""
        size = (self.levels.width_px, self.levels.height_px)
        return (self.drawing.width_px, self.drawing.height_px) != size


def loading(sample: Sample, reader: Reader) -> Work:
    """Return work whose `Result` is the `Loaded` picture.

    It ends with an error where the picture cannot be read or its drawing is damaged.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        given: Any = reader.payload(sample.path)
        stop.check()
        levels = levels_of(given.pixels_HWC)
        stop.check()
        drawing = drawing_for(sample.target, levels.width_px, levels.height_px)
        mask, problem = _mask_layer(sample, drawing, levels)
        emit(
            Result(
                value=Loaded(
                    sample=sample,
                    levels=levels,
                    drawing=drawing,
                    is_labelled=is_drawing(sample.target),
                    mask=mask,
                    problem=problem,
                )
            )
        )

    return work


def drawing_for(target: Any, width_px: int, height_px: int) -> Drawing:
    """Return the drawing of a target, an empty one of the picture's size where there is none.

    Raises:
        ConfigError: It is damaged.
    """
    if not is_drawing(target):
        return Drawing(width_px=width_px, height_px=height_px)
    return drawing_of(target)


def _mask_layer(
    sample: Sample, drawing: Drawing, levels: PictureLevels
) -> tuple[MaskLayer | None, str]:
    path = mask_path(sample.path, drawing)
    if path is None or drawing.mask is None:
        return None, ""
    try:
        values_HW = mask_values(path)
    except DeepDeskError as error:
        return None, f"The mask {path.name} cannot be shown. {error}"
    if values_HW.shape != (levels.height_px, levels.width_px):
        height, width = values_HW.shape
        return None, f"The mask {path.name} is of another size, {width} x {height}."
    names = tuple(name for _value, name in drawing.mask.names[:MOST_NAMES])
    table = np.zeros(65_536, dtype=np.uint8)
    for place, (value, _name) in enumerate(drawing.mask.names[:MOST_NAMES], start=1):
        table[value] = place
    return MaskLayer(levels=_halved(table[values_HW], len(levels.levels)), names=names), ""


def _halved(classes_HW: NDArray[np.uint8], count: int) -> tuple[NDArray[np.uint8], ...]:
    levels = [np.ascontiguousarray(classes_HW)]
    while len(levels) < count:
        levels.append(np.ascontiguousarray(levels[-1][::2, ::2]))
    return tuple(levels)
