"""States of the Architecture tab while a network is built, mended, compared and looked into."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from deepdesk.ui.shots_stage import Shot, Stage

if TYPE_CHECKING:
    from deepdesk.ui.tabs.architecture.compare_window import CompareWindow
    from deepdesk.ui.tabs.architecture.inside_window import InsideWindow
    from deepdesk.ui.tabs.architecture.tab import ArchitectureTab

# Blocks of the network that the sample project begins with.
STAGES = ("stage_1", "stage_2", "stage_3")
# Of the run's network: a block in the middle of any that may have been trained.
AT = 2
FORECAST_S = 60.0


def _tab(stage: Stage) -> ArchitectureTab:
    from deepdesk.ui.tabs.architecture.tab import ArchitectureTab

    page = stage.window.tabs.page("architecture")
    assert isinstance(page, ArchitectureTab)
    return page


def _counted(stage: Stage) -> None:
    """Wait until everything that is known of the network in sight is there."""
    tab = _tab(stage)
    stage.quiet()

    def is_known() -> bool:
        drawing = tab.network.drawing
        if drawing is None or not drawing.is_counted:
            return False
        return bool(drawing.problems) or drawing.forecast is not None

    stage.until(is_known, FORECAST_S)
    stage.quiet()


def loaded(stage: Stage) -> None:
    """Bring the tab to the front, with its forecast."""
    stage.window.show_tab("architecture")
    _counted(stage)


def _undo(stage: Stage) -> None:
    """Take every change of the network back."""
    tab = _tab(stage)
    while stage.desk.undo.canUndo() and tab.network.choice.graph is not None:
        stage.desk.undo.undo()
    _counted(stage)


def _palette(stage: Stage) -> None:
    left = _tab(stage).left
    left.show_page("blocks")
    blocks = left.palette_of_blocks.list
    keys = [blocks.item(row).toolTip() for row in range(blocks.count())]
    blocks.setCurrentRow(next(row for row, tip in enumerate(keys) if tip.startswith("Dropout")))
    stage.quiet()


def _close_palette(stage: Stage) -> None:
    _tab(stage).left.show_page("networks")


def _type(stage: Stage) -> None:
    from PySide6.QtTest import QTest

    tab = _tab(stage)
    tab.middle.canvas.select(STAGES[1])
    tab.bench.open_field()
    QTest.keyClicks(tab.bench.field.line, "conv 64")
    stage.quiet()


def _close_field(stage: Stage) -> None:
    _tab(stage).bench.field.leave()


def _break(stage: Stage) -> None:
    """Draw a skip around a stage that halves the picture: the shapes do not fit."""
    tab = _tab(stage)
    tab.middle.canvas.select(STAGES[1])
    tab.bench.add("add")
    tab.bench.editor.connect_blocks((STAGES[0], "add", None))
    _counted(stage)
    tab.middle.canvas.select("add")
    stage.quiet()


def _select(stage: Stage) -> None:
    from deepdesk.ui.tabs.architecture.selection import Selection

    cards = frozenset(STAGES)
    _tab(stage).middle.canvas.take(Selection(focus=STAGES[-1], anchor=STAGES[0], cards=cards))
    stage.quiet()


def _group(stage: Stage) -> None:
    tab = _tab(stage)
    tab.bench.naming.group("Body")
    _counted(stage)
    _toggle(tab, is_open=True)
    _counted(stage)


def _close_group(stage: Stage) -> None:
    tab = _tab(stage)
    _toggle(tab, is_open=False)
    _counted(stage)
    tab.middle.canvas.select(tab.network.graph.groups[0].id)
    stage.quiet()


def _toggle(tab: ArchitectureTab, *, is_open: bool) -> None:
    (group,) = tab.network.graph.groups
    if group.is_open != is_open:
        tab.bench.naming.toggle_group((group.id, is_open))


def _times(stage: Stage) -> None:
    tab = _tab(stage)
    tab.middle.canvas.select(STAGES[-1])
    tab.middle.toolbar.overlays.chip("time").click()
    stage.quiet()


def _no_times(stage: Stage) -> None:
    _tab(stage).middle.toolbar.overlays.chip("shapes").click()


def _tools(stage: Stage) -> None:
    button = _tab(stage).middle.toolbar.tools
    button.menu().popup(button.mapToGlobal(button.rect().bottomLeft()))
    stage.settle()


def _close_tools(stage: Stage) -> None:
    _tab(stage).middle.toolbar.tools.menu().close()


def _fit(stage: Stage) -> None:
    from deepdesk.ui.tabs.architecture.fit_window import open_fit

    dialog = open_fit(_tab(stage))
    assert dialog is not None, "there is a valid network in sight"
    stage.until(lambda: dialog.found is not None)
    stage.quiet()


def _close_windows(stage: Stage) -> None:
    from PySide6.QtWidgets import QDialog

    for dialog in _tab(stage).findChildren(QDialog):
        dialog.close()
    stage.settle(0.2)


def _compare(stage: Stage) -> None:
    """Put the run's network beside the one on the canvas."""
    from deepdesk.ui.tabs.architecture.compare_window import CompareWindow, open_compare

    open_compare(_tab(stage))
    (window,) = _tab(stage).findChildren(CompareWindow)
    _wait_for(stage, window, "rows")


def _end_comparing(stage: Stage) -> None:
    _close_windows(stage)
    _undo(stage)


def _inside(stage: Stage) -> None:
    from deepdesk.ui.tabs.architecture.inside_window import InsideWindow, open_inside

    open_inside(_tab(stage))
    (window,) = _tab(stage).findChildren(InsideWindow)
    _wait_for(stage, window, "inside")
    window.select(list(window.rows.rows)[AT])
    window.rows.setFocus()
    stage.quiet()


def _wait_for(stage: Stage, window: CompareWindow | InsideWindow, page: str) -> None:
    """Wait until a window shows a page; one that cannot shows why."""
    stage.until(lambda: window.page in (page, "error"))
    stage.quiet()


def _operate(stage: Stage) -> None:
    """Open the network of the run, and put a block into it."""
    from deepdesk.ui.tabs.architecture.run_chooser import take

    loaded(stage)
    tab = _tab(stage)
    run = stage.desk.project.runs.list()[-1].name
    take(tab, run)
    stage.until(lambda: tab.network.choice.start_from == run)
    _counted(stage)
    tab.middle.canvas.select(tab.network.graph.order[AT].id)
    tab.bench.add("attention")
    _counted(stage)


# With the sample project, before anything was trained.
BUILDING: Sequence[Shot] = (
    Shot(name="architecture-palette", enter=_palette, leave=_close_palette),
    Shot(name="architecture-typing", enter=_type, leave=_close_field),
    Shot(name="architecture-broken", enter=_break, leave=_undo),
    Shot(name="architecture-several", enter=_select),
    Shot(name="architecture-group-open", enter=_group),
    Shot(name="architecture-group-closed", enter=_close_group, leave=_undo),
    Shot(name="architecture-times", enter=_times, leave=_no_times),
    Shot(name="architecture-tools", enter=_tools, leave=_close_tools),
    Shot(name="architecture-fit", enter=_fit, leave=_close_windows),
)

# Once there is a run.
LOOKING: Sequence[Shot] = (
    Shot(name="architecture-surgery", enter=_operate),
    Shot(name="architecture-compare", enter=_compare, leave=_end_comparing),
    Shot(name="architecture-inside", enter=_inside, leave=_close_windows),
)
