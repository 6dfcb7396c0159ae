"""A mask as a picture: each class in its colour, striped from the eleventh on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from deepdesk.core.answer_filter import AnswerFilter
from deepdesk.core.payloads import Mask
from deepdesk.ui.theme import colour, tokens
from deepdesk.ui.theme.tokens import CLASS_COLOURS, LIGHT, has_pattern

# Pixel values of a class are its place; these two come behind all classes that have a place.
_STRIPE, _NONE = 254, 255
# Stripes of one width for every picture: this many across it.
_STRIPES = 90
_QUIET_ALPHA = 0.3


def mask_picture(
    answer: Mask, kept: AnswerFilter, *, is_outline: bool = False, near_name: str = ""
) -> QImage:
    """Return a mask as a picture with a see-through ground, as large as the mask.

    Args:
        is_outline: Paint only where a class ends, two pixels wide.
        near_name: The class that stands out against the others, "" for none.
    """
    slots_HW = _slots(answer, kept)
    if is_outline:
        slots_HW = np.where(_is_edge(answer.classes_HW), slots_HW, np.uint8(_NONE))
    packed = np.ascontiguousarray(slots_HW)
    height, width = packed.shape
    image = QImage(packed.data, width, height, width, QImage.Format.Format_Indexed8)
    image.setColorTable(_colours(answer.classes, kept, near_name))
    # The copy owns its pixels, and is what painters blend fastest.
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def _slots(answer: Mask, kept: AnswerFilter) -> NDArray[np.uint8]:
    count = len(answer.classes)
    classes_HW, places = answer.classes_HW, count
    if count > _STRIPE:
        # More classes than colours and patterns: those that look alike share a place.
        places = 2 * len(CLASS_COLOURS)
        hidden = [at for at, name in enumerate(answer.classes) if name in kept.hidden]
        is_none = (classes_HW < 0) | (classes_HW >= count) | np.isin(classes_HW, hidden)
        classes_HW = np.where(is_none, -1, classes_HW % places)
        kept = replace(kept, hidden=frozenset())
    slots_HW = _narrowed(classes_HW)
    striped = [
        at
        for at, name in enumerate(answer.classes[:places])
        if has_pattern(at) and name not in kept.hidden
    ]
    if striped:
        is_light = _stripes(*slots_HW.shape)
        for at in striped:
            slots_HW[is_light & (slots_HW == at)] = _STRIPE
    return slots_HW


def _narrowed(classes_HW: NDArray[np.integer[Any]]) -> NDArray[np.uint8]:
    """Return a copy as bytes, with 255 for what is no class."""
    if classes_HW.dtype == np.uint8:
        return np.array(classes_HW)
    if classes_HW.size and (int(classes_HW.max()) >= _NONE or int(classes_HW.min()) < -1):
        is_class = (classes_HW >= 0) & (classes_HW < _NONE)
        classes_HW = np.where(is_class, classes_HW, _NONE)
    # -1 becomes 255 by itself.
    return classes_HW.astype(np.uint8)


@lru_cache(maxsize=4)
def _stripes(height: int, width: int) -> NDArray[np.bool_]:
    period = max(2, max(height, width) // _STRIPES)
    down, across = np.arange(height)[:, None], np.arange(width)[None, :]
    return np.asarray((down + across) // period % 3 == 0)


def _is_edge(classes_HW: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
    is_edge = np.zeros(classes_HW.shape, dtype=bool)
    across = classes_HW[:, 1:] != classes_HW[:, :-1]
    down = classes_HW[1:] != classes_HW[:-1]
    is_edge[:, 1:] |= across
    is_edge[:, :-1] |= across
    is_edge[1:] |= down
    is_edge[:-1] |= down
    return is_edge


def _colours(classes: Sequence[str], kept: AnswerFilter, near_name: str) -> list[int]:
    """Return a colour for each pixel value; see-through for what is no class, or hidden."""
    none = colour("surface", 0.0).rgba()
    table = [none] * 256
    is_shared = len(classes) > _STRIPE
    for at, name in enumerate(classes[:_STRIPE]):
        if is_shared or name not in kept.hidden:
            is_quiet = bool(near_name) and name != near_name
            ink = colour(tokens().class_colour(at), _QUIET_ALPHA if is_quiet else 1.0)
            table[at] = ink.rgba()
    table[_STRIPE] = colour(LIGHT.surface, 0.9).rgba()
    return table
