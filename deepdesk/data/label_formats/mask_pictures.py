"""Masks: pictures in which the value or the colour of a pixel is its class.

A mask has the name of its picture and lies in a folder of masks, or beside the picture with
`_mask` behind its name. Masks of values stay files; those of colours become painted regions.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.drawing import MaskFile, Region
from deepdesk.core.errors import BadSampleError
from deepdesk.core.task import Remark
from deepdesk.data.label_formats.class_lists import ClassList, class_list_near
from deepdesk.data.label_formats.reading import BrokenLabelsError, Notes, Read
from deepdesk.data.label_formats.tree import PICTURE_FOLDERS, Tree, shared_parts
from deepdesk.data.mask_files import NO_CLASS, mask_colours, mask_values
from deepdesk.data.painted import counts_of

TITLE = "masks"
MOST_COLOURS = 256
_FOLDERS = frozenset(
    {
        *("masks", "mask", "segmentationclass", "segmentationclassaug", "segmentationclasspng"),
        *("gt", "groundtruth", "ground_truth", "labels", "label", "annotations", "annotation"),
        *("segmentation", "segmentations", "labelids", "ann_dir", "trimaps", "gtfine", "gtcoarse"),
        *("trainannot", "valannot", "testannot", "semantic", "label_images", "mask_images"),
    }
)
_PICTURE_ENDINGS = ("_leftimg8bit", "_image", "_img", "_rgb", "")
_MASK_ENDINGS = (
    *("_mask", "_masks", "_label", "_labels", "_l", "_gt", "_seg", "_segmentation"),
    *("_gtfine_labelids", "_gtcoarse_labelids", "_labelids", "-mask", ""),
)
_LOSSLESS = frozenset({".png", ".bmp", ".tif", ".tiff", ".gif", ".pgm", ".ppm", ".webp"})
_LOOKED_AT = 64
LOSSY = "Masks that are JPEG files, which change values, were left out; save them as PNG"
UNNAMED = "Pixels of colours that no table names count for nothing; colours"


class MaskLabels:
    """The masks of a tree; they are set aside from its pictures.

    Args:
        tree: Where they lie.
        notes: Takes what is left out.
    """

    title = TITLE

    def __init__(self, tree: Tree, notes: Notes) -> None:
        self._tree = tree
        self._notes = notes
        self._masks: dict[str, str] = {}
        self._alone: list[str] = []
        self._lists: dict[str, ClassList | None] = {}
        self._pair()
        self._is_binary = self._masks != {} and self._only_ends()

    def __bool__(self) -> bool:
        return bool(self._masks)

    def of(self, picture: str) -> Read | None:
        """Return what is known of a picture, None for nothing.

        Raises:
            BrokenLabelsError: Its mask cannot be read.
        """
        name = self._masks.get(picture)
        if name is None:
            return None
        path = self._tree.path(name)
        known = self._list(name)
        try:
            return self._of_values(picture, name, known)
        except BadSampleError as error:
            if error.code != "mask_colours":
                raise BrokenLabelsError(path, error.message, error.hint) from error
        try:
            return self._of_colours(name, mask_colours(path), known)
        except BadSampleError as error:
            raise BrokenLabelsError(path, error.message, error.hint) from error

    def missing(self) -> Iterator[Remark]:
        """Yield a remark for each mask without a picture."""
        for name in self._alone:
            yield Remark(
                path=self._tree.path(name),
                reason="There is no picture with the name of this mask.",
                is_left_out=True,
            )

    def _pair(self) -> None:
        inside = {name for name in self._tree.pictures if _is_in_masks(name)}
        beside = {name for name in self._tree.pictures if name not in inside}
        stems: dict[str, list[str]] = {}
        for name in beside:
            stem = PurePosixPath(name).stem.casefold()
            stems.setdefault(stem, []).append(name)
        found = {}
        for name in self._tree.pictures:
            picture = _picture_of(name, stems, is_inside=name in inside)
            if picture is not None:
                found[name] = picture
        if not found:
            return
        self._tree.set_aside(inside | set(found))
        for mask, picture in found.items():
            if PurePosixPath(mask).suffix.lower() not in _LOSSLESS:
                self._notes.add(LOSSY, mask)
            else:
                self._masks.setdefault(picture, mask)
        self._alone = sorted(inside - set(found))

    def _list(self, name: str) -> ClassList | None:
        folder = name.rpartition("/")[0]
        if folder not in self._lists:
            self._lists[folder] = class_list_near(self._tree, name)
        return self._lists[folder]

    def _only_ends(self) -> bool:
        """Whether masks hold nothing but 0 and 255, as those of one class do."""
        seen: set[int] = set()
        for name in list(self._masks.values())[:_LOOKED_AT]:
            try:
                seen.update(present(mask_values(self._tree.path(name))))
            except BadSampleError:
                continue
        return NO_CLASS in seen and seen <= {0, NO_CLASS}

    def _of_values(self, picture: str, name: str, known: ClassList | None) -> Read:
        path = self._tree.path(name)
        values_HW = mask_values(path)
        if known is not None and known.by_colour and not known.by_value:
            raise BadSampleError("mask_colours", "")
        names = tuple((v, n) for v in present(values_HW) if (n := self._name(v, known)))
        place = os.path.relpath(path, self._tree.path(picture).parent)
        mask = MaskFile(path=place.replace(os.sep, "/"), names=names)
        return Read(shapes=(), file=path, size=_size(values_HW), mask=mask)

    def _name(self, value: int, known: ClassList | None) -> str | None:
        if known is not None and known.by_value:
            return known.by_value.get(value)
        if self._is_binary:
            return "background" if value == 0 else "foreground"
        return None if value == NO_CLASS else f"class {value}"

    def _of_colours(
        self, name: str, colours_HW: NDArray[np.int64], known: ClassList | None
    ) -> Read:
        path = self._tree.path(name)
        found = np.unique(colours_HW).tolist()
        if len(found) > MOST_COLOURS:
            reason = f"It has {len(found):,} colours: a photo and no mask."
            raise BrokenLabelsError(path, reason, "Save masks without smoothing, as PNG.")
        table = dict(known.by_colour) if known else {}
        if not table:
            table = {colour: _colour_name(colour) for colour in found}
        shapes = []
        for colour in found:
            label = table.get(colour)
            if label:
                shapes.append(Region(label=label, counts=counts_of(colours_HW == colour)))
            elif colour not in table:
                self._notes.add(UNNAMED, path)
        return Read(shapes=tuple(shapes), file=path, size=_size(colours_HW))


def mask_labels(tree: Tree, notes: Notes) -> MaskLabels | None:
    """Return the masks of a tree, None if there are none."""
    return MaskLabels(tree, notes) or None


def present(values_HW: NDArray[np.int64]) -> list[int]:
    """Return the values in a mask, int64, (H, W), in order."""
    if not values_HW.size:
        return []
    return np.flatnonzero(np.bincount(values_HW.ravel())).tolist()


def _is_in_masks(name: str) -> bool:
    for part in reversed(name.casefold().split("/")[:-1]):
        if part in _FOLDERS or part in PICTURE_FOLDERS:
            return part in _FOLDERS
    return False


def _picture_of(mask: str, stems: dict[str, list[str]], *, is_inside: bool) -> str | None:
    """Return the picture that a file would be the mask of, None for none."""
    stem = PurePosixPath(mask).stem.casefold()
    for ending in _MASK_ENDINGS:
        # Outside of a folder of masks only a name that says so makes one.
        if not stem.endswith(ending) or not (ending or is_inside):
            continue
        bare = stem.removesuffix(ending) if ending else stem
        for other in _PICTURE_ENDINGS:
            candidates = [name for name in stems.get(bare + other, []) if name != mask]
            if candidates:
                return max(candidates, key=lambda name: _closeness(name, mask))
    return None


def _closeness(picture: str, mask: str) -> tuple[int, int]:
    """Return how many folders two paths share, from the root and at all."""
    own, other = set(picture.casefold().split("/")[:-1]), set(mask.casefold().split("/")[:-1])
    return shared_parts(picture, mask), len(own & other)


def _size(array_HW: NDArray[np.int64]) -> tuple[int, int]:
    return array_HW.shape[1], array_HW.shape[0]


def _colour_name(colour: int) -> str:
    return f"colour {colour >> 16} {colour >> 8 & 255} {colour & 255}"
