"""The Dataset tab of one open project: three columns, and what connects them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from deepdesk.core.payloads import Audio
from deepdesk.project.index import Sample
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.dataset.actions import Actions
from deepdesk.ui.tabs.dataset.browser import Browser, written_tip_of
from deepdesk.ui.tabs.dataset.class_list import Dropped
from deepdesk.ui.tabs.dataset.class_model import ClassLine
from deepdesk.ui.tabs.dataset.class_names import ClassNames
from deepdesk.ui.tabs.dataset.cutting import CuttingDoor
from deepdesk.ui.tabs.dataset.drawings import (
    Drawings,
    filter_of,
    learns_drawings,
    tiny_share_of,
)
from deepdesk.ui.tabs.dataset.edits import Edits
from deepdesk.ui.tabs.dataset.films import FilmDoor
from deepdesk.ui.tabs.dataset.grid import SampleGrid
from deepdesk.ui.tabs.dataset.grid_keys import GridKeys
from deepdesk.ui.tabs.dataset.index_worker import IndexWorker, as_plain_error
from deepdesk.ui.tabs.dataset.intake import Intake
from deepdesk.ui.tabs.dataset.label_exporting import LabelExportDoor
from deepdesk.ui.tabs.dataset.labelling import LabellingDoor
from deepdesk.ui.tabs.dataset.left import LeftColumn
from deepdesk.ui.tabs.dataset.menus import (
    add_menu,
    choose_folder,
    class_menu,
    fill_classes,
    fill_splits,
    sample_menu,
    show_below,
)
from deepdesk.ui.tabs.dataset.middle import CLASSES_HINT, DRAWN_HINT, Middle
from deepdesk.ui.tabs.dataset.overview import Overview, ask_overview
from deepdesk.ui.tabs.dataset.recording import RecordingDoor
from deepdesk.ui.tabs.dataset.right import RightColumn
from deepdesk.ui.tabs.dataset.thumbnails import Thumbnails
from deepdesk.ui.tabs.dataset.truths import Truths
from deepdesk.ui.truth_words import WrittenTruth, written_truth


class Workspace(QWidget):
    """Everything of the tab that belongs to one project.

    Signals:
        overview_changed: The new `Overview`.
    """

    overview_changed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._noun = desk.spec.reader().noun
        self.overview = Overview()
        self.worker = IndexWorker(desk.project.index, self)
        self.edits = Edits(desk, self.worker, self)
        self.intake = Intake(desk, self.worker, self.edits, self)
        truth = written_truth(desk.spec)
        is_drawn = learns_drawings(desk.spec)
        self._ask_overview = partial(
            ask_overview,
            counts_targets=truth is not None,
            counts_seconds=desk.spec.takes is Audio,
        )
        has_classes = truth is None and not is_drawn
        self.commands = Actions(
            self.edits, self._noun, lambda: self.overview, has_classes=has_classes
        )
        self.thumbnails = Thumbnails(desk.project.cache, desk.spec.reader(), self)
        self.browser = Browser(
            self.worker, self.thumbnails.tile, self, tip=_tip_in(self, truth, is_drawn=is_drawn)
        )
        self.grid: SampleGrid = self.browser.grid
        self.left: LeftColumn = LeftColumn(
            self._noun, desk.spec.reader().origin_noun, has_classes=truth is None
        )
        self.left.classes.add.setEnabled(not desk.project.read_only)
        reader = desk.spec.reader()
        self.left.splits.keep.name_origins(reader.origin_noun)
        self.left.splits.order.offer(comes_in_order=reader.comes_in_order)
        self.middle: Middle = _middle_of(desk, self.grid, truth, is_drawn=is_drawn)
        self.right: RightColumn = RightColumn(desk)
        self._arrange()
        self._connect_grid()
        self._connect_columns()
        self._connect_work()
        self.truths: Truths = Truths(desk, self)
        self.drawings: Drawings = Drawings(desk, self)
        self.labelling: LabellingDoor = LabellingDoor(desk, self)
        self.open_labelling: Callable[[int], None] = self.labelling.open
        self.names: ClassNames = ClassNames(desk, self)
        self.recording = RecordingDoor(desk, self)
        self.cutting = CuttingDoor(desk, self)
        self.films = FilmDoor(desk, self)
        self.exporting = LabelExportDoor(desk, self)
        self.refresh()
        QTimer.singleShot(0, self.intake.check)

    def take(self, sources: Sequence[Path], label: str | None = None) -> None:
        """Import what was dropped or chosen."""
        rest = self.films.divert(sources)
        if rest:
            self.intake.take(rest, label)

    def refresh(self) -> None:
        """Ask for the counts and the samples in sight again."""
        # What is in sight comes first; the counts of a million take half a second.
        self.browser.refresh()
        ask = partial(self._ask_overview, tiny_share=tiny_share_of(self._desk))
        self.worker.ask(ask, self._show_overview, lane="overview")

    @property
    def is_loading(self) -> bool:
        """Whether counts, samples or pictures in sight are on their way."""
        waits = self.worker.is_waiting or self.thumbnails.is_waiting
        return waits or self.drawings.is_waiting

    def close_work(self) -> None:
        """End the threads; nothing of the project is touched afterwards."""
        self.intake.stop()
        self.recording.close_work()
        self.cutting.close_work()
        self.films.close_work()
        self.exporting.close_work()
        self.right.sample.stop()
        self.right.seen.stop()
        self.thumbnails.close()
        self.drawings.close_work()
        self.labelling.close_work()
        self.worker.close()

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.left)
        row.addWidget(self.middle, 1)
        row.addWidget(self.right)

    def _connect_grid(self) -> None:
        # Kept here: a signal does not keep the owner of a method alive.
        self._keys = GridKeys(
            self.commands,
            lambda: self.overview,
            lambda: self.browser.selected,
            lambda: self.drawings.open_current() or self.right.sample.preview.open_larger(),
        )
        self.grid.look.position_of = _position_in(self)
        self.grid.key_pressed.connect(self._keys.press)
        self.grid.menu_asked.connect(self._show_sample_menu)
        self.thumbnails.arrived.connect(lambda _ids: self.grid.viewport().update())
        bar = self.grid.verticalScrollBar()
        bar.valueChanged.connect(lambda _px: self.thumbnails.forget_wishes())
        self.browser.counted.connect(
            lambda count: self.middle.show_count(count, self.overview.total)
        )
        self.browser.looked_at.connect(self._show_sample)

    def _connect_columns(self) -> None:
        classes, splits = self.left.classes, self.left.splits
        classes.list.chosen.connect(lambda _lines: self.narrow())
        classes.list.dropped.connect(lambda dropped: _DROPS[dropped.kind](self, dropped))
        classes.list.delete_asked.connect(self.commands.delete_classes)
        classes.list.menu_asked.connect(self._show_class_menu)
        classes.add_asked.connect(self.commands.add_class)
        classes.model.rename_asked.connect(lambda pair: self.commands.rename_class(*pair))
        splits.draw_asked.connect(self.commands.draw_splits)
        splits.samples_dropped.connect(
            lambda split: self.commands.resplit(self.browser.selected, split)
        )
        splits.clicked.connect(self.middle.bar.choose)
        self.middle.bar.changed.connect(lambda _asked: self.narrow())
        self.middle.bar.add_asked.connect(
            lambda button: show_below(
                self.recording.added_to(add_menu(self, self._noun, self.take)), button
            )
        )
        self.middle.choose_asked.connect(lambda _middle: choose_folder(self, self._noun, self.take))
        self.middle.all_asked.connect(lambda _middle: self._show_all())
        self.right.sample.class_asked.connect(self._choose_class)
        self.right.sample.split_asked.connect(self._choose_split)
        self.right.act_asked.connect(self._act)

    def _connect_work(self) -> None:
        desk = self._desk
        self.edits.delayed.connect(
            lambda is_delayed: self.middle.show_delay(is_delayed, self._noun)
        )
        self.edits.made.connect(lambda _text: self._after_edit())
        # A handle that was dragged and a name that was typed go back to what holds.
        self.edits.refused.connect(lambda _none: self.refresh())
        self.worker.failed.connect(lambda error: desk.banner(as_plain_error(error), "dataset"))
        self.intake.progressed.connect(self.middle.show_progress)
        self.intake.progressed.connect(
            lambda progress: self.refresh() if progress is None else self._tell_overview()
        )
        self.middle.cancelled.connect(lambda _middle: self.intake.cancel())
        self.intake.checked.connect(self.right.health.show_progress)
        # While much comes in, counts that are still on their way are not asked for again.
        self.intake.grown.connect(
            lambda seconds: None if seconds and self.worker.is_waiting else self.refresh()
        )
        self.intake.failed.connect(lambda error: desk.banner(error, "dataset"))
        self.intake.refused.connect(lambda refused: self.middle.show_refused(refused, self._noun))
        self.intake.remarked.connect(self.middle.show_remarks)

    def _after_edit(self) -> None:
        self.refresh()
        self._desk.refresh_samples()

    def _tell_overview(self) -> None:
        self.overview_changed.emit(self.overview)

    def _show_overview(self, overview: Overview) -> None:
        self.overview = overview
        self.left.show_overview(overview)
        self.middle.bar.show_counts(overview, self.browser.shown)
        self.middle.show_count(self.browser.pages.count, overview.total)
        self.right.show_overview(overview)
        self.grid.viewport().update()
        self._tell_overview()

    def narrow(self) -> None:
        """Show what classes, origins, chips and the search field leave."""
        lines = self.left.classes.list.selected_lines
        line = lines[0] if len(lines) == 1 else None
        class_id = None if line is None else line.id
        unlabelled = line is not None and line.id is None
        asked = self.middle.bar.asked.narrowed_to(
            class_id, unlabelled=unlabelled, origin=self.left.origins.origin
        )
        shown = filter_of(asked, is_drawn=self.overview.drawn is not None)
        self.browser.narrow(shown)
        self.middle.bar.show_counts(self.overview, shown)

    def _show_all(self) -> None:
        self.middle.bar.search.clear()
        self.left.classes.list.clearSelection()
        self.left.origins.list.clearSelection()
        self.middle.bar.choose("all")

    def _show_sample(self, sample: Sample | None) -> None:
        thumbnail = None if sample is None else self.thumbnails.kept(sample)
        names = tuple(row.name for row in self.overview.classes)
        data = (names, self.overview.typical_size)
        self.right.show_sample(sample, len(self.grid.picked.rows), thumbnail, data)
        self.truths.show_sample(sample)
        self.drawings.show_sample(sample)

    def _show_sample_menu(self, point: QPoint) -> None:
        menu = sample_menu(
            self, self.commands, self.overview, self.browser.selected, self.browser.current
        )
        menu.popup(point)

    def _show_class_menu(self, point: QPoint) -> None:
        lines: list[ClassLine] = self.left.classes.list.selected_lines
        class_menu(self.left.classes.list, self.commands, self.overview, lines).popup(point)

    def _choose_class(self, chip: QWidget) -> None:
        menu = QMenu(self)
        fill_classes(
            menu, self.overview, lambda to: self.commands.relabel(self.browser.selected, to)
        )
        show_below(menu, chip)

    def _choose_split(self, chip: QWidget) -> None:
        menu = QMenu(self)
        fill_splits(menu, lambda split: self.commands.resplit(self.browser.selected, split))
        show_below(menu, chip)

    def _act(self, act: str) -> None:
        acts: dict[str, Callable[[], object]] = {
            "fix_twins": self.commands.fix_twins,
            "show_bad": lambda: self.middle.bar.show_problem("bad"),
            "show_twins": lambda: self.middle.bar.show_problem("twins"),
            "show_notes": lambda: self.middle.bar.show_problem("note"),
            "show_untold": lambda: self.middle.bar.choose("untold"),
            "show_unlabelled": lambda: self.left.classes.list.choose([None]),
            "draw_splits": self.left.splits.draw_usual,
            "keep_origins": self.left.splits.keep_together,
            "balance": self.right.balance,
            "cut_long": self.cutting.open,
            "show_undrawn": lambda: self.middle.bar.choose("undrawn"),
            "show_outside": lambda: self.drawings.show("outside"),
            "show_misfit": lambda: self.drawings.show("misfit"),
            "show_tiny": lambda: self.drawings.show("tiny"),
        }
        acts[act]()


def _move_samples(workspace: Workspace, dropped: Dropped) -> None:
    workspace.commands.relabel(workspace.browser.selected, dropped.class_id)


def _merge_classes(workspace: Workspace, dropped: Dropped) -> None:
    if dropped.class_id is not None:
        workspace.commands.merge_classes(dropped.classes, dropped.class_id)


def _take_files(workspace: Workspace, dropped: Dropped) -> None:
    name = workspace.overview.name_of(dropped.class_id)
    workspace.take(dropped.files, name or None)


_DROPS = {"samples": _move_samples, "classes": _merge_classes, "files": _take_files}


def _middle_of(
    desk: Desk, grid: SampleGrid, truth: WrittenTruth | None, *, is_drawn: bool
) -> Middle:
    return Middle(
        grid,
        desk.spec.reader().noun,
        read_only=desk.project.read_only,
        truth=truth,
        hint=DRAWN_HINT if is_drawn else CLASSES_HINT,
    )


def _tip_in(
    workspace: Workspace, truth: WrittenTruth | None, *, is_drawn: bool
) -> Callable[[Sample], str] | None:
    """Return what tells what a sample says under the pointer, None for its class."""

    def drawn_tip_of(sample: Sample) -> str:
        return workspace.drawings.tip_of(sample)

    if is_drawn:
        return drawn_tip_of
    return None if truth is None else partial(written_tip_of, truth)


def _position_in(workspace: Workspace) -> Callable[[int | None], int]:
    """Return what tells a class's place in the overview of the moment."""

    def position_of(class_id: int | None) -> int:
        return workspace.overview.position_of(class_id)

    return position_of
