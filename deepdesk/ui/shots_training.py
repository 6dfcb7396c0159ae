"""States of the Training tab beside one run at a time: what is ahead, searches, comparison."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject

from deepdesk.ui.shots_stage import Shot, Stage

if TYPE_CHECKING:
    from deepdesk.ui.tabs.training.tab import TrainingTab

Part = TypeVar("Part", bound=QObject)
TRIALS = "4"
# How runs that are lined up differ from the form.
LINED_UP = ({"epochs": 12}, {"epochs": 12, "seed": 2}, {"learning_rate": 0.1})
_FULL = "The run cannot be saved: its disk has 3.2 MB free, a checkpoint needs 9.8 MB."
_FREE_SOME = "Delete old runs or other files on that disk; saving is tried again by itself."
_WENT_BACK = (
    "The loss of step 42 was no finite number. Training went back to step 27 and goes on with"
    " half the learning rate."
)


def _tab(stage: Stage) -> TrainingTab:
    from deepdesk.ui.tabs.training.tab import TrainingTab

    page = stage.window.tabs.page("training")
    assert isinstance(page, TrainingTab)
    return page


def _part(stage: Stage, kind: type[Part]) -> Part:
    found = _tab(stage).findChild(kind)
    assert isinstance(found, kind)
    return found


def _outlook(stage: Stage) -> None:
    """Wait for what the run will take; the machine may have to be measured first."""
    from deepdesk.ui.tabs.training.outlook import OutlookFeature

    stage.window.show_tab("training")
    card = _part(stage, OutlookFeature).card
    stage.until(lambda: bool(card.lines))
    stage.quiet()


def _more(stage: Stage) -> None:
    _tab(stage).setup.training.fold.set_open(True)
    stage.quiet()


def _less(stage: Stage) -> None:
    _tab(stage).setup.training.fold.set_open(False)


def _quick(stage: Stage) -> None:
    _tab(stage).setup.dial.segment("quick").click()
    stage.quiet()


def _rate(stage: Stage) -> None:
    from deepdesk.ui.tabs.training.rate_finding import RateFinding

    _quick(stage)
    finding = _part(stage, RateFinding)
    finding.find()
    dialog = finding.dialog
    assert dialog is not None
    stage.until(dialog.primary.isEnabled)
    stage.quiet()


def _close_rate(stage: Stage) -> None:
    from deepdesk.ui.tabs.training.rate_finding import RateFinding

    dialog = _part(stage, RateFinding).dialog
    assert dialog is not None
    dialog.reject()
    stage.quiet()


def _disk_full(stage: Stage) -> None:
    """Show what a run says whose disk is full."""
    from deepdesk.core.events import SaveFailed

    stage.desk.run_event.emit(SaveFailed(text=_FULL, hint=_FREE_SOME))
    stage.settle()


def _disk_free(stage: Stage) -> None:
    from deepdesk.core.events import Saved

    stage.desk.run_event.emit(Saved(step=0, seconds=0.1))


def _retreat(stage: Stage) -> None:
    """Show what a run says that went back to an earlier state."""
    stage.desk.say(_WENT_BACK, level="warning")
    stage.settle()


def _queue(stage: Stage) -> None:
    from deepdesk.ui.tabs.training.queue_control import QueueControl

    queue = _part(stage, QueueControl)
    asked = _tab(stage).setup.request()
    for changes in LINED_UP:
        queue.add(dataclasses.replace(asked, training={**asked.training, **changes}))
    stage.settle()


def _empty_queue(stage: Stage) -> None:
    from deepdesk.ui.tabs.training.queue_control import QueueControl

    queue = _part(stage, QueueControl)
    for waiting in queue.queue:
        queue.delete(waiting.id)
    stage.settle()


def _choices(stage: Stage) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    QTest.mouseClick(_tab(stage).setup.choices.lines[0], Qt.MouseButton.LeftButton)
    stage.settle()


def _close_menu(stage: Stage) -> None:
    from PySide6.QtWidgets import QMenu

    for menu in _tab(stage).setup.choices.findChildren(QMenu):
        menu.close()
    stage.settle(0.2)


def _search_form(stage: Stage) -> None:
    from deepdesk.ui.tabs.training.search_control import SearchControl

    control = _part(stage, SearchControl)
    control.open()
    stage.until(lambda: bool(control.page.form.rows))
    control.page.form.trials.setText(TRIALS)
    control.page.form.check()
    stage.quiet()


def _search(stage: Stage) -> None:
    from deepdesk.ui.tabs.training.search_control import SearchControl

    before = stage.count("TrialEnded")
    _part(stage, SearchControl).start()
    stage.until(lambda: stage.count("TrialEnded") >= before + 2)
    stage.settle()


def _search_over(stage: Stage) -> None:
    stage.until(lambda: not stage.desk.training.is_busy)
    stage.quiet()


def _table(stage: Stage) -> None:
    """Select the two newest runs of the table, with what differs below."""
    from PySide6.QtCore import QItemSelectionModel

    from deepdesk.ui.tabs.training.table.feature import RunTable

    table = _part(stage, RunTable)
    table.open()
    stage.quiet()
    flags = QItemSelectionModel.SelectionFlag
    for place in range(2):
        index = table.page.model.index(place, 0)
        table.page.view.selectionModel().select(index, flags.Select | flags.Rows)
    stage.until(lambda: bool(table.page.panel.words))
    stage.quiet()


def _back_to_curves(stage: Stage) -> None:
    _tab(stage).show_run_page()
    stage.quiet()


# Before the first run.
AHEAD: Sequence[Shot] = (
    Shot(name="training-outlook", enter=_outlook),
    Shot(name="training-settings", enter=_more, leave=_less),
    Shot(name="training-rate", enter=_rate, leave=_close_rate),
)

# While a run is paused.
TROUBLE: Sequence[Shot] = (
    Shot(name="training-disk-full", enter=_disk_full, leave=_disk_free),
    Shot(name="training-retreat", enter=_retreat),
    Shot(name="training-queue", enter=_queue, leave=_empty_queue),
)

# Once there is a run.
MANY: Sequence[Shot] = (
    Shot(name="training-choices", enter=_choices, leave=_close_menu),
    Shot(name="training-search-new", enter=_search_form),
    Shot(name="training-search-running", enter=_search),
    Shot(name="training-search", enter=_search_over),
    Shot(name="training-table", enter=_table, leave=_back_to_curves),
)
