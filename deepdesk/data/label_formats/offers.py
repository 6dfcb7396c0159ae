"""What a source offers: its pictures with what files of labels say of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from deepdesk.core.errors import BadSampleError, DatasetError
from deepdesk.core.task import Found, Remark
from deepdesk.data.label_formats.box_tables import box_table_labels
from deepdesk.data.label_formats.coco import coco_labels
from deepdesk.data.label_formats.fitting import fitted
from deepdesk.data.label_formats.label_studio import studio_labels
from deepdesk.data.label_formats.labelme import labelme_labels
from deepdesk.data.label_formats.mask_pictures import mask_labels
from deepdesk.data.label_formats.picture_sizes import shown_size
from deepdesk.data.label_formats.reading import BrokenLabelsError, Labels, Notes, Read
from deepdesk.data.label_formats.splits import Splits, split_of_name
from deepdesk.data.label_formats.tree import Tree
from deepdesk.data.label_formats.voc import voc_labels
from deepdesk.data.label_formats.yolo import yolo_labels
from deepdesk.data.sources import shown

Find = Callable[[Tree, Notes], Labels | None]
# Of a picture with labels of several formats the first one counts.
SHAPES: tuple[Find, ...] = (
    coco_labels,
    voc_labels,
    labelme_labels,
    studio_labels,
    yolo_labels,
    box_table_labels,
)
LABEL_SUFFIXES = frozenset({".json", ".xml", ".yaml", ".yml", ".csv", ".tsv"})
_KNOWN = (
    "Known are COCO, Pascal VOC, YOLO (data.yaml), LabelMe, Label Studio, masks, and a table with "
    "the columns path,label,left,top,right,bottom."
)
_SECOND = "Labels of {} were passed over for {:,} pictures, which have labels of {} as well."


@dataclass
class _Offers:
    """One walk through the pictures of a tree."""

    tree: Tree
    notes: Notes
    labels: Sequence[Labels]
    is_all: bool = True

    def __post_init__(self) -> None:
        self.splits = Splits(self.tree)
        self.passed_over: Counter[tuple[str, str]] = Counter()

    def __iter__(self) -> Iterator[Found | Remark]:
        for picture in self.tree.pictures:
            yield from self._of_picture(picture)
        for labels in self.labels:
            yield from labels.missing()
        for folder in self.tree.locked:
            reason = "This folder cannot be read. Check its permissions."
            yield Remark(path=self.tree.path(folder), reason=reason, is_left_out=True)
        for (second, first), number in self.passed_over.items():
            yield Remark(path=self.tree.root, reason=_SECOND.format(second, number, first))
        yield from self.notes.remarks(self.tree.root)

    def _of_picture(self, picture: str) -> Iterator[Found | Remark]:
        found = Found(path=self.tree.path(picture), split=self.splits.of(picture))
        first = ""
        for labels in self.labels:
            try:
                read = labels.of(picture)
                if read is None:
                    continue
                if first:
                    self.passed_over[labels.title, first] += 1
                    continue
                first = labels.title
                found = self._labelled(found, read)
            except BrokenLabelsError as error:
                yield Remark(path=error.path, reason=str(error), is_left_out=True)
        if self.is_all or first:
            yield found

    def _labelled(self, found: Found, read: Read) -> Found:
        split = found.split or read.split
        try:
            size = shown_size(found.path)
        except BadSampleError:
            # Checking the pictures lists it with its reason.
            return replace(found, split=split)
        return replace(found, split=split, target=fitted(read, size, self.notes))


def offers_of_file(source: Path, suffixes: Collection[str]) -> Iterator[Found | Remark]:
    """Return what one file of labels offers: the pictures that it speaks of.

    They are searched for by name, beside the file and below its folder, and where no picture lies
    there, in the folder above.

    Args:
        source: A file of labels.
        suffixes: Of pictures, lower case with the dot.

    Raises:
        DatasetError: It is no such file, or cannot be read.
    """
    tree = Tree(source.parent, suffixes)
    if not tree.pictures:
        tree = Tree(source.parent.parent, suffixes)
    name = source.relative_to(tree.root).as_posix()
    if source.suffix.lower() in (".yaml", ".yml"):
        return _of_yaml(tree, name)
    lists = [other for other in tree.others if split_of_name(PurePosixPath(other).stem)]
    tree.others = list(dict.fromkeys([name, *(n for n in lists if n.endswith(".txt"))]))
    notes = Notes()
    found = [labels for find in SHAPES if (labels := find(tree, notes)) is not None]
    if not found:
        raise DatasetError(f"{shown(source)} is no file of labels that is known here.", _KNOWN)
    return iter(_Offers(tree, notes, found, is_all=False))


def _of_yaml(tree: Tree, name: str) -> Iterator[Found | Remark]:
    notes = Notes()
    labels = yolo_labels(tree, notes)
    if labels is None:
        reason = f"There are no labels of YOLO beside {shown(name)}."
        raise DatasetError(reason, "Give the folder of the data set.")
    return iter(_Offers(tree, notes, [labels]))


def offers_of_folder(
    source: Path, suffixes: Collection[str], *, prefers_masks: bool
) -> Iterator[Found | Remark] | None:
    """Return what a folder offers, None where it has no labels that are known here.

    Args:
        source: The folder.
        suffixes: Of pictures, lower case with the dot.
        prefers_masks: Whether masks count where a picture has shapes as well.

    Raises:
        DatasetError: It cannot be read.
    """
    tree, notes = Tree(source, suffixes), Notes()
    masks = mask_labels(tree, notes)
    found = [labels for find in SHAPES if (labels := find(tree, notes)) is not None]
    if masks is not None:
        found.insert(0 if prefers_masks else len(found), masks)
    return iter(_Offers(tree, notes, found)) if found else None
