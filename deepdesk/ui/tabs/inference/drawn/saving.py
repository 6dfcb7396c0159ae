"""What can be saved of drawn answers: the one that is shown, or all that are listed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import shiboken6
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from deepdesk.core.answer_filter import AnswerFilter
from deepdesk.core.events import Ended, Progress, Result
from deepdesk.core.payloads import Mask
from deepdesk.core.work import Work
from deepdesk.ui.desk import Desk
from deepdesk.ui.jobs import Job
from deepdesk.ui.tabs.inference.drawn.saving_work import (
    AnsweredPicture,
    Saved,
    saving_file,
    saving_masks,
    saving_pictures,
)
from deepdesk.ui.tabs.inference.entry import Entry
from deepdesk.ui.tabs.inference.given import GivenFile
from deepdesk.ui.tabs.inference.row_order import listed
from deepdesk.ui.tabs.inference.workspace import Workspace

COCO = "COCO JSON (*.json)"
CSV = "CSV table (*.csv)"
PICTURES = ("PNG picture (*.png)", "JPEG picture (*.jpg)")
# What is offered in the dialog: its filter to the ending that it stands for.
_ENDINGS = {COCO: ".json", CSV: ".csv", PICTURES[0]: ".png", PICTURES[1]: ".jpg"}
Pictures = Sequence[AnsweredPicture]


class AnswerSaving(QObject):
    """The menu behind "Save...", and the works behind the menu."""

    def __init__(self, desk: Desk, workspace: Workspace, kept: Callable[[], AnswerFilter]) -> None:
        super().__init__(workspace)
        self._desk = desk
        self._workspace = workspace
        self._kept = kept
        self._job: Job | None = None
        self.menu: QMenu | None = None
        workspace.table.busy.cancelled.connect(lambda _none: self._cancel())

    def offer(self, below: QWidget) -> None:
        """Open the menu below a button."""
        self.menu = self.made_menu()
        self.menu.popup(below.mapToGlobal(QPoint(0, below.height())))

    def made_menu(self) -> QMenu:
        """Return what can be saved now."""
        menu = QMenu(self._workspace)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        one, several = self.shown(), self.all()
        self._add_offers(menu, one)
        if len(several) > 1:
            menu.addSeparator()
            self._add_offers(menu, several)
        if self._workspace.is_in_table:
            menu.addSeparator()
            rows = menu.addAction("Rows of this table as CSV…")
            rows.triggered.connect(lambda _on=False: self._workspace.table.csv_asked.emit(None))
        return menu

    def shown(self) -> list[AnsweredPicture]:
        """Return the answer in the panel, [] where there is none yet."""
        entry = self._workspace.panel.entry
        return [] if entry is None else _of_entries([entry])

    def all(self) -> list[AnsweredPicture]:
        """Return all answers: of the table as it is listed, or of the strip."""
        if not self._workspace.is_in_table:
            return _of_entries(self._workspace.strip.tiles.entries)
        return [
            AnsweredPicture(given=GivenFile(Path(row.path)), packed=row.packed)
            for row in listed(self._workspace.table.rows.order)
            if row.packed
        ]

    def save_file(self, pictures: Pictures, path: Path) -> None:
        """Write answers as COCO JSON or CSV."""
        self._start(saving_file(pictures, self._kept(), path, self._desk.spec.gives))

    def save_masks(self, pictures: Pictures, folder: Path) -> None:
        """Write a mask picture for each answer."""
        self._start(saving_masks(pictures, self._kept(), folder))

    def save_pictures(self, pictures: Pictures, to: Path) -> None:
        """Write pictures with what counts painted on."""
        self._start(saving_pictures(pictures, self._kept(), to, self._desk.spec.reader))

    def _add_offers(self, menu: QMenu, pictures: Pictures) -> None:
        count, noun = len(pictures), self._workspace.noun
        name = Path(pictures[0].given.name).stem if count == 1 else "answers"
        answers = f"All {count:,} answers" if count > 1 else "This answer"
        painted = (
            f"All {count:,} {noun[1]} with their answers…"
            if count > 1
            else f"This {noun[0]} with its answer…"
        )
        masks = f"All {count:,} masks as pictures…" if count > 1 else "This mask as a picture…"
        offers: list[tuple[str, Callable[[], None]]] = [
            (f"{answers} as COCO JSON…", partial(self._ask_file, pictures, name, COCO)),
            (f"{answers} as a CSV table…", partial(self._ask_file, pictures, name, CSV)),
            (painted, partial(self._ask_pictures, pictures, name)),
        ]
        if self._desk.spec.gives is Mask:
            offers.append((masks, partial(self._ask_folder, pictures, self.save_masks)))
        for words, act in offers:
            action = menu.addAction(words)
            action.setEnabled(bool(pictures))
            action.triggered.connect(lambda _on=False, act=act: act())

    def _ask_file(self, pictures: Pictures, name: str, kind: str) -> None:
        self._ask(name, (kind,), lambda path: self.save_file(pictures, path))

    def _ask_pictures(self, pictures: Pictures, name: str) -> None:
        if len(pictures) == 1:
            save = partial(self.save_pictures, pictures)
            self._ask(f"{name} answered", PICTURES, save)
        else:
            self._ask_folder(pictures, self.save_pictures)

    def _ask_folder(self, pictures: Pictures, save: Callable[[Pictures, Path], None]) -> None:
        dialog = QFileDialog(self._workspace, "Save into a folder")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda chosen: save(pictures, Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _ask(self, name: str, kinds: Sequence[str], save: Callable[[Path], None]) -> None:
        dialog = QFileDialog(self._workspace, "Save the answers")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(list(kinds))
        dialog.setDefaultSuffix(_ENDINGS[kinds[0]])
        dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix(_ENDINGS[kind]))
        dialog.selectFile(f"{name}{_ENDINGS[kinds[0]]}")
        endings = tuple(_ENDINGS[kind] for kind in kinds)
        dialog.fileSelected.connect(lambda chosen: save(_ending_in(Path(chosen), endings)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _start(self, work: Work) -> None:
        told: list[Saved] = []
        busy = self._workspace.table.busy
        # While rows still come the bar is theirs.
        has_bar = busy.isHidden()

        def take(event: object) -> None:
            if isinstance(event, Progress) and has_bar and shiboken6.isValid(busy):
                busy.show_progress(event.done, event.total)
            elif isinstance(event, Result):
                told.append(event.value)

        def ended(end: Ended) -> None:
            self._job = None
            if has_bar and shiboken6.isValid(busy):
                busy.hide()
            if end.error is not None and not end.report:
                self._desk.banner(end.error, "inference")
            elif told:
                self._desk.say(told[0].words)

        if has_bar:
            busy.begin("Saving")
            busy.show()
        self._job = self._desk.start(work, "inference", on_event=take, on_ended=ended)

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.stop()


def _of_entries(entries: Sequence[Entry]) -> list[AnsweredPicture]:
    return [
        AnsweredPicture(given=entry.given, packed=entry.answered.packed)
        for entry in entries
        if entry.answered is not None and entry.answered.packed
    ]


def _ending_in(path: Path, endings: Sequence[str]) -> Path:
    """Return a path with one of the endings, the first one where it has none of them."""
    if path.suffix.lower() in endings:
        return path
    return path.with_name(f"{path.name}{endings[0]}")
