"""What the tests of the Dataset tab share: a small project, and the tab over it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt

from deepdesk.core.task import Found
from deepdesk.data.images import image_facts
from deepdesk.project.folder import Project
from deepdesk.ui.tabs.dataset import DatasetTab

CLASSES = ("ash", "elm", "oak")
PER_CLASS = 6
KEY = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


def write_pictures(folder: Path) -> Path:
    generator = np.random.default_rng(1)
    for name in CLASSES:
        (folder / name).mkdir(parents=True)
        for at in range(PER_CLASS):
            pixels = generator.integers(0, 255, (12, 12, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{name}_{at}.png")
    return folder


@pytest.fixture
def pictures(tmp_path):
    return write_pictures(tmp_path / "pictures")


@pytest.fixture
def project(tmp_path):
    project = Project.create(tmp_path / "trees", name="Trees", task="image_classification")
    yield project
    project.close()


@pytest.fixture
def filled(project, pictures):
    splits = ("train", "train", "train", "train", "validation", "test")
    found = [
        Found(path=pictures / name / f"{name}_{at}.png", label=name, split=splits[at])
        for name in CLASSES
        for at in range(PER_CLASS)
    ]
    with project.index() as index:
        index.add(found, source=str(pictures))
        for number, path in index.unchecked(100):
            index.record_facts([(number, image_facts(path))])
    return project


@pytest.fixture
def open_tab(qtbot, desk):
    opened = []

    def open_it(project) -> DatasetTab:
        desk.show_project(project)
        tab = DatasetTab(desk)
        # Versions for training would load torch; the test that looks at them starts them itself.
        tab.workspace.right.seen._pause.setInterval(10**6)
        opened.append(tab)
        tab.resize(1000, 640)
        tab.show()
        settle(qtbot, tab)
        return tab

    yield open_it
    for tab in opened:
        tab.close()
        tab.deleteLater()


def settle(qtbot, tab) -> None:
    space = tab.workspace

    def is_quiet() -> bool:
        busy = space.intake.is_importing or space.intake.is_checking
        return not busy and not space.worker.is_waiting and not space.thumbnails.is_waiting

    qtbot.waitUntil(is_quiet)


def press(qtbot, tab, key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.keyClick(tab.workspace.grid, key, modifiers)
    settle(qtbot, tab)


def counts_of(tab) -> dict[str, int]:
    return {row.name: row.count for row in tab.workspace.overview.classes}
