"""What states of all sample projects share: open one, train it, ask it, look at its mistakes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from deepdesk.ui.shots_stage import Stage, find_devices

if TYPE_CHECKING:
    from deepdesk.ui.tabs.dataset.tab import DatasetTab
    from deepdesk.ui.tabs.inference.tab import InferenceTab
    from deepdesk.ui.tabs.training.tab import TrainingTab

MANY = 30
_ANSWER_S = 3.0


def sample_project(key: str) -> Callable[[Stage], None]:
    """Return what opens the sample project of a task."""

    def enter(stage: Stage) -> None:
        from deepdesk.tasks import task_of

        before = stage.desk.store.session.project
        stage.window.projects.make_sample(task_of(key), opens=True)
        stage.until(lambda: stage.desk.store.session.project not in (None, before))
        stage.window.show_tab("dataset")
        find_devices(stage)
        stage.quiet()

    return enter


def dataset_tab(stage: Stage) -> DatasetTab:
    """Return the Dataset tab of the open project."""
    from deepdesk.ui.tabs.dataset.tab import DatasetTab

    page = stage.window.tabs.page("dataset")
    assert isinstance(page, DatasetTab)
    return page


def inference_tab(stage: Stage) -> InferenceTab:
    """Return the Inference tab of the open project."""
    from deepdesk.ui.tabs.inference.tab import InferenceTab

    page = stage.window.tabs.page("inference")
    assert isinstance(page, InferenceTab)
    return page


def training_tab(stage: Stage) -> TrainingTab:
    """Return the Training tab of the open project."""
    from deepdesk.ui.tabs.training.tab import TrainingTab

    page = stage.window.tabs.page("training")
    assert isinstance(page, TrainingTab)
    return page


def paths_of_test(stage: Stage, count: int) -> list[Path]:
    """Return files of the test split, of all classes in turn; the network has not seen them."""
    from deepdesk.project.index import Filter

    rows = stage.desk.index.page(Filter(split="test"), 0, 1_000)
    step = max(1, len(rows) // count)
    return [Path(row.path) for row in rows[::step]][:count]


def train(epochs_seen: int) -> Callable[[Stage], None]:
    """Return what begins a quick run and waits for some epochs."""

    def enter(stage: Stage) -> None:
        from deepdesk.engine.request import RunRequest

        stage.window.show_tab("training")
        training_tab(stage).setup.dial.segment("quick").click()
        stage.quiet()
        before = stage.count("EpochEnded")
        stage.desk.training.train(RunRequest(dial="quick"))
        stage.until(lambda: stage.count("EpochEnded") >= before + epochs_seen)
        stage.settle()

    return enter


def finish(stage: Stage) -> None:
    """Wait until the run has ended."""
    stage.until(lambda: not stage.desk.training.is_busy)
    stage.quiet()


def ask(stage: Stage) -> None:
    """Ask about one sample of the test split."""
    ask_paths(stage, paths_of_test(stage, 1))


def ask_many(stage: Stage) -> None:
    """Ask about a table of samples of the test split."""
    ask_paths(stage, paths_of_test(stage, MANY))


def ask_paths(stage: Stage, paths: list[Path]) -> None:
    """Ask about files, as if they were dropped."""
    stage.window.show_tab("inference")
    stage.quiet()
    stage.window.tabs.drop(paths)
    stage.settle(_ANSWER_S)
    stage.quiet()


def open_mistake(stage: Stage) -> None:
    """Open the worst mistake of the run."""
    from deepdesk.ui.tabs.training.mistakes_card import MistakesCard

    card = training_tab(stage).middle.errs
    assert isinstance(card, MistakesCard)
    stage.until(lambda: bool(card.list.rows))
    card.picked.emit(card.list.rows[0].shown)
    stage.settle(1.0)
    stage.quiet()


def close_dialogs(stage: Stage) -> None:
    """Close every dialog."""
    from PySide6.QtWidgets import QDialog

    for dialog in stage.window.findChildren(QDialog):
        dialog.close()
    stage.settle(0.2)
