"""The table in the tab: who opens it, what it reads, and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QSpinBox

from deepdesk.core.events import Ended, Result
from deepdesk.engine.comparison.facts import START, siblings
from deepdesk.engine.request import RunRequest
from deepdesk.ui.dialogs import AskDialog
from deepdesk.ui.tabs.training.queue_control import QueueControl
from deepdesk.ui.tabs.training.table.page import RunTablePage
from deepdesk.ui.tabs.training.table.rows import Row
from deepdesk.ui.tabs.training.table.works import Known, judging, reading, saving
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import LinkButton

if TYPE_CHECKING:
    from pathlib import Path

    from deepdesk.ui.tabs.training.tab import TrainingTab

_MOST_REPEATS = 20


class RunTable(QObject):
    """All runs as a table in the middle of the tab."""

    def __init__(self, tab: TrainingTab) -> None:
        super().__init__(tab)
        self._tab = tab
        self._known: Known = {}
        self._is_reading = self._is_stale = False
        self._asked: tuple[str, ...] = ()
        self._page: RunTablePage | None = None
        self.link = LinkButton("Table", self.open)
        self.link.setToolTip("All runs with their settings and results, to filter and compare")
        tab.runs.head.setSpacing(metrics.S)
        tab.runs.head.addWidget(self.link)
        # Methods, not lambdas: they are let go of with the tab.
        tab.desk.runs_changed.connect(self._look_again)
        tab.viewer.listed.connect(self._show_link)
        self.link.hide()

    @property
    def page(self) -> RunTablePage:
        """The page, made when it is first wanted."""
        if self._page is None:
            page = self._page = RunTablePage()
            page.closed.connect(self._close)
            page.selected.connect(self._judge)
            page.curves_asked.connect(self._draw)
            page.repeat_asked.connect(self._ask_repeats)
            page.save_asked.connect(self._save)
        return self._page

    def open(self) -> None:
        """Show the table."""
        self._tab.show_page(self.page)
        self.page.search.setFocus()
        self._is_stale = True
        self.read()

    def read(self) -> None:
        """Read the runs again, where the table is to be seen."""
        if self._is_reading:
            self._is_stale = True
            return
        if self._page is None or not self._page.isVisibleTo(self._tab):
            return
        self._is_reading, self._is_stale = True, False
        work = reading(self._tab.desk.project, self._tab.desk.spec, self._known)
        self._tab.viewer.start(work, self._take, self._end_reading)

    def _close(self, _none: object) -> None:
        self._tab.show_run_page()

    def _look_again(self, _run: str) -> None:
        self.read()

    def _show_link(self, infos: tuple[Any, ...]) -> None:
        self.link.setVisible(bool(infos))

    def _take(self, event: Any) -> None:
        if isinstance(event, Result):
            self.page.show_contents(event.value)

    def _end_reading(self, ended: Ended) -> None:
        self._is_reading = False
        if ended.error is not None:
            self._tab.desk.banner(ended.error, "training")
        elif self._is_stale:
            self.read()

    def _judge(self, rows: tuple[Row, ...]) -> None:
        self._asked = tuple(row.key for row in rows)
        if len(rows) != 2:
            return
        asked = self._asked

        def take(event: Any) -> None:
            if isinstance(event, Result) and asked == self._asked:
                self.page.panel.show_judged(event.value)

        contents = self.page.model.listing.contents
        work = judging(self._tab.desk.spec, (rows[0], rows[1]), contents.facts)
        self._tab.viewer.start(work, take)

    def _draw(self, rows: tuple[Row, ...]) -> None:
        """Draw runs over each other, the first in front."""
        names = list(dict.fromkeys(run.name for row in rows for run in row.facts))
        runs = self._tab.runs.list
        runs.compare(False)
        runs.choose(names[0])
        for name in names[1:]:
            runs.choose(name, is_added=True)
        self._tab.show_run_page()

    def _ask_repeats(self, row: Row) -> None:
        count = QSpinBox()
        count.setRange(1, _MOST_REPEATS)
        count.setValue(2)
        count.setAccessibleName("More runs")
        dialog = AskDialog(
            self._tab.window(),
            f"Repeat {row.title} with other seeds",
            verb="Add to queue",
            done=lambda: self.repeat(row, count.value()),
        )
        dialog.add_text(
            "Runs that differ in nothing but the seed show how much of a result is chance."
            " How many more?"
        )
        dialog.add(count)
        dialog.open()
        count.setFocus()

    def repeat(self, row: Row, count: int) -> None:
        """Line up the same run with seeds that it was not trained with yet."""
        run = row.first
        every = self.page.model.listing.contents.facts
        taken = {other.seed for other in (run, *siblings(run, every), *row.facts)}
        seeds = [n for n in range(1, len(taken) + count + 1) if n not in taken][:count]
        queue = self._tab.findChild(QueueControl)
        if queue is None:
            return
        for seed in seeds:
            queue.add(repeated(row, seed), title=f"{row.title}, seed {seed}")

    def _save(self, _none: object = None) -> None:
        listing = self.page.model.listing
        chosen, _kind = QFileDialog.getSaveFileName(self._tab, "Save table", "runs.csv", "*.csv")
        if chosen:
            self._write(_with_suffix(chosen), listing.shown, listing.columns)

    def _write(self, path: Path, rows: list[Row], columns: Any) -> None:
        def end(ended: Ended) -> None:
            if ended.error is not None:
                self._tab.desk.banner(ended.error, "training")
            else:
                self._tab.desk.say(f"The table is in {path.name}.")

        work = saving(tuple(rows), tuple(columns), path)
        self._tab.viewer.start(work, lambda _event: None, end)


def repeated(row: Row, seed: int) -> RunRequest:
    """Return the request for the same run with another seed."""
    run = row.first
    parts: dict[str, dict[str, Any]] = {"training": {}, "task": {}}
    for key, value in run.settings.items():
        part, _dot, name = key.partition(".")
        if name and part in parts:
            parts[part][name] = value
    donor = str(run.settings.get(START, ""))
    return RunRequest(
        dial=run.info.dial,
        training={**parts["training"], "seed": seed},
        task=parts["task"],
        graph=run.graph or None,
        continue_from=donor,
        is_fresh=not donor,
    )


def _with_suffix(chosen: str) -> Path:
    from pathlib import Path

    return Path(chosen).with_suffix(".csv")
