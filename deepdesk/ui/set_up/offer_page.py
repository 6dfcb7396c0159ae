"""What was found and what would be fetched for it; nothing happens before the main button."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from deepdesk.ui.set_up import words
from deepdesk.ui.set_up.found import Asked, Files, Found, way_with
from deepdesk.ui.set_up.page import Page
from deepdesk.ui.set_up.parts import ChoiceList, MachineCard, PlanCard
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.banner import Banner
from deepdesk.ui.widgets.buttons import LinkButton, PlainButton, PrimaryButton
from deepdesk.ui.widgets.labels import Label

if TYPE_CHECKING:
    from deepdesk.launcher.choice import Choice
    from deepdesk.launcher.fetching import Fetch

FOLDER, NETWORK = "Use a folder of files instead", "Fetch over the network instead"
FOLDER_HINT = "for a computer without a network"
FALLS_BACK = "If its test fails, {title} is set up instead ({size} to fetch), and you are told why."
FOLDER_REMEDY = "Choose the folder that the files for this computer were copied into."


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a person agreed to.

    Attributes:
        choices: What to try, in order.
        wheels: A folder that everything is taken from, None to fetch it.
    """

    choices: tuple[Choice, ...]
    wheels: Path | None
    is_repair: bool


class OfferPage(Page):
    """The first page with a choice.

    Signals:
        accepted: The `Plan`, after a click on the main button.
        refused: None.
        folder_asked: None, to choose a folder of files.
        look_asked: None, to look at the machine again.
    """

    accepted = Signal(object)
    refused = Signal(object)
    folder_asked = Signal(object)
    look_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__("Set up DeepDesk")
        self.found: Found | None = None
        self.fetch: Fetch | None = None
        self.files: Files | None = None
        self.banner = Banner(tone="warn")
        self.machine = MachineCard()
        self.plan = PlanCard()
        self.choices = ChoiceList()
        self.folder = LinkButton(FOLDER, self._folder_or_network)
        self.folder_hint = Label(FOLDER_HINT, kind="hint")
        self.refuse = PlainButton("Not now", lambda: self.refused.emit(None))
        self.accept = PrimaryButton("Set up", self._accept)
        self.choices.chosen.connect(self._choose)
        self.choices.toggled.connect(self._reveal_choices)
        self.machine.link_followed.connect(lambda _none: self.look_asked.emit(None))
        self.plan.again.clicked.connect(lambda _checked=False: self.look_asked.emit(None))
        for widget in (self.banner, self.machine, self.plan, self.choices):
            self.column.addWidget(widget)
        self.column.addLayout(self._links())
        self.finish()
        self.offer(self.refuse)
        self.offer(self.accept, is_main=True)

    def show_found(self, found: Found, asked: Asked) -> None:
        """Show what looking at the machine told."""
        self.found = found
        self.fetch = found.like(self.fetch) or found.at_first(asked.backend)
        self.machine.show_machine(found.hardware)
        self._list_choices(found, self.fetch)
        if asked.why:
            self.banner.say(asked.why)
        self._show()

    def show_files(self, files: Files | None) -> None:
        """Show a folder that everything would be taken from; None for fetching it."""
        self.files = files
        self.banner.hide()
        if files is not None and self.found is not None:
            self._choose_for(files, self.found)
        self._show()

    def _choose_for(self, files: Files, found: Found) -> None:
        way = way_with(files, found)
        trouble = files_trouble(files, fits=way is not None)
        if trouble:
            self.banner.say(trouble, FOLDER_REMEDY)
        if way is not None and way is not self.fetch:
            self.fetch = way
            self._list_choices(found, way)

    def _list_choices(self, found: Found, chosen: Fetch) -> None:
        in_use = found.ready.backend if found.ready is not None else ""
        self.choices.show_choices(found.fetches, chosen, in_use)
        self.choices.setVisible(len(found.fetches) > 1)

    def _links(self) -> QHBoxLayout:
        links = QHBoxLayout()
        links.setSpacing(metrics.S)
        links.addWidget(self.folder)
        links.addWidget(self.folder_hint)
        links.addStretch(1)
        return links

    def _show(self) -> None:
        found, fetch = self.found, self.fetch
        if found is None or fetch is None:
            return
        self.plan.show_plan(found, fetch, self.files)
        self._show_words(found, fetch)
        self.folder.setText(FOLDER if self.files is None else NETWORK)
        self.folder.setAccessibleName(self.folder.text())
        self.folder_hint.setVisible(self.files is None)
        self.note.setText(fallback_text(found, fetch) if self.files is None else "")
        self.accept.setEnabled(self._can_begin(found, fetch))

    def _show_words(self, found: Found, fetch: Fetch) -> None:
        said = words.OCCASIONS[found.occasion]
        size = words.about(fetch.left_bytes, is_exact=fetch.is_exact)
        old = found.ready.version if found.ready is not None else ""
        names = {"size": size, "new": found.version, "old": old}
        self.say(said.title.format(**names), said.hint.format(**names))
        self.refuse.setText(said.refuse.format(**names).strip())
        self.refuse.setAccessibleName(self.refuse.text())
        button = words.button_text(said.verb, size, is_folder=self.files is not None)
        self.accept.setText(button)
        self.accept.setAccessibleName(button)

    def _can_begin(self, found: Found, fetch: Fetch) -> bool:
        if self.files is not None and not self.files.count:
            return False
        # What it takes beside that is an estimate, and no reason to forbid anything.
        return not found.free_bytes or fetch.left_bytes <= found.free_bytes

    def larger(self) -> Fetch | None:
        """Return what could be set up instead, and is larger than what was agreed to."""
        if self.found is None or self.fetch is None or self.files is not None:
            return None
        return self.found.larger_than(self.fetch)

    def choose(self, fetch: Fetch) -> None:
        """Offer another of the ways."""
        assert self.found is not None
        self._list_choices(self.found, fetch)
        self._choose(fetch)

    def _choose(self, fetch: Fetch) -> None:
        self.fetch = fetch
        self._show()

    def _reveal_choices(self, is_open: bool) -> None:
        if is_open:
            self.reveal(self.choices)

    def _folder_or_network(self) -> None:
        if self.files is None:
            self.folder_asked.emit(None)
        else:
            self.show_files(None)

    def _accept(self) -> None:
        if self.found is None or self.fetch is None:
            return
        wheels = self.files.folder if self.files is not None else None
        is_repair = self.found.occasion == "repair"
        choices = self.found.from_on(self.fetch)
        self.accepted.emit(Plan(choices=choices, wheels=wheels, is_repair=is_repair))


def fallback_text(found: Found, fetch: Fetch) -> str:
    """Return what is set up where a way does not pass its test, "" where nothing follows."""
    following = found.next_of(fetch)
    if following is None:
        return ""
    size = words.about(following.left_bytes, is_exact=following.is_exact)
    return FALLS_BACK.format(title=following.choice.title, size=size)


def files_trouble(files: Files, *, fits: bool) -> str:
    """Return what is wrong with a folder of files, one sentence, or ""."""
    if not files.count:
        return "There are no packages in this folder: their names end in .whl."
    if not files.builds:
        return "This folder has no package of torch, which training needs."
    if fits:
        return ""
    names = ", ".join(sorted(build or "the usual index" for build in files.builds))
    return f"The torch in this folder is for another kind of computer ({names})."
