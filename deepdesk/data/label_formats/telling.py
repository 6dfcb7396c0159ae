"""What labels in a source are good for, told by a few of them."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

from deepdesk.core.drawing import Drawing, Region, drawing_of
from deepdesk.core.errors import DeepDeskError
from deepdesk.core.task import Found
from deepdesk.data.label_formats.offers import LABEL_SUFFIXES, offers_of_file, offers_of_folder

BOXES, MASKS = "boxes", "masks"
_LOOKED_AT = 40


def kind_of_labels(sources: Sequence[Path], suffixes: Collection[str]) -> str:
    """Return "masks" where most labels are painted, "boxes" where most are other shapes, or "".

    Args:
        sources: Folders or files; what cannot be read counts for nothing.
        suffixes: Of pictures, lower case with the dot.
    """
    kinds: Counter[str] = Counter()
    for source in sources:
        for found in _labelled(source, suffixes):
            kinds[_kind(drawing_of(found.target))] += 1
    del kinds[""]
    return kinds.most_common(1)[0][0] if kinds else ""


def _labelled(source: Path, suffixes: Collection[str]) -> list[Found]:
    try:
        if source.is_dir():
            offers = offers_of_folder(source, suffixes, prefers_masks=False)
        elif source.suffix.lower() in LABEL_SUFFIXES:
            offers = offers_of_file(source, suffixes)
        else:
            return []
        found = (one for one in offers or () if isinstance(one, Found) and one.target is not None)
        return list(itertools.islice(found, _LOOKED_AT))
    except DeepDeskError:
        return []


def _kind(drawing: Drawing) -> str:
    if drawing.mask is not None:
        return MASKS
    painted = sum(isinstance(shape, Region) for shape in drawing.shapes)
    if not drawing.shapes:
        return ""
    return MASKS if 2 * painted > len(drawing.shapes) else BOXES
