"""Pictures of every tab in every state a person meets, light and dark.

`python -m deepdesk.ui.shots FOLDER [--large] [--only NAME]` drives the real window over the
sample projects in a home of its own, which is gone afterwards.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from deepdesk.ui.shots_drawn import BOXES, MASKS, NUMBERS
from deepdesk.ui.shots_sound import CLASSES, TEXTS
from deepdesk.ui.shots_stage import Shot, Stage, find_devices
from deepdesk.ui.shots_training import AHEAD, MANY, TROUBLE
from deepdesk.ui.shots_workshop import BUILDING, LOOKING, loaded

SIZE, LARGE = (1280, 800), (2560, 1440)


def _welcome(stage: Stage) -> None:
    find_devices(stage)
    stage.window.welcome.fill()
    stage.quiet()


def _empty_project(stage: Stage) -> None:
    from deepdesk.ui.dialogs import NewProject

    wanted = NewProject(name="My project", folder=stage.home, task=stage.spec.key)
    stage.window.projects.create(wanted)
    stage.until(lambda: stage.desk.store.session.project is not None)
    stage.quiet()


def _tab(key: str) -> Callable[[Stage], None]:
    def enter(stage: Stage) -> None:
        stage.window.show_tab(key)
        stage.quiet()

    return enter


def _unreadable_data(stage: Stage) -> None:
    folder = stage.home / "letters"
    folder.mkdir(exist_ok=True)
    (folder / "letter.txt").write_text("Dear reader", encoding="utf-8")
    stage.window.give_to_dataset([folder])
    stage.quiet()


def _sample(stage: Stage) -> None:
    before = stage.desk.store.session.project
    stage.window.projects.make_sample(stage.spec, opens=True)
    stage.until(lambda: stage.desk.store.session.project not in (None, before))
    stage.quiet()


def _selected(stage: Stage) -> None:
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QAbstractScrollArea

    areas = stage.window.tabs.page("dataset").findChildren(QAbstractScrollArea)
    grid = max(areas, key=lambda area: area.width() * area.height())
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(160, 160))
    stage.quiet()


def _train(stage: Stage) -> None:
    from deepdesk.engine.request import RunRequest

    stage.window.show_tab("training")
    stage.desk.training.train(RunRequest(dial="quick", training={"epochs": 12}))
    stage.until(lambda: stage.count("EpochEnded") >= 3)


def _pause(stage: Stage) -> None:
    stage.desk.training.pause()


def _finish(stage: Stage) -> None:
    stage.desk.training.resume()
    stage.until(lambda: not stage.desk.training.is_busy)
    stage.quiet()


def _failed_run(stage: Stage) -> None:
    from deepdesk.engine.request import RunRequest

    stage.window.show_tab("training")
    stage.desk.training.train(RunRequest(dial="quick", training={"device": "cuda:9"}))
    stage.until(lambda: not stage.desk.training.is_busy)


def _pictures(stage: Stage, count: int) -> list[Path]:
    from deepdesk.project.index import Filter

    return [Path(sample.path) for sample in stage.desk.index.page(Filter(), 0, count)]


def _ask_one(stage: Stage) -> None:
    stage.window.show_tab("inference")
    stage.window.tabs.drop(_pictures(stage, 1))
    stage.settle(3.0)
    stage.quiet()


def _ask_many(stage: Stage) -> None:
    stage.window.tabs.drop(_pictures(stage, 40))
    stage.settle(3.0)
    stage.quiet()


def _ask_wrong(stage: Stage) -> None:
    broken = stage.home / "broken.png"
    broken.write_bytes(b"no picture")
    stage.window.tabs.drop([broken])
    stage.settle(2.0)
    stage.quiet()


def _drag(stage: Stage) -> None:
    stage.window.drops.overlay.say("Drop to add to the data", "", is_welcome=True)


def _let_go(stage: Stage) -> None:
    stage.window.drops.overlay.hide()
    loaded(stage)


def _recent(stage: Stage) -> None:
    stage.desk.close_project()
    stage.quiet()


def _interrupted(stage: Stage) -> None:
    from deepdesk.project.recent import recent
    from deepdesk.project.runs import Runs

    for project in recent():
        runs = Runs(project.path / "runs")
        for run in runs.list()[:1]:
            # What is left when the power goes: a run that says it is running, and nobody runs it.
            runs.get(run.name).update(status="running", step=40)
    stage.window.welcome.fill()
    stage.quiet()


# In the order a newcomer meets them: each state starts from the one before.
SHOTS = (
    Shot(name="welcome-first", enter=_welcome, begins=True),
    Shot(name="dataset-empty", enter=_empty_project),
    Shot(name="architecture-empty", enter=_tab("architecture")),
    Shot(name="training-empty", enter=_tab("training")),
    Shot(name="inference-empty", enter=_tab("inference")),
    Shot(name="dataset-error", enter=_unreadable_data),
    Shot(name="dataset-loaded", enter=_sample),
    Shot(name="dataset-selected", enter=_selected),
    Shot(name="dataset-drag", enter=_drag),
    Shot(name="architecture-loaded", enter=_let_go),
    *BUILDING,
    Shot(name="inference-untrained", enter=_tab("inference")),
    Shot(name="training-ready", enter=_tab("training")),
    *AHEAD,
    Shot(name="training-running", enter=_train),
    Shot(name="training-paused", enter=_pause),
    *TROUBLE,
    Shot(name="training-finished", enter=_finish),
    *MANY,
    Shot(name="training-error", enter=_failed_run),
    Shot(name="inference-ready", enter=_tab("inference")),
    Shot(name="inference-loaded", enter=_ask_one),
    Shot(name="inference-many", enter=_ask_many),
    Shot(name="inference-error", enter=_ask_wrong),
    *LOOKING,
    *CLASSES,
    *TEXTS,
    *BOXES,
    *MASKS,
    *NUMBERS,
    Shot(name="welcome-loaded", enter=_recent),
    Shot(name="welcome-interrupted", enter=_interrupted),
)


def until_named(name: str) -> tuple[Shot, ...]:
    """Return the states that lead to all whose names begin with `name`, all for "".

    They begin where nothing from before is needed.
    """
    named = [at for at, shot in enumerate(SHOTS) if shot.name.startswith(name)]
    if not named:
        return ()
    first = max(at for at in range(named[0] + 1) if SHOTS[at].begins)
    return SHOTS[first : named[-1] + 1]


def names_text() -> str:
    """Return the names of all states in one line."""
    return ", ".join(shot.name for shot in SHOTS)


def take(
    folder: Path, stage: Stage, shots: Sequence[Shot] = SHOTS, *, only: str = ""
) -> list[Path]:
    """Bring the window through the states and save each, light and dark; return the files.

    Args:
        only: How the names of the states begin that are to be saved, "" for every one.
    """
    from deepdesk.ui.theme import apply

    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for shot in shots:
        start_s = time.monotonic()
        shot.enter(stage)
        for mode in ("light", "dark") if shot.name.startswith(only) else ():
            apply(stage.app, mode)
            stage.settle()
            path = folder / f"{shot.name}-{mode}.png"
            stage.picture().save(str(path))
            made.append(path)
        shot.leave(stage)
        sys.stderr.write(f"{shot.name} ({time.monotonic() - start_s:.1f} s)\n")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Save the pictures and return the exit status."""
    parser = argparse.ArgumentParser(prog="shots", description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--large", action="store_true", help="2560 x 1440 instead of 1280 x 800")
    parser.add_argument("--only", default="", metavar="NAME", help="or how some names begin")
    options = parser.parse_args(arguments)
    shots = until_named(options.only)
    if not shots:
        parser.error(f"no state is named {options.only}; there are: {names_text()}")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["DEEPDESK_HOME"] = home
        from PySide6.QtWidgets import QApplication

        from deepdesk.ui.before_qt import quiet_import_hook
        from deepdesk.ui.theme import apply

        app = QApplication(["deepdesk"])
        quiet_import_hook()
        apply(app, "light")
        stage = Stage(app, Path(home), LARGE if options.large else SIZE)
        made = take(options.folder, stage, shots, only=options.only)
        stage.window.leaving.leave()
        stage.until(lambda: not stage.window.isVisible())
    sys.stdout.write(f"{len(made)} pictures in {options.folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
