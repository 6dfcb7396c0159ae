"""The reader of pictures with drawings: boxes, outlines, regions and masks, of many formats."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from deepdesk.core.task import Found, Remark
from deepdesk.data.images import ImageReader
from deepdesk.data.label_formats.offers import LABEL_SUFFIXES, offers_of_file, offers_of_folder
from deepdesk.data.sources import discover

_LAYOUTS = (
    "Give a folder of pictures, alone or with labels: COCO, Pascal VOC, YOLO, LabelMe, Label"
    " Studio, masks or a table of boxes."
)


class DrawingReader(ImageReader):
    """Pictures with what is drawn on them; safe to call from any thread.

    Args:
        prefers_masks: Of pictures that have shapes and a mask, whether the mask counts.
    """

    def __init__(self, *, prefers_masks: bool = False) -> None:
        self._prefers_masks = prefers_masks

    def discover(self, source: Path) -> Iterator[Found | Remark]:
        """Yield the pictures of a source, with what is drawn on them as `Found.target`.

        Args:
            source: A folder with pictures and labels, a file of labels, or a picture. Where
                there are no labels, the pictures are offered as not labelled yet.

        Raises:
            DatasetError: The layout does not fit, with what would.
        """
        source = Path(os.path.abspath(source))  # noqa: PTH100 - must not follow links
        if source.is_dir():
            found = offers_of_folder(source, self.suffixes, prefers_masks=self._prefers_masks)
            if found is not None:
                return found
        elif source.is_file() and source.suffix.lower() in LABEL_SUFFIXES:
            return offers_of_file(source, self.suffixes)
        return (replace(bare, label=None) for bare in discover(source, self.suffixes, _LAYOUTS))
