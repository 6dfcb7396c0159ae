"""The bottom of the window: what just happened at the left, the machine at the right."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout

import deepdesk
from deepdesk.ui.desk import Desk, Note
from deepdesk.ui.machine import Machine, MachineMeter
from deepdesk.ui.session import Session
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import LinkButton
from deepdesk.ui.widgets.elided_label import ElidedLabel
from deepdesk.ui.widgets.labels import Label

GREETING = "Press Ctrl+Shift+P for every command"
TONES = {"info": "muted", "warning": "warn", "error": "bad"}


class Footer(QFrame):
    """Shows notes from the desk, with Undo for as long as the last change can be taken back."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setProperty("kind", "footer")
        self.setFixedHeight(metrics.scaled(metrics.FOOTER_HEIGHT))
        self._desk = desk
        self._project: Path | None = None
        self._level = "info"
        self.text = ElidedLabel(GREETING, kind="small", tone="muted")
        self.text.setAccessibleName("What just happened")
        self.undo = LinkButton("Undo", desk.undo.undo, tip="Take the last change back (Ctrl+Z)")
        self.machine = Label(f"Version {deepdesk.__version__} · offline", kind="hint")
        self.meter = MachineMeter(self)
        self._dot = Label("·", kind="hint")
        row = QHBoxLayout(self)
        row.setContentsMargins(metrics.L, 0, metrics.L, 0)
        row.setSpacing(metrics.S)
        row.addWidget(self.text)
        row.addWidget(self._dot)
        row.addWidget(self.undo)
        row.addStretch(1)
        row.addWidget(self.machine)
        self._offer_undo(is_on=False)
        desk.said.connect(self.show_note)
        desk.store.changed.connect(self._follow)
        desk.undo.canUndoChanged.connect(self._drop_undo)
        self._place, self._changes = desk.undo.index(), desk.undo.count()
        desk.undo.indexChanged.connect(self._tell_turn)
        self.meter.measured.connect(self.show_machine)

    def show_note(self, note: Note) -> None:
        """Show what happened."""
        self._level = note.level
        self.text.setText(note.text)
        self.text.setProperty("tone", TONES.get(note.level, "muted"))
        self.text.style().unpolish(self.text)
        self.text.style().polish(self.text)
        self._offer_undo(is_on=note.undo and self._desk.undo.canUndo())

    def show_machine(self, machine: Machine) -> None:
        """Show how full the machine is, where a project is open."""
        if self._desk.store.session.project is not None:
            self.machine.setText(machine.words())

    def _follow(self, session: Session) -> None:
        project = session.project
        place = None if project is None else project.path
        if place != self._project:
            # What happened in another project is of no use here; a warning is.
            self._project = place
            if self._level == "info":
                self.show_note(Note(text=GREETING))
        if project is None:
            self.machine.setText(f"Version {deepdesk.__version__} · offline")
        elif self.meter.folder != project.path:
            self.meter.folder = project.path
            self.meter.measure()

    def _drop_undo(self, can_undo: bool) -> None:
        if not can_undo:
            self._offer_undo(is_on=False)

    def _tell_turn(self, place: int) -> None:
        # The sentence before would offer to take back another change than the one it tells of.
        stack = self._desk.undo
        before, count = self._place, self._changes
        self._place, self._changes = place, stack.count()
        if self._changes != count or place == before:
            return
        if place < before:
            self.show_note(Note(text=f"Taken back: {stack.text(place)}"))
        else:
            self.show_note(Note(text=stack.text(place - 1), undo=True))

    def _offer_undo(self, *, is_on: bool) -> None:
        self._dot.setVisible(is_on)
        self.undo.setVisible(is_on)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.meter.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.meter.stop()
