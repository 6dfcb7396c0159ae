"""A small project of pictures with drawings, for the tests of the Dataset tab."""

from __future__ import annotations

import numpy as np
import PIL.Image

from deepdesk.core.drawing import Box, Drawing, MaskFile, target_of
from deepdesk.core.task import Found
from deepdesk.data.images import image_facts
from deepdesk.project.folder import Project

SIZE = (64, 48)
SPLITS = ("train", "train", "train", "validation", "test", "train")


def box(label, left=8.0, top=8.0, side=16.0):
    return Box(label=label, left=left, top=top, right=left + side, bottom=top + side)


def target(*shapes, mask=None):
    drawing = Drawing(width_px=SIZE[0], height_px=SIZE[1], shapes=shapes, mask=mask)
    return target_of(drawing)


TARGETS = (
    target(box("car"), box("car", 30.0), box("dog", 40.0, 20.0)),
    target(box("car")),
    target(box("dog", 56.0)),
    target(box("car", side=0.5)),
    target(),
    None,
)


def drawn_project(tmp_path, targets=TARGETS, *, task="object_detection"):
    """Return an open project of one grey picture for each target."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    found = []
    for at, given in enumerate(targets):
        path = folder / f"{at}.png"
        PIL.Image.new("RGB", SIZE, (at * 30, 90, 90)).save(path)
        found.append(Found(path=path, target=given, split=SPLITS[at % len(SPLITS)]))
    project = Project.create(tmp_path / "drawn", name="Drawn", task=task)
    with project.index() as index:
        index.add(found, source=str(folder))
        index.record_facts((n, image_facts(path)) for n, path in index.unchecked(100))
    return project


def masked_project(tmp_path):
    """Return an open project of one picture whose left half is road, by a file of classes."""
    folder = tmp_path / "masks"
    folder.mkdir()
    values_HW = np.zeros((SIZE[1], SIZE[0]), dtype=np.uint8)
    values_HW[:, : SIZE[0] // 2] = 7
    PIL.Image.fromarray(values_HW).save(folder / "0.png")
    mask = MaskFile(path="../masks/0.png", names=((7, "road"),))
    return drawn_project(tmp_path, (target(mask=mask),), task="segmentation")
