"""Where it errs, for answers that are no choice between classes: the samples, and other pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget

from deepdesk.core.payloads import Image
from deepdesk.ui.tabs.training.errs_pages import ErrsPage
from deepdesk.ui.tabs.training.history import RunHistory
from deepdesk.ui.tabs.training.mistakes import Mistakes
from deepdesk.ui.tabs.training.row_list import RowList
from deepdesk.ui.tabs.training.works import Answered, answered_of
from deepdesk.ui.widgets.card import Card
from deepdesk.ui.widgets.chip_row import ChipRow
from deepdesk.ui.widgets.labels import Label

_WAITS = "The worst mistakes, after the first epoch."
SAMPLES = "samples"


class MistakesCard(Card):
    """Shows `Mistakes`, and what other pages make of an epoch.

    Args:
        pages: Title to page, beside that of the samples.
        noun: One sample and several: the title of the first page.
        with_pictures: Whether rows have room for a small picture.

    Signals:
        picked: The `Answered` that is to be opened.
        pictures_wanted: Ids of samples whose small pictures are missing.
    """

    picked = Signal(object)
    pictures_wanted = Signal(object)

    def __init__(
        self,
        pages: Mapping[str, ErrsPage] | None = None,
        noun: tuple[str, str] = ("sample", "samples"),
        *,
        with_pictures: bool = False,
    ) -> None:
        super().__init__("Where it errs")
        self.list = RowList(_WAITS, with_pictures=with_pictures)
        self.list.picked.connect(self.picked)
        self.warning = Label(kind="hint", tone="warn", wraps=True)
        self.warning.hide()
        self.pages: dict[str, ErrsPage] = dict(pages or {})
        self.chips = ChipRow(
            [(SAMPLES, noun[1].capitalize()), *((title, title) for title in self.pages)],
            name="Where it errs",
        )
        self.chips.setVisible(bool(self.pages))
        self.chips.chosen.connect(self._turn)
        self._words = ""
        self._ids: list[int] = []
        self._with_pictures = with_pictures
        self._stack = QStackedWidget()
        for page in (self.list, *self.pages.values()):
            self._stack.addWidget(page)
        self.add(self.chips)
        self.add(self.warning)
        self.add(self._stack, 1)

    def show_epoch(self, history: RunHistory) -> None:
        """Show the worst of the last epoch; those of the best one come from the run's folder."""
        for page in self.pages.values():
            page.show_epoch(history)
        if history.worst:
            self._say("worst of the last epoch")
            self.warning.hide()
            self._show([answered_of(row) for row in history.worst])
        else:
            self.show_mistakes(None)

    def show_mistakes(self, found: Mistakes | None) -> None:
        """Show these, or say what will be here."""
        for page in self.pages.values():
            page.show_mistakes(found)
        self._say("" if found is None else found.words)
        self.list.page.set_words(_WAITS if found is None else found.words)
        self._show(() if found is None else found.rows)
        self.warning.setText("" if found is None else found.warning)
        self.warning.setVisible(bool(self.warning.text()))

    def show_picture(self, sample_id: int, picture: Image) -> None:
        """Put a picture where its answer is."""
        self.list.show_picture(sample_id, picture)

    def _show(self, rows: Sequence[Answered]) -> None:
        self.list.show_rows(rows)
        ids = [row.id for row in rows]
        # From epoch to epoch most of the worst are the same samples in another order.
        missing = self.list.missing_pictures()
        if self._with_pictures and missing and ids != self._ids:
            self.pictures_wanted.emit(missing)
        self._ids = ids

    def _say(self, words: str) -> None:
        self._words = words
        self.set_note(words if self._stack.currentWidget() is self.list else "")

    def _turn(self, key: str) -> None:
        self._stack.setCurrentWidget(self.pages.get(key, self.list))
        self._say(self._words)
