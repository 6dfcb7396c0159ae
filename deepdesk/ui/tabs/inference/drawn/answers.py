"""What the tab adds where answers are drawn over pictures."""

from __future__ import annotations

from PySide6.QtCore import QObject

from deepdesk.core.answer_filter import Drawn
from deepdesk.core.payloads import Boxes, Mask
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.inference.asking import Asking
from deepdesk.ui.tabs.inference.drawn.panel import DrawnPanel
from deepdesk.ui.tabs.inference.drawn.pointing import Pointing
from deepdesk.ui.tabs.inference.drawn.rewording import Rewording
from deepdesk.ui.tabs.inference.drawn.saving import AnswerSaving
from deepdesk.ui.tabs.inference.entry import Entry
from deepdesk.ui.tabs.inference.inquiry import Inquiry
from deepdesk.ui.tabs.inference.moving.frames import Seen
from deepdesk.ui.tabs.inference.moving.pages import MovingPages
from deepdesk.ui.tabs.inference.moving.view import MovingView
from deepdesk.ui.tabs.inference.moving.watching import Watching
from deepdesk.ui.tabs.inference.moving.words_over import drawn_of
from deepdesk.ui.tabs.inference.obstacles.control import ObstacleControl
from deepdesk.ui.tabs.inference.obstacles.keeper import ObstacleKeeper
from deepdesk.ui.tabs.inference.workspace import Workspace

DRAWN = frozenset({Boxes, Mask})


class DrawnAnswers(QObject):
    """Filters, lists, files and obstacles of drawn answers."""

    def __init__(self, desk: Desk, workspace: Workspace, inquiry: Inquiry, asking: Asking) -> None:
        super().__init__(workspace)
        panel, overlay = workspace.drawn, workspace.stage.overlay
        assert panel is not None, "a workspace for drawn answers"
        assert overlay is not None, "and its stage"
        self._desk = desk
        self._workspace = workspace
        self._shown: Entry | None = None
        self._told: set[float] = set()
        self.moving: list[ObstacleControl] = []
        self.pointing = Pointing(workspace, panel, overlay)
        self.saving = AnswerSaving(desk, workspace, lambda: self.pointing.kept)
        self.keeper = ObstacleKeeper(desk, self)
        self.obstacles = ObstacleControl(desk, self.keeper, overlay, panel.obstacles)
        inquiry.added.connect(self.pointing.prepare)
        inquiry.changed.connect(self._take)
        asking.shown.connect(self._show)
        panel.save_asked.connect(self.saving.offer)
        workspace.table.offer_more()
        self.rewording = Rewording(desk, workspace.table)
        self.pointing.kept_changed.connect(self.rewording.use)
        inquiry.table_begun.connect(lambda _table: self.rewording.begin())
        inquiry.answerer.rows_answered.connect(lambda _rows: self.rewording.follow())
        workspace.table.save_asked.connect(self.saving.offer)
        self.pointing.kept_changed.connect(lambda _kept: self.obstacles.look_again())

    def watch_moving(self, moving: MovingPages) -> None:
        """Watch pictures that go on, too."""
        for page, side, watching in (
            (moving.film_page, moving.film_side, moving.films.watching),
            (moving.camera_page, moving.camera_side, moving.cameras.watching),
        ):
            if side.drawn is not None:
                self._watch(page.view, side.drawn, watching)

    def _watch(self, view: MovingView, panel: DrawnPanel, watching: Watching) -> None:
        control = ObstacleControl(self._desk, self.keeper, view, panel.obstacles)
        self.moving.append(control)

        def take(seen: Seen) -> None:
            control.take(drawn_of(seen.answer), seen.came_s)

        watching.opened.connect(lambda _opened: control.forget())
        watching.seen.connect(take)
        panel.kept_changed.connect(lambda _kept: control.look_again())

    def _show(self, entry: Entry) -> None:
        """Look for obstacles in an answer that is shown again."""
        answered = entry.answered
        # One that has just come is told right after this, with the time it took.
        if answered is None or not answered.arrived_s or answered.arrived_s in self._told:
            self.obstacles.take(_answer_of(entry), is_apart=entry is not self._shown)
            self._shown = entry

    def _take(self, entry: Entry) -> None:
        """Look for obstacles in an answer that has just come."""
        answered = entry.answered
        if answered is None or not answered.arrived_s:
            return
        self._told.add(answered.arrived_s)
        if entry is self._workspace.panel.entry:
            is_apart = entry is not self._shown
            self._shown = entry
            self.obstacles.take(_answer_of(entry), answered.arrived_s, is_apart=is_apart)


def _answer_of(entry: Entry) -> Drawn | None:
    answer = entry.answered.answer if entry.answered is not None else None
    return answer if isinstance(answer, Boxes | Mask) else None


def drawn_answers(
    desk: Desk, workspace: Workspace, inquiry: Inquiry, asking: Asking
) -> DrawnAnswers | None:
    """Return what the tab adds, None for answers that are not drawn."""
    return DrawnAnswers(desk, workspace, inquiry, asking) if workspace.drawn is not None else None
