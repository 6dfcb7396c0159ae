"""What is to come after the run under way: the queue, going on from earlier runs, searches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from deepdesk.ui.tabs.training.continuing import Continuing
from deepdesk.ui.tabs.training.queue_control import QueueControl
from deepdesk.ui.tabs.training.search_control import SearchControl

if TYPE_CHECKING:
    from deepdesk.ui.tabs.training.tab import TrainingTab


class Ahead(QObject):
    """The parts that share the queue."""

    def __init__(self, tab: TrainingTab) -> None:
        super().__init__(tab)
        self.queue = QueueControl(tab)
        self.continuing = Continuing(tab, self.queue)
        self.search = SearchControl(tab, self.continuing)
