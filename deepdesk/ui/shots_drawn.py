"""States of pictures with boxes, masks and numbers: labels drawn by hand, films, a drive."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from deepdesk.core.drawing import drawing_of
from deepdesk.ui.shots_sample import (
    ask_many,
    ask_paths,
    close_dialogs,
    dataset_tab,
    finish,
    inference_tab,
    open_mistake,
    sample_project,
    train,
)
from deepdesk.ui.shots_stage import Shot, Stage

if TYPE_CHECKING:
    from deepdesk.project.index import Sample
    from deepdesk.ui.tabs.dataset.labelling.page import LabellingPage
    from deepdesk.ui.tabs.inference.moving.pages import MovingPages

BOXES_KEY, MASKS_KEY, NUMBERS_KEY = "object_detection", "segmentation", "image_regression"
# A film goes over a row of pictures of the test split, which the network has not seen.
FILMED, FILM_SIDE_PX, STEP_PX, RATE = 5, 480, 12, 15.0
WATCHED_S = 4.0


def _fullest(stage: Stage, split: str) -> list[Sample]:
    """Return the samples of a split, those with the most on them first."""
    from deepdesk.project.index import Filter

    rows = stage.desk.index.page(Filter(split=split), 0, 1_000)
    return sorted(rows, key=lambda row: -_drawn_count(row))


def _drawn_count(sample: Sample) -> int:
    """Return how many shapes, or classes of a mask, are on a sample."""
    if sample.target is None:
        return 0
    drawing = drawing_of(sample.target)
    return len(drawing.shapes) + (0 if drawing.mask is None else len(drawing.mask.names))


def _page(stage: Stage) -> LabellingPage:
    space = dataset_tab(stage).workspace
    assert space is not None
    assert space.labelling.page is not None
    return space.labelling.page


def _label(stage: Stage) -> None:
    """Open the picture with the most on it, where labels are drawn by hand."""
    stage.window.show_tab("dataset")
    space = dataset_tab(stage).workspace
    assert space is not None
    space.open_labelling(_fullest(stage, "train")[0].id)
    page = _page(stage)
    stage.until(lambda: page.canvas.scene.levels is not None)
    page.canvas.select(frozenset({0}) if page.canvas.scene.drawing.shapes else frozenset())
    stage.quiet()


def _label_with_brush(stage: Stage) -> None:
    """Open a picture with a mask and hold the brush over it."""
    _label(stage)
    _page(stage).take_tool("brush")
    stage.settle()


def _leave_labelling(stage: Stage) -> None:
    _page(stage).leave()
    stage.quiet()


def _ask(stage: Stage) -> None:
    """Ask about the picture of the test split with the most on it."""
    ask_paths(stage, [Path(_fullest(stage, "test")[0].path)])


def _moving(stage: Stage) -> MovingPages:
    moving = inference_tab(stage).moving
    assert moving is not None
    return moving


def _film(stage: Stage) -> Path:
    """Return a film that goes over a row of pictures, from the left to the right."""
    import PIL.Image

    from deepdesk.core.work import StopToken
    from deepdesk.data.images import read_image
    from deepdesk.ui.video.writing import written_film

    samples = _fullest(stage, "test")[:FILMED]
    pictures = [PIL.Image.fromarray(read_image(Path(sample.path))) for sample in samples]
    high = pictures[0].height * FILM_SIDE_PX // pictures[0].width
    row_HWC = np.concatenate(
        [np.asarray(picture.resize((FILM_SIDE_PX, high))) for picture in pictures], axis=1
    )
    path, stop = stage.home / "A row of pictures.avi", StopToken()
    with written_film(path, RATE, stop) as film:
        for left in range(0, row_HWC.shape[1] - FILM_SIDE_PX, STEP_PX):
            film.write(np.ascontiguousarray(row_HWC[:, left : left + FILM_SIDE_PX]), stop)
    return path


def _watch_film(stage: Stage) -> None:
    """Play a film with answers until something stands in the zone, and pause it."""
    import dataclasses

    stage.window.show_tab("inference")
    tab, films = inference_tab(stage), _moving(stage).films
    assert tab.drawn is not None
    names = frozenset(row.name for row in stage.desk.index.classes()[:1])
    keeper = tab.drawn.keeper
    keeper.change(dataclasses.replace(keeper.settings, is_on=True, classes=names))
    stage.window.tabs.drop([_film(stage)])
    stage.until(lambda: films.watching.is_playing)
    stage.settle(WATCHED_S)
    watch = tab.drawn.moving[0].watch
    stage.until(lambda: watch.sighting.is_alarm)
    films.watching.pause()
    stage.settle(1.0)


def _drive(stage: Stage) -> None:
    """Play what is kept for the test, with the values of a person and of the network."""
    stage.window.show_tab("inference")
    drive = _moving(stage).drive
    assert drive is not None
    inference_tab(stage).workspace.top.pages.chip("drive").click()
    stage.until(lambda: bool(drive.stops) and len(drive.measured) == len(drive.stops))
    stage.settle(1.0)


# Each begins with a project of its own, whatever was there before.
BOXES: Sequence[Shot] = (
    Shot(name="boxes-dataset", enter=sample_project(BOXES_KEY), begins=True),
    Shot(name="boxes-label", enter=_label, leave=_leave_labelling),
    Shot(name="boxes-training", enter=train(3)),
    Shot(name="boxes-trained", enter=finish),
    Shot(name="boxes-mistake", enter=open_mistake, leave=close_dialogs),
    Shot(name="boxes-answer", enter=_ask),
    Shot(name="boxes-answers", enter=ask_many),
    Shot(name="boxes-film", enter=_watch_film),
)

MASKS: Sequence[Shot] = (
    Shot(name="mask-dataset", enter=sample_project(MASKS_KEY), begins=True),
    Shot(name="mask-label", enter=_label_with_brush, leave=_leave_labelling),
    Shot(name="mask-training", enter=train(3)),
    Shot(name="mask-trained", enter=finish),
    Shot(name="mask-answer", enter=_ask),
)

NUMBERS: Sequence[Shot] = (
    Shot(name="number-dataset", enter=sample_project(NUMBERS_KEY), begins=True),
    Shot(name="number-training", enter=train(3)),
    Shot(name="number-trained", enter=finish),
    Shot(name="number-drive", enter=_drive),
)
