"""Which networks propose shapes: looked for again when a run changes meanwhile."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, Signal

from deepdesk.core.events import Ended
from deepdesk.ui.tabs.dataset.labelling.proposing import Proposer


class PaperJob:
    def stop(self):
        pass


class PaperDesk(QObject):
    """Writes down what is started, and ends it when it is told to."""

    runs_changed = Signal(object)

    def __init__(self):
        super().__init__()
        self.project = None
        self.spec = None
        self.ends = []

    def start(self, _work, _what, *, on_event, on_ended, lowered=False):
        del on_event, lowered
        self.ends.append(on_ended)
        return PaperJob()


@pytest.fixture
def desk(qapp):
    return PaperDesk()


def test_a_run_that_changes_while_others_are_read_is_found(desk):
    proposer = Proposer(desk)
    proposer.find()
    desk.runs_changed.emit("002")
    assert len(desk.ends) == 1

    desk.ends[0](Ended())
    assert len(desk.ends) == 2

    desk.ends[1](Ended())
    assert len(desk.ends) == 2


def test_nothing_is_looked_for_once_it_is_closed(desk):
    proposer = Proposer(desk)
    proposer.find()
    desk.runs_changed.emit("002")
    proposer.close()
    desk.ends[0](Ended())
    assert len(desk.ends) == 1
