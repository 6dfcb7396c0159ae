"""Pictures with drawings for the tests of the index, and what the index tells of them."""

from __future__ import annotations

from deepdesk.core.drawing import Box, Drawing, MaskFile, drawing_of, target_of
from deepdesk.core.task import Found

SIZE = {"width_px": 100, "height_px": 80}


def box(label, left=10.0, side=20.0):
    return Box(label=label, left=left, top=10.0, right=left + side, bottom=10.0 + side)


def target(*labels):
    shapes = tuple(box(label, 10.0 + at) for at, label in enumerate(labels))
    return target_of(Drawing(**SIZE, shapes=shapes))


def masked(*names):
    mask = MaskFile(path="mask.png", names=tuple(enumerate(names)))
    return target_of(Drawing(**SIZE, mask=mask))


DRAWN = {
    "a.png": target("car", "car", "dog"),
    "b.png": target("dog"),
    "c.png": target(),
    "d.png": None,
    "e.png": masked("road", "car"),
}


def offers(root, drawn=DRAWN):
    return [Found(path=root / name, target=one) for name, one in drawn.items()]


def counts(index):
    return {row.name: (row.pictures, row.shapes) for row in index.classes()}


def names_of(index, wanted):
    return [sample.path.name for sample in index.samples(index.ids(wanted))]


def targets_of(index):
    return {sample.path.name: sample.target for sample in index.samples(index.ids())}


def recounted(index):
    """Return the counts by reading every drawing, without what is kept beside them."""
    found = {row.name: [0, 0] for row in index.classes()}
    for sample in index.samples(index.ids()):
        if sample.target is None:
            continue
        drawing = drawing_of(sample.target)
        mask = [] if drawing.mask is None else [name for _value, name in drawing.mask.names]
        labels = [shape.label for shape in drawing.shapes]
        for name in {*labels, *mask}:
            found[name][0] += 1
            found[name][1] += labels.count(name)
    return {name: tuple(pair) for name, pair in found.items()}
