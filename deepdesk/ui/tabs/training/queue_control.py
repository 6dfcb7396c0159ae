"""Runs one after the other: keeps the queue, lets the next begin, says what happens.

A run that fails does not stop the next one. A run that a person stops does, and so does opening a
project again: then the queue waits until it is told to go on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from deepdesk.core.errors import ConfigError, DeepDeskError
from deepdesk.core.events import Ended, Result, RunStarted
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.engine.request import (
    RunRequest,
    frozen_request,
    request_from_json,
    request_to_json,
)
from deepdesk.project import queue as waiting
from deepdesk.project.queue import Queue, QueuedRun
from deepdesk.ui.run_names import spoken
from deepdesk.ui.tabs.training.queue_list import QueueList, Waiting
from deepdesk.ui.tabs.training.request_words import request_changes, request_title
from deepdesk.ui.undo import SwapCommand

if TYPE_CHECKING:
    from deepdesk.project.folder import Project
    from deepdesk.ui.tabs.training.tab import TrainingTab

_HELD = "It waits until you go on with it."
_TIP = "Line up a run with these settings; it begins when those before it have ended"
Step = Callable[[Queue], Queue]


class QueueControl(QObject):
    """The queue of the open project.

    Attributes:
        queue: What waits, the next one first.
        is_held: Whether nothing begins by itself.
    """

    def __init__(self, tab: TrainingTab) -> None:
        super().__init__(tab)
        self._tab = tab
        self._desk = tab.desk
        self._project = tab.desk.project
        self.queue: Queue = ()
        self.is_held = False
        self.list = QueueList()
        self._damage: DeepDeskError | None = None
        self._under_way: QueuedRun | None = None
        # Ids of those whose turn came: no undo brings them back.
        self._gone: set[str] = set()
        self._is_working = False
        self._saver = QueueSaver(tab)
        tab.runs.above.addWidget(self.list)
        self.link = tab.setup.ways.add("Add to queue", _TIP, self.add_form)
        self._connect()
        self._tab.viewer.start(_reading(self._project), self._take_read, self._end_read)

    def add_form(self) -> None:
        """Line up a run with the settings of the form as they are now."""
        panel = self._tab.setup
        try:
            request = panel.request()
        except ConfigError as error:
            panel.show_error(error)
            return
        blocked = self._tab.control.blocked()
        if blocked.text:
            self._desk.say(blocked.text, level="warning")
            return
        self.add(request)

    def add(self, request: RunRequest, title: str = "") -> None:
        """Line up a run; what it asks for is taken down as it is now."""
        if self._damage is not None:
            self._desk.banner(self._damage, "training")
            return
        if len(self.queue) >= waiting.MOST_WAITING:
            text = f"{waiting.MOST_WAITING} runs wait already; let some of them be trained first."
            self._desk.say(text, level="warning")
            return
        frozen = frozen_request(request, self._project.file)
        name = waiting.new_id()
        entry = QueuedRun(id=name, title=title, request=request_to_json(frozen))
        self._push(
            f"Added {_title(entry)} to the queue",
            lambda queue: waiting.added(waiting.without(queue, name), entry),
            lambda queue: waiting.without(queue, name),
        )

    def move(self, asked: tuple[str, int]) -> None:
        """Give a run another turn."""
        name, place = asked
        before = waiting.place_of(self.queue, name)
        if before < 0 or before == place:
            self._show()
            return
        self._push(
            f"Moved {_title(self.queue[before])} to place {place + 1}",
            lambda queue: waiting.moved(queue, name, place),
            lambda queue: waiting.moved(queue, name, before),
        )

    def rename(self, asked: tuple[str, str]) -> None:
        """Call a waiting run something else; its run keeps the name."""
        name, title = asked
        place = waiting.place_of(self.queue, name)
        if place < 0:
            return
        before = self.queue[place].title
        self._push(
            f"Renamed {_title(self.queue[place])}",
            lambda queue: waiting.renamed(queue, name, title),
            lambda queue: waiting.renamed(queue, name, before),
        )

    def delete(self, name: str) -> None:
        """Take a run out of the queue."""
        place = waiting.place_of(self.queue, name)
        if place < 0:
            return
        entry = self.queue[place]
        self._push(
            f"Took {_title(entry)} out of the queue",
            lambda queue: waiting.without(queue, name),
            lambda queue: waiting.added(waiting.without(queue, name), entry, place),
        )

    def go_on(self) -> None:
        """Let the next begin: now, or when the run under way has ended."""
        self.is_held = False
        self._show()
        if self._desk.training.is_busy:
            self._desk.say("The queue goes on when the run under way has ended.")
        else:
            self._begin_next("")

    def _begin_next(self, before: str) -> None:
        """Start the first run that waits; `before` says how the one before it ended."""
        if not self.queue or self._desk.store.session.project is not self._project:
            return
        entry = self.queue[0]
        self._under_way = entry
        request = replace(request_from_json(entry.request), queued=entry.id)
        if not self._desk.training.train(request):
            self._under_way = None
            self.is_held = True
            self._show()
            return
        self._is_working = True
        self._tab.front.clear()
        left = len(self.queue) - 1
        more = f" {left} more wait." if left > 1 else " One more waits." if left else ""
        self._desk.say(f"{before}Next in the queue: {_title(entry)}.{more}")
        self._show()

    def _hear(self, event: Any) -> None:
        """Take a run out of the queue once it has a folder, from which it can be resumed."""
        if not isinstance(event, RunStarted) or self._under_way is None:
            return
        entry, self._under_way = self._under_way, None
        self._leave(entry)
        if entry.title:
            runs = self._project.runs
            self._tab.viewer.start(
                _doing(lambda: runs.rename(event.run, entry.title)),
                lambda _event: None,
                lambda _ended: self._desk.runs_changed.emit(event.run),
            )

    def _hear_end(self, ended: Ended) -> None:
        if self._desk.store.session.project is not self._project:
            return
        if self._under_way is not None:
            # It failed before it had a folder: the banner says why, and the next has its turn.
            entry, self._under_way = self._under_way, None
            if not ended.stopped:
                self._leave(entry)
        if not self.queue:
            if self._is_working and not ended.stopped:
                self._desk.say("The queue is done.")
            self._is_working = False
            return
        if ended.stopped:
            self.is_held = True
            self._desk.say("You stopped the run, so the queue waits. Go on with it at the right.")
            self._show()
            return
        if self.is_held:
            return
        run = self._desk.store.session.run
        before = f"{spoken(run) or 'The run'} failed. " if ended.error is not None else ""
        # Not from within the end of the run before: others still hear of it.
        QTimer.singleShot(0, self, lambda: self._begin_next(before))

    def _leave(self, entry: QueuedRun) -> None:
        self._gone.add(entry.id)
        self._apply(lambda queue: waiting.without(queue, entry.id))

    def _push(self, text: str, forward: Step, back: Step) -> None:
        try:
            self._project.check_writable()
        except DeepDeskError as error:
            self._desk.banner(error, "training")
            self._show()
            return
        self._desk.undo.push(SwapCommand(text, back, forward, self._apply))
        self._desk.say(f"{text}.", undo=True)

    def _apply(self, step: Step) -> None:
        self.queue = tuple(entry for entry in step(self.queue) if entry.id not in self._gone)
        self._saver.save(self.queue)
        self._show()

    def _show(self) -> None:
        spec = self._desk.spec
        shown = [
            Waiting(
                id=entry.id,
                title=_title(entry),
                note=" · ".join(request_changes(spec, entry.request)) or "as the preset has it",
            )
            for entry in self.queue
            if self._under_way is None or entry.id != self._under_way.id
        ]
        self.list.show_waiting(shown)
        is_idle = self._desk.store.session.phase == "idle"
        self.list.show_state(_HELD if self.is_held else "", can_go_on=self.is_held or is_idle)

    def _take_read(self, event: Any) -> None:
        if not isinstance(event, Result) or not event.value:
            return
        self.queue = (*event.value, *self.queue)
        self.is_held = True
        count = len(self.queue)
        runs = "One run waits" if count == 1 else f"{count} runs wait"
        self._desk.say(f"{runs} in the queue from earlier. Go on with it at the right.")
        self._show()

    def _end_read(self, ended: Ended) -> None:
        if ended.error is not None and not ended.report:
            self._damage = ended.error
            self._desk.banner(ended.error, "training")

    def _connect(self) -> None:
        self.list.moved.connect(self.move)
        self.list.renamed.connect(self.rename)
        self.list.deleted.connect(self.delete)
        self.list.go_on_asked.connect(lambda _none: self.go_on())
        self._desk.run_event.connect(self._hear)
        self._desk.training.ended.connect(self._hear_end)
        self._desk.store.changed.connect(self._follow)

    def _follow(self, session: Any) -> None:
        if session.project is self._project:
            self._show()


class QueueSaver:
    """Writes the newest state, one write at a time, so that none overtakes another."""

    def __init__(self, tab: TrainingTab) -> None:
        self._tab = tab
        self._project = tab.desk.project
        self._is_busy = False
        self._newer: Queue | None = None

    def save(self, queue: Queue) -> None:
        """Keep a queue on the disk."""
        if self._is_busy:
            self._newer = queue
            return
        self._is_busy, self._newer = True, None
        path = self._project.path
        work = _doing(lambda: waiting.save(path, queue))
        self._tab.viewer.start(work, lambda _event: None, self._saved)

    def _saved(self, ended: Ended) -> None:
        self._is_busy = False
        if ended.error is not None and not ended.report:
            self._tab.desk.banner(ended.error, "training")
        if self._newer is not None:
            self.save(self._newer)


def _title(entry: QueuedRun) -> str:
    return entry.title or request_title(entry.request)


def _reading(project: Project) -> Work:
    def work(emit: EventSink, _stop: StopToken) -> None:
        emit(Result(value=waiting.unbegun(waiting.load(project.path), project.runs)))

    return work


def _doing(change: Callable[[], object]) -> Work:
    def work(_emit: EventSink, _stop: StopToken) -> None:
        change()

    return work
