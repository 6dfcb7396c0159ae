"""What was heard live, and where it can go: played, added to the data, saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QWidget

from deepdesk.core.events import Result
from deepdesk.core.payloads import Span
from deepdesk.ui.tabs.inference.class_menu import class_menu, ordered
from deepdesk.ui.tabs.inference.corrections import Corrections
from deepdesk.ui.tabs.inference.entry import Entry
from deepdesk.ui.tabs.inference.given import GivenSound
from deepdesk.ui.tabs.inference.live.column import LiveColumn
from deepdesk.ui.tabs.inference.live.event_list import moment
from deepdesk.ui.tabs.inference.live.keeper import Keeper
from deepdesk.ui.tabs.inference.live.keeping import finding_tuning
from deepdesk.ui.tabs.inference.live.listening import Listening
from deepdesk.ui.tabs.inference.live.player import PiecePlayer
from deepdesk.ui.tabs.inference.live.recogniser import Tuning
from deepdesk.ui.tabs.inference.live.saving import EVENT_FORMATS, TEXT_FORMATS, Saving
from deepdesk.ui.tabs.inference.live.scores_board import ScoresBoard
from deepdesk.ui.tabs.inference.live.text_board import TextBoard
from deepdesk.ui.tabs.inference.models import Choice

if TYPE_CHECKING:
    from deepdesk.ui.desk import Desk
    from deepdesk.ui.tabs.inference.inquiry import Inquiry
    from deepdesk.ui.tabs.inference.live.page import LivePage
    from deepdesk.ui.tabs.inference.networks import Networks

# Sounds begin softly: so much around an event belongs to it.
AROUND_S = 0.1


class Live(QObject):
    """Wires the page and its column.

    Args:
        page: In the middle.
        column: At the right.
        networks: For the sittings alone.
        inquiry: Numbers what joins the data.
        corrections: Lets it join.
    """

    def __init__(
        self,
        desk: Desk,
        page: LivePage,
        column: LiveColumn,
        networks: Networks,
        inquiry: Inquiry,
        corrections: Corrections,
    ) -> None:
        super().__init__(page)
        self._desk = desk
        self._page = page
        self._column = column
        self._inquiry = inquiry
        self._corrections = corrections
        self._joining: dict[int, tuple[Entry, Span]] = {}
        self._run = ""
        self.listening = Listening(desk, page, networks)
        self.player = PiecePlayer(self)
        self.player.failed.connect(page.show_problem)
        self._keeper: Keeper | None = None
        self._looked = False
        corrections.changed.connect(self._show_joined)
        if isinstance(page.board, ScoresBoard):
            self._connect_scores(page.board)
        if isinstance(page.board, TextBoard):
            board, saving = page.board, Saving(desk, "sentences", "said", TEXT_FORMATS)
            board.export_asked.connect(lambda _none: saving.ask(page, board.timeline.spans))
            page.board.clear_asked.connect(lambda _none: self.listening.clear())

    def open(self) -> None:
        """The page came to the front: get ready, and take the keyboard."""
        if not self._looked:
            self._looked = True
            self.listening.look_for_devices()
        self._page.setFocus()

    def use(self, choice: Choice | None, *, grew: bool = False) -> None:
        """Let another network answer."""
        self._column.model.show_choice(choice, grew=grew)
        if choice is not None and choice.model.run != self._run:
            self._finish_keeping()
            self._run = choice.model.run
            self._keeper = Keeper(self._desk, self._run)
            self._find_tuning()
        self.listening.use(choice)

    def close(self) -> None:
        """Listen and play no more."""
        self._finish_keeping()
        self.player.stop()
        self.listening.stop()

    def _connect_scores(self, board: ScoresBoard) -> None:
        board.set_writable(not self._desk.project.read_only)
        board.play_asked.connect(self._play)
        board.join_asked.connect(lambda span: self._join(span, span.label))
        board.correction_asked.connect(self._offer)
        saving = Saving(self._desk, "events", "heard", EVENT_FORMATS)
        board.export_asked.connect(lambda _none: saving.ask(self._page, board.timeline.spans))
        board.clear_asked.connect(lambda _none: self.listening.clear())
        board.tuned.connect(self._keep)

    def _given(self, span: Span) -> GivenSound | None:
        memory = self.listening.memory
        samples_T = memory.piece(span.start_s - AROUND_S, span.end_s + AROUND_S)
        if span.start_s < memory.start_s or not len(samples_T):
            self._desk.say("That sound was too long ago to be kept.", level="warning")
            return None
        name = f"{span.label} at {moment(span.start_s).replace(':', '-')}"
        return GivenSound(samples_T, memory.rate_hz, name)

    def _play(self, span: Span) -> None:
        given = self._given(span)
        if given is not None:
            self.player.play(given.samples_T, given.rate_hz)

    def _join(self, span: Span, label: str) -> None:
        given = self._given(span)
        if given is not None and label:
            entry = self._inquiry.entry_of(given)
            self._joining[entry.number] = (entry, span)
            self._corrections.join(entry, label)

    def _show_joined(self, entry: Entry) -> None:
        known = self._joining.get(entry.number)
        if known is not None and isinstance(self._page.board, ScoresBoard):
            self._page.board.events.events.set_joined(known[1], entry.joined)

    def _offer(self, span: Span, below: QWidget) -> None:
        names = ordered((row.name for row in self._desk.index.classes()), [span.label])
        menu = class_menu(self._page, names, lambda label: self._join(span, label))
        menu.popup(below.mapToGlobal(QPoint(0, below.height())))

    def _find_tuning(self) -> None:
        board, run = self._page.board, self._run
        if not isinstance(board, ScoresBoard):
            return

        def take(event: object) -> None:
            if isinstance(event, Result) and run == self._run:
                board.show_kept(event.value)

        self._desk.start(finding_tuning(self._desk.project, run), "inference", on_event=take)

    def _keep(self, tuning: Tuning) -> None:
        if self._keeper is not None:
            self._keeper.keep(tuning)

    def _finish_keeping(self) -> None:
        if self._keeper is not None:
            self._keeper.finish()
