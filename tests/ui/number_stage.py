"""What the tests of tasks whose truth is numbers share: pictures with a pressure each."""

from __future__ import annotations

import numpy as np
import PIL.Image

from deepdesk.core.task import Facts, Found
from deepdesk.project.folder import Project

PRESSURES = (1.5, 2.0, 7.25, 9.0, None)
SPLITS = ("train", "train", "validation", "test", "train")
HEADER = "pressure [bar]"


def picture_file(path, grey=120):
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.fromarray(np.full((16, 24, 3), grey, dtype=np.uint8)).save(path)
    return path


def gauges_project(tmp_path, *, name="Gauges"):
    """Return an open project of five pictures, one of them without a number."""
    project = Project.create(tmp_path / name, name=name, task="image_regression")
    found = [
        Found(
            path=picture_file(tmp_path / "pictures" / f"{at}.png", 40 * at),
            target=None if pressure is None else {HEADER: pressure},
            split=split,
        )
        for at, (pressure, split) in enumerate(zip(PRESSURES, SPLITS, strict=True))
    ]
    with project.index() as index:
        index.add(found, source=str(tmp_path / "pictures"))
        index.record_facts(
            [
                (number, Facts(size=(24, 16), detail="24 x 16", digest=f"{number:064x}"))
                for number, _path in index.unchecked(100)
            ]
        )
    return project
