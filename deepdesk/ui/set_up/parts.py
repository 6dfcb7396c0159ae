"""The cards of the set-up window: the machine, what is fetched for it, the other choices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from deepdesk.ui.set_up import words
from deepdesk.ui.set_up.found import Files, Found, on_disk_bytes
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import LinkButton
from deepdesk.ui.widgets.card import Card
from deepdesk.ui.widgets.chip import Tag
from deepdesk.ui.widgets.elided_label import ElidedLabel
from deepdesk.ui.widgets.emptying import empty
from deepdesk.ui.widgets.figure import Figure
from deepdesk.ui.widgets.fold import Fold
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.states import IconPicture

if TYPE_CHECKING:
    from deepdesk.launcher.fetching import Fetch
    from deepdesk.launcher.hardware import Hardware

ICON_PX = 24
INDENT_PX = 22


class MachineCard(Card):
    """The graphics cards, or that there is none."""

    def __init__(self) -> None:
        super().__init__("This computer", link="Look again")
        self.rows: list[tuple[Label, Label]] = []

    def show_machine(self, hardware: Hardware) -> None:
        """Show what was found."""
        empty(self.body)
        self.rows = []
        self.set_note(words.system_text(hardware))
        for icon, name, note in words.machine_rows(hardware):
            self.body.addLayout(self._row(icon, name, note))
        for note in hardware.notes:
            self.add(Label(note, kind="hint", wraps=True))

    def _row(self, icon: str, name: str, note: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(metrics.M)
        row.addWidget(IconPicture(icon, "accent", ICON_PX), 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout()
        column.setSpacing(0)
        said, quiet = Label(name, kind="strong", wraps=True), Label(note, kind="hint", wraps=True)
        column.addWidget(said)
        if note:
            column.addWidget(quiet)
        row.addLayout(column, 1)
        self.rows.append((said, quiet))
        return row


class PlanCard(Card):
    """What is fetched, how large it is, how much room it takes, and where it goes."""

    def __init__(self) -> None:
        super().__init__("What is fetched")
        self.choice = Label(kind="strong", wraps=True)
        self.why = Label(kind="hint", wraps=True)
        self.advice = Label(kind="small", tone="warn", wraps=True)
        self.fetched = Figure("To fetch")
        self.disk = Figure("Room it takes", tip="With what is unpacked; an estimate.")
        self.free = Figure("Free on the disk")
        self.place = ElidedLabel(kind="hint", where=Qt.TextElideMode.ElideMiddle)
        self.source = ElidedLabel(kind="hint", where=Qt.TextElideMode.ElideMiddle)
        self.sizes = Label(kind="hint", wraps=True)
        self.room = Label(kind="small", tone="bad", wraps=True)
        self.again = LinkButton("Look again")
        for label in (self.choice, self.why, self.advice):
            self.add(label)
        figures = QHBoxLayout()
        figures.setContentsMargins(0, metrics.XS, 0, metrics.XS)
        figures.setSpacing(metrics.XL)
        for figure in (self.fetched, self.disk, self.free):
            figures.addWidget(figure)
        figures.addStretch(1)
        self.body.addLayout(figures)
        self.add(self.sizes)
        row = QHBoxLayout()
        row.addWidget(self.room, 1)
        row.addWidget(self.again)
        self.body.addLayout(row)
        self.add(self.source)
        self.add(self.place)

    def show_plan(self, found: Found, fetch: Fetch, files: Files | None) -> None:
        """Show one way to set the program up."""
        is_fetched = files is None and (fetch.left_bytes or not fetch.is_exact)
        self.set_title("What is fetched" if is_fetched else "What is set up")
        self.choice.setText(fetch.choice.title)
        self.why.setText(fetch.choice.why)
        self.advice.setText(fetch.choice.advice)
        self.advice.setVisible(bool(fetch.choice.advice))
        self._show_bytes(found, fetch, files)
        self.sizes.setText(fetch.note if files is None else "")
        self.sizes.setVisible(bool(self.sizes.text()))
        self.source.setText("" if files is None else f"Taken from {files.folder}")
        self.source.setVisible(files is not None)
        self.place.setText(f"Goes to {found.runtime}")

    def _show_bytes(self, found: Found, fetch: Fetch, files: Files | None) -> None:
        if files is None:
            self.fetched.name.setText("To fetch")
            self.fetched.set_value(words.about(fetch.left_bytes, is_exact=fetch.is_exact))
        else:
            self.fetched.name.setText("In the folder")
            noun = "package" if files.count == 1 else "packages"
            self.fetched.set_value(f"{files.count:,} {noun}, {words.size_text(files.total_bytes)}")
        needed = on_disk_bytes(fetch)
        self.fetched.setToolTip(_here_text(fetch) if files is None else "")
        self.disk.set_value(words.about(needed, is_exact=False) if needed else "little")
        free = words.size_text(found.free_bytes) if found.free_bytes else "not known"
        self.free.set_value(free)
        self.room.setText(room_trouble(needed, found.free_bytes))
        for widget in (self.room, self.again):
            widget.setVisible(bool(self.room.text()))


def room_trouble(needed_bytes: int, free_bytes: int) -> str:
    """Return what is wrong with the room on the disk, with its remedy, or ""."""
    if not free_bytes or needed_bytes <= free_bytes:
        return ""
    missing = words.size_text(needed_bytes - free_bytes)
    return f"The disk is too full: about {missing} more are needed. Make room for it."


def _here_text(fetch: Fetch) -> str:
    here = fetch.total_bytes - fetch.left_bytes
    return f"{words.size_text(here)} of it lie here already." if here > 0 else ""


class ChoiceList(Fold):
    """Every way to set the program up, with its reason, folded away.

    Signals:
        chosen: The `Fetch` that a person chose.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__("Another choice")
        self.buttons: list[QRadioButton] = []
        self._group = QButtonGroup(self)

    def show_choices(self, fetches: tuple[Fetch, ...], chosen: Fetch, in_use: str) -> None:
        """List the ways; `in_use` is the backend of what is set up now, or ""."""
        empty(self.body)
        for button in self.buttons:
            self._group.removeButton(button)
        self.buttons = []
        for at, fetch in enumerate(fetches):
            tag = "fits best" if at == 0 else ""
            if fetch.choice.backend == in_use:
                # Two ways may share a build; the first of them is what was set up.
                tag, in_use = "in use", ""
            self.body.addWidget(self._line(fetch, tag, is_chosen=fetch is chosen))
        self.set_note(f"{len(fetches)} fit this computer" if len(fetches) > 1 else "")

    def _line(self, fetch: Fetch, tag: str, *, is_chosen: bool) -> QWidget:
        line = QWidget()
        column = QVBoxLayout(line)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        head = QHBoxLayout()
        head.setSpacing(metrics.S)
        size = words.about(fetch.left_bytes, is_exact=fetch.is_exact)
        button = QRadioButton(fetch.choice.title.replace("&", "&&"))
        button.setChecked(is_chosen)
        button.setAccessibleName(
            ", ".join(part for part in (fetch.choice.title, tag, size) if part)
        )
        button.setAccessibleDescription(fetch.choice.why)
        button.clicked.connect(lambda _on=False: self.chosen.emit(fetch))
        self._group.addButton(button)
        self.buttons.append(button)
        head.addWidget(button)
        if tag:
            head.addWidget(Tag(tag))
        head.addStretch(1)
        head.addWidget(Label(size, kind="small"))
        why = Label(fetch.choice.why, kind="hint", wraps=True)
        why.setContentsMargins(INDENT_PX, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(why)
        return line
