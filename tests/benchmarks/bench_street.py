"""Classes of the pixels of street scenes, from scratch: mean IoU on test, also at full size."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import numpy as np

from deepdesk.core.payloads import Image, Mask
from deepdesk.core.work import StopToken
from deepdesk.data.images import read_image
from deepdesk.data.mask_files import mask_values
from deepdesk.engine.predict import Predictor
from deepdesk.project.folder import Project
from deepdesk.tasks import task_of
from tests.benchmarks.whole_run import measured

STREET = Path(__file__).resolve().parents[3] / "shared" / "data" / "street_segmentation"
GOAL_MEAN_IOU = 0.47
# In the order of the pixel values; 11 has no name and counts for nothing.
CLASSES = (
    *("sky", "building", "pole", "road", "pavement", "tree", "sign", "fence", "car"),
    *("pedestrian", "cyclist"),
)


def main(dial: str = "balanced") -> dict[str, object]:
    """Return the mean IoU on test at the network's size and at that of the pictures."""
    with tempfile.TemporaryDirectory(prefix="deepdesk-street-") as name:
        folder = Path(name)
        write_street(folder / "data")
        run = measured(folder, dial, task="segmentation")
        full = _at_full_size(folder / "project.deepdesk", folder / "data" / "test")
    return {"goal_mean_iou": GOAL_MEAN_IOU, **run, **full}


def write_street(folder: Path) -> None:
    """Copy the pictures and masks, and name the classes."""
    shutil.copytree(STREET, folder, copy_function=shutil.copyfile)
    for place in (folder, *folder.rglob("*/")):
        place.chmod(0o755)
    names = "".join(f"{value} {name}\n" for value, name in enumerate(CLASSES))
    (folder / "classes.txt").write_text(names, encoding="utf-8")


def _at_full_size(project: Path, test: Path) -> dict[str, object]:
    """Return the mean IoU of whole answers, by NumPy alone."""
    counts = np.zeros((len(CLASSES), len(CLASSES)), dtype=np.int64)
    with Project.open(project) as opened:
        run = opened.runs.list()[-1].name
        predictor = Predictor(opened, task_of("segmentation"), run)
        order = [predictor.classes.index(name) for name in CLASSES]
        for picture in sorted((test / "images").iterdir()):
            given = Image(pixels_HWC=read_image(picture))
            *_, last = predictor.answer(given, StopToken())
            truth = mask_values(test / "masks" / f"{picture.stem}.png")
            counts += _counted(last.answer, truth, order)
    right = counts.diagonal()
    union = counts.sum(0) + counts.sum(1) - right
    values = {name: round(v, 4) for name, v in zip(CLASSES, (right / union).tolist(), strict=True)}
    return {"mean_iou_full_size": round(float((right / union).mean()), 4), "class_iou": values}


def _counted(answer: object, truth: np.ndarray, order: list[int]) -> np.ndarray:
    if not isinstance(answer, Mask):
        raise TypeError("no mask")
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    known = truth < len(order)
    cells = truth[known] * len(order) + places[answer.classes_HW[known]]
    return np.bincount(cells, minlength=len(order) ** 2).reshape(len(order), -1)
