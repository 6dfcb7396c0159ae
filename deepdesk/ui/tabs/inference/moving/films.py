"""Films in the Inference tab: played at the network's real speed, and saved with their answers."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from deepdesk.core.events import Ended, Progress, Result
from deepdesk.ui.desk import Desk
from deepdesk.ui.jobs import Job
from deepdesk.ui.tabs.inference.models import Choice
from deepdesk.ui.tabs.inference.moving.figures_panel import FiguresPanel
from deepdesk.ui.tabs.inference.moving.film_bar import FilmBar
from deepdesk.ui.tabs.inference.moving.frames import Opened, Over, Seen
from deepdesk.ui.tabs.inference.moving.page import MovingPage
from deepdesk.ui.tabs.inference.moving.saving import (
    Saved,
    SavingOrder,
    formats_for,
    saving_work,
)
from deepdesk.ui.tabs.inference.moving.sources import FilmSource
from deepdesk.ui.tabs.inference.moving.watching import Watching
from deepdesk.ui.time_words import length_text

if TYPE_CHECKING:
    from deepdesk.ui.tabs.inference.networks import Networks

MISSING_S = 0.5


class Films(QObject):
    """Wires the page of films.

    Args:
        page: Whose bar is a `FilmBar`.
        panel: Figures at the right.
        networks: Makes networks that nobody else uses.

    Signals:
        running_changed: bool, whether a film is open or being saved.
    """

    running_changed = Signal(object)

    def __init__(
        self, desk: Desk, page: MovingPage, panel: FiguresPanel, networks: Callable[[], Networks]
    ) -> None:
        super().__init__(page)
        assert isinstance(page.bar, FilmBar), "films have a bar of their own"
        self._desk = desk
        self._page = page
        self._networks = networks
        self.bar = page.bar
        self.watching = Watching(desk, page, panel, networks(), "film")
        self._saving: Job | None = None
        self._length_s = 0.0
        self._is_closed = False
        self._connect()

    @property
    def is_running(self) -> bool:
        """Whether a film goes on or is being saved."""
        return self.watching.is_playing or self._saving is not None

    def open(self, path: Path) -> None:
        """Play a film from its beginning."""
        self.bar.show_length(0.0)
        self.watching.watch(FilmSource(path))
        self._page.setFocus()

    def use(self, choice: Choice | None) -> None:
        """Let another network answer."""
        self.watching.use(choice)

    def close(self) -> None:
        """Let the film go, and save nothing more."""
        self._is_closed = True
        self.watching.close()
        self.stop_saving()

    def ask_where(self) -> None:
        """Let a person choose what the film with its answers is saved as."""
        source = self.watching.source
        if self._saving is not None:
            self.stop_saving()
            return
        if not isinstance(source, FilmSource):
            return
        formats = formats_for(self._desk.spec.gives)
        dialog = QFileDialog(self._page, "Save the film with its answers")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        filters = {f"{words} (*{end})": end for end, words in formats.items()}
        dialog.setNameFilters(list(filters))
        dialog.setDefaultSuffix(next(iter(formats))[1:])
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(filters[chosen][1:]))
        dialog.selectFile(f"{source.path.stem} answered")
        dialog.fileSelected.connect(
            lambda chosen: self.save(
                named_as(Path(chosen), filters[dialog.selectedNameFilter()], formats)
            )
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, target: Path) -> None:
        """Answer every picture and write the film; what plays is paused meanwhile."""
        source, choice = self.watching.source, self.watching.choice
        if not isinstance(source, FilmSource) or choice is None or self._saving is not None:
            return
        if target.suffix.lower() not in formats_for(self._desk.spec.gives):
            target = target.with_name(f"{target.name}.mp4")
        self.watching.pause()
        order = SavingOrder(
            film=source.path,
            target=target,
            model=choice.model,
            gives=self._desk.spec.gives,
            kept=self._page.view.layers.kept,
        )
        self._saving = self._desk.start(
            saving_work(order, self._networks()),
            "inference",
            on_event=self._take_saving,
            on_ended=self._end_saving,
            lowered=True,
        )
        self.bar.show_saving(0.0)
        self.running_changed.emit(True)

    def stop_saving(self) -> None:
        """Save no more; nothing of it stays on the disk."""
        if self._saving is not None:
            self._saving.stop()

    def _connect(self) -> None:
        page, bar, watching = self._page, self.bar, self.watching
        for toggled in (page.toggled, bar.toggled):
            toggled.connect(lambda _none: watching.toggle())
        for stepped in (page.stepped, bar.stepped):
            stepped.connect(watching.step)
        bar.sought.connect(watching.seek)
        bar.save_asked.connect(lambda _none: self.ask_where())
        watching.opened.connect(self._show_opened)
        watching.seen.connect(self._show_seen)
        watching.over.connect(self._show_over)
        watching.playing_changed.connect(self._show_playing)
        page.hidden.connect(lambda _none: watching.pause() if watching.is_playing else None)

    def _show_opened(self, opened: Opened) -> None:
        self._length_s = opened.facts.length_s
        self.bar.show_length(self._length_s)

    def _show_seen(self, seen: Seen) -> None:
        self.bar.show_place(seen.at_s)

    def _show_playing(self, is_playing: bool) -> None:
        self.bar.show_playing(is_playing=is_playing)
        self.running_changed.emit(self.is_running)

    def _show_over(self, over: Over) -> None:
        if over.missing_s < MISSING_S:
            self.bar.show_place(self._length_s)
            return
        words = f"The film ends {length_text(over.missing_s)} before the end that it promises."
        self._page.note.say(words, "The rest is missing or damaged.")

    def _take_saving(self, event: object) -> None:
        if self._is_closed:
            return
        if isinstance(event, Progress):
            self.bar.show_saving(event.done / max(1, event.total))
        elif isinstance(event, Result) and isinstance(event.value, Saved):
            saved = event.value
            self._desk.say(f"Saved {saved.pictures:,} pictures to {saved.path.name}")

    def _end_saving(self, ended: Ended) -> None:
        self._saving = None
        if self._is_closed:
            return
        self.bar.show_saving(None)
        if ended.stopped:
            self._desk.say("Stopped saving; nothing of it was kept")
        elif ended.error is not None and not ended.report:
            self._page.show_problem(ended.error)
        self.running_changed.emit(self.is_running)


def named_as(chosen: Path, ending: str, endings: Collection[str]) -> Path:
    """Return a path that ends as what was chosen; another ending that was typed counts more.

    Args:
        chosen: As a person named it, maybe with dots in the name.
        ending: Of the format that was chosen, "" for a folder.
        endings: Of all formats.
    """
    if chosen.suffix and chosen.suffix.lower() in endings:
        return chosen
    if ending:
        return chosen.with_name(f"{chosen.name}{ending}")
    # What has an ending is no folder.
    return chosen.with_name(chosen.name.replace(".", " "))
